//! Texts: how long they may be, and the one character that no text may have.

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Over its limit.
    #[error("must be at most {most} bytes, not {bytes}")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// It has the character U+0000, which a database cannot hold.
    #[error("must not contain the NUL character (at byte {at})")]
    Nul {
        /// Where the first one stands.
        at: usize,
    },
}

/// Checks a text of at most `most` bytes.
pub fn parse_text(text: String, most: usize) -> Result<String, TextError> {
    if text.len() > most {
        return Err(TextError::TooLong { bytes: text.len(), most });
    }
    match text.bytes().position(|byte| byte == 0) {
        Some(at) => Err(TextError::Nul { at }),
        None => Ok(text),
    }
}
