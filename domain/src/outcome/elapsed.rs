//! Time between two moments in whole microseconds: the fold's own measure, for it subtracts a dozen times per observation.

use crate::timestamp::Timestamp;

/// Microseconds from `earlier` to `later`, negative where `later` comes first.
pub(super) const fn micros(earlier: Timestamp, later: Timestamp) -> i64 {
    later.micros().saturating_sub(earlier.micros())
}

/// Seconds of the policy in microseconds.
pub(super) const fn seconds(count: u32) -> i64 {
    count as i64 * 1_000_000
}

/// Whole minutes from `start`, the bucket that a moment falls into.
pub(super) fn minute(start: Timestamp, at: Timestamp) -> u32 {
    u32::try_from(micros(start, at) / 60_000_000).unwrap_or(if at < start { 0 } else { u32::MAX })
}
