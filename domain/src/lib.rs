//! The rules of perftrack, and nothing else: what an alert is, what becomes of it, and what a filter would have let
//! through. No I/O, no clock, no random draw: time and prices come in as arguments, so that 48 hours replay in a
//! millisecond.

pub mod alert;
pub mod feature;
pub mod observation;
pub mod outcome;
pub mod quantity;
pub mod quote;
pub mod record;
pub mod timestamp;
pub mod token;
