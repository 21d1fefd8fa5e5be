//! The fold's state as bytes: what the database keeps, so that a restart resumes exactly where it was.

/// Why bytes are not the state of a fold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Written by another version of this program.
    #[error(
        "the fold's state has format {found}, this program reads format {expected}: fold the alert again from its observations"
    )]
    Version {
        /// The format that was found.
        found: u8,
        /// The format that is read.
        expected: u8,
    },
    /// Not what was written.
    #[error(
        "the fold's state is damaged at byte {at} of {length} ({what}): fold the alert again from its observations"
    )]
    Damaged {
        /// Where.
        at: usize,
        /// How many bytes there were.
        length: usize,
        /// What was to be read there.
        what: &'static str,
    },
}
