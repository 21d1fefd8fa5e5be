//! The format that is written. What an observation changes stands last and together, what it leaves alone first: the
//! database logs the part of a row between the first and the last changed byte.

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
use crate::outcome::state::bytes::{Part, Reader, Writer};
use crate::outcome::trailing_hour::TrailingHour;
use crate::outcome::{EntrySource, ExitReason, Subject};

macro_rules! fields {
    ($($type:ident { $($field:ident),* $(,)? })*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Writer) {
                $(self.$field.write(out);)*
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                $(let $field = Part::read(input)?;)*
                Ok(Self { $($field),* })
            }
        }
    )*};
}

fields! {
    Fold {
        subject, policy_version, sealed_at, entry, returns, exit, extremes, hygiene, rug, movement, coverage, seen, path,
    }
    RecordedPeak { price_usd, at }
    Seen { source, at }
    Hygiene { dropped, held }
    KeptLook { at, price, market_cap, liquidity, pool }
    Path { accepted, last }
    Entry { price, source, at }
    Extremes { high, low, deepest, pumped_at, told }
    High { price, at, market_cap }
    Position { price, kept, assumed, peak }
    Sale { reason, at, return_pct, assumed }
    Rug { collapse, liquidity }
    Liquidity { removed, pools }
    Removed { hit_at, at }
    Watch { pool, breach, hour, last }
    Reading { at, liquidity, left, first }
    Breach { level, at, observations }
    Collapse { half_at, above_since, under_since, fast, standing_since, hit_at, dead, fell }
    Movement { told, hour }
    Coverage { covered_micros }
}

macro_rules! variants {
    ($($type:ident { $($variant:ident = $tag:literal),* } of $count:literal in $bits:literal;)*) => {$(
        impl Part for $type {
            fn write(&self, out: &mut Writer) {
                out.flags(match self { $(Self::$variant => $tag),* }, $bits);
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
                let damaged = input.damaged(stringify!($type));
                match input.flags($bits, $count, stringify!($type))? {
                    $($tag => Ok(Self::$variant),)*
                    _ => Err(damaged),
                }
            }
        }
    )*};
}

variants! {
    EntrySource { Observed = 0, Quoted = 1 } of 2 in 1;
    ExitReason { TrailingStop = 0, HardStop = 1, LiquidityGone = 2, WindowEnd = 3 } of 4 in 2;
    Told { Nothing = 0, Up = 1, Down = 2 } of 3 in 2;
}

/// All other times count from `alerted_at`.
impl Part for Subject {
    fn write(&self, out: &mut Writer) {
        out.origin(self.alerted_at);
        self.window.write(out);
        self.expected_interval.write(out);
        self.quoted_price_usd.write(out);
        self.trusted_peak.write(out);
        self.recorded_at.write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        Ok(Self {
            alerted_at: input.origin()?,
            window: Part::read(input)?,
            expected_interval: Part::read(input)?,
            quoted_price_usd: Part::read(input)?,
            trusted_peak: Part::read(input)?,
            recorded_at: Part::read(input)?,
        })
    }
}

/// The moment at which the price was new is mostly that of the observation itself.
impl Part for Last {
    fn write(&self, out: &mut Writer) {
        self.at.write(out);
        self.price.write(out);
        self.market_cap.write(out);
        self.liquidity.write(out);
        self.left.write(out);
        Some(self.fresh_at).filter(|fresh_at| *fresh_at != self.at).write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let at = Part::read(input)?;
        Ok(Self {
            at,
            price: Part::read(input)?,
            market_cap: Part::read(input)?,
            liquidity: Part::read(input)?,
            left: Part::read(input)?,
            fresh_at: Option::read(input)?.unwrap_or(at),
        })
    }
}

impl Part for Pool {
    fn write(&self, out: &mut Writer) {
        let (of_source, name) = match self {
            Self::Named(name) => (false, name),
            Self::OfSource(name) => (true, name),
        };
        of_source.write(out);
        name.write(out);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let of_source = bool::read(input)?;
        let name = Part::read(input)?;
        Ok(if of_source { Self::OfSource(name) } else { Self::Named(name) })
    }
}

impl Part for Exit {
    fn write(&self, out: &mut Writer) {
        match self {
            Self::Waiting => out.flags(0, 2),
            Self::Holding(position) => {
                out.flags(1, 2);
                position.write(out);
            }
            Self::Triggered(position, reason) => {
                out.flags(2, 2);
                position.write(out);
                reason.write(out);
            }
            Self::Sold(sale) => {
                out.flags(3, 2);
                sale.write(out);
            }
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        Ok(match input.flags(2, 4, "an exit")? {
            0 => Self::Waiting,
            1 => Self::Holding(Part::read(input)?),
            2 => Self::Triggered(Part::read(input)?, Part::read(input)?),
            _ => Self::Sold(Part::read(input)?),
        })
    }
}

impl Part for Returns {
    fn write(&self, out: &mut Writer) {
        out.flags(self.passed, 2);
        for price in &self.prices {
            price.write(out);
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let passed = input.flags(2, 4, "horizons passed")?;
        Ok(Self { passed, prices: [Part::read(input)?, Part::read(input)?, Part::read(input)?] })
    }
}

/// The values stand in the order of their buckets, so that a new minute changes little.
impl<T: Part + Copy + Default> Part for TrailingHour<T> {
    fn write(&self, out: &mut Writer) {
        self.newest().write(out);
        out.fixed(self.filled().to_le_bytes());
        for value in self.by_bucket() {
            value.write(out);
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let newest = Part::read(input)?;
        let filled = u64::from_le_bytes(input.array("the trailing hour")?);
        Self::restore_by_bucket(newest, filled, || T::read(input))?.ok_or_else(|| input.damaged("the trailing hour"))
    }
}

impl Part for Vec<Watch> {
    fn write(&self, out: &mut Writer) {
        out.flags(u8::try_from(self.len()).unwrap_or_default(), 2);
        for watch in self {
            watch.write(out);
        }
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, StateError> {
        let count = input.flags(2, POOLS as u8 + 1, "pools")?;
        (0..count).map(|_| Part::read(input)).collect()
    }
}
