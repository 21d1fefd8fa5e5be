//! One revision of the data, ready to be asked. It never changes: who began with it keeps it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use domain::alert::AlertId;
use domain::cohort::Standing;
use domain::feature::FeatureKind;
use domain::field::{Field, OutcomeField};
use domain::outcome::policy::Policy;
use domain::record::AlertRecord;
use domain::timestamp::Timestamp;
use store::dataset::Batch;

use super::bitmap::Bitmap;
use super::categories::Categories;
use super::chunked::Chunked;
use super::columns::{Column, Flags, Values};
use super::days::{Day, days, weeks};
use super::derived::Derived;
use super::digest::token_number;
use super::extra::Extra;
use super::features;
use super::labels::Labels;
use super::measures::{Measures, splice};
use super::plan::{Key, Plan};
use super::raw::Raw;
use super::revision::Revision;
use super::standings::Standings;
use super::table::{Table, TableBuilder, feature_fields};
use super::tokens::Tokens;
use crate::parallel::both;
use crate::statistics::rank::order::Order;

/// What is analysed, on which answers rest beside the alerts: names, kinds, and whether they are mixed.
pub type Features = Vec<(String, FeatureKind, bool)>;

/// All alerts of one revision, by row: in the order of (`alerted_at`, `alert_id`), whatever order they came in. The rows
/// of a day, or of any window of time, are a range.
#[derive(Clone, Debug)]
pub struct Snapshot {
    table: Table,
    tokens: Arc<Tokens>,
    token_count: usize,
    standings: Standings,
    days: Vec<Day>,
    weeks: Vec<Day>,
    columns: Vec<Column>,
    labels: Labels,
    revision: Revision,
    policy: Policy,
    derived: Arc<Derived>,
}

impl Snapshot {
    /// Lays out what was read.
    #[must_use]
    pub fn of_rows(rows: TableBuilder, policy: &Policy) -> Self {
        let (table, tokens) = rows.finish(None);
        let days = days(&table);
        Self {
            standings: Standings::of(&table),
            columns: features::columns(&table),
            labels: Labels::of(&table, policy),
            revision: Revision::of(&table),
            policy: policy.clone(),
            derived: Arc::default(),
            weeks: weeks(&days),
            days,
            token_count: tokens.len(),
            tokens,
            table,
        }
    }

    /// Lays out records, of which no two have one id.
    #[must_use]
    pub fn of(records: impl IntoIterator<Item = AlertRecord>, policy: &Policy) -> Self {
        Self::of_rows(rows_of(records), policy)
    }

    /// The next revision: rows that changed take the place of those with the same id, and those that were removed go,
    /// unless they are among the changed.
    #[must_use]
    pub fn with(&self, changed: TableBuilder, removed: &HashSet<AlertId>) -> Self {
        let (fresh, tokens) = changed.finish(Some(Arc::clone(&self.tokens)));
        let fresh_keys: Vec<Key> = (0..fresh.len()).map(|row| fresh.key(row)).collect();
        // An alert that was recorded again at the same moment is overwritten.
        let mut removed = self.table.rows_of(removed);
        removed.retain(|&row| fresh_keys.binary_search(&self.table.key(row)).is_err());
        let plan = Plan::of(self.len(), |row| self.table.key(row), &removed, &fresh_keys);
        let table = self.table.spliced(&plan, &fresh);
        let days = days(&table);
        let nobody = Bitmap::none(fresh.len());
        let derived = self.derived.handed_on(|rows| splice(rows, &plan, &nobody));
        let (columns, (standings, labels, revision)) = both(
            || features::spliced(&self.columns, &table, &plan),
            || {
                let standings = self.standings.spliced(&plan, &self.table, &table, &fresh);
                let labels = self.labels.spliced(&plan, &table, &self.policy);
                (standings, labels, self.revision.spliced(&plan, &self.table, &table, &fresh))
            },
        );
        Self {
            standings,
            columns,
            labels,
            revision,
            policy: self.policy.clone(),
            derived: Arc::new(derived),
            weeks: weeks(&days),
            days,
            token_count: tokens.len(),
            tokens,
            table,
        }
    }

