//! The rules of perftrack, and nothing else: what an alert is, what becomes of it, and what a filter would have let
//! through. No I/O, no clock, no random draw: time and prices come in as arguments, so that 48 hours replay in a
//! millisecond.

pub mod alert;
pub mod bar;
pub mod cohort;
pub mod feature;
pub mod field;
pub mod filter;
pub mod gate;
pub mod nearest;
pub mod observation;
pub mod order;
pub mod outcome;
pub mod performance;
pub mod quantity;
pub mod quote;
pub mod record;
#[cfg(test)]
mod sample;
pub mod timestamp;
pub mod token;
