//! What is known of every alert, as it was read: columns in the order of (`alerted_at`, `alert_id`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::alert::AlertId;
use domain::feature::Feature;
use domain::field::{AlertField, Field, OutcomeField};
use domain::timestamp::Timestamp;
use store::dataset::{Batch, Cells};
use uuid::Uuid;

use super::chunked::{Builder, Chunked};
use super::digest::digests;
use super::extra::{Extra, ExtraBuilder};
use super::plan::{Key, Plan};
use super::raw::{Raw, RawBuilder};
use super::tokens::Tokens;
use crate::parallel::side_by_side;

/// The parts of the entry quote that are analysed. The price of one token says nothing without the supply.
pub const QUOTE: [AlertField; 3] =
    [AlertField::EntryMarketCapUsd, AlertField::EntryLiquidityUsd, AlertField::EntryVolume24hUsd];

/// What is kept beside the features, for gates, filters and answers.
const FACTS: [Field; 18] = [
    Field::Alert(AlertField::Decision),
    Field::Alert(AlertField::ShadowSampleRate),
    Field::Alert(AlertField::ConfigRevision),
    Field::Alert(AlertField::EntryPriceUsd),
    Field::Outcome(OutcomeField::Status),
    Field::Outcome(OutcomeField::MaxGainPct),
    Field::Outcome(OutcomeField::ExitReturnPct),
    Field::Outcome(OutcomeField::MaxDrawdownPct),
    Field::Outcome(OutcomeField::PolicyVersion),
    Field::Outcome(OutcomeField::IsRug),
    Field::Outcome(OutcomeField::RugReason),
    Field::Outcome(OutcomeField::RugAfterPump),
    Field::Outcome(OutcomeField::RoundTrip),
    Field::Outcome(OutcomeField::IsDead),
    Field::Outcome(OutcomeField::Fell80),
    Field::Outcome(OutcomeField::ExitReason),
    Field::Outcome(OutcomeField::ExitLiquidityAssumed),
    Field::Outcome(OutcomeField::Approximate),
];

/// The moments that are kept as the time since the alert.
const DELAYS: [OutcomeField; 3] = [OutcomeField::PumpedAt, OutcomeField::RugHitAt, OutcomeField::LastPriceAt];

/// Stands for an unknown moment, and for an unknown delay.
const NEVER: i64 = i64::MIN;
const UNKNOWN_DELAY: u32 = u32::MAX;

/// Columns of all rows. Cheap to clone but for the bitmaps.
#[derive(Clone, Debug, Default)]
pub struct Table {
    ids: Chunked<u128>,
    alerted_at: Chunked<i64>,
    sealed_at: Chunked<i64>,
    digests: Chunked<u64>,
    tokens: Chunked<u32>,
    delays: [Chunked<u32>; DELAYS.len()],
    features: Vec<Raw>,
    facts: Vec<Raw>,
    /// By key.
    extra: BTreeMap<String, Extra>,
}

/// The fields of the contract that are features, in its order.
pub fn feature_fields() -> impl Iterator<Item = Field> {
    let features = Feature::ALL.iter().map(|&feature| Field::Feature(feature));
    features.chain(QUOTE.iter().map(|&field| Field::Alert(field)))
}

impl Table {
    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The id of a row's alert.
    #[must_use]
    pub fn id(&self, row: usize) -> AlertId {
        AlertId(Uuid::from_u128(self.ids.at(row)))
    }

    /// When the alert of a row was raised.
    #[must_use]
    pub fn alerted_at(&self, row: usize) -> Timestamp {
        Timestamp::from_micros(self.alerted_at.at(row))
    }

    /// When its outcome was sealed.
    #[must_use]
    pub fn sealed_at(&self, row: usize) -> Option<Timestamp> {
        Some(self.sealed_at.at(row)).filter(|&at| at != NEVER).map(Timestamp::from_micros)
    }

    /// What a row is ordered by.
    #[must_use]
    pub fn key(&self, row: usize) -> Key {
        (self.alerted_at(row), self.id(row))
    }

    /// The number of a row's token.
    #[must_use]
    pub fn token(&self, row: usize) -> u32 {
        self.tokens.at(row)
    }

