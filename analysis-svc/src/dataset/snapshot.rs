//! One revision of the data, ready to be asked. It never changes: who began with it keeps it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::alert::AlertId;
use domain::cohort::{Member, Standing, standings};
use domain::outcome::policy::Policy;
use domain::record::AlertRecord;
use domain::token::TokenKey;

use super::bitmap::Bitmap;
use super::columns::Column;
use super::features;
use super::labels::Labels;
use super::revision::Revision;
use super::row::Row;

/// All alerts of one revision, by row: in the order of (`alerted_at`, `alert_id`), whatever order they came in.
#[derive(Clone, Debug)]
pub struct Snapshot {
    rows: Vec<Arc<Row>>,
    standings: Vec<Standing>,
    tokens: Vec<u32>,
    days: Vec<u32>,
    columns: Vec<Column>,
    labels: Labels,
    revision: Revision,
    policy: Policy,
}

impl Snapshot {
    /// Lays out rows, of which no two have one id.
    #[must_use]
    pub fn of_rows(mut rows: Vec<Arc<Row>>, policy: &Policy) -> Self {
        rows.sort_unstable_by_key(|row| (row.record.alert.alerted_at, row.record.alert.id));
        let members: Vec<Member> = rows.iter().map(|row| Member::from(&row.record)).collect();
        Self {
            standings: standings(&members),
            tokens: token_codes(&members),
            days: day_codes(&members),
            columns: features::columns(&rows),
            labels: Labels::of(&rows, policy),
            revision: Revision::of(&rows),
            policy: policy.clone(),
            rows,
        }
    }

    /// Lays out records, of which no two have one id.
    #[must_use]
    pub fn of(records: impl IntoIterator<Item = AlertRecord>, policy: &Policy) -> Self {
        Self::of_rows(records.into_iter().map(|record| Arc::new(Row::of(record))).collect(), policy)
    }

    /// The next revision: rows that changed take the place of those with the same id, and those that were removed go,
    /// unless they are among the changed.
    #[must_use]
    pub fn with(&self, mut changed: HashMap<AlertId, Arc<Row>>, removed: &HashSet<AlertId>) -> Self {
        let stays = |id: &AlertId| changed.contains_key(id) || !removed.contains(id);
        let kept: Vec<&Arc<Row>> = self.rows.iter().filter(|row| stays(&row.record.alert.id)).collect();
        let mut rows: Vec<Arc<Row>> = kept
            .into_iter()
            .map(|row| changed.remove(&row.record.alert.id).unwrap_or_else(|| Arc::clone(row)))
            .collect();
        rows.extend(changed.into_values());
        Self::of_rows(rows, &self.policy)
    }

    /// The same rows, read by another policy.
    #[must_use]
    pub fn under(&self, policy: &Policy) -> Self {
        Self::of_rows(self.rows.clone(), policy)
    }

    /// How many alerts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The alert of a row; without its annotations.
    #[must_use]
    pub fn record(&self, row: usize) -> &AlertRecord {
        &self.rows[row].record
    }

    /// All alerts by row.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &AlertRecord> {
        self.rows.iter().map(|row| &row.record)
    }

    /// The rows as they are kept.
    #[must_use]
    pub fn rows(&self) -> &[Arc<Row>] {
        &self.rows
    }

    /// How each row counts, by the whole history of its token.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// How many different tokens the alerts of `rows` are on.
    #[must_use]
    pub fn count_tokens(&self, rows: &Bitmap) -> u32 {
        let mut seen = Bitmap::none(self.rows.len());
        rows.rows().for_each(|row| seen.insert(self.tokens[row] as usize));
        seen.count()
    }

    /// The UTC day of a row: a number from 0, below [`Self::day_count`].
    #[must_use]
    pub fn day(&self, row: usize) -> usize {
        self.days[row] as usize
    }

    /// On how many different UTC days alerts were raised.
    #[must_use]
    pub fn day_count(&self) -> usize {
        self.days.last().map_or(0, |&last| last as usize + 1)
    }

    /// The features, those of the contract first.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The feature of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
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

    /// The outcome rules in force.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// A number for each token, counted from 0 in the order of their first alerts.
fn token_codes(members: &[Member]) -> Vec<u32> {
    let mut codes: HashMap<TokenKey, u32> = HashMap::new();
    members
        .iter()
        .map(|member| {
            let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
            *codes.entry(member.token).or_insert(next)
        })
        .collect()
}

/// A number for each UTC day that has an alert, counted from 0; `members` are in the order of time.
fn day_codes(members: &[Member]) -> Vec<u32> {
    let mut last = None;
    let mut code = 0;
    members
        .iter()
        .map(|member| {
            let day = member.alerted_at.utc_day();
            code += u32::from(last.is_some_and(|last| last != day));
            last = Some(day);
            code
        })
        .collect()
}
