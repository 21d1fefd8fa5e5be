//! Pairs of positives and negatives as they are counted: for walks over millions of numbers, of which most equal no other.

use super::mann_whitney::{MannWhitney, TieGroup};

/// The counts so far, by rising value. `SPREAD` says whether the placements' squares are wanted too: they take half of the
/// time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs<const SPREAD: bool> {
    pub(super) positives: u64,
    pub(super) negatives: u64,
    pub(super) double_u: u64,
    pub(super) ties: u128,
    pub(super) double_squares: [f64; 2],
}

impl<const SPREAD: bool> Pairs<SPREAD> {
    /// Adds one number that no other equals, above all those before: a positive is (1, 0), a negative (0, 1), and (0, 0) is
    /// neither. Without a branch, as no processor foretells who has the outcome.
    #[inline]
    pub fn add_single(&mut self, positive: u64, negative: u64) {
        let double_beaten = 2 * self.negatives * positive;
        self.double_u += double_beaten;
        if SPREAD {
            let double_beaten_by = 2 * self.positives * negative;
            self.double_squares[0] += square(double_beaten);
            self.double_squares[1] += square(double_beaten_by);
        }
        self.positives += positive;
        self.negatives += negative;
    }

    /// Adds the next group of equal values, all of them above those before.
    pub fn add(&mut self, TieGroup { positives, negatives }: TieGroup) {
        let double_below = 2 * self.negatives + negatives;
        self.double_u += positives * double_below;
        if SPREAD {
            self.double_squares[0] += positives as f64 * square(double_below);
            self.double_squares[1] += negatives as f64 * square(2 * self.positives + positives);
        }
        let size = u128::from(positives + negatives);
        self.ties += (size * size * size).saturating_sub(size);
        self.positives += positives;
        self.negatives += negatives;
    }

    /// What the pairs say.
    #[must_use]
    pub fn finish(self) -> MannWhitney {
        MannWhitney::of_pairs(self)
    }
}

/// As signed numbers, which a processor turns into floats in one step.
fn square(count: u64) -> f64 {
    let count = count.cast_signed() as f64;
    count * count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_by_one_or_in_groups_is_the_same(groups in prop::collection::vec((0_u64..3, 0_u64..3), 0..60)) {
            let groups: Vec<TieGroup> =
                groups.into_iter().map(|(positives, negatives)| TieGroup { positives, negatives }).collect();
            let mut pairs = Pairs::<true>::default();
            for group in &groups {
                if group.positives + group.negatives == 1 {
                    pairs.add_single(group.positives, group.negatives);
                } else {
                    pairs.add(*group);
                }
            }
            let expected = MannWhitney::of_groups(groups);
            prop_assert_eq!(pairs.finish(), expected);
            prop_assert_eq!(pairs.finish().placement_squares(), expected.placement_squares());
        }
    }
}
