//! Order: folds run in the order (`observed_at`, source).

use std::sync::Arc;

use crate::observation::Observation;
use crate::timestamp::Timestamp;

/// The key of the last observation, accepted or not.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub at: Timestamp,
    pub source: Arc<str>,
}

impl Seen {
    pub fn of(observation: &Observation) -> Self {
        Self { at: observation.observed_at, source: Arc::clone(&observation.source) }
    }

    #[inline]
    pub fn is_before(&self, observation: &Observation) -> bool {
        self.at < observation.observed_at || (self.at == observation.observed_at && self.source < observation.source)
    }

    #[inline]
    pub fn go_on(&mut self, observation: &Observation) {
        self.at = observation.observed_at;
        if self.source != observation.source {
            self.source = Arc::clone(&observation.source);
        }
    }
}
