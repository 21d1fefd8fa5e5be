//! A made-up history of any size, the same every time: what the benchmarks and the growth curves are measured on.
//!
//! It has the shape of a real one: 25 features of the contract's kinds, each unknown now and then; tokens that are alerted
//! again; days and weeks; pumps with a Pareto(1.2) tail, rugs that are commoner in thin pools, lost feeds, shadow alerts, and
//! two days at the end that are still followed. Effects are planted in `lp_locked`, `entry.liquidity_usd` and
//! `velocity_score_15m`; the other features mean nothing.

mod draw;
mod outcome;
mod row;

use domain::alert::AlertId;
use domain::outcome::policy::Policy;
use domain::timestamp::Timestamp;
use store::dataset::Batch;
use uuid::Uuid;

use crate::dataset::Snapshot;
use crate::dataset::table::TableBuilder;
use row::Row;

/// When the history begins: 2025-10-06, a Monday.
pub const BEGIN: Timestamp = Timestamp::from_seconds(1_759_708_800);
/// Over how many days it goes, however many alerts there are.
pub const DAYS: u64 = 56;
/// How many alerts a batch has.
const BATCH: usize = 8_192;

/// `alerts` alerts, in the order in which they were raised.
pub fn batches(alerts: usize) -> impl Iterator<Item = Batch> {
    (0..alerts).step_by(BATCH).map(move |from| batch(from..(from + BATCH).min(alerts), alerts))
}

/// The alerts of these numbers, of a history of `alerts` alerts. A number beyond those is a later alert.
#[must_use]
pub fn batch(numbers: impl IntoIterator<Item = usize>, alerts: usize) -> Batch {
    let mut batch = Batch::empty();
    for number in numbers {
        let row = Row::of(number as u64, alerts as u64);
        batch.ids.push(AlertId(Uuid::from_u128(row.id)));
        batch.tokens.push(row.token.cast_signed());
        batch.extra.push(std::collections::BTreeMap::new());
        for (field, cells) in Batch::fields().iter().zip(&mut batch.columns) {
            cells.push(row.value(field));
        }
    }
    batch
}

/// The history laid out: a million alerts take a few seconds.
#[must_use]
pub fn snapshot(alerts: usize) -> Snapshot {
    let mut rows = TableBuilder::new();
    batches(alerts).for_each(|batch| rows.push(&batch));
    Snapshot::of_rows(rows, &Policy::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::columns::Values;
    use domain::cohort::Standing;

    #[test]
    fn it_is_like_a_real_history_and_the_same_every_time() {
        let history = snapshot(20_000);
        assert_eq!(history.revision(), snapshot(20_000).revision());
        assert_eq!((history.len(), history.day_count(), history.columns().len()), (20_000, DAYS as usize, 25));
        let count = |standing| history.standing(standing).count();
        assert!(count(Standing::Matured) > 10_000);
        for standing in [Standing::Pending, Standing::Lost, Standing::NoData, Standing::Repeated, Standing::Shadow] {
            assert!(count(standing) > 50, "{standing:?}");
        }
        for column in history.columns() {
            let known = column.count_known(history.standing(Standing::Matured));
            assert!(known > 2_000 && known < count(Standing::Matured), "{}: {known}", column.name);
            if let Values::Categories(words) = &column.values {
                assert!(words.levels.len() > 1, "{}", column.name);
            }
        }
        let rate =
            |flags: &crate::dataset::columns::Flags| flags.proportion(history.standing(Standing::Matured)).rate();
        assert!((0.12..0.35).contains(&rate(&history.labels().pump).expect("known")));
        assert!((0.05..0.30).contains(&rate(&history.labels().rug).expect("known")));
    }
}