    /// The same rows, read by another policy.
    #[must_use]
    pub fn under(&self, policy: &Policy) -> Self {
        Self { labels: self.labels.under(policy), policy: policy.clone(), derived: Arc::default(), ..self.clone() }
    }

    /// How many alerts there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The id of a row's alert: the store has the rest of it.
    #[must_use]
    pub fn alert_id(&self, row: usize) -> AlertId {
        self.table.id(row)
    }

    /// The row of an alert.
    #[must_use]
    pub fn row_of(&self, record: &AlertRecord) -> Option<usize> {
        self.table.row_of((record.alert.alerted_at, record.alert.id))
    }

    /// The row of an alert by when it was raised and its id.
    #[must_use]
    pub fn row_at(&self, alerted_at: Timestamp, id: AlertId) -> Option<usize> {
        self.table.row_of((alerted_at, id))
    }

    /// When the alert of a row was raised.
    #[must_use]
    pub fn alerted_at(&self, row: usize) -> Timestamp {
        self.table.alerted_at(row)
    }

    /// When the outcome of a row was sealed; `None` while it is open. A unit has matured then.
    #[must_use]
    pub fn sealed_at(&self, row: usize) -> Option<Timestamp> {
        self.table.sealed_at(row)
    }

    /// The moments of the alerts by row, in microseconds; they rise.
    #[must_use]
    pub const fn alert_times(&self) -> &Chunked<i64> {
        self.table.alert_times()
    }

    /// The moments of sealing by row, in microseconds; the least number where an outcome is open.
    #[must_use]
    pub const fn seal_times(&self) -> &Chunked<i64> {
        self.table.seal_times()
    }

    /// How long after the alert a moment of its sealed outcome was, in milliseconds: of `pumped_at`, `rug_hit_at` and
    /// `last_price_at` (until when it was observed). `None` where that never was, or is unknown.
    #[must_use]
    pub fn delay_ms(&self, row: usize, of: OutcomeField) -> Option<u32> {
        self.table.delay_ms(row, of)
    }

    /// The rows of `[start, end)` on `alerted_at`; an open end is unbounded.
    #[must_use]
    pub fn rows_between(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> Range<usize> {
        let first = start.map_or(0, |start| self.table.first_at(start));
        first..end.map_or(self.len(), |end| self.table.first_at(end)).max(first)
    }

    /// How each row counts, by the whole history of its token.
    #[must_use]
    pub const fn standings(&self) -> &Standings {
        &self.standings
    }

    /// The rows that stand so.
    #[must_use]
    pub const fn standing(&self, standing: Standing) -> &Bitmap {
        self.standings.rows(standing)
    }

    /// A number for the token of a row, below [`Self::token_count`]. Which one says nothing.
    #[must_use]
    pub fn token(&self, row: usize) -> u32 {
        self.table.token(row)
    }

    /// The numbers of all rows' tokens, by row.
    pub fn row_tokens(&self) -> impl Iterator<Item = u32> + '_ {
        self.table.tokens()
    }

    /// More than the greatest number of a token.
    #[must_use]
    pub const fn token_count(&self) -> usize {
        self.token_count
    }

    /// How many different tokens the alerts of `rows` are on.
    #[must_use]
    pub fn count_tokens(&self, rows: &Bitmap) -> u32 {
        let mut seen = Bitmap::none(self.token_count);
        rows.rows().for_each(|row| seen.insert(self.token(row) as usize));
        seen.count()
    }

    /// The UTC days on which alerts were raised, ascending.
    #[must_use]
    pub fn days(&self) -> &[Day] {
        &self.days
    }

    /// The weeks, from Monday, in which alerts were raised, ascending.
    #[must_use]
    pub fn weeks(&self) -> &[Day] {
        &self.weeks
    }

