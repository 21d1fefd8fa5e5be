//! What became of a made-up alert.

use domain::field::{OutcomeField, Value};
use domain::timestamp::Timestamp;
use std::time::Duration;

use super::draw::Draw;

/// The outcome of one alert.
#[derive(Clone, Debug)]
pub struct Fate {
    status: &'static str,
    alerted_at: Timestamp,
    entry_price_usd: f64,
    gain_pct: f64,
    drawdown_pct: f64,
    exit_pct: f64,
    pumped_after: Option<Duration>,
    rug_after: Option<Duration>,
    reason: &'static str,
    sealed_after: Duration,
    snapshots: f64,
}

const HOURS_48: u64 = 48 * 3_600_000;

impl Fate {
    /// With these chances. An alert of the last two days is still open.
    pub fn of(draw: &mut Draw, alerted_at: Timestamp, is_open: bool, pump_rate: f64, rug_rate: f64) -> Self {
        let (pumps, rugs) = (draw.chance(pump_rate), draw.chance(rug_rate));
        let luck = draw.share();
        let status = match luck {
            _ if is_open => "OUTCOME_STATUS_TRACKING",
            luck if luck < 0.01 => "OUTCOME_STATUS_NO_DATA",
            luck if luck < 0.05 => "OUTCOME_STATUS_LOST",
            _ => "OUTCOME_STATUS_COMPLETE",
        };
        let gain_pct = if pumps { draw.pareto(50.1) } else { draw.share() * 50.0 };
        let exit_pct = match (pumps, rugs) {
            (true, _) => gain_pct * (0.3 + 0.5 * draw.share()) - 4.0,
            (false, true) => -100.0 * (0.6 + 0.4 * draw.share()),
            (false, false) => -40.0 + 45.0 * draw.share(),
        };
        Self {
            status,
            alerted_at,
            entry_price_usd: draw.around(0.000_3),
            gain_pct,
            drawdown_pct: if rugs { -80.0 - 19.0 * draw.share() } else { -70.0 * draw.share() },
            exit_pct,
            pumped_after: pumps.then(|| Duration::from_millis(60_000 + draw.below(HOURS_48 / 4))),
            rug_after: rugs.then(|| Duration::from_millis(120_000 + draw.below(HOURS_48 / 2))),
            reason: if draw.chance(0.6) { "RUG_REASON_LIQUIDITY_REMOVED" } else { "RUG_REASON_PRICE_COLLAPSE" },
            sealed_after: Duration::from_millis(HOURS_48 + 600_000 + draw.below(60_000)),
            snapshots: (2_300 + draw.below(580)) as f64,
        }
    }

    /// The value of a field, where it is known.
    pub fn value(&self, field: OutcomeField) -> Option<Value<'static>> {
        let (number, moment) = (|value: f64| Some(Value::Number(value)), |at| Some(Value::Timestamp(at)));
        let is_open = self.status == "OUTCOME_STATUS_TRACKING";
        match field {
            OutcomeField::Status => return Some(Value::Enum(self.status)),
            OutcomeField::PolicyVersion => return number(1.0),
            OutcomeField::HeldDropped => return number(0.0),
            OutcomeField::Approximate => return Some(Value::Boolean(false)),
            OutcomeField::SnapshotCount if is_open || self.status == "OUTCOME_STATUS_NO_DATA" => return number(0.0),
            _ if is_open => return None,
            OutcomeField::SealedAt => return moment(self.alerted_at.plus(self.sealed_after)),
            _ if self.status == "OUTCOME_STATUS_NO_DATA" => return None,
            _ => {}
        }
        let is_complete = self.status == "OUTCOME_STATUS_COMPLETE";
        let pumped = self.pumped_after.map(|after| self.alerted_at.plus(after));
        let rugged = self.rug_after.map(|after| self.alerted_at.plus(after));
        let flag = |flag: bool| (is_complete || flag).then_some(Value::Boolean(flag));
        match field {
            OutcomeField::EntryPriceUsd | OutcomeField::QuotedPriceUsd => number(self.entry_price_usd),
            OutcomeField::EntrySource => Some(Value::Enum("ENTRY_SOURCE_OBSERVED")),
            OutcomeField::EntryAt => moment(self.alerted_at),
            OutcomeField::EntryGapPct => number(0.0),
            OutcomeField::LastPriceUsd => number(self.entry_price_usd * 0.4),
            OutcomeField::LastPriceAt => {
                let watched = if is_complete { self.sealed_after } else { self.sealed_after / 3 };
                moment(self.alerted_at.plus(watched))
            }
            OutcomeField::PeakPriceUsd => number(self.entry_price_usd * (1.0 + self.gain_pct / 100.0)),
            OutcomeField::PeakAt => moment(pumped.unwrap_or(self.alerted_at)),
            OutcomeField::PeakMarketCapUsd => number(self.entry_price_usd * 1e9),
            OutcomeField::MaxGainPct => number(self.gain_pct).filter(|_| is_complete),
            OutcomeField::MaxDrawdownPct | OutcomeField::DrawdownFromPeakPct => number(self.drawdown_pct),
            OutcomeField::Return1hPct => number(self.exit_pct * 0.2),
            OutcomeField::Return6hPct => number(self.exit_pct * 0.6),
            OutcomeField::Return24hPct => number(self.exit_pct * 0.9).filter(|_| is_complete),
            OutcomeField::PumpedAt => pumped.and_then(moment),
            OutcomeField::IsRug => flag(rugged.is_some()),
            OutcomeField::RugReason => rugged.map(|_| Value::Enum(self.reason)),
            OutcomeField::RugAt | OutcomeField::RugHitAt => rugged.and_then(moment),
            OutcomeField::RugAfterPump => flag(pumped.zip(rugged).is_some_and(|(pump, rug)| pump < rug)),
            OutcomeField::RoundTrip => flag(self.gain_pct >= 100.0 && self.exit_pct < 0.0),
            OutcomeField::IsDead => flag(false),
            OutcomeField::Fell80 => flag(self.drawdown_pct < -80.0),
            OutcomeField::ExitReason => Some(Value::Enum(match (pumped, rugged) {
                (Some(_), _) => "EXIT_REASON_TRAILING_STOP",
                (None, Some(_)) => "EXIT_REASON_LIQUIDITY_GONE",
                (None, None) => "EXIT_REASON_HARD_STOP",
            })),
            OutcomeField::ExitAt => moment(self.alerted_at.plus(self.sealed_after / 5)),
            OutcomeField::ExitReturnPct => number(self.exit_pct).filter(|_| is_complete),
            OutcomeField::ExitLiquidityAssumed => Some(Value::Boolean(false)).filter(|_| is_complete),
            OutcomeField::SnapshotCount => number(if is_complete { self.snapshots } else { self.snapshots / 4.0 }),
            OutcomeField::Coverage => number(if is_complete { self.snapshots / 2_880.0 } else { 0.2 }),
            _ => None,
        }
    }
}
