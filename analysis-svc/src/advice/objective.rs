//! What a recommendation is for, and within which bounds.

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

impl Kind {
    /// As the contract names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetPerDay => "NET_PER_DAY",
            Self::NetPerAlert => "NET_PER_ALERT",
            Self::RugRate => "RUG_RATE",
        }
    }
}
