//! The hypergeometric distribution: how many of the `drawn` are marked, where `marked` of the `population` are,
//!
//! P(k) = C(K, k) C(N − K, n − k) / C(N, n)
//!
//! as a ratio of three binomial probabilities (Loader 2000, see [`super::binomial`]), and its tails by the ratio of
//! neighbours from the largest term outwards.

use super::binomial;
use super::proportion::TwoByTwo;

/// Terms below this share of a tail no longer change it.
const NEGLIGIBLE: f64 = 1e-18;

/// The distribution of a table's upper left cell where its margins are given.
#[derive(Clone, Copy, Debug)]
pub struct Hypergeometric {
    marked: u64,
    drawn: u64,
    population: u64,
}

impl Hypergeometric {
    /// The events among those with the feature, given all margins of `table`.
    pub fn of_margins(table: &TwoByTwo) -> Self {
        Self { marked: table.events(), drawn: table.with.total(), population: table.total() }
    }

    /// The least count that can be.
    pub fn least(&self) -> u64 {
        (self.marked + self.drawn).saturating_sub(self.population)
    }

    /// The largest count that can be.
    pub fn largest(&self) -> u64 {
        self.marked.min(self.drawn)
    }

    /// The likeliest count: ⌊(n + 1)(K + 1) / (N + 2)⌋.
    pub fn mode(&self) -> u64 {
        let product = u128::from(self.drawn + 1) * u128::from(self.marked + 1) / u128::from(self.population + 2);
        u64::try_from(product).unwrap_or(u64::MAX).clamp(self.least(), self.largest())
    }

    /// The mean, nK/N.
    pub fn mean(&self) -> f64 {
        if self.population == 0 { 0.0 } else { self.drawn as f64 * self.marked as f64 / self.population as f64 }
    }

    /// The variance, nK(N − K)(N − n)/(N²(N − 1)).
    pub fn variance(&self) -> f64 {
        let (marked, drawn, population) = (self.marked as f64, self.drawn as f64, self.population as f64);
        if self.population < 2 {
            return 0.0;
        }
        drawn * marked * (population - marked) * (population - drawn) / (population * population * (population - 1.0))
    }

    /// About the mean where every count k is weighted by ψᵏ: the root μ of μ(N − K − n + μ) = ψ (K − μ)(n − μ).
    /// Cornfield (1956); Levin (1984), Biometrika 71:630–632.
    pub fn tilted_mean(&self, ln_psi: f64) -> f64 {
        let psi = ln_psi.exp();
        let (marked, drawn) = (self.marked as f64, self.drawn as f64);
        let linear = self.population as f64 - marked - drawn + psi * (marked + drawn);
        let product = psi * marked * drawn;
        let root = (linear * linear + 4.0 * (1.0 - psi) * product).max(0.0).sqrt();
        // of the two ways to write the root, the one that does not cancel
        let mean = if linear > 0.0 { 2.0 * product / (linear + root) } else { (root - linear) / (2.0 * (1.0 - psi)) };
        if mean.is_nan() { self.mean() } else { mean.clamp(self.least() as f64, self.largest() as f64) }
    }

    /// ln P(`count`) for a count that can be.
    pub fn ln_probability(&self, count: u64) -> f64 {
        if self.drawn == 0 || self.drawn == self.population {
            return 0.0;
        }
        let p = self.drawn as f64 / self.population as f64;
        let q = (self.population - self.drawn) as f64 / self.population as f64;
        binomial::ln_probability(count, self.marked, p, q)
            + binomial::ln_probability(self.drawn - count, self.population - self.marked, p, q)
            - binomial::ln_probability(self.drawn, self.population, p, q)
    }

    /// P(`count` + 1) / P(`count`).
    pub fn step_up(&self, count: u64) -> f64 {
        let unmarked_left = (self.population - self.marked) + count + 1 - self.drawn;
        let up = (self.marked - count) as f64 * (self.drawn - count) as f64;
        up / ((count + 1) as f64 * unmarked_left as f64)
    }

    /// P(X ≥ `count`), for a `count` at or above the mode.
    pub fn upper_tail(&self, count: u64) -> f64 {
        let (mut sum, mut term) = (1.0, 1.0);
        for at in count..self.largest() {
            term *= self.step_up(at);
            sum += term;
            if term < NEGLIGIBLE * sum {
                break;
            }
        }
        self.ln_probability(count).exp() * sum
    }

    /// P(X ≤ `count`), for a `count` at or below the mode.
    pub fn lower_tail(&self, count: u64) -> f64 {
        let (mut sum, mut term) = (1.0, 1.0);
        for at in (self.least()..count).rev() {
            term /= self.step_up(at);
            sum += term;
            if term < NEGLIGIBLE * sum {
                break;
            }
        }
        self.ln_probability(count).exp() * sum
    }
}
