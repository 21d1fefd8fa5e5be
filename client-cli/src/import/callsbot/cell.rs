//! One value of the ancestor's, from a database or a CSV file.

use chrono::{DateTime, NaiveDateTime};

/// What stands in one column of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing: unknown.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Text, and everything in a CSV file.
    Text(String),
}

/// It stands there, but cannot be read as what its column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// How spreadsheets and data frames write that there is nothing.
const NOTHING: [&str; 7] = ["", "nan", "none", "null", "n/a", "<na>", "nat"];

impl Cell {
    /// Whether the value is unknown.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Real(number) => number.is_nan(),
            Self::Text(text) => NOTHING.contains(&text.trim().to_lowercase().as_str()),
            Self::Integer(_) => false,
        }
    }

    /// As a finite number.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self) -> Result<Option<f64>, Unreadable> {
        if self.is_unknown() {
            return Ok(None);
        }
        let number = match self {
            Self::Integer(whole) => *whole as f64,
            Self::Real(number) => *number,
            Self::Text(text) => text.trim().parse().map_err(|_| Unreadable)?,
            Self::Null => return Ok(None),
        };
        if number.is_finite() { Ok(Some(number)) } else { Err(Unreadable) }
    }

    /// As a whole number; `7.0` is one.
    ///
    /// # Errors
    /// When it is something else.
    pub fn whole(&self) -> Result<Option<i32>, Unreadable> {
        let Some(number) = self.number()? else { return Ok(None) };
        let fits = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
        if fits { Ok(Some(number as i32)) } else { Err(Unreadable) }
    }

    /// As yes or no: `1`, `True`, `yes`, `0`, `False`, `no`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&self) -> Result<Option<bool>, Unreadable> {
        if self.is_unknown() {
            return Ok(None);
        }
        match self.text().trim().to_lowercase().as_str() {
            "1" | "1.0" | "true" | "t" | "yes" | "y" => Ok(Some(true)),
            "0" | "0.0" | "false" | "f" | "no" | "n" => Ok(Some(false)),
            _ => Err(Unreadable),
        }
    }

    /// As a moment in milliseconds since 1970: seconds (or milliseconds) since then, or a date and time in UTC.
    ///
    /// # Errors
    /// When it is something else.
    pub fn moment_ms(&self) -> Result<Option<i64>, Unreadable> {
        if self.is_unknown() {
            return Ok(None);
        }
        if let Self::Text(text) = self
            && let Some(moment) = written_moment(text.trim())
        {
            return Ok(Some(moment));
        }
        // Beyond the year 5138 in seconds: it must be milliseconds.
        const MILLISECONDS_FROM: f64 = 1e11;
        let number = self.number()?.ok_or(Unreadable)?;
        let ms = if number.abs() < MILLISECONDS_FROM { number * 1_000.0 } else { number };
        if ms.abs() < 1e15 { Ok(Some(ms.round() as i64)) } else { Err(Unreadable) }
    }

    /// As it would be written; empty where unknown.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Integer(whole) => whole.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

fn written_moment(text: &str) -> Option<i64> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.timestamp_millis());
    }
    ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M:%S%.f%#z"]
        .into_iter()
        .find_map(|format| DateTime::parse_from_str(text, format).ok().map(|moment| moment.timestamp_millis()))
        .or_else(|| {
            ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"].into_iter().find_map(|format| {
                NaiveDateTime::parse_from_str(text, format).ok().map(|moment| moment.and_utc().timestamp_millis())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn nothing_is_unknown_however_it_is_written() {
        for cell in [Cell::Null, text(""), text(" "), text("NaN"), text("None"), Cell::Real(f64::NAN)] {
            assert_eq!(cell.number(), Ok(None), "{cell:?}");
            assert_eq!(cell.flag(), Ok(None), "{cell:?}");
            assert_eq!(cell.moment_ms(), Ok(None), "{cell:?}");
        }
    }

    #[test]
    fn both_forms_of_a_value_read_the_same() {
        assert_eq!(text("7").whole(), Cell::Integer(7).whole());
        assert_eq!(text("7.0").whole(), Cell::Real(7.0).whole());
        assert_eq!(text("True").flag(), Cell::Integer(1).flag());
        assert_eq!(text("2.89e-05").number(), Cell::Real(0.000_028_9).number());
        assert_eq!(text("2025-10-07 16:20:14").moment_ms(), Cell::Real(1_759_854_014.0).moment_ms());
        assert_eq!(text("2025-10-07T16:20:14Z").moment_ms(), Cell::Integer(1_759_854_014_000).moment_ms());
        assert_eq!(text("2025-10-07 18:20:14+02:00").moment_ms(), Ok(Some(1_759_854_014_000)));
    }

    #[test]
    fn what_cannot_be_read_is_no_zero() {
        assert_eq!(text("many").number(), Err(Unreadable));
        assert_eq!(text("7.5").whole(), Err(Unreadable));
        assert_eq!(text("maybe").flag(), Err(Unreadable));
        assert_eq!(text("inf").number(), Err(Unreadable));
        assert_eq!(text("tomorrow").moment_ms(), Err(Unreadable));
    }
}
