//! Moments and durations. The contract counts nanoseconds, the domain microseconds: what is finer is cut off.

use std::time::Duration;

use domain::timestamp::Timestamp;

/// The first second of year 1 and the last of year 9999: what a `google.protobuf.Timestamp` may hold.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
const NANOS: std::ops::RangeInclusive<i32> = 0..=999_999_999;

/// Why a message is no moment or duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Seconds or nanoseconds out of their range.
    #[error("is no moment between the years 1 and 9999 (seconds {seconds}, nanos {nanos})")]
    Timestamp {
        /// As given.
        seconds: i64,
        /// As given.
        nanos: i32,
    },
    /// Below zero, or beyond what is a duration.
    #[error("must be a duration of 0 or more (seconds {seconds}, nanos {nanos})")]
    Duration {
        /// As given.
        seconds: i64,
        /// As given.
        nanos: i32,
    },
}

/// Reads a moment.
pub fn parse_timestamp(message: prost_types::Timestamp) -> Result<Timestamp, TimeError> {
    let prost_types::Timestamp { seconds, nanos } = message;
    if !SECONDS.contains(&seconds) || !NANOS.contains(&nanos) {
        return Err(TimeError::Timestamp { seconds, nanos });
    }
    Ok(Timestamp::from_micros(seconds * 1_000_000 + i64::from(nanos / 1_000)))
}

/// Writes a moment.
#[must_use]
pub fn timestamp_message(moment: Timestamp) -> prost_types::Timestamp {
    let micros = moment.micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    prost_types::Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

/// Reads a duration that is not negative.
pub fn parse_duration(message: prost_types::Duration) -> Result<Duration, TimeError> {
    let prost_types::Duration { seconds, nanos } = message;
    match (u64::try_from(seconds), u32::try_from(nanos)) {
        (Ok(whole), Ok(rest)) if rest < 1_000_000_000 => Ok(Duration::new(whole, rest)),
        _ => Err(TimeError::Duration { seconds, nanos }),
    }
}

/// Writes a duration.
#[must_use]
pub fn duration_message(duration: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(duration.subsec_nanos()).unwrap_or(0),
    }
}
