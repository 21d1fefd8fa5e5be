//! The stretch of time that a request is about.

use perftrack::v1;
use store::alerts::AlertedBetween;

use super::time::parse_timestamp;
use crate::status::Violations;

/// Reads the request's `window`; an absent bound is open.
pub fn parse_window(window: Option<v1::Window>, violations: &mut Violations) -> AlertedBetween {
    let v1::Window { start, end } = window.unwrap_or_default();
    let start = violations.check_optional("window.start", start.map(parse_timestamp));
    let end = violations.check_optional("window.end", end.map(parse_timestamp));
    if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        violations.add("window.end", format!("must be after window.start ({start}), not {end}"));
    }
    AlertedBetween { start, end }
}
