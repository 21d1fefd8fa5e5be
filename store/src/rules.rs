//! What the store must know to fold prices into outcomes.

use std::time::Duration;

use domain::outcome::policy::Policy;

/// The rules in force: the outcome policy, and how alerts are followed from now on.
///
/// The window and the interval are written down with each alert when it is recorded; a later change of them touches
/// later alerts only.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// How outcomes are made from observations.
    pub policy: Policy,
    /// How long an alert is followed.
    pub tracking_window: Duration,
    /// One observation per such interval is expected while it is followed.
    pub poll_interval: Duration,
}

impl Default for Rules {
    /// Policy v1, 48 hours, once a minute.
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            tracking_window: Duration::from_hours(48),
            poll_interval: Duration::from_secs(60),
        }
    }
}
