//! The stable reasons of errors: clients branch on them, so none is ever renamed.

/// The `reason` of a `google.rpc.ErrorInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The request has violations; `google.rpc.BadRequest` lists them.
    InvalidRequest,
    /// There is nothing under that name.
    NotFound,
    /// Something else has that name already.
    AlreadyExists,
    /// The token of a price was never alerted.
    TokenNotAlerted,
    /// Events cannot be watched from this cursor on: those after it are not there (any more).
    CursorOutOfRange,
    /// What is meant is no longer kept, or not yet.
    OutsideRetention,
    /// The caller's deadline passed.
    DeadlineExceeded,
    /// The caller ended the call.
    Cancelled,
    /// A message is larger than the server takes.
    MessageTooLarge,
    /// More calls at once than the server takes.
    TooManyCalls,
    /// More streams at once than the server takes.
    TooManyStreams,
    /// The call carries no valid token.
    Unauthenticated,
    /// The call's token does not allow it.
    PermissionDenied,
    /// The server still waits for its database or its tables.
    Starting,
    /// The server is stopping.
    ShuttingDown,
    /// The database cannot be reached.
    StoreUnavailable,
    /// The database has no room left.
    StoreFull,
    /// The database's tables are not the ones that this version knows.
    StoreSchema,
    /// The outcome policy differs from the one that is registered under its version.
    PolicyChanged,
    /// The database holds something that cannot be read.
    StoreCorrupt,
    /// The alerts do not fit into the memory that the analysis may take.
    DatasetTooLarge,
    /// A mistake of the server's.
    Internal,
}

impl Reason {
    /// As it stands in the message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::TokenNotAlerted => "TOKEN_NOT_ALERTED",
            Self::CursorOutOfRange => "CURSOR_OUT_OF_RANGE",
            Self::OutsideRetention => "OUTSIDE_RETENTION",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Cancelled => "CANCELLED",
            Self::MessageTooLarge => "MESSAGE_TOO_LARGE",
            Self::TooManyCalls => "TOO_MANY_CALLS",
            Self::TooManyStreams => "TOO_MANY_STREAMS",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::Starting => "STARTING",
            Self::ShuttingDown => "SHUTTING_DOWN",
            Self::StoreUnavailable => "STORE_UNAVAILABLE",
            Self::StoreFull => "STORE_FULL",
            Self::StoreSchema => "STORE_SCHEMA",
            Self::PolicyChanged => "POLICY_CHANGED",
            Self::StoreCorrupt => "STORE_CORRUPT",
            Self::DatasetTooLarge => "DATASET_TOO_LARGE",
            Self::Internal => "INTERNAL",
        }
    }
}
