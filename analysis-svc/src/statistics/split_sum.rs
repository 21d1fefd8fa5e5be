//! A sum whose last bit does not hang on the order of its terms, at the price of two additions a term.
//!
//! Every term p is split at a power of two σ that is larger than all terms together: q = fl(fl(σ + p) − σ) is p rounded to a
//! multiple of σ's last bit, so that the q add up without any rounding, and p − q is so small that what its sum loses lies far
//! beyond the last bit of the whole. Rump, Ogita and Oishi (2008), SIAM Journal on Scientific Computing 31:189–224
//! (ExtractVector).

/// Where terms are split.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Split {
    sigma: f64,
}

/// A sum of split terms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SplitSum {
    /// Of the q, exactly, and of what they leave.
    parts: [f64; 2],
}

impl Split {
    /// For sums of at most `terms` terms, none of them further from 0 than `greatest`.
    #[must_use]
    pub fn of(terms: usize, greatest: f64) -> Self {
        let room = (terms as f64 + 2.0).log2().ceil() + greatest.abs().max(f64::MIN_POSITIVE).log2().ceil();
        // What is too large to be split is added as it is.
        Self { sigma: Some(room.exp2()).filter(|sigma| sigma.is_finite()).unwrap_or_default() }
    }

    /// A term in its two parts.
    #[inline]
    #[must_use]
    pub fn parts(self, term: f64) -> [f64; 2] {
        let high = (self.sigma + term) - self.sigma;
        [high, term - high]
    }
}

impl SplitSum {
    /// Adds the parts of one term.
    #[inline]
    pub fn add(&mut self, parts: [f64; 2]) {
        self.parts[0] += parts[0];
        self.parts[1] += parts[1];
    }

    /// The sum of both, split at one place.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.add(other.parts);
        self
    }

    /// The sum.
    #[must_use]
    pub fn value(self) -> f64 {
        self.parts[0] + self.parts[1]
    }

    /// The mean of `count` numbers with this sum. `None` of none, and where the sum is too large for a number.
    #[must_use]
    pub fn mean(self, count: usize) -> Option<f64> {
        Some(self.value() / count as f64).filter(|mean| mean.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::heavy_tails::CompensatedSum;
    use proptest::prelude::*;

    fn sum(terms: &[f64]) -> f64 {
        let greatest = terms.iter().fold(0.0, |greatest: f64, term| greatest.max(term.abs()));
        let split = Split::of(terms.len(), greatest);
        let mut sum = SplitSum::default();
        terms.iter().for_each(|&term| sum.add(split.parts(term)));
        sum.value()
    }

    proptest! {
        #[test]
        fn is_the_compensated_sum(terms in prop::collection::vec((-1e3_f64..1e3, -30..30), 0..300)) {
            let terms: Vec<f64> = terms.into_iter().map(|(value, exponent)| value * f64::from(exponent).exp2()).collect();
            let expected = CompensatedSum::of(terms.iter().copied()).value();
            let scale: f64 = terms.iter().map(|term| term.abs()).sum();
            prop_assert!((sum(&terms) - expected).abs() <= f64::EPSILON * expected.abs() + 1e-22 * scale);
        }

        #[test]
        fn hangs_on_no_order(terms in prop::collection::vec(-1e9_f64..1e9, 1..200)) {
            let mut turned = terms.clone();
            turned.reverse();
            prop_assert_eq!(sum(&terms).to_bits(), sum(&turned).to_bits());
        }
    }

    #[test]
    fn what_is_too_large_to_be_split_is_added_as_it_is() {
        assert_eq!(sum(&[1e308, 1.0, -1e308]), 0.0);
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[1e300; 4]), 4e300);
    }
}
