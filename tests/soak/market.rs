//! The tokens, and the bot that will alert them.

use std::sync::Arc;
use std::time::Duration;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;
use perftrack::v1::{Alert, Quote, RecordAlertRequest, Token};
use simulator::market::{Listing, Market};
use simulator::scenario::Mix;
use simulator::token::SimulatedToken;
use tracker_svc::feed::cascade::key;
use uuid::Uuid;

use crate::arguments::{Plan, START};

/// One alert in twenty is followed by another on the same token.
const AGAIN: f64 = 0.05;

/// An alert that the bot raises.
#[derive(Clone)]
pub struct PlannedAlert {
    pub id: AlertId,
    pub token: TokenKey,
    pub at: Timestamp,
    pub request: RecordAlertRequest,
    /// From when on some source knows the token.
    pub known_from: Timestamp,
}

/// The market, and the alerts in the order of time.
pub fn of(plan: &Plan) -> (Market, Vec<PlannedAlert>) {
    let market = Market::new();
    let mut alerts = Vec::new();
    let spread = plan.last_alert().since(START);
    for index in 0..plan.tokens {
        let seed = plan.seed().at(index.into());
        let at = START.plus(spread.mul_f64(seed.unit(40))).floor_to_millis();
        let listing = market.list(SimulatedToken::draw(seed, at, Mix::default().draw(seed)).with_usual_quirks());
        alerts.push(alert(&market, &listing, at, u128::from(index) * 2 + 1));
        if seed.chance(41, AGAIN) {
            let again = at.plus(plan.last_alert().since(at).mul_f64(seed.unit(42))).floor_to_millis();
            alerts.push(alert(&market, &listing, again, u128::from(index) * 2 + 2));
        }
    }
    alerts.sort_by_key(|alert| (alert.at, alert.id));
    (market, alerts)
}

fn alert(market: &Market, listing: &Arc<Listing>, at: Timestamp, number: u128) -> PlannedAlert {
    let token = &listing.token;
    let quote = market.quote(&token.address, at);
    let id = Uuid::from_u128(number);
    let alert = Alert {
        alert_id: id.to_string(),
        token: Some(Token {
            address: listing.mint.clone(),
            symbol: token.symbol.clone(),
            name: token.name.clone(),
            ..Token::default()
        }),
        alerted_at: Some(service::wire::timestamp_message(at)),
        entry: Some(Quote {
            price_usd: quote.price_usd.map(f64::from),
            liquidity_usd: quote.liquidity_usd.map(f64::from),
            ..Quote::default()
        }),
        ..Alert::default()
    };
    let quirks = &token.quirks;
    let unknown: Duration = quirks.dexscreener_after.min(quirks.jupiter_after).min(quirks.geckoterminal_after);
    PlannedAlert {
        id: AlertId(id),
        token: key(token.address),
        at,
        request: RecordAlertRequest { alert: Some(alert), trust_recorded_peak: false },
        known_from: token.begins_at.plus(unknown),
    }
}
