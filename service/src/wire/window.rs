//! The stretch of time that a request is about.

use domain::timestamp::Timestamp;
use perftrack::v1;

use super::time::parse_timestamp;
use crate::status::Violations;

/// Reads `window`: its start (included) and its end (excluded), each `None` where it is open.
pub fn parse_window(window: Option<v1::Window>, violations: &mut Violations) -> (Option<Timestamp>, Option<Timestamp>) {
    let v1::Window { start, end } = window.unwrap_or_default();
    let start = violations.check_optional("window.start", start.map(parse_timestamp));
    let end = violations.check_optional("window.end", end.map(parse_timestamp));
    if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        violations.add("window.end", format!("must be after window.start ({start}), not {end}"));
    }
    (start, end)
}
