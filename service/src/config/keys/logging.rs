//! What is logged.

use super::AnyKey;
use crate::config::Key;
use crate::telemetry::{LogFilter, LogFormat};

/// The settings of this file.
pub const LOGGING: &[&dyn AnyKey] = &[&LOG, &LOG_FORMAT];

/// What is logged.
pub const LOG: Key<LogFilter> = Key::new(
    "log",
    "log",
    "FILTER",
    "What to log: a level, or levels by part such as info,tracker_svc=debug (RUST_LOG is read where this is not set)",
);

/// How it is written.
pub const LOG_FORMAT: Key<LogFormat> =
    Key::new("log_format", "log-format", "FORMAT", "How to write the log: text or json (default: text)");
