//! The domain's enums as the contract names them.

use domain::alert::Decision;
use domain::outcome::{EntrySource, ExitReason, OutcomeStatus, RugReason};
use perftrack::v1;

pub(super) fn decision(decision: Decision) -> v1::AlertDecision {
    match decision {
        Decision::Alerted => v1::AlertDecision::Alerted,
        Decision::Shadow => v1::AlertDecision::Shadow,
    }
}

pub(super) fn parse_decision(number: i32) -> Result<Decision, String> {
    match v1::AlertDecision::try_from(number) {
        Ok(v1::AlertDecision::Unspecified | v1::AlertDecision::Alerted) => Ok(Decision::Alerted),
        Ok(v1::AlertDecision::Shadow) => Ok(Decision::Shadow),
        Err(_) => Err(format!("must be ALERT_DECISION_ALERTED (1) or ALERT_DECISION_SHADOW (2), not {number}")),
    }
}

/// Writes what an outcome is.
#[must_use]
pub fn status(status: OutcomeStatus) -> v1::OutcomeStatus {
    match status {
        OutcomeStatus::Tracking => v1::OutcomeStatus::Tracking,
        OutcomeStatus::Complete => v1::OutcomeStatus::Complete,
        OutcomeStatus::Lost => v1::OutcomeStatus::Lost,
        OutcomeStatus::NoData => v1::OutcomeStatus::NoData,
    }
}

pub(super) fn entry_source(source: Option<EntrySource>) -> v1::EntrySource {
    match source {
        None => v1::EntrySource::Unspecified,
        Some(EntrySource::Observed) => v1::EntrySource::Observed,
        Some(EntrySource::Quoted) => v1::EntrySource::Quoted,
    }
}

/// Writes which rug rule holds.
#[must_use]
pub fn rug_reason(reason: Option<RugReason>) -> v1::RugReason {
    match reason {
        None => v1::RugReason::Unspecified,
        Some(RugReason::LiquidityRemoved) => v1::RugReason::LiquidityRemoved,
        Some(RugReason::PriceCollapse) => v1::RugReason::PriceCollapse,
    }
}

pub(super) fn exit_reason(reason: Option<ExitReason>) -> v1::ExitReason {
    match reason {
        None => v1::ExitReason::Unspecified,
        Some(ExitReason::TrailingStop) => v1::ExitReason::TrailingStop,
        Some(ExitReason::HardStop) => v1::ExitReason::HardStop,
        Some(ExitReason::LiquidityGone) => v1::ExitReason::LiquidityGone,
        Some(ExitReason::WindowEnd) => v1::ExitReason::WindowEnd,
    }
}