    /// The numbers of all rows' tokens, by row.
    pub fn tokens(&self) -> impl Iterator<Item = u32> + '_ {
        self.tokens.iter()
    }

    /// How long after the alert a moment of its outcome was, in milliseconds, where that is known.
    #[must_use]
    pub fn delay_ms(&self, row: usize, of: OutcomeField) -> Option<u32> {
        let index = DELAYS.iter().position(|&field| field == of)?;
        Some(self.delays.get(index)?.at(row)).filter(|&delay| delay != UNKNOWN_DELAY)
    }

    /// The hash of a row.
    #[must_use]
    pub fn digest(&self, row: usize) -> u64 {
        self.digests.at(row)
    }

    /// The hashes of all rows.
    pub fn digests(&self) -> impl Iterator<Item = u64> + '_ {
        self.digests.iter()
    }

    /// When the alerts were raised, by row.
    #[must_use]
    pub const fn alert_times(&self) -> &Chunked<i64> {
        &self.alerted_at
    }

    /// When the outcomes were sealed, by row; the least number where they are open.
    #[must_use]
    pub const fn seal_times(&self) -> &Chunked<i64> {
        &self.sealed_at
    }

    /// The features of the contract, in the order of [`feature_fields`].
    #[must_use]
    pub fn features(&self) -> &[Raw] {
        &self.features
    }

    /// The bot's own features.
    #[must_use]
    pub const fn extra(&self) -> &BTreeMap<String, Extra> {
        &self.extra
    }

    /// What is kept of a field that is no feature.
    #[must_use]
    pub fn fact(&self, field: &Field) -> Option<&Raw> {
        self.facts.get(FACTS.iter().position(|fact| fact == field)?)
    }

    /// The row of an alert.
    #[must_use]
    pub fn row_of(&self, key: Key) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(middle) < key { low = middle + 1 } else { high = middle }
        }
        (low < self.len() && self.key(low) == key).then_some(low)
    }

    /// The rows of these alerts, ascending, whenever they were raised.
    #[must_use]
    pub fn rows_of(&self, ids: &std::collections::HashSet<AlertId>) -> Vec<usize> {
        let is_meant = |id: u128| ids.contains(&AlertId(Uuid::from_u128(id)));
        if ids.is_empty() {
            return Vec::new();
        }
        self.ids.iter().enumerate().filter(|&(_, id)| is_meant(id)).map(|(row, _)| row).collect()
    }

    /// The first row at or after a moment.
    #[must_use]
    pub fn first_at(&self, moment: Timestamp) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.alerted_at.at(middle) < moment.micros() { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The rows of the next revision: `fresh` are those that changed.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, fresh: &Self) -> Self {
        let both = |own: &[Raw], fresh: &[Raw]| {
            side_by_side(self.len(), own.iter().zip(fresh).collect(), |(own, fresh): (&Raw, &Raw)| {
                own.spliced(plan, fresh)
            })
        };
        let nothing = Extra::default();
        let keys: BTreeSet<&String> = self.extra.keys().chain(fresh.extra.keys()).collect();
        let extra = keys.into_iter().map(|key| {
            let of = |table: &Self| (table.extra.get(key).unwrap_or(&nothing).clone(), table.len());
            let ((own, rows), (fresh, fresh_rows)) = (of(self), of(fresh));
            (key.clone(), Extra::spliced((&own, rows), (&fresh, fresh_rows), plan))
        });
        let extra = extra.filter(|(_, extra)| !extra.is_unknown()).collect();
        let mut delays = self.delays.clone();
        for (delay, fresh) in delays.iter_mut().zip(&fresh.delays) {
            *delay = delay.spliced(plan, fresh);
        }
        Self {
            ids: self.ids.spliced(plan, &fresh.ids),
            alerted_at: self.alerted_at.spliced(plan, &fresh.alerted_at),
            sealed_at: self.sealed_at.spliced(plan, &fresh.sealed_at),
            digests: self.digests.spliced(plan, &fresh.digests),
            tokens: self.tokens.spliced(plan, &fresh.tokens),
            delays,
            features: both(&self.features, &fresh.features),
            facts: both(&self.facts, &fresh.facts),
            extra,
        }
    }

    /// The memory that it takes without its features, in bytes, shared or not.
    #[must_use]
    pub fn bytes_of_rest(&self) -> usize {
        self.ids.bytes()
            + self.alerted_at.bytes()
            + self.sealed_at.bytes()
            + self.digests.bytes()
            + self.tokens.bytes()
            + self.delays.iter().map(Chunked::bytes).sum::<usize>()
            + self.facts.iter().map(Raw::bytes).sum::<usize>()
    }
}

/// A table that grows, batch by batch, in whatever order.
#[derive(Debug, Default)]
pub struct TableBuilder {
    ids: Builder<u128>,
    alerted_at: Builder<i64>,
    sealed_at: Builder<i64>,
    digests: Builder<u64>,
    tokens: Builder<i64>,
    delays: [Builder<u32>; DELAYS.len()],
    features: Vec<RawBuilder>,
    facts: Vec<RawBuilder>,
    extra: BTreeMap<String, ExtraBuilder>,
}

