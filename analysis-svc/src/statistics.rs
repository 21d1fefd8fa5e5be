//! The statistics, one method a file: pure functions of counts and numbers, each with its formula, its source, and a test
//! against the numbers of an oracle (`fixtures/make.py`).
//!
//! What is not defined is `None`: no NaN comes out of here.

pub mod confidence;
pub mod proportion;

pub mod chi_square;
pub mod competing;
pub mod day_clustered;
pub mod firth;
pub mod fisher;
pub mod heavy_tails;
pub mod mantel_haenszel;
pub mod median;
pub mod multiplicity;
pub mod newcombe;
pub mod odds_ratio;
pub mod permutation;
pub mod power;
pub mod quantile_bins;
pub mod rank;
pub mod relative_risk;
pub mod shrinkage;
pub mod split_sum;
pub mod strata;
pub mod survival;
pub mod wilson;

mod binomial;
pub mod binomial_tail;
mod hypergeometric;
pub(crate) mod normal;
mod saddlepoint;
mod student;

#[cfg(test)]
pub(crate) mod oracle;
