//! From an outcome to its message.

use domain::outcome::Outcome;
use perftrack::v1;

use super::enums;
use super::time::timestamp_message;

/// Writes what became of an alert; what is unknown stays absent.
#[must_use]
pub fn outcome_message(outcome: &Outcome) -> v1::Outcome {
    v1::Outcome {
        status: enums::status(outcome.status).into(),
        entry_price_usd: outcome.entry_price_usd.map(Into::into),
        entry_source: enums::entry_source(outcome.entry_source).into(),
        quoted_price_usd: outcome.quoted_price_usd.map(Into::into),
        entry_gap_pct: outcome.entry_gap_pct,
        last_price_usd: outcome.last_price_usd.map(Into::into),
        peak_price_usd: outcome.peak_price_usd.map(Into::into),
        peak_at: outcome.peak_at.map(timestamp_message),
        peak_market_cap_usd: outcome.peak_market_cap_usd.map(Into::into),
        max_gain_pct: outcome.max_gain_pct,
        max_drawdown_pct: outcome.max_drawdown_pct,
        drawdown_from_peak_pct: outcome.drawdown_from_peak_pct,
        return_1h_pct: outcome.return_1h_pct,
        return_6h_pct: outcome.return_6h_pct,
        return_24h_pct: outcome.return_24h_pct,
        is_rug: outcome.is_rug,
        rug_reason: enums::rug_reason(outcome.rug_reason).into(),
        rug_at: outcome.rug_at.map(timestamp_message),
        rug_hit_at: outcome.rug_hit_at.map(timestamp_message),
        rug_after_pump: outcome.rug_after_pump,
        round_trip: outcome.round_trip,
        is_dead: outcome.is_dead,
        fell_80: outcome.fell_80,
        exit_reason: enums::exit_reason(outcome.exit_reason).into(),
        held_dropped: outcome.held_dropped,
        exit_return_pct: outcome.exit_return_pct,
        snapshot_count: outcome.snapshot_count,
        coverage: outcome.coverage,
        policy_version: outcome.policy_version,
        entry_at: outcome.entry_at.map(timestamp_message),
        last_price_at: outcome.last_price_at.map(timestamp_message),
        pumped_at: outcome.pumped_at.map(timestamp_message),
        exit_at: outcome.exit_at.map(timestamp_message),
        exit_liquidity_assumed: outcome.exit_liquidity_assumed,
        sealed_at: outcome.sealed_at.map(timestamp_message),
        approximate: outcome.approximate,
    }
}
