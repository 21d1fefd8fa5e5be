//! Why prices are not taken, in the contract's words.

use service::status::{Reason, Rejection, Violations};
use store::observations::Reception;

/// Why an observation was not taken; `None` where it is durable now.
pub(super) fn of(reception: Reception) -> Option<Rejection> {
    match reception {
        Reception::Accepted | Reception::Duplicate => None,
        Reception::Conflict => {
            let message = "another price is recorded for this token, source and millisecond; it was kept";
            Some(Rejection::already_exists("price", "(token, source, observed_at)", message))
        }
        Reception::UnknownToken => {
            let message = "no alert was ever recorded for this token; record the alert first, then its prices";
            Some(Rejection::failed_precondition(Reason::TokenNotAlerted, message))
        }
        Reception::OutsideRetention => {
            let message = "observed_at lies outside of the time that single prices are kept for";
            Some(Rejection::out_of_range(Reason::OutsideRetention, message))
        }
        Reception::Invalid => {
            let mut violations = Violations::new();
            violations.add("source", "must be 1 to 64 bytes, and no text may contain NUL");
            Some(violations.into())
        }
    }
}

/// Why a message with too many observations was not looked at.
pub(super) fn too_many(count: usize, most: usize) -> tonic_types::Status {
    let mut violations = Violations::new();
    violations.add("observations", format!("at most {most} fit into one message, not {count}"));
    Rejection::from(violations).into_item_status()
}
