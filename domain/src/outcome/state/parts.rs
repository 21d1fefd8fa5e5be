//! The parts of the fold's state, each in the order of its fields.

use crate::alert::RecordedPeak;
use crate::outcome::coverage::Coverage;
use crate::outcome::entry::Entry;
use crate::outcome::exit::{Exit, Position, Sale};
use crate::outcome::extremes::{Extremes, High};
use crate::outcome::fold::Fold;
use crate::outcome::hygiene::Hygiene;
use crate::outcome::look::{KeptLook, Pool};
use crate::outcome::movement::{Movement, Told};
use crate::outcome::path::{Last, Path};
use crate::outcome::returns::Returns;
use crate::outcome::rug::Rug;
use crate::outcome::rug::collapse::Collapse;
use crate::outcome::rug::liquidity::{Breach, Liquidity, POOLS, Reading, Removed, Watch};
use crate::outcome::seen::Seen;
use crate::outcome::state::StateError;
use crate::outcome::state::bytes::{Part, Reader};
use crate::outcome::trailing_hour::TrailingHour;
use crate::outcome::{EntrySource, ExitReason, Subject};

macro_rules! fields {
    ($($type:ident { $($field:ident),* $(,)? })*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$field.write(out);)*
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                Ok(Self { $($field: Part::read(input)?),* })
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
    ($($type:ident { $($variant:ident = $tag:literal),* } of $count:literal;)*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Vec<u8>) {
                out.push(match self { $(Self::$variant => $tag),* });
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                let damaged = input.damaged(stringify!($type));
                match input.tag($count, stringify!($type))? {
                    $($tag => Ok(Self::$variant),)*
                    _ => Err(damaged),
                }
            }
        }
    )*};
}

variants! {
    EntrySource { Observed = 0, Quoted = 1 } of 2;
    ExitReason { TrailingStop = 0, HardStop = 1, LiquidityGone = 2, WindowEnd = 3 } of 4;
    Told { Nothing = 0, Up = 1, Down = 2 } of 3;
}

impl Part for Pool {
    fn write(&self, out: &mut Vec<u8>) {
        let (tag, name) = match self {
            Self::Named(name) => (0, name),
            Self::OfSource(name) => (1, name),
        };
        out.push(tag);
        name.write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let tag = input.tag(2, "a pool")?;
        let name = Part::read(input)?;
        Ok(if tag == 0 { Self::Named(name) } else { Self::OfSource(name) })
    }
}

impl Part for Exit {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Waiting => out.push(0),
            Self::Holding(position) => {
                out.push(1);
                position.write(out);
            }
            Self::Triggered(position, reason) => {
                out.push(2);
                position.write(out);
                reason.write(out);
            }
            Self::Sold(sale) => {
                out.push(3);
                sale.write(out);
            }
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        Ok(match input.tag(4, "an exit")? {
            0 => Self::Waiting,
            1 => Self::Holding(Part::read(input)?),
            2 => Self::Triggered(Part::read(input)?, Part::read(input)?),
            _ => Self::Sold(Part::read(input)?),
        })
    }
}

impl Part for Returns {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.passed);
        for price in &self.prices {
            price.write(out);
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let passed = input.tag(4, "horizons passed")?;
        Ok(Self { passed, prices: [Part::read(input)?, Part::read(input)?, Part::read(input)?] })
    }
}

impl Part for TrailingHour {
    fn write(&self, out: &mut Vec<u8>) {
        self.newest().write(out);
        self.filled().write(out);
        for value in self.values() {
            value.write(out);
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let damaged = input.damaged("the trailing hour");
        let (newest, filled) = (Part::read(input)?, Part::read(input)?);
        Self::restore(newest, filled, || f64::read(input))?.ok_or(damaged)
    }
}

impl Part for Vec<Watch> {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::try_from(self.len()).unwrap_or_default());
        for watch in self {
            watch.write(out);
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let count = input.tag(POOLS as u8 + 1, "pools")?;
        (0..count).map(|_| Part::read(input)).collect()
    }
}
