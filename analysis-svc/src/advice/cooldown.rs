//! A key that was just turned gets no further recommendation for a while: what it does is not known yet, and to turn it
//! again at once is how a threshold wanders with the noise.

use std::time::Duration;

use domain::cohort::Standing;
use domain::timestamp::Timestamp;

use crate::correlate::selection::{Selection, Window};
use crate::dataset::Snapshot;
use crate::dataset::filter::Kept;

/// How long a cooldown is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CooldownRule {
    /// At the least so long.
    pub least: Duration,
    /// And until so many tokens have matured that were alerted since.
    pub least_tokens: u32,
}

impl Default for CooldownRule {
    fn default() -> Self {
        Self { least: Duration::from_secs(7 * 86_400), least_tokens: 100 }
    }
}

/// A key that was turned, and by which config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// The key.
    pub key: String,
    /// The config that turned it.
    pub revision: String,
    /// When that came into force.
    pub at: Timestamp,
}

/// A key that was just turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cooldown {
    /// The key.
    pub key: String,
    /// The config that turned it.
    pub revision: String,
    /// When that came into force.
    pub turned_at: Timestamp,
    /// No recommendation before this.
    pub until: Timestamp,
    /// Nor before so many tokens have matured that were alerted since.
    pub tokens_needed: u32,
    /// How many have.
    pub tokens: u32,
}

impl CooldownRule {
    /// The cooldown of a key at `now`; `None` where it is over.
    #[must_use]
    pub fn of(&self, turned: &Turned, snapshot: &Snapshot, now: Timestamp) -> Option<Cooldown> {
        let until = turned.at.plus(self.least);
        let tokens = matured_since(snapshot, turned.at);
        (now < until || tokens < self.least_tokens).then(|| Cooldown {
            key: turned.key.clone(),
            revision: turned.revision.clone(),
            turned_at: turned.at,
            until,
            tokens_needed: self.least_tokens,
            tokens,
        })
    }
}

impl Cooldown {
    /// About how long it is still, at `per_day` matured tokens a day; `None` where tokens are missing and none come.
    #[must_use]
    pub fn left(&self, now: Timestamp, per_day: Option<f64>) -> Option<Duration> {
        let by_time = self.until.since(now);
        let missing = self.tokens_needed.saturating_sub(self.tokens);
        if missing == 0 {
            return Some(by_time);
        }
        let days = f64::from(missing) / per_day.filter(|rate| *rate > 0.0)?;
        Some(by_time.max(Duration::try_from_secs_f64(days * 86_400.0).ok()?))
    }
}

/// How many units that were alerted since then have matured.
fn matured_since(snapshot: &Snapshot, since: Timestamp) -> u32 {
    snapshot.standing(Standing::Matured).count_within(snapshot.rows_between(Some(since), None))
}

/// How many units mature in a day, over all that did; `None` of none.
#[must_use]
pub fn matured_per_day(snapshot: &Snapshot) -> Option<f64> {
    let selection = Selection::of(snapshot, Window::default(), &Kept::everything());
    selection.days(snapshot).map(|days| f64::from(selection.matured.count()) / days)
}
