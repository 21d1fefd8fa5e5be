//! What a recommendation is for, and within which bounds.
//!
//! The standing objective is [`Objective::default`]: net per day, without bounds. Gates are certified for that one alone, so
//! that asking for one thing after the other is no further attempt at a certificate; what else is asked for chooses among
//! what is certified.

use crate::gates::ConfigOutcome;

/// What is to be bettered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The sum over alerts of stake × net exit return, per day, each return capped at +400 %.
    #[default]
    NetPerDay,
    /// The mean of the same per alert.
    NetPerAlert,
    /// The share of rugs, which is to fall.
    RugRate,
}

/// What is to be bettered, and the bounds within which.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Objective {
    /// What is to be bettered.
    pub kind: Kind,
    /// The greatest rug rate to accept, 0 to 1.
    pub max_rug_rate: Option<f64>,
    /// The fewest alerts per day to accept.
    pub min_alerts_per_day: Option<f64>,
}

impl Objective {
    /// Whether a config that does as `proposed` betters what is wanted, over one that does as `current`, within the bounds.
    #[must_use]
    pub fn is_served(&self, current: &ConfigOutcome, proposed: &ConfigOutcome) -> bool {
        let value = |outcome: &ConfigOutcome| match self.kind {
            Kind::NetPerDay => outcome.capped_net_per_day_usd,
            Kind::NetPerAlert => outcome.capped_net_per_alert_usd,
            Kind::RugRate => outcome.rugs.rate().map(|rate| -rate),
        };
        let is_better = value(proposed).zip(value(current)).is_some_and(|(proposed, current)| proposed > current);
        let rug_rate = proposed.rugs.rate();
        is_better
            && self.max_rug_rate.is_none_or(|most| rug_rate.is_none_or(|rate| rate <= most))
            && self.min_alerts_per_day.is_none_or(|least| proposed.alerts_per_day >= least)
    }
}
