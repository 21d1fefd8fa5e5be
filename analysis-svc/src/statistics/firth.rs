//! Logistic regression by Firth's penalised likelihood ℓ(β) + ½ ln |XᵀWX|, which stays finite where a level has no event and has
//! no bias of first order: the score is Xᵀ(y − π + h(½ − π)) with h the diagonal of W½X(XᵀWX)⁻¹XᵀW½.
//!
//! Firth (1993), Biometrika 80:27–38. Intervals and p-values are those of the profile of the penalised likelihood, as Heinze and
//! Schemper (2002), Statistics in Medicine 21:2409–2419, advise: Wald's are too symmetric where events are few. An interval's end
//! is where twice the drop of the profile is the quantile of χ² with one degree of freedom; it is walked to as by Venzon and
//! Moolgavkar (1988), Applied Statistics 37:87–94.

use super::confidence::{Confidence, Estimate, Interval};
use super::normal;

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Firth {
    coefficients: Vec<f64>,
    errors: Vec<f64>,
    /// Penalised, at the maximum.
    likelihood: f64,
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
            let mut step = at.newton_all();
            if longest(&step) < 1e-10 {
                let errors = (0..width).map(|place| at.inverse[place * width + place].sqrt()).collect();
                return Some(Self { coefficients, errors, likelihood: at.likelihood });
            }
            let rises = |found: &At| found.likelihood >= at.likelihood - 1e-9;
            (coefficients, at) = cases.moved(&coefficients, &mut step, rises)?;
        }
        None
    }

    /// The log odds ratio of a covariate.
    #[must_use]
    pub fn value(&self, place: usize) -> Option<f64> {
        self.coefficients.get(place).copied()
    }

    /// The log odds ratio of a covariate of the same cases with the interval of its profile. `None` where an end is not found.
    #[must_use]
    pub fn profiled(
        &self,
        cases: Cases<'_>,
        place: usize,
        level: Confidence,
        wanted: impl Fn() -> bool,
    ) -> Option<Estimate> {
        let target = self.likelihood - level.z() * level.z() / 2.0;
        let low = self.walked_to(cases, place, target, -1.0, &wanted)?;
        let high = self.walked_to(cases, place, target, 1.0, &wanted)?;
        Some(Estimate { value: self.value(place)?, interval: Interval { low, high } })
    }

    /// The p-value of the penalised likelihood ratio that a covariate of the same cases says nothing. `None` where the maximum
    /// without it is not found.
    #[must_use]
    pub fn p_value(&self, cases: Cases<'_>, place: usize, wanted: impl Fn() -> bool) -> Option<f64> {
        let mut held = self.coefficients.clone();
        *held.get_mut(place)? = 0.0;
        let mut at = cases.at(&held)?;
        for _ in 0..MOST_STEPS {
            if !wanted() {
                return None;
            }
            // The pull on the covariate that keeps it where it is.
            let pull = -at.newton(place) / at.inverse[place * cases.width + place];
            let mut step = at.step(place, pull);
            if longest(&step) < 1e-9 {
                let drop = (self.likelihood - at.likelihood).max(0.0);
                return Some(normal::two_sided((2.0 * drop).sqrt()));
            }
            let rises = |found: &At| found.likelihood >= at.likelihood - 1e-9;
            (held, at) = cases.moved(&held, &mut step, rises)?;
        }
        None
    }

    /// Wald's interval, from (XᵀWX)⁻¹ at the maximum: with very many cases the profile's, at the cost of nothing.
    #[must_use]
    pub fn wald(&self, place: usize, level: Confidence) -> Option<Estimate> {
        let (value, reach) = (self.value(place)?, level.z() * self.errors.get(place)?);
        Some(Estimate { value, interval: Interval { low: value - reach, high: value + reach } })
    }

    /// Wald's two-sided p-value that a covariate says nothing.
    #[must_use]
    pub fn wald_p_value(&self, place: usize) -> Option<f64> {
        Some(normal::two_sided(self.value(place)? / self.errors.get(place)?))
    }

    /// Where the profile of a covariate has fallen to `target`, below the maximum or above it.
    fn walked_to(
        &self,
        cases: Cases<'_>,
        place: usize,
        target: f64,
        side: f64,
        wanted: &impl Fn() -> bool,
    ) -> Option<f64> {
        let mut coefficients = self.coefficients.clone();
        let mut at = cases.at(&coefficients)?;
        for _ in 0..MOST_STEPS {
            if !wanted() {
                return None;
            }
            // By the quadratic at hand the likelihood is `target` after δ = V⁻¹(g + λe) with λ² = (2(ℓ − target) + gᵀV⁻¹g)/V⁻¹ⱼⱼ.
            let room =
                2.0 * (at.likelihood - target) + at.newton_all().iter().zip(&at.score).map(|(a, b)| a * b).sum::<f64>();
            let pull = side * (room.max(0.0) / at.inverse[place * cases.width + place]).sqrt();
            let mut step = at.step(place, pull);
            let off = (at.likelihood - target).abs();
            if longest(&step) < 1e-9 && off < 1e-9 {
                return coefficients.get(place).copied();
            }
            let is_closer = |found: &At| (found.likelihood - target).abs() <= off.max(1e-6);
            (coefficients, at) = cases.moved(&coefficients, &mut step, is_closer)?;
        }
        None
    }
}

