//! One line in the log for what happens to an alert.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::outcome::Happening;
use domain::token::TokenKey;
use store::observations::AlertHappening;

/// Writes happenings to the log, with the tickers of the tokens. Clones share the tickers.
#[derive(Clone, Debug, Default)]
pub(super) struct Announcer {
    tickers: Arc<RwLock<HashMap<TokenKey, Arc<str>>>>,
}

impl Announcer {
    /// Takes over the tickers of the tokens that are followed now.
    pub(super) fn learn(&self, tickers: HashMap<TokenKey, Arc<str>>) {
        *self.tickers.write().unwrap_or_else(PoisonError::into_inner) = tickers;
    }

    fn ticker(&self, token: &TokenKey) -> Arc<str> {
        let tickers = self.tickers.read().unwrap_or_else(PoisonError::into_inner);
        tickers.get(token).cloned().unwrap_or_default()
    }

    /// Says what happened.
    pub(super) fn announce(&self, happenings: &[AlertHappening]) {
        for AlertHappening { alert_id, token, happening } in happenings {
            let symbol = self.ticker(token);
            match happening {
                Happening::PriceMoved { change_pct, at } => {
                    tracing::info!(token.symbol = &*symbol, token.address = %token.address, alert.id = %alert_id,
                        change_pct = rounded(*change_pct), %at, "PRICE_MOVED by {change_pct:+.1} % within an hour");
                }
                Happening::NewPeak { gain_pct, at } => {
                    tracing::debug!(token.symbol = &*symbol, token.address = %token.address, alert.id = %alert_id,
                        gain_pct = rounded(*gain_pct), %at, "NEW_PEAK at {gain_pct:+.1} % from entry");
                }
                Happening::RugDetected { reason, at } => {
                    tracing::info!(token.symbol = &*symbol, token.address = %token.address, alert.id = %alert_id,
                        ?reason, %at, "RUG_DETECTED");
                }
                Happening::RugCleared { at } => {
                    tracing::info!(token.symbol = &*symbol, token.address = %token.address, alert.id = %alert_id,
                        %at, "RUG_CLEARED: the price recovered");
                }
                Happening::TrackingComplete { status } => {
                    tracing::debug!(token.symbol = &*symbol, token.address = %token.address, alert.id = %alert_id,
                        ?status, "TRACKING_COMPLETE");
                }
            }
        }
    }
}

fn rounded(pct: f64) -> f64 {
    (pct * 10.0).round() / 10.0
}
