//! `--since` and `--until`: the part of time that a command looks at.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use clap::Args;
use perftrack::v1::Window;

/// Which alerts, by the time that they were raised.
#[derive(Clone, Debug, Default, Args)]
pub struct WindowArgs {
    /// Only alerts from this moment on: a date, a time (UTC unless it says otherwise), or how long ago, such as 7d.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<DateTime<Utc>>,
    /// Only alerts before this moment.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<DateTime<Utc>>,
}

impl WindowArgs {
    /// As the contract has it; `None` for all of time.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        if self.since.is_none() && self.until.is_none() {
            return None;
        }
        Some(Window { start: self.since.map(timestamp), end: self.until.map(timestamp) })
    }

    /// In words, for the head of a screen: `since 7 Oct 2025`; empty for all of time.
    #[must_use]
    pub fn described(&self) -> String {
        let written = |moment: DateTime<Utc>| moment.format("%-d %b %Y %H:%M").to_string().replace(" 00:00", "");
        match (self.since, self.until) {
            (None, None) => String::new(),
            (Some(since), None) => format!("since {}", written(since)),
            (None, Some(until)) => format!("until {}", written(until)),
            (Some(since), Some(until)) => format!("{} – {}", written(since), written(until)),
        }
    }
}

/// A moment as the contract has it.
#[must_use]
pub fn timestamp(moment: DateTime<Utc>) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: moment.timestamp(),
        nanos: i32::try_from(moment.timestamp_subsec_nanos()).unwrap_or(0),
    }
}

/// Reads a moment: RFC 3339, `2025-10-07`, `2025-10-07 16:20[:14]` in UTC, `now`, or how long ago: `36h`, `7d`.
///
/// # Errors
/// What would be understood.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    if text == "now" {
        return Ok(Utc::now());
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"] {
        if let Ok(moment) = NaiveDateTime::parse_from_str(text, format) {
            return Ok(moment.and_utc());
        }
    }
    if let Ok(ago) = humantime::parse_duration(text.strip_suffix(" ago").unwrap_or(text)) {
        let ago = chrono::Duration::from_std(ago).map_err(|error| error.to_string())?;
        return Utc::now().checked_sub_signed(ago).ok_or_else(|| "that is before all time".to_owned());
    }
    Err("expected a date (2025-10-07), a time (2025-10-07T16:20:14Z) or how long ago (36h, 7d)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_utc() {
        let read = |text| moment(text).map(|moment| moment.to_rfc3339());
        assert_eq!(read("2025-10-07").unwrap(), "2025-10-07T00:00:00+00:00");
        assert_eq!(read("2025-10-07 16:20").unwrap(), "2025-10-07T16:20:00+00:00");
        assert_eq!(read("2025-10-07T18:20:14+02:00").unwrap(), "2025-10-07T16:20:14+00:00");
        assert!(read("yesterday").is_err());
        let before = Utc::now();
        let week_ago = moment("7d").unwrap();
        assert!(week_ago >= before - chrono::Duration::days(7) && week_ago <= Utc::now() - chrono::Duration::days(7));
    }

    #[test]
    fn no_bounds_are_no_window() {
        assert_eq!(WindowArgs::default().window(), None);
        let since = WindowArgs { since: Some(moment("2025-10-07").unwrap()), until: None };
        assert_eq!(since.described(), "since 7 Oct 2025");
        assert!(since.window().unwrap().end.is_none());
    }
}
