//! Between checkpoints: which one was reached, and when the next one will be.

use domain::timestamp::Timestamp;

use super::standing::Now;
use crate::inference::checkpoint::Checkpoint;

/// Where the standing question stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Distinct tokens with a matured alert.
    pub tokens: u64,
    /// The last checkpoint; `None` below the first.
    pub reached: Option<Reached>,
    /// The tokens of the next checkpoint. `None` beyond the last.
    pub next_tokens: Option<u64>,
    /// About how many days that is from now. `None` where it cannot be told.
    pub days_to_next: Option<f64>,
}

/// A checkpoint that was reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reached {
    /// N_k, the tokens that its verdicts rest on.
    pub tokens: u64,
    /// When the last of them matured.
    pub at: Timestamp,
    /// α_k.
    pub alpha: f64,
    /// m, how many questions were asked.
    pub family_size: usize,
    /// R, how many of them were rejected.
    pub rejections: usize,
}

impl Progress {
    /// With as many tokens a day as there are alerts.
    #[must_use]
    pub fn of(now: &Now, tokens_per_day: Option<f64>) -> Self {
        let next_tokens = Checkpoint::next_after(now.tokens).map(Checkpoint::tokens);
        let missing = next_tokens.map(|next| (next - now.tokens) as f64);
        let rate = tokens_per_day.filter(|rate| rate.is_finite() && *rate > 0.0);
        Self {
            tokens: now.tokens,
            reached: now.standing.as_ref().map(|standing| Reached {
                tokens: standing.checkpoint.tokens(),
                at: standing.reached_at,
                alpha: standing.checkpoint.alpha(),
                family_size: standing.family_size,
                rejections: standing.rejections,
            }),
            next_tokens,
            days_to_next: missing.zip(rate).map(|(missing, rate)| missing / rate),
        }
    }
}
