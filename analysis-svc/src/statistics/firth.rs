//! Logistic regression by Firth's penalised likelihood ℓ(β) + ½ ln |XᵀWX|, which stays finite where a level has no event and has
//! no bias of first order: the score is Xᵀ(y − π + h(½ − π)) with h the diagonal of W½X(XᵀWX)⁻¹XᵀW½.
//!
//! Firth (1993), Biometrika 80:27–38; Heinze and Schemper (2002), Statistics in Medicine 21:2409–2419. Intervals are Wald's, from
//! (XᵀWX)⁻¹ at the maximum.

use super::confidence::{Confidence, Estimate, Interval};
use super::normal;

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Firth {
    coefficients: Vec<f64>,
    errors: Vec<f64>,
}

/// Newton's steps; each is halved until the penalised likelihood rises.
const MOST_STEPS: u32 = 100;
const MOST_HALVINGS: u32 = 30;
/// No coefficient moves by more in one step.
const LONGEST_STEP: f64 = 5.0;

/// What there is to fit: one row of `width` covariates (the constant 1 among them) per case.
#[derive(Clone, Copy, Debug)]
pub struct Cases<'a> {
    /// Row by row.
    pub covariates: &'a [f64],
    /// How many covariates a row has.
    pub width: usize,
    /// Whether it happened, case by case.
    pub happened: &'a [bool],
}

struct At {
    likelihood: f64,
    inverse: Vec<f64>,
    score: Vec<f64>,
}

impl Firth {
    /// Fits. `None` where the covariates say the same in different words, or no maximum is found. `wanted` is asked before each
    /// step; the fit ends where it says no.
    #[must_use]
    pub fn fit(cases: Cases<'_>, wanted: impl Fn() -> bool) -> Option<Self> {
        let width = cases.width;
        if width == 0 || cases.covariates.len() != width * cases.happened.len() {
            return None;
        }
        let mut coefficients = vec![0.0; width];
        let mut at = cases.at(&coefficients)?;
        for _ in 0..MOST_STEPS {
            if !wanted() {
                return None;
            }
            let mut step: Vec<f64> = at.inverse.chunks(width).map(|row| dot(row, &at.score)).collect();
            let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
            if longest < 1e-10 {
                let errors = (0..width).map(|place| at.inverse[place * width + place].sqrt()).collect();
                return Some(Self { coefficients, errors });
            }
            if longest > LONGEST_STEP {
                step.iter_mut().for_each(|part| *part *= LONGEST_STEP / longest);
            }
            let mut next = None;
            for _ in 0..MOST_HALVINGS {
                let moved: Vec<f64> = coefficients.iter().zip(&step).map(|(old, step)| old + step).collect();
                if let Some(found) = cases.at(&moved).filter(|found| found.likelihood >= at.likelihood - 1e-9) {
                    next = Some((moved, found));
                    break;
                }
                step.iter_mut().for_each(|part| *part /= 2.0);
            }
            (coefficients, at) = next?;
        }
        None
    }

    /// The log odds ratio of a covariate with Wald's interval.
    #[must_use]
    pub fn coefficient(&self, place: usize, confidence: Confidence) -> Option<Estimate> {
        let (&value, &error) = (self.coefficients.get(place)?, self.errors.get(place)?);
        let reach = confidence.z() * error;
        Some(Estimate { value, interval: Interval { low: value - reach, high: value + reach } })
    }

    /// Wald's two-sided p-value that a covariate says nothing.
    #[must_use]
    pub fn p_value(&self, place: usize) -> Option<f64> {
        Some(normal::two_sided(self.coefficients.get(place)? / self.errors.get(place)?))
    }
}

