//! When something (more) can be certified, at the present rate.

use domain::timestamp::Timestamp;

use super::certification::split::LEAST_DAYS_IN_ALL;
use super::certification::{LEAST_DROPPED, LEAST_KEPT};
use crate::correlate::Answer;
use crate::dataset::Snapshot;
use crate::inference::checkpoint::Checkpoint;

/// The days of the later part, of those that there must be at the least.
const LATER_SHARE: f64 = 7.0 / 16.0;
const DAY_SECONDS: f64 = 86_400.0;

/// The first checkpoint that can certify, as far as the present rate tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earliest {
    /// At so many matured tokens.
    pub tokens: u64,
    /// In about so many days.
    pub in_days: f64,
    /// On the so manieth day since the first alert.
    pub day: u64,
    /// At about this moment.
    pub at: Timestamp,
}

impl Earliest {
    /// From the tokens that mature in a day; `None` where that is unknown, or there is no further checkpoint.
    #[must_use]
    pub fn of(answer: &Answer, snapshot: &Snapshot) -> Option<Self> {
        let per_day = answer.cohort.alerts_per_day.filter(|rate| *rate > 0.0)?;
        let matured = u64::from(answer.cohort.matured.alerts);
        let least_tokens = f64::from(LEAST_DROPPED + LEAST_KEPT) / LATER_SHARE;
        let is_enough = |checkpoint: &Checkpoint| {
            let tokens = checkpoint.tokens() as f64;
            tokens >= least_tokens && tokens / per_day >= f64::from(LEAST_DAYS_IN_ALL)
        };
        let tokens =
            Checkpoint::all().find(|checkpoint| checkpoint.tokens() > matured && is_enough(checkpoint))?.tokens();
        let in_days = (tokens - matured) as f64 / per_day;
        let (first, _) = answer.cohort.span?;
        let at = snapshot
            .revision()
            .as_of
            .unwrap_or(first)
            .plus(std::time::Duration::try_from_secs_f64(in_days * DAY_SECONDS).ok()?);
        let day = u64::try_from(at.utc_day() - first.utc_day()).unwrap_or(0) + 1;
        Some(Self { tokens, in_days, day, at })
    }
}
