//! From a list of entries and a list of faults to an HTTP answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use serde::{Serialize, Serializer};

use crate::faults::{Fault, Source, Spoil};

const PAGE: &str = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>";

/// How the entry of `token` is spoiled.
pub(super) fn spoil_of(faults: &[Fault], token: &TokenAddress) -> Option<Spoil> {
    faults.iter().find_map(|fault| match fault {
        Fault::Entry(None, spoil) => Some(*spoil),
        Fault::Entry(Some(of), spoil) if of == token => Some(*spoil),
        _ => None,
    })
}

/// The token whose entry crowds out all others.
pub(super) fn crowd(faults: &[Fault], tokens: &[TokenAddress]) -> Option<TokenAddress> {
    faults.iter().find_map(|fault| match fault {
        Fault::Entry(of, Spoil::Crowd) => of.or_else(|| tokens.first().copied()),
        _ => None,
    })
}

/// The answer with `body`, spoiled by those of `faults` that concern it as a whole.
pub(super) async fn answer(source: Source, now: Timestamp, faults: &[Fault], body: Vec<u8>) -> Response {
    let mut body = body;
    for fault in faults {
        match fault {
            Fault::Silence(how_long) => tokio::time::sleep(*how_long).await,
            Fault::TooManyRequests { retry_after } => return too_many_requests(source, now, *retry_after),
            Fault::Status(status) => return html(StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY)),
            Fault::Html => return html(StatusCode::OK),
            Fault::HtmlAsJson => return json(PAGE),
            Fault::HalfJson => body.truncate(body.len() / 2),
            Fault::HalfBody => return broken(Some(Bytes::from(body[..body.len() / 2].to_vec()))),
            Fault::Drop => return broken(None),
            Fault::Redirect => {
                let mut response = html(StatusCode::FOUND);
                response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("http://127.0.0.1:1/"));
                return response;
            }
            Fault::Bloated(megabytes) => {
                let mut bloated = vec![b' '; megabytes << 20];
                bloated.append(&mut body);
                body = bloated;
            }
            Fault::Entry(..) => {}
        }
    }
    json(body)
}

fn json(body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn html(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from(PAGE));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=UTF-8"));
    response
}

fn broken(half: Option<Bytes>) -> Response {
    let parts = half.map(Ok).into_iter().chain([Err(std::io::Error::other("the connection broke"))]);
    json(Body::from_stream(futures::stream::iter(parts)))
}

fn too_many_requests(source: Source, now: Timestamp, retry_after: Duration) -> Response {
    let body = match source {
        Source::DexScreener => return html(StatusCode::TOO_MANY_REQUESTS),
        Source::Jupiter => r#"{"code":429,"message":"Rate limit exceeded"}"#,
        Source::GeckoTerminal => r#"{"status":{"error_code":429,"error_message":"You've exceeded the Rate Limit."}}"#,
        Source::Birdeye => r#"{"success":false,"message":"Too many requests"}"#,
    };
    let mut response = json(body);
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    match source {
        Source::DexScreener => {}
        Source::Jupiter => {
            headers.insert("x-ratelimit-remaining", HeaderValue::from_static("0"));
            headers.insert("x-ratelimit-current", HeaderValue::from_static("61"));
            let reset = now.plus(retry_after).micros().div_euclid(1_000_000) + 1;
            headers.insert("x-ratelimit-reset", HeaderValue::from(reset));
        }
        Source::GeckoTerminal => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
        }
        Source::Birdeye => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
        }
    }
    response
}

/// A price that may be spoiled: as text where the source sends text, else as a bare JSON value.
pub(super) enum Price {
    /// As it is.
    Number(f64),
    /// Spoiled.
    Text(&'static str),
}

impl Price {
    /// The price of an entry with `spoil`.
    pub(super) fn spoiled(price: f64, spoil: Option<Spoil>) -> Self {
        match spoil {
            Some(Spoil::Price(text)) => Self::Text(text),
            Some(Spoil::Factor(factor)) => Self::Number(price * factor),
            Some(Spoil::OtherToken) => Self::Number(price * 100.0),
            _ => Self::Number(price),
        }
    }

    /// As DexScreener and GeckoTerminal write prices: a string, or null.
    pub(super) fn as_text<S: Serializer>(price: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        match price {
            Self::Number(number) => serializer.collect_str(number),
            Self::Text("null") => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }

    /// As Jupiter and Birdeye write prices: a number, or null. `NaN` has no JSON and stands as a string.
    pub(super) fn as_number<S: Serializer>(price: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        match price {
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text("null") => serializer.serialize_none(),
            Self::Text(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => serializer.serialize_f64(number),
                _ => serializer.serialize_str(text),
            },
        }
    }
}

/// A JSON array, or the values of an object, that is written entry by entry.
pub(super) struct Entries {
    bytes: Vec<u8>,
    close: u8,
    first: bool,
}

impl Entries {
    pub(super) fn begin(open: &str, close: u8, expected: usize) -> Self {
        let mut bytes = Vec::with_capacity(64 + expected * 800);
        bytes.extend_from_slice(open.as_bytes());
        Self { bytes, close, first: true }
    }

    fn separate(&mut self) {
        if !std::mem::replace(&mut self.first, false) {
            self.bytes.push(b',');
        }
    }

    /// Adds an entry of an array.
    pub(super) fn push(&mut self, entry: &impl Serialize) {
        self.separate();
        // Writing to memory cannot fail, and neither can these plain structures.
        let _ = serde_json::to_writer(&mut self.bytes, entry);
    }

    /// Adds an entry of an object.
    pub(super) fn insert(&mut self, key: &str, entry: &impl Serialize) {
        self.separate();
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
        let _ = serde_json::to_writer(&mut self.bytes, entry);
    }

    pub(super) fn end(mut self, after: &str) -> Vec<u8> {
        self.bytes.push(self.close);
        self.bytes.extend_from_slice(after.as_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_as_text_is_written_exactly_and_without_an_exponent() {
        #[derive(Serialize)]
        struct Entry {
            #[serde(serialize_with = "Price::as_text")]
            price: Price,
        }
        let written = serde_json::to_string(&Entry { price: Price::Number(0.000_000_081_38) }).unwrap();
        assert_eq!(written, r#"{"price":"0.00000008138"}"#);
    }
}
