//! One GET, with its time, its size and its kind of answer checked before anybody parses it.

use std::fmt::Write as _;
use std::time::Duration;

use domain::token::TokenAddress;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};

use super::settings::FeedSettings;

/// Why a source gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// 429.
    #[error("too many requests")]
    RateLimited(Pause),
    /// Another status than 2xx.
    #[error("answered {status}: {begin}")]
    Status {
        /// The status.
        status: StatusCode,
        /// How the body begins.
        begin: String,
    },
    /// 2xx, but the body is no JSON, or ends in the middle, or has another shape.
    #[error("answered what is not its JSON ({what}): {begin}")]
    Malformed {
        /// What is wrong with it.
        what: String,
        /// How the body begins.
        begin: String,
    },
    /// More bytes than are ever read.
    #[error("answered more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// No connection, no answer in time, or the connection broke.
    #[error("could not be reached: {0}")]
    Transport(#[source] reqwest::Error),
}

/// What a 429 says about when to come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// After so long.
    pub after: Option<Duration>,
    /// At this moment, in seconds since the epoch.
    pub until_unix_seconds: Option<i64>,
}

impl FetchError {
    /// Whether the same request may work soon without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Status { status, .. } => {
                status.is_server_error() || status.is_redirection() || *status == StatusCode::REQUEST_TIMEOUT
            }
            Self::RateLimited(_) | Self::Malformed { .. } | Self::TooLarge { .. } | Self::Transport(_) => true,
        }
    }

    /// Whether the source does not want this client: a wrong key, a firewall.
    #[must_use]
    pub fn is_about_us(&self) -> bool {
        matches!(self, Self::Status { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. })
    }

    /// A body of another shape than the source's.
    pub(crate) fn malformed(what: impl std::fmt::Display, body: &[u8]) -> Self {
        Self::Malformed { what: what.to_string(), begin: begin(body) }
    }
}

/// Makes requests to all sources.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    largest_answer: usize,
}

impl Http {
    /// A client with its own connections.
    ///
    /// # Errors
    /// When the machine's certificates or the TLS library cannot be used.
    pub fn new(settings: &FeedSettings) -> Result<Self, reqwest::Error> {
        // Whoever comes first installs it; all of them install the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.total_timeout)
            .redirect(Policy::none())
            .user_agent(concat!("perftrack/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, largest_answer: settings.largest_answer })
    }

    /// Begins a GET.
    pub fn get(&self, url: String) -> RequestBuilder {
        self.client.get(url)
    }

    /// Sends it and reads a JSON body.
    ///
    /// # Errors
    /// All of [`FetchError`]; a body of the right content type may still be malformed.
    pub async fn json(&self, request: RequestBuilder) -> Result<Vec<u8>, FetchError> {
        let request = request.headers(service::telemetry::headers_for_a_request());
        let mut response = request.send().await.map_err(without_url)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(FetchError::RateLimited(pause(response.headers())));
        }
        let is_json = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().windows(4).any(|four| four == b"json"));
        let mut body = Vec::with_capacity(response.content_length().map_or(0, |n| n.min(1 << 20) as usize));
        while let Some(chunk) = response.chunk().await.map_err(without_url)? {
            if body.len() + chunk.len() > self.largest_answer {
                return Err(FetchError::TooLarge { limit: self.largest_answer });
            }
            body.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            return Err(FetchError::Status { status, begin: begin(&body) });
        }
        if !is_json {
            return Err(FetchError::malformed("its content type is not JSON", &body));
        }
        Ok(body)
    }
}

/// Addresses with commas between them.
pub(super) fn list(tokens: &[TokenAddress]) -> String {
    let mut list = String::with_capacity(tokens.len() * 45);
    for token in tokens {
        if !list.is_empty() {
            list.push(',');
        }
        // Writing to a String cannot fail.
        let _ = write!(list, "{token}");
    }
    list
}

/// A URL may carry a key, and is long; the source's name says enough.
fn without_url(error: reqwest::Error) -> FetchError {
    FetchError::Transport(error.without_url())
}

fn begin(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
    text.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn pause(headers: &HeaderMap) -> Pause {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let date = || {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
        chrono::DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| date.timestamp())
    };
    let (mut after, mut until) = (number("retry-after"), number("x-ratelimit-reset").or_else(date));
    // Some servers give the seconds that are left instead of the moment.
    if let Some(left) = until.filter(|until| *until < 1_000_000_000) {
        (after, until) = (Some(left.max(after.unwrap_or(0))), None);
    }
    Pause {
        after: after.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs),
        until_unix_seconds: until,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))])
    }

    #[test]
    fn a_429_says_when_to_come_back_in_any_of_four_ways() {
        let after = |seconds| Pause { after: Some(Duration::from_secs(seconds)), until_unix_seconds: None };
        assert_eq!(pause(&HeaderMap::new()), Pause::default());
        assert_eq!(pause(&headers("retry-after", "7")), after(7));
        assert_eq!(pause(&headers("x-ratelimit-reset", "12")), after(12));
        let until = Pause { after: None, until_unix_seconds: Some(1_790_000_000) };
        assert_eq!(pause(&headers("x-ratelimit-reset", "1790000000")), until);
        assert_eq!(pause(&headers("retry-after", "Mon, 21 Sep 2026 14:13:20 +0000")), until);
        assert_eq!(pause(&headers("retry-after", "soon")), Pause::default());
    }

    #[test]
    fn the_beginning_of_a_body_is_safe_to_log() {
        assert_eq!(begin(b"a\nb\xff"), "a b\u{fffd}");
        assert_eq!(begin("é".repeat(500).as_bytes()).chars().count(), 80);
    }
}
