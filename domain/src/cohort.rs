//! Who is counted.
//!
//! The unit is the first alert of a token in 48 hours: it opens an *episode*, and every other alert of that token less than
//! 48 hours after it belongs to the episode as a repeat, counted and shown but not analysed. The next alert after that
//! opens an episode of its own. Rates use *matured* units; pending, lost and no-data ones are shown beside them. Shadow
//! alerts are never part of the alerted cohort, and neither open nor prolong its episodes.
//!
//! Whether an alert is a repeat is a fact of the token's whole history, not of a query: classify before filtering, and
//! begin [`EPISODE_WINDOW`] before the window that is asked for. Then the same alert is counted alike in every look.

use std::collections::HashMap;
use std::time::Duration;

use crate::alert::{AlertId, Decision};
use crate::outcome::OutcomeStatus;
use crate::record::AlertRecord;
use crate::timestamp::Timestamp;
use crate::token::TokenKey;

/// How long after a token's first alert its further ones are repeats.
pub const EPISODE_WINDOW: Duration = Duration::from_secs(48 * 60 * 60);

/// What must be known of an alert to say how it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its token.
    pub token: TokenKey,
    /// When it was raised.
    pub alerted_at: Timestamp,
    /// Breaks ties between alerts of the same moment.
    pub alert_id: AlertId,
    /// Alerted or shadow.
    pub decision: Decision,
    /// How far its following has come.
    pub status: OutcomeStatus,
}

impl From<&AlertRecord> for Member {
    fn from(record: &AlertRecord) -> Self {
        Self {
            token: record.alert.token.key,
            alerted_at: record.alert.alerted_at,
            alert_id: record.alert.id,
            decision: record.alert.decision,
            status: record.outcome.status,
        }
    }
}

/// How an alert counts in the alerted cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A unit whose window is sealed and well enough seen: it enters the rates.
    Matured,
    /// A unit that is still followed.
    Pending,
    /// A unit whose feed was lost. It may have been a rug.
    Lost,
    /// A unit of which no price was ever accepted.
    NoData,
    /// Not the first alert of its token in 48 hours.
    Repeated,
    /// Turned away by the bot's filters: not part of the alerted cohort.
    Shadow,
}

impl Standing {
    /// The standing of an alert that opens its episode.
    #[must_use]
    pub const fn of_unit(status: OutcomeStatus) -> Self {
        match status {
            OutcomeStatus::Complete => Self::Matured,
            OutcomeStatus::Tracking => Self::Pending,
            OutcomeStatus::Lost => Self::Lost,
            OutcomeStatus::NoData => Self::NoData,
        }
    }

    /// Whether the alert is a unit of the alerted cohort, matured or not.
    #[must_use]
    pub const fn is_unit(self) -> bool {
        matches!(self, Self::Matured | Self::Pending | Self::Lost | Self::NoData)
    }
}

/// Classifies alerts as they stream by, those of one token in the order (`alerted_at`, `alert_id`).
#[derive(Clone, Debug, Default)]
pub struct Episodes {
    opened_at: HashMap<(TokenKey, Decision), Timestamp>,
}

impl Episodes {
    /// The standing of the next alert.
    pub fn stand(&mut self, member: Member) -> Standing {
        let is_first = self.opens(member);
        match member.decision {
            Decision::Shadow => Standing::Shadow,
            Decision::Alerted if is_first => Standing::of_unit(member.status),
            Decision::Alerted => Standing::Repeated,
        }
    }

    /// Whether the next alert is the first of its token and decision in 48 hours. Shadow alerts have episodes of their own,
    /// for those who weigh them.
    pub fn opens(&mut self, member: Member) -> bool {
        let key = (member.token, member.decision);
        let is_first = opens_episode(self.opened_at.get(&key).copied(), member.alerted_at);
        if is_first {
            self.opened_at.insert(key, member.alerted_at);
        }
        is_first
    }
}

/// Whether an alert opens an episode, where the latest one of its token (and decision) was opened at that moment.
#[must_use]
pub fn opens_episode(latest: Option<Timestamp>, alerted_at: Timestamp) -> bool {
    latest.is_none_or(|opened| alerted_at >= opened.plus(EPISODE_WINDOW))
}

/// The standing of each alert, in the order in which they were given, which may be any.
#[must_use]
pub fn standings(members: &[Member]) -> Vec<Standing> {
    let mut by_time: Vec<usize> = (0..members.len()).collect();
    by_time.sort_unstable_by_key(|&index| (members[index].alerted_at, members[index].alert_id));
    let mut episodes = Episodes::default();
    let mut standings = vec![Standing::Shadow; members.len()];
    for index in by_time {
        standings[index] = episodes.stand(members[index]);
    }
    standings
}

/// How many alerts stand how: the head of every table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// All alerts, shadow ones left out.
    pub alerts: u32,
    /// Units that enter the rates.
    pub matured: u32,
    /// Units that are still followed.
    pub pending: u32,
    /// Units whose feed was lost.
    pub lost: u32,
    /// Units without any price.
    pub no_data: u32,
    /// Alerts that are no units.
    pub repeated: u32,
    /// Shadow alerts.
    pub shadow: u32,
}

impl Census {
    /// Counts one more.
    pub const fn add(&mut self, standing: Standing) {
        let count = match standing {
            Standing::Matured => &mut self.matured,
            Standing::Pending => &mut self.pending,
            Standing::Lost => &mut self.lost,
            Standing::NoData => &mut self.no_data,
            Standing::Repeated => &mut self.repeated,
            Standing::Shadow => &mut self.shadow,
        };
        *count += 1;
        if !matches!(standing, Standing::Shadow) {
            self.alerts += 1;
        }
    }

    /// Units, matured or not: the episodes of the cohort.
    #[must_use]
    pub const fn units(&self) -> u32 {
        self.matured + self.pending + self.lost + self.no_data
    }
}

impl FromIterator<Standing> for Census {
    fn from_iter<I: IntoIterator<Item = Standing>>(standings: I) -> Self {
        let mut census = Self::default();
        standings.into_iter().for_each(|standing| census.add(standing));
        census
    }
}

/// A rate of which some cases are unknown: what it would be if none, and if all of them had it. With `had` of `matured`,
/// the rug rate beside `lost` feeds lies between `had / (matured + lost)` and `(had + lost) / (matured + lost)`.
/// `None` where there is nobody.
#[must_use]
pub fn bounds_with_lost(had: u32, matured: u32, lost: u32) -> Option<(f64, f64)> {
    let all = f64::from(matured) + f64::from(lost);
    (all > 0.0).then(|| (f64::from(had) / all, (f64::from(had) + f64::from(lost)) / all))
}

#[cfg(test)]
mod tests;
