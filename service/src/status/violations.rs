//! Collects all that is wrong with a request, to say it at once.

use std::fmt::Display;

use tonic_types::FieldViolation;

use super::Rejection;

/// The details travel in a header, and clients commonly take 8 KiB of headers, in base64: what does not fit is counted.
const DETAILS_BYTES: usize = 4_096;
/// How many violations the status's own sentence names; the details have them all.
const NAMED_IN_MESSAGE: usize = 3;
/// The longest description; a violation quotes what was given.
const DESCRIPTION_CHARACTERS: usize = 300;

/// The violations of one request so far.
#[derive(Debug, Default)]
pub struct Violations(Vec<FieldViolation>);

impl Violations {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one. `field` is its path in the request, such as `alert.entry.price_usd`.
    pub fn add(&mut self, field: impl Display, description: impl Display) {
        let description = shortened(&description.to_string(), DESCRIPTION_CHARACTERS);
        self.0.push(FieldViolation::new(field.to_string(), description));
    }

    /// The value if it is good; else adds why it is not. Good values are the rule: only for a bad one is the path put
    /// together.
    pub fn check<T, E: Display>(&mut self, field: impl Display, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.add(field, error)).ok()
    }

    /// The same for a value that may be absent.
    pub fn check_optional<T, E: Display>(&mut self, field: impl Display, value: Option<Result<T, E>>) -> Option<T> {
        value.and_then(|value| self.check(field, value))
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The paths and descriptions.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|violation| (violation.field.as_str(), violation.description.as_str()))
    }

    /// Nothing is wrong, or the rejection that says all that is.
    pub fn into_result(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<Violations> for Rejection {
    fn from(violations: Violations) -> Self {
        let all = violations.0.len();
        let named: Vec<String> =
            violations.0.iter().take(NAMED_IN_MESSAGE).map(|v| format!("{}: {}", v.field, v.description)).collect();
        let more = match all.saturating_sub(NAMED_IN_MESSAGE) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let message = format!("the request is not valid: {}{more}", named.join("; "));

        let mut bytes = 0;
        let mut shown = violations.0;
        let fitting = shown.iter().position(|violation| {
            bytes += violation.field.len() + violation.description.len() + 8;
            bytes > DETAILS_BYTES
        });
        if let Some(fitting) = fitting {
            shown.truncate(fitting);
            shown.push(FieldViolation::new("", format!("and {} more", all - fitting)));
        }
        Self::invalid(message, shown)
    }
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
