//! Moments and durations, in UTC.

use chrono::{DateTime, Utc};

use super::number::UNKNOWN;

/// A protobuf timestamp as a moment; `None` where it is absent or no date.
#[must_use]
pub fn moment(timestamp: Option<&prost_types::Timestamp>) -> Option<DateTime<Utc>> {
    let timestamp = timestamp?;
    DateTime::from_timestamp(timestamp.seconds, u32::try_from(timestamp.nanos).ok()?)
}

/// To the minute: `2025-10-07 16:20`.
#[must_use]
pub fn minute(timestamp: Option<&prost_types::Timestamp>) -> String {
    written(timestamp, "%Y-%m-%d %H:%M")
}

/// To the second: `2025-10-07 16:20:14 UTC`.
#[must_use]
pub fn second(timestamp: Option<&prost_types::Timestamp>) -> String {
    written(timestamp, "%Y-%m-%d %H:%M:%S UTC")
}

/// The day alone: `7 Oct 2025`.
#[must_use]
pub fn day(timestamp: Option<&prost_types::Timestamp>) -> String {
    written(timestamp, "%-d %b %Y")
}

fn written(timestamp: Option<&prost_types::Timestamp>, format: &str) -> String {
    moment(timestamp).map_or_else(|| UNKNOWN.to_owned(), |moment| moment.format(format).to_string())
}

/// How long after `start` a moment is, in two units: `3 h 20 min`.
#[must_use]
pub fn after(start: Option<&prost_types::Timestamp>, end: Option<&prost_types::Timestamp>) -> Option<String> {
    let seconds = moment(end)?.signed_duration_since(moment(start)?).num_seconds();
    Some(length(seconds))
}

/// A protobuf duration in two units.
#[must_use]
pub fn duration(duration: Option<&prost_types::Duration>) -> String {
    duration.map_or_else(|| UNKNOWN.to_owned(), |duration| length(duration.seconds))
}

/// Seconds in the two largest units that say something: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`.
#[must_use]
pub fn length(seconds: i64) -> String {
    let (sign, seconds) = if seconds < 0 { ("−", seconds.unsigned_abs()) } else { ("", seconds.unsigned_abs()) };
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| {
        if small == 0 { format!("{large} {large_unit}") } else { format!("{large} {large_unit} {small} {small_unit}") }
    };
    let text = if days > 0 {
        two(days, "d", hours, "h")
    } else if hours > 0 {
        two(hours, "h", minutes, "min")
    } else if minutes >= 10 {
        format!("{minutes} min")
    } else if minutes > 0 {
        two(minutes, "min", seconds % 60, "s")
    } else {
        format!("{seconds} s")
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_two_units() {
        assert_eq!(length(45), "45 s");
        assert_eq!(length(90), "1 min 30 s");
        assert_eq!(length(12 * 60 + 30), "12 min");
        assert_eq!(length(12_000), "3 h 20 min");
        assert_eq!(length(172_800), "2 d");
        assert_eq!(length(-60), "−1 min");
    }

    #[test]
    fn moments_are_in_utc() {
        let timestamp = prost_types::Timestamp { seconds: 1_759_854_014, nanos: 0 };
        assert_eq!(minute(Some(&timestamp)), "2025-10-07 16:20");
        assert_eq!(second(Some(&timestamp)), "2025-10-07 16:20:14 UTC");
        assert_eq!(day(Some(&timestamp)), "7 Oct 2025");
        assert_eq!(minute(None), "–");
    }
}