impl Cases<'_> {
    fn at(&self, coefficients: &[f64]) -> Option<At> {
        let width = self.width;
        let rows = || self.covariates.chunks_exact(width).zip(self.happened);
        let mut information = vec![0.0; width * width];
        let mut likelihood = 0.0;
        for (row, &happened) in rows() {
            let linear = dot(row, coefficients);
            let pi = chance(linear);
            likelihood -= if happened { softplus(-linear) } else { softplus(linear) };
            let weight = pi * (1.0 - pi);
            for i in 0..width {
                let weighted = weight * row[i];
                for j in 0..=i {
                    information[i * width + j] += weighted * row[j];
                }
            }
        }
        let (inverse, ln_determinant) = inverted(&information, width)?;
        let mut score = vec![0.0; width];
        for (row, &happened) in rows() {
            let pi = chance(dot(row, coefficients));
            let leverage: f64 =
                (0..width).map(|i| row[i] * dot(&inverse[i * width..(i + 1) * width], row)).sum::<f64>()
                    * pi
                    * (1.0 - pi);
            let residual = f64::from(u8::from(happened)) - pi + leverage * (0.5 - pi);
            score.iter_mut().zip(row).for_each(|(sum, value)| *sum += residual * value);
        }
        Some(At { likelihood: likelihood + ln_determinant / 2.0, inverse, score })
    }
}

fn chance(linear: f64) -> f64 {
    1.0 / (1.0 + (-linear).exp())
}

/// ln(1 + eˣ) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The inverse of a symmetric matrix given by its lower half, and the logarithm of its determinant, by Cholesky. `None` where it
/// is not positive definite.
fn inverted(lower: &[f64], width: usize) -> Option<(Vec<f64>, f64)> {
    let mut root = lower.to_vec();
    let mut ln_determinant = 0.0;
    for j in 0..width {
        let before: f64 = (0..j).map(|k| root[j * width + k].powi(2)).sum();
        let pivot = root[j * width + j] - before;
        if !pivot.is_finite() || pivot <= 1e-12 * lower[j * width + j] {
            return None;
        }
        let diagonal = pivot.sqrt();
        root[j * width + j] = diagonal;
        ln_determinant += 2.0 * diagonal.ln();
        for i in j + 1..width {
            let shared: f64 = (0..j).map(|k| root[i * width + k] * root[j * width + k]).sum();
            root[i * width + j] = (root[i * width + j] - shared) / diagonal;
        }
    }
    let mut inverse = vec![0.0; width * width];
    for column in 0..width {
        let mut solved = vec![0.0; width];
        for i in column..width {
            let known: f64 = (column..i).map(|k| root[i * width + k] * solved[k]).sum();
            solved[i] = (f64::from(u8::from(i == column)) - known) / root[i * width + i];
        }
        for i in (0..width).rev() {
            let known: f64 = (i + 1..width).map(|k| root[k * width + i] * inverse[k * width + column]).sum();
            inverse[i * width + column] = (solved[i] - known) / root[i * width + i];
        }
    }
    Some((inverse, ln_determinant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_close, fixture};

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        width: usize,
        covariates: Vec<f64>,
        happened: Vec<bool>,
        coefficients: Vec<f64>,
        errors: Vec<f64>,
    }

    #[test]
    fn agrees_with_the_penalised_likelihood_maximised_in_fifty_digits() {
        for case in fixture::<Case>(include_str!("../../fixtures/firth.json")) {
            let cases = Cases { covariates: &case.covariates, width: case.width, happened: &case.happened };
            let fit = Firth::fit(cases, || true).expect("a maximum");
            for place in 0..case.width {
                let found = fit.coefficient(place, Confidence::NINETY_FIVE).expect("fitted");
                assert_close(found.value, case.coefficients[place], 1e-8, &case.name);
                assert_close(fit.errors[place], case.errors[place], 1e-8, &case.name);
            }
        }
    }

    #[test]
    fn what_says_the_same_in_other_words_cannot_be_fitted() {
        let covariates = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0];
        let happened = [true, false, true];
        assert_eq!(Firth::fit(Cases { covariates: &covariates, width: 2, happened: &happened }, || true), None);
    }

    #[test]
    fn a_fit_that_nobody_waits_for_ends() {
        let cases = Cases { covariates: &[1.0, 1.0, 1.0], width: 1, happened: &[true, false, false] };
        assert_eq!(Firth::fit(cases, || false), None);
    }
}
