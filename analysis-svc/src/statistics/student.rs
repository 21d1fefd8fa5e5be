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

/// t > 0 with P(|T| > t) = `alpha`, by Newton's method on ln P inside a bracket. `None` unless 0 < `alpha` < 1 and `freedom` is
/// positive.
pub fn two_sided_quantile(alpha: f64, freedom: f64) -> Option<f64> {
    if !(alpha > 0.0 && alpha < 1.0 && freedom > 0.0) {
        return None;
    }
    let z = normal::two_sided_quantile(alpha);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut t = z * (1.0 + (z * z + 1.0) / (4.0 * freedom));
    for _ in 0..MOST_STEPS {
        let p = two_sided(t, freedom)?;
        if p > alpha {
            low = t
        } else {
            high = t
        }
        let newton = t + (p.ln() - alpha.ln()) * p / (2.0 * density(t, freedom));
        let halfway = if high.is_finite() { f64::midpoint(low, high) } else { 2.0 * low + 1.0 };
        let next = if low < newton && newton < high { newton } else { halfway };
        if (next - t).abs() <= 1e-14 * t {
            return Some(next);
        }
        t = next;
    }
    Some(t)
}

/// Far more than are ever needed.
const MOST_STEPS: u32 = 500;

fn density(t: f64, freedom: f64) -> f64 {
    let scale = libm::lgamma(f64::midpoint(freedom, 1.0)) - libm::lgamma(freedom / 2.0);
    let shape = f64::midpoint(freedom, 1.0) * (t * t / freedom).ln_1p();
    (scale - shape).exp() / (freedom * std::f64::consts::PI).sqrt()
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

    #[derive(serde::Deserialize, Debug)]
    struct Quantile {
        alpha: f64,
        freedom: f64,
        quantile: f64,
    }

    #[test]
    fn the_quantiles_agree_with_scipy() {
        for case in fixture::<Quantile>(include_str!("../../fixtures/student_quantile.json")) {
            let found = two_sided_quantile(case.alpha, case.freedom).expect("defined");
            assert_digits(found, case.quantile, 1e-9, &case);
        }
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(two_sided_quantile(0.0, 3.0), None);
        assert_eq!(two_sided_quantile(0.05, 0.0), None);
        assert_eq!(two_sided(f64::NAN, 3.0), None);
        assert_eq!(two_sided(1.0, 0.0), None);
        assert_eq!(two_sided(f64::INFINITY, 3.0), Some(0.0));
    }
}