    /// The UTC day of a row: its place among [`Self::days`].
    #[must_use]
    pub fn day(&self, row: usize) -> usize {
        self.days.partition_point(|day| day.rows.end <= row)
    }

    /// On how many different UTC days alerts were raised.
    #[must_use]
    pub const fn day_count(&self) -> usize {
        self.days.len()
    }

    /// The features, those of the contract first.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What its features are.
    #[must_use]
    pub fn features(&self) -> Features {
        self.columns.iter().map(|column| (column.name.clone(), column.kind(), column.is_mixed)).collect()
    }

    /// The feature of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What is kept of a field that is no feature: of the alert or of its sealed outcome, matured or lost.
    #[must_use]
    pub fn fact(&self, field: &Field) -> Option<&Raw> {
        self.table.fact(field)
    }

    /// One of the bot's own features, its sorts of values apart.
    #[must_use]
    pub fn extra(&self, key: &str) -> Option<&Extra> {
        self.table.extra().get(key)
    }

    /// The yes/no values of a field: of a feature, of the alert, of its sealed outcome. `None` where it has none, or they
    /// are not kept.
    #[must_use]
    pub fn flags_of(&self, field: &Field) -> Option<&Flags> {
        match (self.raw_of(field), field) {
            (_, Field::Extra(key)) => self.extra(key)?.flags(),
            (Some(Raw::Flags(flags)), _) => Some(flags),
            _ => None,
        }
    }

    /// The numbers of a field; see [`Self::flags_of`].
    #[must_use]
    pub fn measures_of(&self, field: &Field) -> Option<&Measures> {
        match (self.raw_of(field), field) {
            (_, Field::Extra(key)) => self.extra(key)?.numbers(),
            (Some(Raw::Measures(measures)), _) => Some(measures),
            _ => None,
        }
    }

    /// The words of a field, or the names of its enum values; see [`Self::flags_of`].
    #[must_use]
    pub fn words_of(&self, field: &Field) -> Option<&Categories> {
        match (self.raw_of(field), field) {
            (_, Field::Extra(key)) => self.extra(key)?.words(),
            (Some(Raw::Categories(words)), _) => Some(words),
            _ => None,
        }
    }

    /// The rows of a field that is a number by rising value, where that order is kept ([`Numbers::kept_order`]).
    ///
    /// [`Numbers::kept_order`]: super::columns::Numbers::kept_order
    #[must_use]
    pub fn kept_order(&self, field: &Field) -> Option<&Order> {
        match &self.column(&field.to_string())?.values {
            Values::Numbers(numbers) => numbers.kept_order(),
            Values::Flags(_) | Values::Categories(_) => None,
        }
    }

    fn raw_of(&self, field: &Field) -> Option<&Raw> {
        let feature = || feature_fields().zip(self.table.features()).find(|(other, _)| other == field);
        self.table.fact(field).or_else(|| feature().map(|(_, raw)| raw))
    }

    /// What became of the matured alerts.
    #[must_use]
    pub const fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Which state of the data this is.
    #[must_use]
    pub const fn revision(&self) -> &Revision {
        &self.revision
    }

    /// What others worked out from this revision alone, and keep with it.
    #[must_use]
    pub fn derived(&self) -> &Derived {
        &self.derived
    }

    /// The outcome rules in force.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The memory that it takes, in bytes; part of it is shared with the revisions before and after.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.table.bytes_of_rest()
            + self.tokens.bytes()
            + self.standings.bytes()
            + self.labels.bytes()
            + self.columns.iter().map(Column::bytes).sum::<usize>()
    }
}

/// The rows of records, of which no two have one id.
#[must_use]
pub fn rows_of(records: impl IntoIterator<Item = AlertRecord>) -> TableBuilder {
    let mut batch = Batch::empty();
    for record in records {
        batch.push(token_number(&record.alert.token.key), &record);
    }
    let mut rows = TableBuilder::new();
    rows.push(&batch);
    rows
}
