//! A service's error, with its google.rpc details made readable.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use service::status::code_name;
use tonic::{Code, Status, TimeoutExpired};
use tonic_types::{ErrorDetails, StatusExt};

use super::innermost;
use crate::print::paint;

/// One thing that was wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field.
    pub field: String,
    /// The stable name of what is wrong; may be empty.
    pub reason: String,
    /// What is wrong, and what would be right.
    pub description: String,
}

/// A service answered a call with an error.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The method called, such as `TrackingService.GetAlert`.
    pub method: String,
    /// The standard code.
    pub code: Code,
    /// The service's own sentence.
    pub message: String,
    /// The stable reason of `google.rpc.ErrorInfo`; empty where there is none.
    pub reason: String,
    /// All that is wrong with the request.
    pub violations: Vec<Violation>,
    /// After how long a retry may help.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Reads a status and its details.
    #[must_use]
    pub fn of(method: &str, status: &Status) -> Self {
        Self::new(method, status.code(), status.message(), &status.get_error_details())
    }

    /// Reads the status of one item of a stream.
    #[must_use]
    pub fn of_item(method: &str, status: &tonic_types::Status) -> Self {
        use tonic_types::RpcStatusExt;
        Self::new(method, Code::from(status.code), &status.message, &status.get_error_details())
    }

    fn new(method: &str, code: Code, message: &str, details: &ErrorDetails) -> Self {
        let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
        Self {
            method: method.to_owned(),
            code,
            message: message.to_owned(),
            reason: details.error_info().map(|info| info.reason.clone()).unwrap_or_default(),
            violations: violations
                .iter()
                .map(|violation| Violation {
                    field: violation.field.clone(),
                    reason: violation.reason.clone(),
                    description: violation.description.clone(),
                })
                .collect(),
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
        }
    }

    /// For the reader: every violation on a line of its own.
    #[must_use]
    pub fn explained(&self) -> String {
        let mut text = if self.violations.is_empty() {
            format!("{} was refused: {} ({})\n", self.method, self.message, self.name())
        } else {
            format!("{} was refused: {} ({})\n", self.method, self.count(), self.name())
        };
        let widest = self.violations.iter().map(|violation| violation.field.chars().count()).max().unwrap_or(0);
        for violation in &self.violations {
            let field = format!("{:widest$}", violation.field);
            let reason = if violation.reason.is_empty() { String::new() } else { format!("{} ", violation.reason) };
            text += &format!("  {}  {reason}{}\n", paint::name(&field), violation.description);
        }
        if self.code == Code::Unauthenticated {
            text += &format!("Show one with {}, or name it in a context.\n", paint::name("--token-file FILE"));
        }
        if let Some(wait) = self.retry_after {
            text += &format!("Try again in {}.\n", humantime::format_duration(wait));
        }
        text
    }

    fn count(&self) -> String {
        match self.violations.len() {
            1 => "1 violation".to_owned(),
            count => format!("{count} violations"),
        }
    }

    /// The code's standard name and, where it says more, the reason.
    fn name(&self) -> String {
        let code = code_name(self.code);
        if self.reason.is_empty() || self.reason == code { code.to_owned() } else { format!("{code}, {}", self.reason) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused: {} ({})", self.method, self.message, self.name())
    }
}

impl Error for Refusal {}

/// Whether the status was made on this side because the connection failed, not sent by a service. It has any code where the
/// connection was made and then broken off: by a server that asks its clients for a certificate, for one.
pub(super) fn from_transport(status: &Status) -> bool {
    status.source().is_some_and(|source| !source.is::<TimeoutExpired>())
}

/// What lies at the bottom of a status made on this side: "Connection refused" rather than "transport error".
pub(super) fn innermost_cause(status: &Status) -> String {
    if status.code() == Code::Cancelled {
        return "the connection was closed before the call was sent; maybe a client certificate is needed".to_owned();
    }
    innermost(status)
}

#[cfg(test)]
mod tests {
    use tonic_types::FieldViolation;

    use super::*;

    #[test]
    fn every_violation_has_a_line_of_its_own() {
        let mut details = ErrorDetails::with_bad_request(vec![
            FieldViolation::new("alert.token.address", "is not 32 bytes of base58"),
            FieldViolation::new("alert.entry.price_usd", "must be greater than 0"),
        ]);
        details.set_error_info("INVALID_REQUEST", "perftrack.v1", []);
        let status = Status::with_error_details(Code::InvalidArgument, "the request is not valid", details);
        let text = Refusal::of("TrackingService.RecordAlert", &status).explained();
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string(),
            "TrackingService.RecordAlert was refused: 2 violations (INVALID_ARGUMENT, INVALID_REQUEST)\n  \
             alert.token.address    is not 32 bytes of base58\n  \
             alert.entry.price_usd  must be greater than 0\n"
        );
    }

    #[test]
    fn a_wait_is_told() {
        let mut details = ErrorDetails::with_retry_info(Some(Duration::from_secs(2)));
        details.set_error_info("STORE_UNAVAILABLE", "perftrack.v1", []);
        let status = Status::with_error_details(Code::Unavailable, "the database is away", details);
        let text = Refusal::of("TrackingService.GetAlert", &status).explained();
        assert!(text.ends_with("Try again in 2s.\n"), "{text}");
    }
}
