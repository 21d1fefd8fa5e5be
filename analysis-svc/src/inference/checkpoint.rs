//! When verdicts may change: at N_k = ⌈100 · 2^(k/2)⌉ matured tokens, k = 0…27, each at α_k = .05/28, so that an operator who
//! looks every day is misled by chance no more often than one who looks once.

/// How many checkpoints there are.
pub const CHECKPOINTS: u32 = 28;
/// The chance of a false verdict over all checkpoints.
pub const ALPHA: f64 = 0.05;
/// The first checkpoint's tokens: with fewer there is description only.
pub const FIRST: u64 = 100;

/// One of the moments at which verdicts are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    index: u32,
}

impl Checkpoint {
    /// All of them, by rising number of tokens.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CHECKPOINTS).map(|index| Self { index })
    }

    /// The last one that so many matured tokens have reached. `None` below the first.
    #[must_use]
    pub fn reached(matured_tokens: u64) -> Option<Self> {
        Self::all().take_while(|checkpoint| checkpoint.tokens() <= matured_tokens).last()
    }

    /// The next one that so many matured tokens have not reached. `None` beyond the last.
    #[must_use]
    pub fn next_after(matured_tokens: u64) -> Option<Self> {
        Self::all().find(|checkpoint| checkpoint.tokens() > matured_tokens)
    }

    /// k, from 0.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.index
    }

    /// N_k: it judges the first so many matured tokens, ordered by (matured_at, alert_id).
    #[must_use]
    pub fn tokens(self) -> u64 {
        let square = u128::from(FIRST * FIRST) << self.index;
        let root = square.isqrt();
        let rounded_up = if root * root < square { root + 1 } else { root };
        u64::try_from(rounded_up).unwrap_or(u64::MAX)
    }

    /// α_k, the same at each.
    #[must_use]
    pub fn alpha(self) -> f64 {
        ALPHA / f64::from(CHECKPOINTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stand_at_a_hundred_and_at_each_half_doubling() {
        let tokens: Vec<u64> = Checkpoint::all().map(Checkpoint::tokens).collect();
        assert_eq!(tokens[..10], [100, 142, 200, 283, 400, 566, 800, 1_132, 1_600, 2_263]);
        assert_eq!((tokens.len(), tokens[27]), (28, 1_158_524));
    }

    #[test]
    fn below_a_hundred_tokens_there_is_none() {
        assert_eq!(Checkpoint::reached(99), None);
        assert_eq!(Checkpoint::next_after(99).map(Checkpoint::tokens), Some(100));
        assert_eq!(Checkpoint::reached(1_214).map(Checkpoint::tokens), Some(1_132));
        assert_eq!(Checkpoint::next_after(1_214).map(Checkpoint::tokens), Some(1_600));
        assert_eq!(Checkpoint::next_after(1_158_524), None);
    }

    #[test]
    fn all_together_err_no_more_often_than_one_question_asked_once() {
        assert!((Checkpoint::all().map(Checkpoint::alpha).sum::<f64>() - 0.05).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn the_reached_and_the_next_are_neighbours(tokens in 100_u64..1_158_524) {
            let (reached, next) = (Checkpoint::reached(tokens).expect("above the first"), Checkpoint::next_after(tokens).expect("below the last"));
            prop_assert!(reached.tokens() <= tokens && tokens < next.tokens());
            prop_assert_eq!(reached.index() + 1, next.index());
        }
    }
}
