//! Why a command was not done: what the reader sees, and the exit code.

use std::process::ExitCode;

use tonic::{Code, Status};

mod advice;
mod refusal;

pub use refusal::{Refusal, Violation};

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The arguments make no sense: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Nobody answers: exit code 3.
    #[error("{service} at {url} cannot be reached: {cause}")]
    Unreachable {
        /// Whom was called.
        service: String,
        /// Where.
        url: String,
        /// What the connection said.
        cause: String,
    },
    /// The service answered with an error: exit code 1.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// Whoever read the output has gone: nothing is left to do.
    #[error("the output was closed")]
    OutputClosed,
    /// Anything else: exit code 1.
    #[error("{}", service::status::with_causes(.0.as_ref()))]
    Other(#[from] anyhow::Error),
}

/// What most functions of this crate return.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// What a call of `method` on `service` at `url` came to.
    #[must_use]
    pub fn of_call(service: &str, url: &str, method: &str, status: &Status) -> Self {
        if refusal::from_transport(status) {
            return Self::Unreachable {
                service: service.to_owned(),
                url: url.to_owned(),
                cause: refusal::innermost_cause(status),
            };
        }
        Self::Refused(Box::new(Refusal::of(method, status)))
    }

    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::OutputClosed => ExitCode::SUCCESS,
            Self::Usage(_) => ExitCode::from(2),
            Self::Unreachable { .. } => ExitCode::from(3),
            // A service that says itself that it cannot serve now is as good as out of reach.
            Self::Refused(refusal) if refusal.code == Code::Unavailable => ExitCode::from(3),
            Self::Refused(_) | Self::Other(_) => ExitCode::from(1),
        }
    }

    /// For the reader: what went wrong and what to do, painted.
    #[must_use]
    pub fn explained(&self) -> String {
        use crate::print::paint;
        let error = paint::bad("error:");
        match self {
            Self::OutputClosed => String::new(),
            Self::Unreachable { service, url, cause } => {
                let advice = advice::unreachable(url, cause);
                format!("{error} {service} at {url} cannot be reached: {cause}\n{advice}\n")
            }
            Self::Refused(refusal) => format!("{error} {}", refusal.explained()),
            Self::Usage(_) => format!("{error} {self}\n\nFor more information, try '--help'.\n"),
            Self::Other(_) => format!("{error} {self}\n"),
        }
    }
}

/// What lies at the bottom of an error: "Connection refused" rather than "transport error".
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Shortens the making of a usage failure.
pub fn usage(message: impl Into<String>) -> Failure {
    Failure::Usage(message.into())
}
