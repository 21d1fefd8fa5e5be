//! The fold's state as bytes: what the database keeps, so that a restart resumes exactly where it was.
//!
//! One byte that names the format, what that format says, and a CRC-32 of all that. Floats are their bits, so nothing is
//! rounded; every length is checked against what is left before anything is reserved for it.

mod bytes;
mod format1;
mod format2;

use crate::outcome::fold::Fold;
use bytes::{Part, Reader, Writer};

/// The format that is written.
const FORMAT: u8 = 2;
/// The one before it, which is read.
const EARLIER_FORMAT: u8 = 1;
const CHECKSUM_BYTES: usize = 4;

/// Why bytes are not the state of a fold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Written by another version of this program.
    #[error(
        "the fold's state has format {found}, this program reads up to format {expected}: fold the alert again from its \
         observations"
    )]
    Version {
        /// The format that was found.
        found: u8,
        /// The latest format that is read.
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

pub(super) fn write(fold: &Fold) -> Vec<u8> {
    let mut writer = Writer::new(FORMAT, 768);
    fold.write(&mut writer);
    let mut out = writer.finish();
    let checksum = crc32fast::hash(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out
}

pub(super) fn read(bytes: &[u8]) -> Result<Fold, StateError> {
    let damaged = |at, what| StateError::Damaged { at, length: bytes.len(), what };
    let format = match bytes.first() {
        Some(&format @ (FORMAT | EARLIER_FORMAT)) => format,
        Some(&found) => return Err(StateError::Version { found, expected: FORMAT }),
        None => return Err(damaged(0, "format")),
    };
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(damaged(1, "checksum"))?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Err(damaged(body.len(), "checksum"));
    }
    let mut reader = Reader::new(body, 1);
    let fold = if format == EARLIER_FORMAT {
        format1::read(&mut reader)?
    } else {
        reader.take_flags()?;
        Fold::read(&mut reader)?
    };
    reader.end()?;
    Ok(fold)
}
