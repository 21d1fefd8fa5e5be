//! How long a source usually takes to answer: the 95th percentile of its last answers.

use std::collections::VecDeque;
use std::time::Duration;

/// Of so many answers.
const REMEMBERED: usize = 100;
/// Fewer say nothing of the slowest twentieth.
const ENOUGH: usize = 20;

/// See the module.
#[derive(Debug, Default)]
pub struct Latency {
    /// The oldest first.
    recent: VecDeque<Duration>,
}

impl Latency {
    /// An answer took so long.
    pub fn answered(&mut self, after: Duration) {
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(after);
    }

    /// Nineteen of twenty recent answers took no longer than this; `None` while there are too few to tell.
    #[must_use]
    pub fn p95(&self) -> Option<Duration> {
        if self.recent.len() < ENOUGH {
            return None;
        }
        let mut sorted: Vec<Duration> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        // The nearest rank: the smallest value that 95 % do not exceed.
        sorted.get((sorted.len() * 95).div_ceil(100) - 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rank_of_the_last_hundred_answers() {
        let mut latency = Latency::default();
        for ms in 1..20 {
            latency.answered(Duration::from_millis(ms));
        }
        assert_eq!(latency.p95(), None);
        latency.answered(Duration::from_millis(20));
        assert_eq!(latency.p95(), Some(Duration::from_millis(19)));
        for ms in 1_001..=1_100 {
            latency.answered(Duration::from_millis(ms));
        }
        assert_eq!(latency.p95(), Some(Duration::from_millis(1_095)));
    }
}
