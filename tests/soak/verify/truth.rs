//! No outcome is wrong: what it says of entry, peak and depth lies within what the market did, whatever the sources said.

use std::time::Duration;

use domain::alert::AlertId;
use domain::observation::Observation;
use domain::timestamp::Timestamp;
use store::Store;

use super::{Evidence, Violations};

/// Prices are taken between the moments that are compared, and the depth is a percentage of the entry.
const TOLERANCE: f64 = 1.25;

/// Holds one outcome against the market. Where all sources told a bad tick at the entry there is nothing to hold it by.
pub async fn check(
    store: &Store,
    id: AlertId,
    prices: &[Observation],
    evidence: &Evidence,
    violations: &Violations,
) -> anyhow::Result<()> {
    let Some(record) = store.alerts().get(id).await? else { return Ok(()) };
    let (alert, outcome) = (record.alert, record.outcome);
    let address = alert.token.key.address;
    let Some(listing) = evidence.market.find(&address) else { return Ok(()) };
    let (Some(entry), Some(entry_at)) = (outcome.entry_price_usd, outcome.entry_at) else { return Ok(()) };
    if listing.token.bad_tick(entry_at) != 1.0 {
        return Ok(());
    }
    let truth = |at: Timestamp| evidence.market.quote(&address, at).price_usd.map(f64::from);
    let seen = prices.iter().filter(|price| price.observed_at >= alert.alerted_at);
    let around = seen.flat_map(|price| [price.observed_at.minus(Duration::from_secs(30)), price.observed_at]);
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for price in around.filter_map(truth) {
        (low, high) = (low.min(price), high.max(price));
    }
    let peak = outcome.peak_price_usd.map(f64::from);
    let deepest = outcome.max_drawdown_pct.map(|pct| entry.get() * (1.0 + pct / 100.0));
    for (what, usd) in [("entry", Some(entry.get())), ("peak", peak), ("depth", deepest)] {
        let Some(usd) = usd else { continue };
        if usd > high * TOLERANCE || usd < low / TOLERANCE {
            violations.add(format!(
                "alert {id} on {address}: its {what} is {usd}, but the market was between {low} and {high} (entered at {entry_at})"
            ));
        }
    }
    Ok(())
}
