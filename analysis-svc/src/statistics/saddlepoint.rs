//! Tails of a sum of independent hypergeometric counts, where the counts are so many that summing all of them takes long: the
//! saddlepoint of the cumulant generating function K, with the correction for whole numbers,
//!
//! P(T ≥ t) ≈ 1 − Φ(w) + φ(w)(1/u − 1/w), w = ± √(2(ŝt − K(ŝ))), u = (1 − e^(−ŝ)) √K″(ŝ), K′(ŝ) = t
//!
//! Lugannani and Rice (1980), Adv. Appl. Prob. 12:475–490; Daniels (1987), Int. Stat. Rev. 55:37–48. K is summed over the terms
//! that count. The relative error falls with the variance: it is under a thousandth from [`ENOUGH`] on, however far the tail.

use super::hypergeometric::Hypergeometric;
use super::normal;
use std::f64::consts::TAU;

/// The variance of the sum from which on this is used instead of summing.
pub const ENOUGH: f64 = 1_000.0;
/// Terms below this share of a day's largest no longer change K.
const NEGLIGIBLE: f64 = 1e-16;
/// Closer to the mean than this many standard deviations the tails are those of the normal distribution.
const NEAR: f64 = 1e-3;

/// The sum of the counts of some days.
pub struct Sum<'a> {
    days: &'a [Hypergeometric],
    mean: f64,
    deviation: f64,
}

/// K at one place, with its first two derivatives.
#[derive(Clone, Copy)]
struct Cumulants {
    value: f64,
    mean: f64,
    variance: f64,
}

/// A count with what the saddlepoint says of it.
#[derive(Clone, Copy)]
struct Place {
    saddle: f64,
    at: Cumulants,
}

impl<'a> Sum<'a> {
    /// Of days that can be more than one thing.
    pub fn of(days: &'a [Hypergeometric]) -> Self {
        let mut sum = Self { days, mean: 0.0, deviation: 0.0 };
        let at_rest = sum.cumulants(0.0);
        sum.mean = at_rest.mean;
        sum.deviation = at_rest.variance.sqrt();
        sum
    }

    /// The two-sided p-value of `seen`: the chance of a count that is no likelier.
    pub fn two_sided(&self, seen: u64) -> f64 {
        let seen = seen as f64;
        if (seen - self.mean).abs() < NEAR * self.deviation {
            return 1.0;
        }
        let here = self.place(seen, None);
        let bound = here.ln_density(seen);
        let side = (seen - self.mean).signum();
        // where the density on the other side is the same: ln density falls by ŝ a count
        let mut opposite = 2.0 * self.mean - seen;
        let mut there = None;
        for _ in 0..8 {
            let place = self.place(opposite, Some(-here.saddle));
            there = Some(place);
            if !place.saddle.is_finite() || place.saddle == 0.0 {
                break;
            }
            let step = (place.ln_density(opposite) - bound) / place.saddle;
            opposite += step;
            if step.abs() < 1e-3 {
                break;
            }
        }
        let count = if side > 0.0 { opposite.floor() } else { opposite.ceil() };
        let least: f64 = self.days.iter().map(|day| day.least() as f64).sum();
        let largest: f64 = self.days.iter().map(|day| day.largest() as f64).sum();
        let other = if (count - self.mean) * side >= 0.0 || count < least || count > largest {
            0.0
        } else {
            self.tail(count, self.place(count, there.map(|place| place.saddle)))
        };
        (self.tail(seen, here) + other).min(1.0)
    }

    /// The chance of `count` or something farther from the mean on its side.
    fn tail(&self, count: f64, Place { saddle, at }: Place) -> f64 {
        let above = count >= self.mean;
        if (count - self.mean).abs() < NEAR * self.deviation {
            return 0.5;
        }
        let saddle = if above { saddle } else { -saddle };
        let w = (2.0 * (saddle * if above { count } else { -count } - at.value)).max(0.0).sqrt();
        let u = -(-saddle).exp_m1() * at.variance.sqrt();
        let density = (-w * w / 2.0).exp() / TAU.sqrt();
        (normal::two_sided(w) / 2.0 + density * (1.0 / u - 1.0 / w)).clamp(0.0, 1.0)
    }

    /// Where K′ is `count`, by Newton's method from `guess` or from the mean.
    fn place(&self, count: f64, guess: Option<f64>) -> Place {
        let mut saddle = guess.unwrap_or((count - self.mean) / (self.deviation * self.deviation));
        let mut at = self.cumulants(saddle);
        for _ in 0..50 {
            let step = (count - at.mean) / at.variance;
            if !step.is_finite() || step.abs() <= 1e-9 * (1.0 / at.variance.sqrt()) {
                break;
            }
            // far out K′ flattens, and a whole step leads astray
            saddle += step.clamp(-1.0, 1.0);
            at = self.cumulants(saddle);
        }
        Place { saddle, at }
    }

    fn cumulants(&self, saddle: f64) -> Cumulants {
        let mut all = Cumulants { value: 0.0, mean: 0.0, variance: 0.0 };
        for day in self.days {
            let one = of_day(day, saddle);
            all.value += one.value;
            all.mean += one.mean;
            all.variance += one.variance;
        }
        all
    }
}

impl Place {
    fn ln_density(&self, count: f64) -> f64 {
        self.at.value - self.saddle * count - (TAU * self.at.variance).ln() / 2.0
    }
}

fn of_day(day: &Hypergeometric, saddle: f64) -> Cumulants {
    let psi = saddle.exp();
    let centre = (day.tilted_mean(saddle).round() as u64).clamp(day.least(), day.largest());
    let (mut sum, mut first, mut second) = (1.0, 0.0, 0.0);
    let (mut term, mut distance) = (1.0_f64, 0.0);
    for count in centre..day.largest() {
        term *= day.step_up(count) * psi;
        distance += 1.0;
        sum += term;
        first += term * distance;
        second += term * distance * distance;
        if term < NEGLIGIBLE {
            break;
        }
    }
    (term, distance) = (1.0, 0.0);
    for count in (day.least()..centre).rev() {
        term /= day.step_up(count) * psi;
        distance -= 1.0;
        sum += term;
        first += term * distance;
        second += term * distance * distance;
        if term < NEGLIGIBLE {
            break;
        }
    }
    let offset = first / sum;
    Cumulants {
        value: day.ln_probability(centre) + saddle * centre as f64 + sum.ln(),
        mean: centre as f64 + offset,
        variance: (second / sum - offset * offset).max(0.0),
    }
}
