//! The first format, which is read and no longer written: every part in the order of its fields; every `None`, flag and
//! variant a byte of its own; every number in as many bytes as its type has.
//!
//! Its trailing hour of prices had more digits. They are rounded as they are today, so that what is read goes on as if this
//! program had folded it.

use std::sync::Arc;
use std::time::Duration;

use crate::alert::RecordedPeak;
use crate::outcome::coverage::Coverage;
use crate::outcome::entry::Entry;
use crate::outcome::exit::{Exit, Position, Sale};
use crate::outcome::extremes::{Extremes, High};
use crate::outcome::fold::Fold;
use crate::outcome::hygiene::Hygiene;
use crate::outcome::look::{KeptLook, Pool};
use crate::outcome::movement::{Movement, Told, rounded};
use crate::outcome::path::{Last, Path};
use crate::outcome::returns::Returns;
use crate::outcome::rug::Rug;
use crate::outcome::rug::collapse::Collapse;
use crate::outcome::rug::liquidity::{Breach, Liquidity, POOLS, Reading, Removed, Watch};
use crate::outcome::seen::Seen;
use crate::outcome::state::StateError;
use crate::outcome::state::bytes::Reader;
use crate::outcome::trailing_hour::TrailingHour;
use crate::outcome::{EntrySource, ExitReason, Subject};
use crate::quantity::PriceUsd;
use crate::timestamp::Timestamp;

/// Something that this format holds.
trait Old: Sized {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError>;
}

pub(super) fn read(input: &mut Reader<'_>) -> Result<Fold, StateError> {
    Old::read(input)
}

macro_rules! fields {
    ($($type:ident { $($field:ident),* $(,)? })*) => {$(
        impl Old for $type {
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                Ok(Self { $($field: Old::read(input)?),* })
            }
        }
    )*};
}

fields! {
    Fold {
        subject, policy_version, seen, hygiene, path, entry, extremes, returns, exit, rug, movement, coverage, sealed_at,
    }
    Subject { alerted_at, window, expected_interval, quoted_price_usd, trusted_peak, recorded_at }
    RecordedPeak { price_usd, at }
    Seen { at, source }
    Hygiene { held, dropped }
    KeptLook { at, price, market_cap, liquidity, pool }
    Path { last, accepted }
    Last { at, price, market_cap, liquidity, left, fresh_at }
    Entry { price, source, at }
    Extremes { high, low, deepest, pumped_at, told }
    High { price, at, market_cap }
    Position { price, kept, assumed, peak }
    Sale { reason, at, return_pct, assumed }
    Rug { liquidity, collapse }
    Liquidity { pools, removed }
    Removed { hit_at, at }
    Watch { pool, last, hour, breach }
    Reading { at, liquidity, left, first }
    Breach { level, at, observations }
    Collapse { half_at, above_since, under_since, fast, standing_since, hit_at, dead, fell }
    Movement { hour, told }
    Coverage { covered_micros }
}

macro_rules! variants {
    ($($type:ident { $($variant:ident = $tag:literal),* })*) => {$(
        impl Old for $type {
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                match tag(input, stringify!($type))? {
                    $($tag => Ok(Self::$variant),)*
                    _ => Err(input.damaged(stringify!($type))),
                }
            }
        }
    )*};
}

variants! {
    EntrySource { Observed = 0, Quoted = 1 }
    ExitReason { TrailingStop = 0, HardStop = 1, LiquidityGone = 2, WindowEnd = 3 }
    Told { Nothing = 0, Up = 1, Down = 2 }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Old for $type {
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                input.array(stringify!($type)).map(<$type>::from_le_bytes)
            }
        }
    )*};
}
numbers!(u16, u32, u64, i32, i64);

fn tag(input: &mut Reader<'_>, what: &'static str) -> Result<u8, StateError> {
    input.array(what).map(|[tag]| tag)
}

impl Old for f64 {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let value = Self::from_bits(u64::read(input)?);
        if value.is_finite() { Ok(value) } else { Err(input.damaged("a finite number")) }
    }
}

impl Old for bool {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        match tag(input, "yes or no")? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(input.damaged("yes or no")),
        }
    }
}

impl<T: Old> Old for Option<T> {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        if bool::read(input)? { T::read(input).map(Some) } else { Ok(None) }
    }
}

impl Old for Timestamp {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        i64::read(input).map(Self::from_micros)
    }
}

impl Old for Duration {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let (seconds, nanos) = (u64::read(input)?, u32::read(input)?);
        if nanos < 1_000_000_000 { Ok(Self::new(seconds, nanos)) } else { Err(input.damaged("a duration")) }
    }
}

impl Old for PriceUsd {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let value = f64::read(input)?;
        Self::new(value).map_err(|_| input.damaged("a price"))
    }
}

impl Old for Arc<str> {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let length = u16::read(input)?;
        let text = input.take(usize::from(length), "a text")?;
        std::str::from_utf8(text).map(Self::from).map_err(|_| input.damaged("a text"))
    }
}

impl Old for Pool {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        match tag(input, "a pool")? {
            0 => Old::read(input).map(Self::Named),
            1 => Old::read(input).map(Self::OfSource),
            _ => Err(input.damaged("a pool")),
        }
    }
}

impl Old for Exit {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        Ok(match tag(input, "an exit")? {
            0 => Self::Waiting,
            1 => Self::Holding(Old::read(input)?),
            2 => Self::Triggered(Old::read(input)?, Old::read(input)?),
            3 => Self::Sold(Old::read(input)?),
            _ => return Err(input.damaged("an exit")),
        })
    }
}

impl Old for Returns {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let passed = tag(input, "horizons passed")?;
        if passed > 3 {
            return Err(input.damaged("horizons passed"));
        }
        Ok(Self { passed, prices: [Old::read(input)?, Old::read(input)?, Old::read(input)?] })
    }
}

impl Old for TrailingHour<f64> {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        hour(input, |value| value)
    }
}

impl Old for TrailingHour<f32> {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        hour(input, rounded)
    }
}

/// The values stand from the newest minute to the oldest.
fn hour<T: Copy + Default>(input: &mut Reader<'_>, kept: impl Fn(f64) -> T) -> Result<TrailingHour<T>, StateError> {
    let (newest, filled) = (Old::read(input)?, Old::read(input)?);
    TrailingHour::restore_by_age(newest, filled, || f64::read(input).map(&kept))?
        .ok_or_else(|| input.damaged("the trailing hour"))
}

impl Old for Vec<Watch> {
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let count = tag(input, "pools")?;
        if usize::from(count) > POOLS {
            return Err(input.damaged("pools"));
        }
        (0..count).map(|_| Old::read(input)).collect()
    }
}
