//! The binomial probability to full precision at any n, as a sum of small terms: with the error δ of Stirling's formula and
//! the deviance D(x, m) = x ln(x/m) + m − x,
//!
//! ln P(x) = δ(n) − δ(x) − δ(n − x) − D(x, np) − D(n − x, nq) + ½ ln(n / (2π x (n − x)))
//!
//! Loader (2000), "Fast and accurate computation of binomial probabilities". Differences of log-gammas, the usual way, lose
//! eight digits at a million cases.

use std::f64::consts::TAU;

/// ln k! for k below 16, beyond which the series below is exact to the last digit.
const FACTORIALS: [f64; 16] = [
    1.0,
    1.0,
    2.0,
    6.0,
    24.0,
    120.0,
    720.0,
    5_040.0,
    40_320.0,
    362_880.0,
    3_628_800.0,
    39_916_800.0,
    479_001_600.0,
    6_227_020_800.0,
    87_178_291_200.0,
    1_307_674_368_000.0,
];

/// δ(n) = ln n! − (n + ½) ln n + n − ½ ln 2π, the error of Stirling's formula, for n ≥ 1.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let factorial = FACTORIALS[n as usize];
        return (factorial / (TAU * n).sqrt()).ln() - n * (n.ln() - 1.0);
    }
    let square = n * n;
    let inner = 1.0 / 1_260.0 - (1.0 / 1_680.0 - (1.0 / 1_188.0 - 691.0 / 360_360.0 / square) / square) / square;
    (1.0 / 12.0 - (1.0 / 360.0 - inner / square) / square) / n
}

/// D(x, m) = x ln(x/m) + m − x for x, m > 0, without cancellation where x is near m.
fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - difference;
    }
    // ln(x/m) = 2 artanh(v) with v = (x − m)/(x + m)
    let v = difference / (x + mean);
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    let mut odd = 1.0;
    loop {
        term *= v * v;
        odd += 2.0;
        let next = sum + term / odd;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

/// ln P(X = x) for X ~ Binomial(n, p), q = 1 − p given apart so that neither loses digits. −∞ where it cannot be.
pub fn ln_probability(x: u64, n: u64, p: f64, q: f64) -> f64 {
    if x > n {
        return f64::NEG_INFINITY;
    }
    let (successes, trials, failures) = (x as f64, n as f64, (n - x) as f64);
    let power = |count: f64, base: f64, opposite: f64| match count {
        0.0 => 0.0,
        _ if opposite < 0.1 => count * (-opposite).ln_1p(),
        _ => count * base.ln(),
    };
    if x == 0 {
        return power(trials, q, p);
    }
    if x == n {
        return power(trials, p, q);
    }
    if p <= 0.0 || q <= 0.0 {
        return f64::NEG_INFINITY;
    }
    stirling_error(trials)
        - stirling_error(successes)
        - stirling_error(failures)
        - deviance(successes, trials * p)
        - deviance(failures, trials * q)
        + 0.5 * (trials / (TAU * successes * failures)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, fixture};

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        x: u64,
        n: u64,
        numerator: u64,
        denominator: u64,
        ln_probability: f64,
    }

    #[test]
    fn agrees_with_arithmetic_in_fifty_digits() {
        for case in fixture::<Case>(include_str!("../../fixtures/binomial.json")) {
            let (numerator, denominator) = (case.numerator as f64, case.denominator as f64);
            let (p, q) = (numerator / denominator, (denominator - numerator) / denominator);
            assert_close(ln_probability(case.x, case.n, p, q), case.ln_probability, 1e-12, &case);
        }
    }

    #[test]
    fn what_cannot_be_has_no_chance() {
        assert_eq!(ln_probability(3, 2, 0.5, 0.5), f64::NEG_INFINITY);
        assert_eq!(ln_probability(1, 2, 0.0, 1.0), f64::NEG_INFINITY);
        assert_eq!(ln_probability(0, 0, 0.3, 0.7), 0.0);
        assert_eq!(ln_probability(0, 5, 0.0, 1.0), 0.0);
    }
}
