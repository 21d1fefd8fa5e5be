//! What can be said of a batch before the database is asked: what is invalid, out of range, or there twice.

use std::collections::HashMap;
use std::time::Duration;

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;

use super::Reception;

/// 2020-01-01T00:00:00Z: before it there was nothing to observe.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_577_836_800);
/// Clocks may differ; a day is no difference of clocks.
const AHEAD: Duration = Duration::from_hours(24);
const LONGEST_SOURCE_BYTES: usize = 64;

/// What identifies an observation: at most one is stored for each.
pub(super) type Key<'a> = (TokenKey, Timestamp, &'a str);

pub(super) fn key((token, seen): &(TokenKey, Observation)) -> Key<'_> {
    (*token, seen.observed_at.floor_to_millis(), &seen.source)
}

/// Whether two observations of one key say the same.
pub(super) fn same_values(one: &Observation, other: &Observation) -> bool {
    let values = |seen: &Observation| {
        (
            seen.price_usd,
            seen.market_cap_usd,
            seen.liquidity_usd,
            seen.volume_24h_usd,
            seen.holder_count,
            seen.dex_name.clone(),
            seen.pool.clone(),
        )
    };
    values(one) == values(other)
}

/// A batch, sorted into what is settled and what the database must be asked.
pub(super) struct Sorted {
    /// An answer for each observation; for the candidates the one that they get if nothing speaks against it.
    pub(super) receptions: Vec<Reception>,
    /// The places of those to store, one per key.
    pub(super) candidates: Vec<usize>,
    /// The places of those whose key an earlier one has, each with that one's place.
    pub(super) repeats: Vec<(usize, usize)>,
}

pub(super) fn sort(observations: &[(TokenKey, Observation)], now: Timestamp) -> Sorted {
    let latest = now.plus(AHEAD);
    let mut first: HashMap<Key<'_>, usize> = HashMap::with_capacity(observations.len());
    let mut sorted = Sorted {
        receptions: Vec::with_capacity(observations.len()),
        candidates: Vec::with_capacity(observations.len()),
        repeats: Vec::new(),
    };
    for (index, item) in observations.iter().enumerate() {
        let seen = &item.1;
        sorted.receptions.push(if !is_storable(seen) {
            Reception::Invalid
        } else if seen.observed_at < EARLIEST || seen.observed_at > latest {
            Reception::OutsideRetention
        } else if let Some(earlier) = first.get(&key(item)) {
            sorted.repeats.push((index, *earlier));
            if same_values(seen, &observations[*earlier].1) { Reception::Duplicate } else { Reception::Conflict }
        } else {
            first.insert(key(item), index);
            sorted.candidates.push(index);
            Reception::Accepted
        });
    }
    sorted
}

fn is_storable(seen: &Observation) -> bool {
    let has_nul = |text: &str| text.contains('\0');
    (1..=LONGEST_SOURCE_BYTES).contains(&seen.source.len())
        && !has_nul(&seen.source)
        && !seen.dex_name.as_deref().is_some_and(has_nul)
        && !seen.pool.as_deref().is_some_and(has_nul)
}
