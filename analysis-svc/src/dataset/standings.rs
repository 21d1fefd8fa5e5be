//! How each alert counts, as sets of rows. A fact of its token's whole history: of the tokens that changed, and of no
//! others, it is settled anew.

use std::collections::HashMap;

use domain::cohort::{Census, Standing, opens_episode};
use domain::field::{AlertField, Field, Kind, OutcomeField};
use domain::outcome::OutcomeStatus;
use domain::timestamp::Timestamp;

use super::bitmap::Bitmap;
use super::measures::splice;
use super::plan::Plan;
use super::raw::Raw;
use super::table::Table;

/// All standings, each at the place of its number.
const STANDINGS: [Standing; 6] =
    [Standing::Matured, Standing::Pending, Standing::Lost, Standing::NoData, Standing::Repeated, Standing::Shadow];

/// All states, in the order of their names in the contract.
const STATUSES: [OutcomeStatus; 4] =
    [OutcomeStatus::Tracking, OutcomeStatus::Complete, OutcomeStatus::Lost, OutcomeStatus::NoData];

/// Every row is in one of these sets.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    rows: [Bitmap; STANDINGS.len()],
}

impl Standings {
    /// The standings of all rows.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let mut standings = Self { rows: std::array::from_fn(|_| Bitmap::none(table.len())) };
        let facts = Facts::of(table);
        let mut episodes = Episodes::default();
        for (row, token) in table.tokens().enumerate() {
            standings.insert(row, episodes.stand(table, &facts, row, token));
        }
        standings
    }

    /// The standings of the next revision, which is `after`; `before` was the present one and `fresh` is what changed.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, before: &Table, after: &Table, fresh: &Table) -> Self {
        let changed = fresh.tokens().chain(plan.removed().iter().map(|&row| before.token(row)));
        let changed: Vec<usize> = changed.map(|token| token as usize).collect();
        let mut touched = Bitmap::none(changed.iter().max().map_or(0, |last| last + 1));
        changed.into_iter().for_each(|token| touched.insert(token));
        let nobody = Bitmap::none(fresh.len());
        let mut standings = Self { rows: self.rows.each_ref().map(|rows| splice(rows, plan, &nobody)) };
        let facts = Facts::of(after);
        let mut episodes = Episodes::default();
        for (row, token) in after.tokens().enumerate().filter(|&(_, token)| touched.contains(token as usize)) {
            standings.rows.iter_mut().for_each(|rows| rows.remove(row));
            standings.insert(row, episodes.stand(after, &facts, row, token));
        }
        standings
    }

    fn insert(&mut self, row: usize, standing: Standing) {
        if let Some(rows) = self.rows.get_mut(standing as usize) {
            rows.insert(row);
        }
    }

    /// The rows that stand so.
    #[must_use]
    pub const fn rows(&self, standing: Standing) -> &Bitmap {
        &self.rows[standing as usize]
    }

    /// How a row counts.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Standing> {
        STANDINGS.into_iter().find(|&standing| self.rows(standing).contains(row))
    }

    /// How many of `rows` stand how.
    #[must_use]
    pub fn census(&self, rows: &Bitmap) -> Census {
        let count = |standing| rows.count_and(self.rows(standing));
        let shadow = count(Standing::Shadow);
        Census {
            alerts: rows.count() - shadow,
            matured: count(Standing::Matured),
            pending: count(Standing::Pending),
            lost: count(Standing::Lost),
            no_data: count(Standing::NoData),
            repeated: count(Standing::Repeated),
            shadow,
        }
    }

    /// The memory that they take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.rows.iter().map(Bitmap::bytes).sum()
    }
}

/// The rows whose outcome is in this state.
#[must_use]
pub fn rows_with_status(table: &Table, status: OutcomeStatus) -> Bitmap {
    let Some(Raw::Categories(statuses)) = table.fact(&Field::Outcome(OutcomeField::Status)) else {
        return Bitmap::none(table.len());
    };
    statuses.rows_where(|code| statuses.levels.get(code).and_then(|name| status_of(name)) == Some(status))
}

fn status_of(name: &str) -> Option<OutcomeStatus> {
    let Kind::Enum(names) = Field::Outcome(OutcomeField::Status).kind() else { return None };
    let index = names.all.iter().position(|other| *other == name)?;
    STATUSES.get(index).copied()
}

/// What a standing hangs on, beside the history.
struct Facts {
    shadow: Bitmap,
    statuses: [Bitmap; STATUSES.len()],
}

impl Facts {
    fn of(table: &Table) -> Self {
        Self { shadow: shadow(table), statuses: STATUSES.map(|status| rows_with_status(table, status)) }
    }

    fn status(&self, row: usize) -> OutcomeStatus {
        let found = self.statuses.iter().zip(STATUSES).find(|(rows, _)| rows.contains(row));
        found.map_or(OutcomeStatus::Tracking, |(_, status)| status)
    }
}

/// The rows of alerts that the bot's filters turned away.
#[must_use]
pub fn shadow(table: &Table) -> Bitmap {
    let field = Field::Alert(AlertField::Decision);
    let (Some(Raw::Categories(decisions)), Kind::Enum(names)) = (table.fact(&field), field.kind()) else {
        return Bitmap::none(table.len());
    };
    let shadow = names.find("SHADOW");
    decisions.rows_where(|code| decisions.levels.get(code).map(String::as_str) == shadow)
}

/// When the latest episode of each token was opened; shadow alerts open none.
#[derive(Default)]
struct Episodes {
    opened_at: HashMap<u32, Timestamp>,
}

impl Episodes {
    fn stand(&mut self, table: &Table, facts: &Facts, row: usize, token: u32) -> Standing {
        if facts.shadow.contains(row) {
            return Standing::Shadow;
        }
        let alerted_at = table.alerted_at(row);
        let latest = self.opened_at.get(&token).copied();
        if !opens_episode(latest, alerted_at) {
            return Standing::Repeated;
        }
        self.opened_at.insert(token, alerted_at);
        Standing::of_unit(facts.status(row))
    }
}
