//! Returns at 1 h, 6 h and 24 h: the last accepted price at or before that moment if it is fresh (5, 15, 60 min), else
//! unknown.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::path::Last;
use crate::outcome::policy;
use crate::timestamp::Timestamp;

const HORIZON_SECONDS: [u32; 3] = [3_600, 6 * 3_600, 24 * 3_600];

/// The price at each horizon.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Returns {
    pub prices: [Option<f64>; 3],
    /// How many horizons have passed; the prices beyond them are unknown as yet.
    pub passed: u8,
}

impl Returns {
    /// Decides every horizon before `next`, the coming observation, by the last one up to it. An observation at the very
    /// moment of the horizon is not before it: another of the same moment may follow.
    #[inline]
    pub fn pass(&mut self, policy: &policy::Returns, alerted_at: Timestamp, last: Option<&Last>, next: Timestamp) {
        while let Some(&horizon) = HORIZON_SECONDS.get(usize::from(self.passed)) {
            if micros(alerted_at, next) <= seconds(horizon) {
                return;
            }
            self.decide(policy, alerted_at, last, horizon);
        }
    }

    /// No observation is to come: decides what is left, also a horizon beyond the window if the last price is fresh there.
    pub fn seal(&mut self, policy: &policy::Returns, alerted_at: Timestamp, last: Option<&Last>) {
        while let Some(&horizon) = HORIZON_SECONDS.get(usize::from(self.passed)) {
            self.decide(policy, alerted_at, last, horizon);
        }
    }

    fn decide(&mut self, policy: &policy::Returns, alerted_at: Timestamp, last: Option<&Last>, horizon: u32) {
        let index = usize::from(self.passed);
        let fresh = [policy.fresh_at_1h_seconds, policy.fresh_at_6h_seconds, policy.fresh_at_24h_seconds];
        if let (Some(price), Some(&fresh), Some(last)) = (self.prices.get_mut(index), fresh.get(index), last) {
            let age = seconds(horizon).saturating_sub(micros(alerted_at, last.fresh_at));
            *price = (age <= seconds(fresh)).then_some(last.price);
        }
        self.passed += 1;
    }
}