impl At {
    /// V⁻¹g: where Newton's method goes.
    fn newton_all(&self) -> Vec<f64> {
        self.inverse.chunks(self.score.len()).map(|row| dot(row, &self.score)).collect()
    }

    fn newton(&self, place: usize) -> f64 {
        let width = self.score.len();
        dot(&self.inverse[place * width..(place + 1) * width], &self.score)
    }

    /// V⁻¹(g + λe), with a pull λ on one of the covariates.
    fn step(&self, place: usize, pull: f64) -> Vec<f64> {
        let width = self.score.len();
        let newton = self.newton_all().into_iter().enumerate();
        newton.map(|(row, part)| part + pull * self.inverse[row * width + place]).collect()
    }
}

fn longest(step: &[f64]) -> f64 {
    step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()))
}

impl Cases<'_> {
    /// After a step, cut where it is too long and halved until it is `fit`.
    fn moved(&self, from: &[f64], step: &mut [f64], fit: impl Fn(&At) -> bool) -> Option<(Vec<f64>, At)> {
        let length = longest(step);
        if length > LONGEST_STEP {
            step.iter_mut().for_each(|part| *part *= LONGEST_STEP / length);
        }
        for _ in 0..MOST_HALVINGS {
            let moved: Vec<f64> = from.iter().zip(&*step).map(|(old, step)| old + step).collect();
            if let Some(found) = self.at(&moved).filter(&fit) {
                return Some((moved, found));
            }
            step.iter_mut().for_each(|part| *part /= 2.0);
        }
        None
    }

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
        profiles: Vec<Profile>,
    }

    #[derive(serde::Deserialize, Debug)]
    struct Profile {
        alpha: f64,
        low: Vec<f64>,
        high: Vec<f64>,
        p_values: Vec<f64>,
    }

    #[test]
    fn agrees_with_the_penalised_likelihood_maximised_in_fifty_digits() {
        for case in fixture::<Case>(include_str!("../../fixtures/firth.json")) {
            let cases = Cases { covariates: &case.covariates, width: case.width, happened: &case.happened };
            let fit = Firth::fit(cases, || true).expect("a maximum");
            for place in 0..case.width {
                assert_close(fit.value(place).expect("fitted"), case.coefficients[place], 1e-8, &case.name);
                assert_close(fit.errors[place], case.errors[place], 1e-8, &case.name);
            }
        }
    }

    #[test]
    fn its_intervals_end_where_brent_finds_that_the_profile_has_fallen() {
        for case in fixture::<Case>(include_str!("../../fixtures/firth.json")) {
            let cases = Cases { covariates: &case.covariates, width: case.width, happened: &case.happened };
            let fit = Firth::fit(cases, || true).expect("a maximum");
            for profile in &case.profiles {
                let level = Confidence::with_error(profile.alpha).expect("a level");
                for place in 0..case.width {
                    let found = fit.profiled(cases, place, level, || true).expect("both ends").interval;
                    assert_close(found.low, profile.low[place], 1e-6, &(&case.name, place));
                    assert_close(found.high, profile.high[place], 1e-6, &(&case.name, place));
                    let p_value = fit.p_value(cases, place, || true).expect("a maximum without it");
                    assert_close(p_value, profile.p_values[place], 1e-6, &(&case.name, place));
                }
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
