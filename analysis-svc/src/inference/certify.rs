//! Certifying: the best gates that were found on the earlier part are held against the later part, all at once, by Holm at
//! α_k.
//!
//! A gate is certified where each of its tests is rejected: one for a single key; for a pair of keys also what each of them
//! adds to the other, so that noise gets no certificate for the company it keeps (the union of null hypotheses is rejected
//! at a level where each of them is: Berger 1982, Technometrics 24:295–300).
//!
//! The draws end as soon as the answer is settled: a gate of which so many draws reached what was seen that no further draw
//! can make it certified is drawn no more.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use sha2::{Digest, Sha256};

use crate::progress::{Stopped, Watch};
use crate::statistics::multiplicity;
use crate::statistics::permutation::Permutation;

/// B: how many random drawings of the labels a p-value rests on.
pub const DRAWS: u32 = 19_999;
/// Draws come in portions, each with a seed of its own: whichever thread makes them, they are the same.
const PORTION: u32 = 100;
/// The most portions between two looks at whether the answer is settled.
const MOST_AT_ONCE: u32 = 16;
/// Work of more random numbers than this is shared among threads.
const WORTH_A_THREAD: usize = 3_000_000;

/// One gate with its tests. Without any it cannot be certified, and still counts among those that were asked.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// All of them have to be rejected.
    pub tests: Vec<Permutation>,
}

/// What the tests of one gate say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// The largest p-value of its tests: that of all draws where it is certified, else of those that settled it.
    pub p_value: f64,
    /// It is certified.
    pub is_certified: bool,
}

/// Which of `trials` are certified at `alpha`, in their order. The same seed has the same answer, on however many threads.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn certify(trials: &[Trial], alpha: f64, seed: [u8; 32], watch: &Watch) -> Result<Vec<Finding>, Stopped> {
    watch.stage("permuting the later part", Some(u64::from(DRAWS)))?;
    let mut running: Vec<Running<'_>> = trials.iter().map(Running::new).collect();
    let mut drawn = 0;
    let mut at_once = 1;
    while drawn < DRAWS {
        settle(&mut running, alpha);
        let draws = (at_once * PORTION).min(DRAWS - drawn);
        let portions = portions(&running, seed, drawn, draws);
        if portions.is_empty() {
            break;
        }
        draw(&portions, watch)?;
        for portion in &portions {
            running[portion.trial].tests[portion.test].reached += portion.reached.load(Ordering::Relaxed);
        }
        drawn += draws;
        at_once = if drawn < 2 * PORTION { 1 } else { (at_once * 2).min(MOST_AT_ONCE) };
        running.iter_mut().filter(|trial| !trial.is_out).for_each(|trial| trial.drawn = drawn);
        watch.advance(u64::from(draws))?;
    }
    settle(&mut running, alpha);
    Ok(findings(&running, alpha))
}

struct Running<'a> {
    tests: Vec<Test<'a>>,
    drawn: u32,
    /// No further draw can make it certified.
    is_out: bool,
}

struct Test<'a> {
    test: &'a Permutation,
    /// How many draws reached what was seen.
    reached: u32,
    /// No draw will.
    is_out_of_reach: bool,
}

impl<'a> Running<'a> {
    fn new(trial: &'a Trial) -> Self {
        let tests = trial.tests.iter();
        let tests = tests.map(|test| Test { test, reached: 0, is_out_of_reach: test.is_out_of_reach(DRAWS) });
        Self { tests: tests.collect(), drawn: 0, is_out: trial.tests.is_empty() }
    }

    fn p_value(&self) -> f64 {
        let p_value = |test: &Test<'_>| {
            let drawn = if test.is_out_of_reach { DRAWS } else { self.drawn };
            f64::from(1 + test.reached) / f64::from(1 + drawn)
        };
        self.tests.iter().map(p_value).fold(0.0, f64::max)
    }
}

/// Takes out what cannot be certified any more. Holm rejects the r smallest of m p-values, the largest of them at α/(m − r + 1);
/// with o out for sure, r is m − o at the most, so that more than α/(o + 1) is out as well.
fn settle(running: &mut [Running<'_>], alpha: f64) {
    loop {
        let out = running.iter().filter(|trial| trial.is_out).count();
        let most = alpha / (out + 1) as f64 * f64::from(DRAWS + 1);
        let is_over = |trial: &Running<'_>| trial.tests.iter().any(|test| f64::from(1 + test.reached) > most);
        running.iter_mut().filter(|trial| is_over(trial)).for_each(|trial| trial.is_out = true);
        if running.iter().filter(|trial| trial.is_out).count() == out {
            return;
        }
    }
}

fn findings(running: &[Running<'_>], alpha: f64) -> Vec<Finding> {
    // What is out has a larger p-value than all that is not: 1 will do.
    let p_values: Vec<f64> = running.iter().map(|trial| if trial.is_out { 1.0 } else { trial.p_value() }).collect();
    let adjusted = multiplicity::holm(&p_values);
    let finding = |(trial, adjusted): (&Running<'_>, f64)| Finding {
        p_value: if trial.tests.is_empty() { 1.0 } else { trial.p_value() },
        is_certified: !trial.is_out && adjusted <= alpha,
    };
    running.iter().zip(adjusted).map(finding).collect()
}

/// Some draws of one test.
struct Portion<'a> {
    trial: usize,
    test: usize,
    permutation: &'a Permutation,
    seed: [u8; 32],
    draws: u32,
    reached: AtomicU32,
}

fn portions<'a>(running: &[Running<'a>], seed: [u8; 32], drawn: u32, draws: u32) -> Vec<Portion<'a>> {
    let mut portions = Vec::new();
    for (trial, of) in running.iter().enumerate().filter(|(_, trial)| !trial.is_out) {
        for (test, of) in of.tests.iter().enumerate().filter(|(_, test)| !test.is_out_of_reach) {
            for first in (drawn..drawn + draws).step_by(PORTION as usize) {
                let mut hash = Sha256::new_with_prefix(seed);
                [trial as u32, test as u32, first].iter().for_each(|part| hash.update(part.to_le_bytes()));
                let draws = PORTION.min(drawn + draws - first);
                let reached = AtomicU32::new(0);
                portions.push(Portion {
                    trial,
                    test,
                    permutation: of.test,
                    seed: hash.finalize().into(),
                    draws,
                    reached,
                });
            }
        }
    }
    portions
}

