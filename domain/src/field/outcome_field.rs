//! The fields of the outcome, by the contract's names.

use super::{Kind, Names, Value};
use crate::outcome::{EntrySource, ExitReason, Outcome, OutcomeStatus, RugReason};
use crate::quantity::{AmountUsd, PriceUsd};

/// The contract's names of [`OutcomeStatus`].
const STATUSES: Names = Names {
    prefix: "OUTCOME_STATUS_",
    all: &["OUTCOME_STATUS_TRACKING", "OUTCOME_STATUS_COMPLETE", "OUTCOME_STATUS_LOST", "OUTCOME_STATUS_NO_DATA"],
};

/// The contract's names of [`EntrySource`].
const ENTRY_SOURCES: Names = Names { prefix: "ENTRY_SOURCE_", all: &["ENTRY_SOURCE_OBSERVED", "ENTRY_SOURCE_QUOTED"] };

/// The contract's names of [`RugReason`].
const RUG_REASONS: Names =
    Names { prefix: "RUG_REASON_", all: &["RUG_REASON_LIQUIDITY_REMOVED", "RUG_REASON_PRICE_COLLAPSE"] };

/// The contract's names of [`ExitReason`].
const EXIT_REASONS: Names = Names {
    prefix: "EXIT_REASON_",
    all: &[
        "EXIT_REASON_TRAILING_STOP",
        "EXIT_REASON_HARD_STOP",
        "EXIT_REASON_LIQUIDITY_GONE",
        "EXIT_REASON_WINDOW_END",
    ],
};

const fn status(status: OutcomeStatus) -> Value<'static> {
    Value::Enum(match status {
        OutcomeStatus::Tracking => STATUSES.all[0],
        OutcomeStatus::Complete => STATUSES.all[1],
        OutcomeStatus::Lost => STATUSES.all[2],
        OutcomeStatus::NoData => STATUSES.all[3],
    })
}

const fn entry_source(source: EntrySource) -> Value<'static> {
    Value::Enum(match source {
        EntrySource::Observed => ENTRY_SOURCES.all[0],
        EntrySource::Quoted => ENTRY_SOURCES.all[1],
    })
}

const fn rug_reason(reason: RugReason) -> Value<'static> {
    Value::Enum(match reason {
        RugReason::LiquidityRemoved => RUG_REASONS.all[0],
        RugReason::PriceCollapse => RUG_REASONS.all[1],
    })
}

const fn exit_reason(reason: ExitReason) -> Value<'static> {
    Value::Enum(match reason {
        ExitReason::TrailingStop => EXIT_REASONS.all[0],
        ExitReason::HardStop => EXIT_REASONS.all[1],
        ExitReason::LiquidityGone => EXIT_REASONS.all[2],
        ExitReason::WindowEnd => EXIT_REASONS.all[3],
    })
}

const fn price(price: PriceUsd) -> Value<'static> {
    Value::Number(price.get())
}

const fn amount(amount: AmountUsd) -> Value<'static> {
    Value::Number(amount.get())
}

fn count(count: i32) -> Value<'static> {
    Value::Number(f64::from(count))
}

macro_rules! outcome_fields {
    ($($variant:ident $field:ident $kind:expr, |$outcome:ident| $value:expr;)*) => {
        /// Names one field of [`Outcome`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OutcomeField {
            $(#[doc = concat!("`", stringify!($field), "`")] $variant,)*
        }

        impl OutcomeField {
            /// All of them, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in filters, orders and groups.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($field),)* }
            }

            pub(super) const fn kind(self) -> Kind {
                match self { $(Self::$variant => $kind,)* }
            }

            pub(super) fn value(self, outcome: &Outcome) -> Option<Value<'static>> {
                match self { $(Self::$variant => { let $outcome = outcome; $value })* }
            }
        }
    };
}

