//! The upper tail of the binomial distribution, and with it a bound on what chance alone does within days.
//!
//! P(X ≥ k) = P(k) · q · C(k, n − k + 1; p), with C the continued fraction of the incomplete beta function (Abramowitz and
//! Stegun 26.5.8, evaluated by Lentz's method), which converges fast wherever k lies above the mean.

use super::binomial::ln_probability;

/// Steps of the continued fraction at the most; it takes about the square root of the counts at the worst.
const MOST_STEPS: u32 = 20_000;
/// Where a step no longer changes it.
const NEGLIGIBLE: f64 = 1e-15;

/// P(X ≥ `count`) for X ~ Binomial(`trials`, `chance`), where `count` lies above the mean; 1 where it does not.
#[must_use]
pub fn upper(count: u64, trials: u64, chance: f64) -> f64 {
    if count > trials || count as f64 <= trials as f64 * chance {
        return if count > trials { 0.0 } else { 1.0 };
    }
    let (a, b) = (count as f64, (trials - count + 1) as f64);
    let opposite = 1.0 - chance;
    (ln_probability(count, trials, chance, opposite).exp() * opposite * fraction(a, b, chance)).clamp(0.0, 1.0)
}

/// The continued fraction 1/(1+ d₁/(1+ d₂/(1+ …))) of the incomplete beta function.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..=MOST_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        product *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        product *= d * c;
        if (d * c - 1.0).abs() < NEGLIGIBLE {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_digits, fixture};

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        count: u64,
        trials: u64,
        chance: f64,
        upper: f64,
    }

    #[test]
    fn agrees_with_arithmetic_in_fifty_digits() {
        for case in fixture::<Case>(include_str!("../../fixtures/binomial_tail.json")) {
            assert_digits(upper(case.count, case.trials, case.chance), case.upper, 1e-10, &case);
        }
    }

    #[test]
    fn at_or_below_the_mean_nothing_is_said() {
        assert_eq!((upper(5, 10, 0.5), upper(0, 10, 0.5), upper(0, 0, 0.0)), (1.0, 1.0, 1.0));
        assert_eq!((upper(11, 10, 0.5), upper(3, 10, 0.0)), (0.0, 0.0));
    }
}