fn draw(portions: &[Portion<'_>], watch: &Watch) -> Result<(), Stopped> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(portion) = portions.get(next.fetch_add(1, Ordering::Relaxed)) {
            watch.check()?;
            portion.reached.store(portion.permutation.reaching(portion.seed, portion.draws), Ordering::Relaxed);
        }
        Ok(())
    };
    let numbers: usize =
        portions.iter().map(|portion| portion.permutation.work_per_draw() * portion.draws as usize).sum();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let helpers = if numbers < WORTH_A_THREAD { 0 } else { threads.min(portions.len()).saturating_sub(1) };
    std::thread::scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(work);
        }
        work()
    })?;
    watch.check()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::noise;

    /// A hundred cases a day, of which the kept are worth more by `shift`.
    fn test(stream: u32, days: u32, shift: f64) -> Permutation {
        let cases = (0..days * 100).map(|number| {
            let is_kept = noise(number, 2 * stream) < 0.7;
            let value = 100.0 * (noise(number, 2 * stream + 1) - 0.5) + if is_kept { shift } else { 0.0 };
            (value, number / 100, is_kept)
        });
        Permutation::new(cases).expect("a test")
    }

    /// All draws of all tests, and Holm over what they say.
    fn in_full(trials: &[Trial], alpha: f64, seed: [u8; 32]) -> Vec<bool> {
        let mut running: Vec<Running<'_>> = trials.iter().map(Running::new).collect();
        running.iter_mut().for_each(|trial| trial.tests.iter_mut().for_each(|test| test.is_out_of_reach = false));
        for portion in portions(&running, seed, 0, DRAWS) {
            let reached = portion.permutation.reaching(portion.seed, portion.draws);
            running[portion.trial].tests[portion.test].reached += reached;
        }
        let p_values: Vec<f64> = running
            .iter_mut()
            .map(|trial| {
                trial.drawn = DRAWS;
                if trial.tests.is_empty() { 1.0 } else { trial.p_value() }
            })
            .collect();
        multiplicity::holm(&p_values).into_iter().map(|adjusted| adjusted <= alpha).collect()
    }

    #[test]
    fn stopping_early_decides_as_all_draws_would() {
        let alpha = 0.05 / 28.0;
        let mut certified = [0, 0];
        for stream in 0..24 {
            // From hopeless over close calls to beyond doubt.
            let shift = |trial: u32| f64::from((stream * 3 + trial) % 9) * 1.6;
            let mut trials: Vec<Trial> =
                (0..3).map(|trial| Trial { tests: vec![test(stream * 3 + trial, 8, shift(trial))] }).collect();
            if stream % 4 == 0 {
                trials[1].tests.push(test(900 + stream, 8, 9.0));
            }
            if stream % 5 == 0 {
                trials[0].tests.clear();
            }
            let seed = [stream as u8; 32];
            let early: Vec<bool> = certify(&trials, alpha, seed, &Watch::default())
                .expect("waited for")
                .iter()
                .map(|f| f.is_certified)
                .collect();
            assert_eq!(early, in_full(&trials, alpha, seed), "{stream}");
            early.iter().for_each(|&is_certified| certified[usize::from(is_certified)] += 1);
        }
        assert!(certified.iter().all(|&count| count >= 15), "{certified:?}");
    }

    #[test]
    fn a_gate_is_as_proven_as_its_weakest_test() {
        let (sure, noise) = (test(1, 20, 20.0), test(2, 20, 0.0));
        let trials = [Trial { tests: vec![sure.clone()] }, Trial { tests: vec![sure, noise] }, Trial::default()];
        let findings = certify(&trials, 0.05 / 28.0, [1; 32], &Watch::default()).expect("waited for");
        let certified: Vec<bool> = findings.iter().map(|finding| finding.is_certified).collect();
        assert_eq!(certified, [true, false, false]);
        assert_eq!((findings[0].p_value, findings[2].p_value), (1.0 / 20_000.0, 1.0));
    }

    #[test]
    fn work_that_nobody_waits_for_ends() {
        let watch = Watch::default();
        drop(watch.waiting());
        assert_eq!(certify(&[Trial { tests: vec![test(3, 3, 4.0)] }], 0.01, [0; 32], &watch), Err(Stopped));
    }
}
