//! No outcome is wrong: what it says of entry, peak and depth lies within what the market did, whatever the sources said.

use std::time::Duration;

use domain::alert::AlertId;
use domain::observation::Observation;
use domain::outcome::policy::Hygiene;
use domain::timestamp::Timestamp;
use simulator::token::SimulatedToken;
use store::Store;

use super::token::around;
use super::{Evidence, Violations};

/// Prices are taken between the moments that are compared, and the depth is a percentage of the entry.
const TOLERANCE: f64 = 1.25;

/// Holds one outcome against the market. Where all sources told a bad tick at the entry there is nothing to hold it by, nor
/// where [all of them misled](misled) whoever looked.
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
    let seen = || prices.iter().filter(|price| price.observed_at >= alert.alerted_at);
    if listing.token.bad_tick(entry_at) != 1.0 || misled(&listing.token, seen(), &Hygiene::default()) {
        return Ok(());
    }
    let truth = |at: Timestamp| evidence.market.quote(&address, at).price_usd.map(f64::from);
    let moments = seen().flat_map(|price| [price.observed_at.minus(Duration::from_secs(30)), price.observed_at]);
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for price in moments.filter_map(truth) {
        (low, high) = (low.min(price), high.max(price));
    }
    let peak = outcome.peak_price_usd.map(f64::from);
    let deepest = outcome.max_drawdown_pct.map(|pct| entry.get() * (1.0 + pct / 100.0));
    for (what, usd) in [("entry", Some(entry.get())), ("peak", peak), ("depth", deepest)] {
        let Some(usd) = usd else { continue };
        if usd > high * TOLERANCE || usd < low / TOLERANCE {
            let near = outcome.peak_at.map(|at| around(prices, at)).unwrap_or_default();
            violations.add(format!(
                "alert {id} on {address}: its {what} is {usd}, but the market was between {low} and {high} (entered at {entry_at}); \
                 about its peak: {near}"
            ));
        }
    }
    Ok(())
}

/// Whether all sources together told what no rule can tell from the truth: a bad tick twice in a row, with no look at the true
/// price between, or one that is near the last true price, because the market itself fell or rose as far meanwhile.
fn misled<'a>(
    token: &SimulatedToken,
    seen: impl Iterator<Item = &'a Observation>,
    Hygiene { hold_beyond_factor, confirm_after_seconds, .. }: &Hygiene,
) -> bool {
    let confirmed_after = Duration::from_secs(u64::from(*confirm_after_seconds));
    let (mut true_usd, mut wrong): (Option<f64>, Option<(Timestamp, f64)>) = (None, None);
    for Observation { observed_at, price_usd, .. } in seen {
        let (usd, factor) = (price_usd.get(), token.bad_tick(*observed_at));
        if factor == 1.0 {
            (true_usd, wrong) = (Some(usd), None);
            continue;
        }
        let near = |other: f64| usd <= other * hold_beyond_factor && other <= usd * hold_beyond_factor;
        let again = wrong.is_some_and(|(at, of)| of == factor && observed_at.since(at) >= confirmed_after);
        if again || true_usd.is_some_and(near) {
            return true;
        }
        wrong.get_or_insert((*observed_at, factor));
    }
    false
}