impl TableBuilder {
    /// No row yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            features: feature_fields().map(|field| RawBuilder::of(&field)).collect(),
            facts: FACTS.iter().map(RawBuilder::of).collect(),
            ..Self::default()
        }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// About how much memory the rows will take in the end, in bytes, with their share of what is derived from them.
    #[must_use]
    pub fn bytes(&self) -> usize {
        /// Id, times, hash, token, delays, standing and labels.
        const PLAIN: usize = 96;
        let columns = self.features.iter().chain(&self.facts).map(RawBuilder::bytes).sum::<usize>();
        PLAIN * self.len() + columns + self.extra.values().map(ExtraBuilder::bytes).sum::<usize>()
    }

    /// Takes the rows of a batch.
    pub fn push(&mut self, batch: &Batch) {
        let before = self.len();
        batch.ids.iter().for_each(|id| self.ids.push(id.0.as_u128()));
        batch.tokens.iter().for_each(|&token| self.tokens.push(token));
        digests(batch).into_iter().for_each(|digest| self.digests.push(digest));
        let cells = |field: &Field| Batch::position(field).and_then(|index| batch.columns.get(index));
        let moments = |field: &Field| match cells(field) {
            Some(Cells::Moments(moments)) => moments.as_slice(),
            _ => &[],
        };
        let alerted_at = moments(&Field::Alert(AlertField::AlertedAt));
        let micros = |at: &Option<Timestamp>| at.map_or(NEVER, Timestamp::micros);
        alerted_at.iter().for_each(|at| self.alerted_at.push(micros(at)));
        moments(&Field::Outcome(OutcomeField::SealedAt)).iter().for_each(|at| self.sealed_at.push(micros(at)));
        for (field, delays) in DELAYS.iter().zip(&mut self.delays) {
            let moments = moments(&Field::Outcome(*field)).iter().zip(alerted_at);
            moments.for_each(|(&at, &alerted_at)| delays.push(delay(at, alerted_at)));
        }
        for (field, column) in feature_fields().zip(&mut self.features).chain(FACTS.into_iter().zip(&mut self.facts)) {
            if let Some(cells) = cells(&field) {
                column.extend(cells);
            }
        }
        for (row, extra) in (before..).zip(&batch.extra) {
            for (key, value) in extra {
                self.extra_of(key).push(row, value);
            }
        }
    }

    fn extra_of(&mut self, key: &str) -> &mut ExtraBuilder {
        self.extra.entry(key.to_owned()).or_default()
    }

    /// The table, and the numbers of its tokens: those of `tokens`, or new ones.
    #[must_use]
    pub fn finish(self, tokens: Option<Arc<Tokens>>) -> (Table, Arc<Tokens>) {
        let rows = self.len();
        let (ids, alerted_at) = (self.ids.finish(), self.alerted_at.finish());
        let sorted = sorted(&ids, &alerted_at);
        let numbers: Vec<i64> = self.tokens.finish().iter().collect();
        let (tokens, numbers) = match tokens {
            Some(tokens) => {
                let numbers = tokens.numbers_of(&numbers);
                (tokens, numbers)
            }
            None => {
                let (tokens, numbers) = Tokens::number(&numbers);
                (Arc::new(tokens), numbers)
            }
        };
        let arrange = Arrange { rows: sorted };
        let table = Table {
            ids: arrange.column(ids),
            alerted_at: arrange.column(alerted_at),
            sealed_at: arrange.column(self.sealed_at.finish()),
            digests: arrange.column(self.digests.finish()),
            tokens: arrange.column(numbers.into_iter().collect()),
            delays: self.delays.map(|delays| arrange.column(delays.finish())),
            features: side_by_side(rows, self.features, |column| arrange.raw(column.finish())),
            facts: side_by_side(rows, self.facts, |column| arrange.raw(column.finish())),
            extra: self.extra.into_iter().map(|(key, extra)| (key, arrange.extra(extra.finish(rows)))).collect(),
        };
        (table, tokens)
    }
}

fn delay(at: Option<Timestamp>, since: Option<Timestamp>) -> u32 {
    let delay = at.zip(since).map(|(at, since)| at.since(since).as_millis());
    delay.map_or(UNKNOWN_DELAY, |delay| u32::try_from(delay).unwrap_or(UNKNOWN_DELAY - 1).min(UNKNOWN_DELAY - 1))
}

/// The rows by key; `None` where they stand so already.
fn sorted(ids: &Chunked<u128>, alerted_at: &Chunked<i64>) -> Option<Vec<u32>> {
    let keys: Vec<(i64, u128)> = alerted_at.iter().zip(ids.iter()).collect();
    if keys.is_sorted() {
        return None;
    }
    let mut rows: Vec<u32> = (0..).take(keys.len()).collect();
    rows.sort_unstable_by_key(|&row| keys[row as usize]);
    Some(rows)
}

/// Puts columns into the order of the rows.
struct Arrange {
    rows: Option<Vec<u32>>,
}

impl Arrange {
    fn column<T: super::chunked::Cell>(&self, column: Chunked<T>) -> Chunked<T> {
        self.rows.as_ref().map(|rows| column.gather(rows)).unwrap_or(column)
    }

    fn raw(&self, column: Raw) -> Raw {
        self.rows.as_ref().map(|rows| column.gather(rows)).unwrap_or(column)
    }

    fn extra(&self, extra: Extra) -> Extra {
        self.rows.as_ref().map(|rows| extra.gather(rows)).unwrap_or(extra)
    }
}
