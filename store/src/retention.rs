//! What is kept of prices, and for how long: raw for a while, then as bars of five minutes, for ever.
//!
//! Prices grow old by whole weeks. A week goes through four states, each written down before the next begins, so that a
//! kill at any moment loses nothing and the next run goes on where the last one stood:
//!
//! 1. *open*: late prices are still taken;
//! 2. *closed*: none is taken any more ([`crate::observations::Reception::OutsideRetention`]), so that what is there stays
//!    what it is; its bars are being made, and making them again makes the same ones;
//! 3. *rolled*: its bars are all there; readers take them, and no outcome that reaches into the week is folded anew any
//!    more: what is stored of it stands;
//! 4. *dropped*: its raw prices are gone: a partition is dropped on Postgres, rows are deleted a few at a time on SQLite.
//!
//! The week's row in `price_weeks` is its lock: whoever stores old prices holds it while doing so.

mod close;
mod drop;
mod notice;
mod roll;
pub(crate) mod weeks;

use std::time::Duration;

use domain::timestamp::Timestamp;

use crate::error::{Doing, StoreError};
use crate::store::Store;
use crate::week::Week;
use crate::write::write;

/// See [`Store::retention`].
#[derive(Clone, Copy)]
pub struct Retention<'a> {
    pub(crate) store: &'a Store,
}

/// How long prices are kept raw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepRaw {
    /// A week is rolled up once all of it is older than this. No shorter than [`KeepRaw::LEAST`].
    pub for_at_least: Duration,
    /// And once it has been known to be old for this long: history that is being brought along is not closed in the middle.
    pub noticed_before: Duration,
}

impl KeepRaw {
    /// Prices younger than this are taken without asking whether their week is closed.
    pub const LEAST: Duration = Duration::from_hours(3 * 24);
}

/// A week of raw prices that is old enough to be rolled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OldWeek(pub(crate) Week);

impl OldWeek {
    /// Its first moment, a Monday.
    #[must_use]
    pub const fn starts_at(self) -> Timestamp {
        self.0.starts_at()
    }
}

/// How far a week came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rolled {
    /// It was found to be old too short a while ago.
    JustNoticed,
    /// So many outcomes that reach into it are not sealed yet.
    Needed {
        /// How many.
        unsealed: u64,
    },
    /// Its bars are there, but others used the table for so long that the week could not be dropped: try again soon.
    Busy,
    /// It is gone, and its bars are there.
    Dropped {
        /// How many bars it became; 0 where that was done before.
        bars: u64,
        /// Of how many observations.
        observations: u64,
    },
}

impl Retention<'_> {
    /// The weeks of raw prices that are old at `now`, oldest first, those included that an earlier run did not bring to the
    /// end. Notes those that it finds for the first time.
    pub async fn old_weeks(&self, now: Timestamp, keep: KeepRaw) -> Result<Vec<OldWeek>, StoreError> {
        let end = Week::of(now.minus(keep.for_at_least.max(KeepRaw::LEAST))).starts_at();
        let engine = &self.store.engine;
        let mut weeks = engine.weeks_before(end).await.doing("looking for old weeks of prices")?;
        weeks.extend(weeks::unfinished(&**engine).await?);
        if !weeks.is_empty() {
            write(engine, notice::Notice { weeks: &weeks, now }).await?;
        }
        Ok(weeks.into_iter().map(OldWeek).collect())
    }

    /// Brings a week as far as it can come: closes it, makes its bars, drops its raw prices. Safe to break off at any
    /// moment, and to do again.
    pub async fn roll_up(&self, week: OldWeek, now: Timestamp, keep: KeepRaw) -> Result<Rolled, StoreError> {
        let (engine, week) = (&self.store.engine, week.0);
        let noticed_before = now.minus(keep.noticed_before);
        match write(engine, close::Close { week, now, noticed_before }).await? {
            close::Closed::Yes => {}
            close::Closed::JustNoticed => return Ok(Rolled::JustNoticed),
            close::Closed::Needed { unsealed } => return Ok(Rolled::Needed { unsealed }),
        }
        let (mut bars, mut observations) = (0, 0);
        if weeks::rolled_in(&**engine, week.starts_at(), week.ends_at()).await?.is_empty() {
            (bars, observations) = roll::roll(engine, week).await?;
            if let Some(unsealed) = write(engine, roll::Finish { week, now }).await? {
                return Ok(Rolled::Needed { unsealed });
            }
        }
        Ok(if drop::drop(engine, week, now).await? { Rolled::Dropped { bars, observations } } else { Rolled::Busy })
    }

    /// Since when prices are raw without a gap: the end of the last week of which only bars are left.
    pub async fn raw_from(&self) -> Result<Option<Timestamp>, StoreError> {
        weeks::raw_from(&*self.store.engine).await
    }
}
