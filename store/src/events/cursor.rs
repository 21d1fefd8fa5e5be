//! Where a reader of events stands, as a text that means nothing to anybody else.

use std::fmt;
use std::str::FromStr;

/// After one event, and before the next. Opaque: its text may change, but an old one stays readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Whose events: the number of the database's log.
    pub(super) log_id: i64,
    /// The event's number; 0 before the first.
    pub(super) event_id: i64,
}

/// The text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no cursor: use `cursor` of an earlier answer, unchanged")]
pub struct NoCursor;

/// The first letter of a cursor's text; another one is of another version.
const VERSION: char = 'a';

impl Cursor {
    /// Whether it stands behind `other`.
    #[must_use]
    pub const fn is_after(&self, other: &Self) -> bool {
        self.event_id > other.event_id
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}{:016x}{:x}", self.log_id, self.event_id)
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let digits = text.strip_prefix(VERSION).filter(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let (log, event) = digits.and_then(|digits| digits.split_at_checked(16)).ok_or(NoCursor)?;
        let number = |digits| i64::from_str_radix(digits, 16).map_err(|_| NoCursor);
        Ok(Self { log_id: number(log)?, event_id: number(event)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_from_its_text() {
        for (log_id, event_id) in [(0, 0), (i64::MAX, i64::MAX), (7, 1_000_000)] {
            let cursor = Cursor { log_id, event_id };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in
            ["", "a", "a0000000000000007", "b00000000000000071", "a00000000000000ä1", "a000000000000000+1", "a-1"]
        {
            assert_eq!(text.parse::<Cursor>(), Err(NoCursor), "{text}");
        }
        assert!("a00000000000000071".parse::<Cursor>().is_ok());
        assert!(format!("a{}", "f".repeat(40)).parse::<Cursor>().is_err());
    }
}
