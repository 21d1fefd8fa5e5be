//! The standard normal distribution, by its tails so that small chances keep their digits.
//!
//! `statrs` 0.19.1 computes erfc to ten digits only; libm's is good to the last. Its inverse is a start for Newton's step.

use statrs::function::erf::erfc_inv;
use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

/// P(|Z| > |z|).
pub fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

/// P(Z > z).
pub fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// z >= 0 with P(|Z| > z) = `alpha`, for 0 < `alpha` < 1.
pub fn two_sided_quantile(alpha: f64) -> f64 {
    let start = erfc_inv(alpha);
    let slope = FRAC_2_SQRT_PI * (-start * start).exp();
    let step = (libm::erfc(start) - alpha) / slope;
    SQRT_2 * if step.is_finite() { start + step } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_digits, fixture};

    #[derive(serde::Deserialize)]
    struct Case {
        z: f64,
        two_sided: f64,
    }

    #[test]
    fn the_tails_agree_with_arithmetic_in_fifty_digits() {
        for case in fixture::<Case>(include_str!("../../fixtures/normal.json")) {
            assert_digits(two_sided(case.z), case.two_sided, 1e-13, &case.z);
            assert_digits(two_sided_quantile(case.two_sided), case.z, 1e-12, &case.z);
        }
    }
}
