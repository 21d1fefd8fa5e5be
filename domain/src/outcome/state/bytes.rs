//! Numbers, texts and options as bytes, little-endian.

use std::sync::Arc;
use std::time::Duration;

use crate::outcome::state::StateError;
use crate::quantity::PriceUsd;
use crate::timestamp::Timestamp;

/// Something that is written as bytes and read back to the last bit.
pub(super) trait Part: Sized {
    fn write(&self, out: &mut Vec<u8>);
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError>;
}

/// What is left to read.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub fn damaged(&self, what: &'static str) -> StateError {
        StateError::Damaged { at: self.at, length: self.bytes.len(), what }
    }

    pub fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], StateError> {
        let taken = self.bytes.get(self.at..).and_then(|left| left.get(..length)).ok_or_else(|| self.damaged(what))?;
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], StateError> {
        let damaged = self.damaged(what);
        self.take(N, what)?.try_into().map_err(|_| damaged)
    }

    /// A number below `variants`, which stands for a variant.
    pub fn tag(&mut self, variants: u8, what: &'static str) -> Result<u8, StateError> {
        let damaged = self.damaged(what);
        let [tag] = self.array(what)?;
        if tag < variants { Ok(tag) } else { Err(damaged) }
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), StateError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.damaged("the end")) }
    }
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                input.array(stringify!($type)).map(<$type>::from_le_bytes)
            }
        }
    )*};
}
number!(u8, u16, u32, u64, i32, i64);

impl Part for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        self.to_bits().write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let damaged = input.damaged("a finite number");
        let value = Self::from_bits(u64::read(input)?);
        if value.is_finite() { Ok(value) } else { Err(damaged) }
    }
}

impl Part for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        Ok(input.tag(2, "yes or no")? == 1)
    }
}

impl<T: Part> Part for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        if bool::read(input)? { T::read(input).map(Some) } else { Ok(None) }
    }
}

impl Part for Timestamp {
    fn write(&self, out: &mut Vec<u8>) {
        self.micros().write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        i64::read(input).map(Self::from_micros)
    }
}

impl Part for Duration {
    fn write(&self, out: &mut Vec<u8>) {
        self.as_secs().write(out);
        self.subsec_nanos().write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let damaged = input.damaged("a duration");
        let (seconds, nanos) = (u64::read(input)?, u32::read(input)?);
        if nanos < 1_000_000_000 { Ok(Self::new(seconds, nanos)) } else { Err(damaged) }
    }
}

impl Part for PriceUsd {
    fn write(&self, out: &mut Vec<u8>) {
        self.get().write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let damaged = input.damaged("a price");
        Self::new(f64::read(input)?).map_err(|_| damaged)
    }
}

/// Its length in two bytes, then UTF-8. A text of 64 KiB or more is cut: the edge lets none of that length in.
impl Part for Arc<str> {
    fn write(&self, out: &mut Vec<u8>) {
        let text = self.get(..self.floor_char_boundary(usize::from(u16::MAX))).unwrap_or_default();
        u16::try_from(text.len()).unwrap_or_default().write(out);
        out.extend_from_slice(text.as_bytes());
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let damaged = input.damaged("a text");
        let length = u16::read(input)?;
        let text = input.take(usize::from(length), "a text")?;
        std::str::from_utf8(text).map(Self::from).map_err(|_| damaged)
    }
}
