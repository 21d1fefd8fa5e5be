//! What can be said of a batch before the database is asked: what is invalid, out of range, or there twice.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenKey;

use super::Reception;
use crate::retention::KeepRaw;
use crate::week::Week;

/// 2020-01-01T00:00:00Z: before it there was nothing to observe.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_577_836_800);
/// Clocks may differ; a day is no difference of clocks.
const AHEAD: Duration = Duration::from_hours(24);
const LONGEST_SOURCE_BYTES: usize = 64;

/// Whether two observations of one key say the same.
pub(super) fn same_values(one: &Observation, other: &Observation) -> bool {
    one.price_usd == other.price_usd
        && one.market_cap_usd == other.market_cap_usd
        && one.liquidity_usd == other.liquidity_usd
        && one.volume_24h_usd == other.volume_24h_usd
        && one.holder_count == other.holder_count
        && one.dex_name == other.dex_name
        && one.pool == other.pool
}

/// A batch, sorted into what is settled and what the database must be asked.
pub(super) struct Sorted {
    /// An answer for each observation; for the candidates the one that they get if nothing speaks against it.
    pub(super) receptions: Vec<Reception>,
    /// The places of those to store, one per key, in the order of (token, `observed_at`, source).
    pub(super) candidates: Vec<usize>,
    /// The places of those whose key an earlier one has, each with that one's place.
    pub(super) repeats: Vec<(usize, usize)>,
}

pub(super) fn sort(observations: &[(TokenKey, Observation)], now: Timestamp) -> Sorted {
    let latest = now.plus(AHEAD);
    let mut receptions = Vec::with_capacity(observations.len());
    let mut candidates = Vec::with_capacity(observations.len());
    for (index, (_, seen)) in observations.iter().enumerate() {
        receptions.push(if !is_storable(seen) {
            Reception::Invalid
        } else if seen.observed_at < EARLIEST || seen.observed_at > latest {
            Reception::OutsideRetention
        } else {
            candidates.push(index);
            Reception::Accepted
        });
    }
    let key = |index: usize| {
        let (token, seen) = &observations[index];
        (token, seen.observed_at, &seen.source)
    };
    // Of equal keys the first that was given comes first.
    candidates.sort_by_key(|index| (key(*index), *index));
    let mut repeats = Vec::new();
    candidates.dedup_by(|later, first| {
        let twice = key(*later) == key(*first);
        if twice {
            repeats.push((*later, *first));
            let same = same_values(&observations[*later].1, &observations[*first].1);
            receptions[*later] = if same { Reception::Duplicate } else { Reception::Conflict };
        }
        twice
    });
    Sorted { receptions, candidates, repeats }
}

fn is_storable(seen: &Observation) -> bool {
    let has_nul = |text: &str| text.contains('\0');
    (1..=LONGEST_SOURCE_BYTES).contains(&seen.source.len())
        && !has_nul(&seen.source)
        && !seen.dex_name.as_deref().is_some_and(has_nul)
        && !seen.pool.as_deref().is_some_and(has_nul)
}

/// The weeks of those candidates that are so old that their week may be closed; none, nearly always.
pub(super) fn old_weeks(
    observations: &[(TokenKey, Observation)],
    candidates: &[usize],
    now: Timestamp,
) -> BTreeSet<Week> {
    let young = now.minus(KeepRaw::LEAST.saturating_sub(AHEAD));
    let moments = candidates.iter().map(|index| observations[*index].1.observed_at);
    moments.filter(|at| *at < young).map(Week::of).collect()
}

impl Sorted {
    /// Refuses the candidates of weeks that are closed.
    pub(super) fn refuse(&mut self, observations: &[(TokenKey, Observation)], closed: &BTreeSet<Week>) {
        let Self { receptions, candidates, .. } = self;
        candidates.retain(|index| {
            let taken = !closed.contains(&Week::of(observations[*index].1.observed_at));
            if !taken {
                receptions[*index] = Reception::OutsideRetention;
            }
            taken
        });
    }
}
