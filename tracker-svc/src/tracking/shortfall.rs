//! Tokens that got no look because the limits of the sources left no request for them. They are told, never passed over in
//! silence: as a metric, in the log, each of them by name where `debug` is on, and as the `coverage` of their outcomes.

use domain::timestamp::Timestamp;
use domain::token::TokenKey;

/// Tells of the shortfall of one look, which ended at `at`.
pub(super) fn tell(held_back: &[TokenKey], at: Timestamp) {
    if held_back.is_empty() {
        return;
    }
    let tokens = held_back.len();
    tracing::warn!(tokens, %at, "the limits of the price sources left no request for some tokens; they come first next time");
    if tracing::enabled!(tracing::Level::DEBUG) {
        let named: Vec<String> = held_back.iter().map(|token| token.address.to_string()).collect();
        tracing::debug!(%at, named = named.join(" "), "held back");
    }
}
