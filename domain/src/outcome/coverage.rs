//! Coverage: accepted observations as a share of the expected ones.
//!
//! Every observation stands for the time up to the next one, but for no more than one interval. So an observation per
//! interval is full coverage however its moments jitter, two sources at one moment count once, and a feed that pushes every
//! second cannot make up for the hours in which it was silent.

use crate::outcome::elapsed::micros;
use crate::timestamp::Timestamp;

/// The time that observations stand for, without the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Coverage {
    pub covered_micros: i64,
}

impl Coverage {
    /// The next accepted observation, with the one before it.
    #[inline]
    pub fn look(&mut self, interval_micros: i64, last_at: Option<Timestamp>, at: Timestamp) {
        if let Some(last_at) = last_at {
            self.covered_micros = self.covered_micros.saturating_add(micros(last_at, at).min(interval_micros));
        }
    }

    /// As a share of `expected_micros`, 0 to 1.
    pub fn share(&self, interval_micros: i64, any: bool, expected_micros: i64) -> f64 {
        if !any {
            return 0.0;
        }
        let covered = self.covered_micros.saturating_add(interval_micros);
        (covered as f64 / expected_micros.max(1) as f64).clamp(0.0, 1.0)
    }
}
