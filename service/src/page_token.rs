//! Opaque page tokens. A token remembers where its page ended and which query it belongs to; with another query it is
//! refused, instead of answered with a page that belongs to neither.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// The first byte of a token; another one is of another version.
const VERSION: u8 = 1;
const HASH_BYTES: usize = 16;
/// Longer than any token that is handed out.
const LONGEST: usize = 8_192;

/// What a token is bound to: the RPC and all of its request but the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagedQuery([u8; HASH_BYTES]);

/// Why a page token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageTokenError {
    /// It was never handed out by this version.
    #[error("is no page token: use `next_page_token` of the page before, unchanged")]
    Malformed,
    /// It belongs to another query.
    #[error("belongs to another query: ask for all pages with the same window, filter and order")]
    OtherQuery,
}

impl PagedQuery {
    /// The query of a request to `rpc`. `request` must have its `page_size` and `page_token` cleared.
    #[must_use]
    pub fn new(rpc: &str, request: &impl Message) -> Self {
        let hash = Sha256::new().chain_update(rpc).chain_update([0]).chain_update(request.encode_to_vec()).finalize();
        let mut first = [0; HASH_BYTES];
        first.copy_from_slice(&hash[..HASH_BYTES]);
        Self(first)
    }

    /// A token for the page after `position`.
    #[must_use]
    pub fn token(&self, position: &impl Serialize) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.0);
        // Positions are plain values: they have no map with odd keys, the one thing that cannot be written as JSON.
        bytes.extend(serde_json::to_vec(position).unwrap_or_default());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Where the page of `token` begins; `None` for the first page, which has an empty token.
    pub fn position<P: DeserializeOwned>(&self, token: &str) -> Result<Option<P>, PageTokenError> {
        if token.is_empty() {
            return Ok(None);
        }
        if token.len() > LONGEST {
            return Err(PageTokenError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| PageTokenError::Malformed)?;
        let rest = bytes.strip_prefix(&[VERSION]).ok_or(PageTokenError::Malformed)?;
        let (query, position) = rest.split_at_checked(HASH_BYTES).ok_or(PageTokenError::Malformed)?;
        if query != self.0 {
            return Err(PageTokenError::OtherQuery);
        }
        serde_json::from_slice(position).map(Some).map_err(|_| PageTokenError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use domain::alert::AlertId;
    use domain::order::{Key, Position};
    use perftrack::v1::ListAlertsRequest;

    use super::*;

    fn query(filter: &str) -> PagedQuery {
        let request = ListAlertsRequest { filter: filter.to_owned(), ..ListAlertsRequest::default() };
        PagedQuery::new("ListAlerts", &request)
    }

    fn position() -> Position {
        Position { keys: vec![Some(Key::Number(0.1 + 0.2)), None], alert_id: AlertId(uuid::Uuid::from_u128(7)) }
    }

    #[test]
    fn a_token_brings_back_its_position_exactly() {
        let token = query("a = 1").token(&position());
        assert_eq!(query("a = 1").position(&token), Ok(Some(position())));
        assert_eq!(query("a = 1").position::<Position>(""), Ok(None));
    }

    #[test]
    fn a_token_of_another_query_is_refused() {
        let token = query("a = 1").token(&position());
        assert_eq!(query("a = 2").position::<Position>(&token), Err(PageTokenError::OtherQuery));
        let other = PagedQuery::new("ListPrices", &ListAlertsRequest { filter: "a = 1".into(), ..Default::default() });
        assert_eq!(other.position::<Position>(&token), Err(PageTokenError::OtherQuery));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let good = query("").token(&position());
        for bad in ["x", "AQ", "ä", &good[..good.len() - 4], &"A".repeat(10_000), &format!("{good}=")] {
            assert_eq!(query("").position::<Position>(bad), Err(PageTokenError::Malformed), "{bad}");
        }
    }
}
