//! Student's t distribution.
//!
//! P(|T| > |t|) = I(ν/(ν + t²); ν/2, 1/2), with the regularised incomplete beta function I (Abramowitz and Stegun 1964,
//! 26.7.1). Above 400 degrees of freedom, where that function loses digits, the normal deviate of Hill (1970), "Algorithm
//! 395: Student's t-distribution", CACM 13:617–619, which there is good to more than ten.

use super::normal;
use statrs::function::beta::checked_beta_reg;

/// From here on Hill's expansion is the better one.
const MANY: f64 = 400.0;

/// P(|T| > |t|) with `freedom` degrees of freedom. `None` where `freedom` is not positive or `t` is NaN.
pub fn two_sided(t: f64, freedom: f64) -> Option<f64> {
    if t.is_nan() || freedom.is_nan() || freedom <= 0.0 {
        return None;
    }
    if t.is_infinite() {
        return Some(0.0);
    }
    if freedom >= MANY {
        return Some(normal::two_sided(normal_deviate(t, freedom)));
    }
    checked_beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t)).ok().map(|p| p.clamp(0.0, 1.0))
}

/// z whose normal tail is the tail of t.
fn normal_deviate(t: f64, freedom: f64) -> f64 {
    let a = freedom - 0.5;
    let b = 48.0 * a * a;
    let y = a * (t * t / freedom).ln_1p();
    let last = (((-0.4 * y - 3.3) * y - 24.0) * y - 85.5) / (0.8 * y * y + 100.0 + b);
    y.sqrt() * (1.0 + (3.0 + y + last) / b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_digits, fixture};

    #[derive(serde::Deserialize)]
    struct Case {
        t: f64,
        freedom: f64,
        two_sided: f64,
    }

    #[test]
    fn the_tails_agree_with_arithmetic_in_fifty_digits() {
        for case in fixture::<Case>(include_str!("../../fixtures/student.json")) {
            let p = two_sided(case.t, case.freedom).expect("defined");
            assert_digits(p, case.two_sided, 1e-9, &(case.t, case.freedom));
        }
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(two_sided(f64::NAN, 3.0), None);
        assert_eq!(two_sided(1.0, 0.0), None);
        assert_eq!(two_sided(f64::INFINITY, 3.0), Some(0.0));
    }
}
