//! Tests only: how the oracles' numbers are read and compared.

use super::proportion::TwoByTwo;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The cases of one file of `fixtures/`.
pub fn fixture<Case: DeserializeOwned>(json: &str) -> Vec<Case> {
    let cases: Vec<Case> = serde_json::from_str(json).expect("a fixture is a JSON array of cases");
    assert!(!cases.is_empty(), "a fixture without cases checks nothing");
    cases
}

/// `actual` has the digits of `expected`: the relative error is at most `relative`, however small the number.
pub fn assert_digits(actual: f64, expected: f64, relative: f64, case: &dyn Debug) {
    let error = (actual - expected).abs();
    assert!(error <= relative * expected.abs(), "{actual:e} where the oracle says {expected:e}, for {case:?}");
}

/// The same, but what the oracle leaves of a zero (up to 1e-15) is zero.
pub fn assert_close(actual: f64, expected: f64, relative: f64, case: &dyn Debug) {
    let error = (actual - expected).abs();
    assert!(
        error <= (relative * expected.abs()).max(1e-15),
        "{actual:e} where the oracle says {expected:e}, for {case:?}"
    );
}

/// [`assert_close`] where either may be undefined: then both are.
pub fn assert_both_close(actual: Option<f64>, expected: Option<f64>, relative: f64, case: &dyn Debug) {
    match (actual, expected) {
        (Some(actual), Some(expected)) => assert_close(actual, expected, relative, case),
        (None, None) => {}
        (actual, expected) => panic!("{actual:?} where the oracle says {expected:?}, for {case:?}"),
    }
}

/// Events of total with the feature, and without it.
pub type Counts = ((u64, u64), (u64, u64));

/// The tables of some strata.
pub fn tables(counts: &[Counts]) -> Vec<TwoByTwo> {
    counts.iter().map(|&(with, without)| TwoByTwo::new(with, without).expect("counts")).collect()
}