outcome_fields! {
    Status status Kind::Enum(&STATUSES), |o| Some(status(o.status));
    SealedAt sealed_at Kind::Timestamp, |o| o.sealed_at.map(Value::Timestamp);
    EntryPriceUsd entry_price_usd Kind::Number, |o| o.entry_price_usd.map(price);
    EntrySource entry_source Kind::Enum(&ENTRY_SOURCES), |o| o.entry_source.map(entry_source);
    EntryAt entry_at Kind::Timestamp, |o| o.entry_at.map(Value::Timestamp);
    QuotedPriceUsd quoted_price_usd Kind::Number, |o| o.quoted_price_usd.map(price);
    EntryGapPct entry_gap_pct Kind::Number, |o| o.entry_gap_pct.map(Value::Number);
    LastPriceUsd last_price_usd Kind::Number, |o| o.last_price_usd.map(price);
    LastPriceAt last_price_at Kind::Timestamp, |o| o.last_price_at.map(Value::Timestamp);
    PeakPriceUsd peak_price_usd Kind::Number, |o| o.peak_price_usd.map(price);
    PeakAt peak_at Kind::Timestamp, |o| o.peak_at.map(Value::Timestamp);
    PeakMarketCapUsd peak_market_cap_usd Kind::Number, |o| o.peak_market_cap_usd.map(amount);
    MaxGainPct max_gain_pct Kind::Number, |o| o.max_gain_pct.map(Value::Number);
    MaxDrawdownPct max_drawdown_pct Kind::Number, |o| o.max_drawdown_pct.map(Value::Number);
    DrawdownFromPeakPct drawdown_from_peak_pct Kind::Number, |o| o.drawdown_from_peak_pct.map(Value::Number);
    Return1hPct return_1h_pct Kind::Number, |o| o.return_1h_pct.map(Value::Number);
    Return6hPct return_6h_pct Kind::Number, |o| o.return_6h_pct.map(Value::Number);
    Return24hPct return_24h_pct Kind::Number, |o| o.return_24h_pct.map(Value::Number);
    PumpedAt pumped_at Kind::Timestamp, |o| o.pumped_at.map(Value::Timestamp);
    IsRug is_rug Kind::Boolean, |o| o.is_rug.map(Value::Boolean);
    RugReason rug_reason Kind::Enum(&RUG_REASONS), |o| o.rug_reason.map(rug_reason);
    RugAt rug_at Kind::Timestamp, |o| o.rug_at.map(Value::Timestamp);
    RugHitAt rug_hit_at Kind::Timestamp, |o| o.rug_hit_at.map(Value::Timestamp);
    RugAfterPump rug_after_pump Kind::Boolean, |o| o.rug_after_pump.map(Value::Boolean);
    RoundTrip round_trip Kind::Boolean, |o| o.round_trip.map(Value::Boolean);
    IsDead is_dead Kind::Boolean, |o| o.is_dead.map(Value::Boolean);
    Fell80 fell_80 Kind::Boolean, |o| o.fell_80.map(Value::Boolean);
    ExitReason exit_reason Kind::Enum(&EXIT_REASONS), |o| o.exit_reason.map(exit_reason);
    ExitAt exit_at Kind::Timestamp, |o| o.exit_at.map(Value::Timestamp);
    ExitReturnPct exit_return_pct Kind::Number, |o| o.exit_return_pct.map(Value::Number);
    ExitLiquidityAssumed exit_liquidity_assumed Kind::Boolean, |o| o.exit_return_pct.map(|_| Value::Boolean(o.exit_liquidity_assumed));
    HeldDropped held_dropped Kind::Number, |o| Some(count(o.held_dropped));
    SnapshotCount snapshot_count Kind::Number, |o| Some(count(o.snapshot_count));
    Coverage coverage Kind::Number, |o| o.coverage.map(Value::Number);
    PolicyVersion policy_version Kind::Number, |o| Some(count(o.policy_version));
    Approximate approximate Kind::Boolean, |o| Some(Value::Boolean(o.approximate));
}

impl OutcomeField {
    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }
}
