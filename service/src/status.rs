//! The one place that turns errors into gRPC statuses.
//!
//! Every status carries `google.rpc.ErrorInfo` with a stable reason under [`ERROR_DOMAIN`]; violations of a request come
//! all at once in `google.rpc.BadRequest`; where a retry helps, `google.rpc.RetryInfo` says after how long.

mod code_name;
mod reason;
mod store;
mod violations;

use std::error::Error;
use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

pub use code_name::code_name;
pub use reason::Reason;
pub use violations::Violations;

/// The `domain` of every `google.rpc.ErrorInfo`.
pub const ERROR_DOMAIN: &str = "perftrack.v1";

/// Why a call, or one item of a stream, was not done.
#[derive(Debug)]
pub struct Rejection(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: Code,
    message: String,
    details: ErrorDetails,
}

impl Rejection {
    fn new(code: Code, reason: Reason, message: impl Into<String>) -> Self {
        let details = ErrorDetails::with_error_info(reason.name(), ERROR_DOMAIN, []);
        Self(Box::new(Parts { code, message: message.into(), details }))
    }

    /// The request is wrong: INVALID_ARGUMENT with all that is wrong with it.
    pub(crate) fn invalid(message: String, violations: Vec<FieldViolation>) -> Self {
        let mut rejection = Self::new(Code::InvalidArgument, Reason::InvalidRequest, message);
        rejection.0.details.set_bad_request(violations);
        rejection
    }

    /// There is no such thing: NOT_FOUND.
    #[must_use]
    pub fn not_found(kind: &str, name: &str) -> Self {
        let message = format!("there is no {kind} {name}");
        Self::new(Code::NotFound, Reason::NotFound, message).about(kind, name)
    }

    /// Something else has this name: ALREADY_EXISTS. `message` says what, and what to do.
    #[must_use]
    pub fn already_exists(kind: &str, name: &str, message: impl Into<String>) -> Self {
        Self::new(Code::AlreadyExists, Reason::AlreadyExists, message).about(kind, name)
    }

    /// It cannot be done in the present state: FAILED_PRECONDITION.
    #[must_use]
    pub fn failed_precondition(reason: Reason, message: impl Into<String>) -> Self {
        Self::new(Code::FailedPrecondition, reason, message)
    }

    /// It lies outside of what is kept: OUT_OF_RANGE.
    #[must_use]
    pub fn out_of_range(reason: Reason, message: impl Into<String>) -> Self {
        Self::new(Code::OutOfRange, reason, message)
    }

    /// It would work later: UNAVAILABLE, with the time to wait.
    #[must_use]
    pub fn unavailable(reason: Reason, message: impl Into<String>, retry_after: Duration) -> Self {
        Self::new(Code::Unavailable, reason, message).retry_after(retry_after)
    }

    /// Too much was asked for: RESOURCE_EXHAUSTED.
    #[must_use]
    pub fn exhausted(reason: Reason, message: impl Into<String>) -> Self {
        Self::new(Code::ResourceExhausted, reason, message)
    }

    /// Whoever called is not known: UNAUTHENTICATED, and not a word more.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, Reason::Unauthenticated, "a valid token is needed")
    }

    /// Whoever called may not do this: PERMISSION_DENIED, and not a word more.
    #[must_use]
    pub fn permission_denied() -> Self {
        Self::new(Code::PermissionDenied, Reason::PermissionDenied, "this token does not allow this call")
    }

    /// It was not done in the time that the caller gave: DEADLINE_EXCEEDED.
    #[must_use]
    pub fn deadline_exceeded(message: impl Into<String>) -> Self {
        Self::new(Code::DeadlineExceeded, Reason::DeadlineExceeded, message)
    }

    /// The caller went away before it was done: CANCELLED.
    #[must_use]
    pub fn cancelled(message: impl Into<String>) -> Self {
        Self::new(Code::Cancelled, Reason::Cancelled, message)
    }

    /// A mistake of ours: INTERNAL. The error goes to the log with all its causes; the caller learns what was being
    /// done, not how it is built.
    #[must_use]
    pub fn internal(doing: &str, error: &dyn Error) -> Self {
        tracing::error!(error.message = %with_causes(error), "failed while {doing}");
        let message = format!("internal error while {doing}; the server's log has the cause");
        Self::new(Code::Internal, Reason::Internal, message)
    }

    /// What was stored cannot be read: DATA_LOSS.
    #[must_use]
    pub fn data_loss(message: impl Into<String>) -> Self {
        Self::new(Code::DataLoss, Reason::StoreCorrupt, message)
    }

    /// Says how long to wait before a retry.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.details.set_retry_info(Some(wait));
        self
    }

    fn about(mut self, kind: &str, name: &str) -> Self {
        self.0.details.set_resource_info(kind, name, "", "");
        self
    }

    /// The code of the status that this becomes.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// As an item's `google.rpc.Status`, for streams that answer item by item.
    #[must_use]
    pub fn into_item_status(self) -> tonic_types::Status {
        let status = Status::from(self);
        // The details of a status are, encoded, just this message.
        tonic_types::Status::decode(status.details()).unwrap_or_else(|_| tonic_types::Status {
            code: status.code().into(),
            message: status.message().to_owned(),
            details: Vec::new(),
        })
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl Error for Rejection {}

impl From<Rejection> for Status {
    fn from(rejection: Rejection) -> Self {
        let Parts { code, message, details } = *rejection.0;
        Self::with_error_details(code, message, details)
    }
}

/// An error and all that caused it, in one line. What an error says of its cause already is said once.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
