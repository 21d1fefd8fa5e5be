//! Numbers, times, texts and flags as bytes.
//!
//! Flags – a `None`, a yes or no, a variant – stand together as bits of one number at the beginning. Whole numbers are
//! LEB128, signed ones zigzag; times count from the alert. Floats are their bits, little-endian.

use std::sync::Arc;
use std::time::Duration;

use crate::outcome::elapsed::micros;
use crate::outcome::state::StateError;
use crate::quantity::PriceUsd;
use crate::timestamp::Timestamp;

/// Something that is written as bytes and read back to the last bit.
pub(super) trait Part: Sized {
    fn write(&self, out: &mut Writer);
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError>;
}

/// How many flags there are at most.
const MOST_FLAGS: u32 = u64::BITS;
const FLAG_BYTES: usize = size_of::<u64>();

/// What is written so far.
pub(super) struct Writer {
    bytes: Vec<u8>,
    flags: u64,
    flag_count: u32,
    /// What times count from.
    origin: Timestamp,
}

impl Writer {
    /// Begins behind `format`, with room for the flags.
    pub fn new(format: u8, capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.push(format);
        bytes.extend_from_slice(&[0; FLAG_BYTES]);
        Self { bytes, flags: 0, flag_count: 0, origin: Timestamp::EPOCH }
    }

    /// A moment in full, that all later ones count from.
    pub fn origin(&mut self, at: Timestamp) {
        self.fixed(at.micros().to_le_bytes());
        self.origin = at;
    }

    /// `count` bits of `value`.
    pub fn flags(&mut self, value: u8, count: u32) {
        debug_assert!(self.flag_count + count <= MOST_FLAGS, "no room for another flag");
        self.flags |= u64::from(value) << self.flag_count;
        self.flag_count += count;
    }

    pub fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes.extend_from_slice(&bytes);
    }

    fn whole(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.whole(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    /// What was written, the flags in their place.
    pub fn finish(mut self) -> Vec<u8> {
        if let Some(flags) = self.bytes.get_mut(1..=FLAG_BYTES) {
            flags.copy_from_slice(&self.flags.to_le_bytes());
        }
        self.bytes
    }
}

/// What is left to read.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    flags: u64,
    flag_count: u32,
    origin: Timestamp,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, flags: 0, flag_count: 0, origin: Timestamp::EPOCH }
    }

    /// Reads the flags that the other parts ask for.
    pub fn take_flags(&mut self) -> Result<(), StateError> {
        self.flags = u64::from_le_bytes(self.array("flags")?);
        Ok(())
    }

    pub fn origin(&mut self) -> Result<Timestamp, StateError> {
        self.origin = Timestamp::from_micros(i64::from_le_bytes(self.array("the alert's time")?));
        Ok(self.origin)
    }

    pub fn damaged(&self, what: &'static str) -> StateError {
        StateError::Damaged { at: self.at, length: self.bytes.len(), what }
    }

    /// The next `count` bits of the flags, which stand for a number below `variants`.
    pub fn flags(&mut self, count: u32, variants: u8, what: &'static str) -> Result<u8, StateError> {
        if self.flag_count + count > MOST_FLAGS {
            return Err(self.damaged(what));
        }
        let value = (self.flags >> self.flag_count) as u8 & ((1 << count) - 1);
        self.flag_count += count;
        if value < variants { Ok(value) } else { Err(self.damaged(what)) }
    }

    pub fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], StateError> {
        let taken = self.bytes.get(self.at..).and_then(|left| left.get(..length)).ok_or_else(|| self.damaged(what))?;
        self.at += length;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], StateError> {
        let damaged = self.damaged(what);
        self.take(N, what)?.try_into().map_err(|_| damaged)
    }

    fn whole(&mut self, what: &'static str) -> Result<u64, StateError> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = self.array(what)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.damaged(what))
    }

    fn signed(&mut self, what: &'static str) -> Result<i64, StateError> {
        let value = self.whole(what)?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), StateError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.damaged("the end")) }
    }
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Writer) {
                out.whole(u64::from(*self));
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                let damaged = input.damaged(stringify!($type));
                Self::try_from(input.whole(stringify!($type))?).map_err(|_| damaged)
            }
        }
    )*};
}
whole!(u32, u64);

macro_rules! signed {
    ($($type:ty),*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Writer) {
                out.signed(i64::from(*self));
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                let damaged = input.damaged(stringify!($type));
                Self::try_from(input.signed(stringify!($type))?).map_err(|_| damaged)
            }
        }
    )*};
}
signed!(i32, i64);

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Writer) {
                out.fixed(self.to_le_bytes());
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                let damaged = input.damaged("a finite number");
                let value = Self::from_le_bytes(input.array("a number")?);
                if value.is_finite() { Ok(value) } else { Err(damaged) }
            }
        }
    )*};
}
float!(f32, f64);

impl Part for bool {
    fn write(&self, out: &mut Writer) {
        out.flags(u8::from(*self), 1);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        Ok(input.flags(1, 2, "yes or no")? == 1)
    }
}

impl<T: Part> Part for Option<T> {
    fn write(&self, out: &mut Writer) {
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
    fn write(&self, out: &mut Writer) {
        out.signed(micros(out.origin, *self));
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let since = input.signed("a time")?;
        Ok(Self::from_micros(input.origin.micros().wrapping_add(since)))
    }
}

impl Part for Duration {
    fn write(&self, out: &mut Writer) {
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
    fn write(&self, out: &mut Writer) {
        self.get().write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let damaged = input.damaged("a price");
        Self::new(f64::read(input)?).map_err(|_| damaged)
    }
}

/// Its length, then UTF-8. A text of 64 KiB or more is cut: the edge lets none of that length in.
impl Part for Arc<str> {
    fn write(&self, out: &mut Writer) {
        let text = self.get(..self.floor_char_boundary(usize::from(u16::MAX))).unwrap_or_default();
        u32::try_from(text.len()).unwrap_or_default().write(out);
        out.bytes.extend_from_slice(text.as_bytes());
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let damaged = input.damaged("a text");
        let length = u32::read(input)?;
        let text = input.take(usize::try_from(length).unwrap_or(usize::MAX), "a text")?;
        std::str::from_utf8(text).map(Self::from).map_err(|_| damaged)
    }
}
