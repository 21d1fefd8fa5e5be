//! Time between two moments in whole microseconds: the fold's own measure, for it subtracts a dozen times per observation.

use std::time::Duration;

use crate::timestamp::Timestamp;

/// Microseconds from `earlier` to `later`, negative where `later` comes first. Wraps for moments more than 292,000 years
/// apart, which no window has.
pub(super) const fn micros(earlier: Timestamp, later: Timestamp) -> i64 {
    later.micros().wrapping_sub(earlier.micros())
}

/// A duration in whole microseconds, the longest that there is where it is longer.
pub(super) fn micros_of(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1_000_000).saturating_add(i64::from(duration.subsec_micros()))
}

/// Seconds of the policy in microseconds.
pub(super) const fn seconds(count: u32) -> i64 {
    count as i64 * 1_000_000
}

/// Whole minutes from `start`, the bucket that a moment falls into.
pub(super) fn minute(start: Timestamp, at: Timestamp) -> u32 {
    u32::try_from(micros(start, at) / 60_000_000).unwrap_or(if at < start { 0 } else { u32::MAX })
}
