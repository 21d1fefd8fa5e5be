//! The statistics, one method a file: pure functions of counts and numbers, each with its formula, its source, and a test
//! against the numbers of an oracle (`fixtures/make.py`).
//!
//! What is not defined is `None`: no NaN comes out of here.

pub mod confidence;
pub mod proportion;

pub mod fisher;
pub mod multiplicity;
pub mod newcombe;
pub mod rank;
pub mod wilson;

mod binomial;
mod hypergeometric;
mod normal;
mod student;

#[cfg(test)]
mod oracle;
