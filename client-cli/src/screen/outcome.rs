//! An outcome in few words.

use perftrack::v1::{ExitReason, Outcome, OutcomeStatus, RugReason};

use crate::print::paint;

/// What became of an alert, in one painted word or two.
#[must_use]
pub fn label(outcome: &Outcome) -> String {
    let pumped = outcome.max_gain_pct.is_some_and(|gain| gain > 50.0);
    match (outcome.status(), outcome.is_rug) {
        (_, Some(true)) if outcome.rug_after_pump == Some(true) || pumped => paint::bad("pump+rug"),
        (_, Some(true)) => paint::bad("rug"),
        (OutcomeStatus::NoData, _) => paint::faint("no data"),
        (OutcomeStatus::Lost, _) => paint::warn("lost"),
        _ if pumped => paint::good("pump"),
        _ if outcome.is_dead == Some(true) => paint::bad("dead"),
        (OutcomeStatus::Tracking, _) => paint::faint("tracking"),
        _ => "neither".to_owned(),
    }
}

/// The label, and how far the following has come; where that is all that is known, the label is its first word.
#[must_use]
pub fn label_and_status(outcome: &Outcome) -> String {
    let (label, status) = (label(outcome), status(outcome.status()));
    match status.strip_prefix(&*anstream::adapter::strip_str(&label).to_string()) {
        Some(rest) => label + &paint::faint(rest),
        None => format!("{label}  {}", paint::faint(status)),
    }
}

/// How far the following has come.
#[must_use]
pub const fn status(status: OutcomeStatus) -> &'static str {
    match status {
        OutcomeStatus::Unspecified => "unknown",
        OutcomeStatus::Tracking => "tracking, provisional",
        OutcomeStatus::Complete => "complete",
        OutcomeStatus::Lost => "lost: too few observations to say how it ended",
        OutcomeStatus::NoData => "no data: no price was ever accepted",
    }
}

/// Which rule calls it a rug.
#[must_use]
pub const fn rug_reason(reason: RugReason) -> &'static str {
    match reason {
        RugReason::Unspecified => "for no known reason",
        RugReason::LiquidityRemoved => "liquidity removed",
        RugReason::PriceCollapse => "price collapse",
    }
}

/// Why the simulated position was sold.
#[must_use]
pub const fn exit_reason(reason: ExitReason) -> &'static str {
    match reason {
        ExitReason::Unspecified => "not sold",
        ExitReason::TrailingStop => "trailing stop",
        ExitReason::HardStop => "hard stop",
        ExitReason::LiquidityGone => "liquidity gone",
        ExitReason::WindowEnd => "held to the end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_label_says_already_is_said_once() {
        let plain = |status: OutcomeStatus, gain: f64| {
            let mut outcome = Outcome { max_gain_pct: Some(gain), ..Default::default() };
            outcome.set_status(status);
            anstream::adapter::strip_str(&label_and_status(&outcome)).to_string()
        };
        assert_eq!(plain(OutcomeStatus::Tracking, 3.0), "tracking, provisional");
        assert_eq!(plain(OutcomeStatus::Tracking, 60.0), "pump  tracking, provisional");
        assert_eq!(plain(OutcomeStatus::Complete, 3.0), "neither  complete");
        assert_eq!(plain(OutcomeStatus::Lost, 3.0), "lost: too few observations to say how it ended");
    }

    #[test]
    fn a_rug_that_pumped_before_is_both() {
        let mut outcome = Outcome { is_rug: Some(true), ..Default::default() };
        outcome.set_status(OutcomeStatus::Complete);
        let plain = |outcome: &Outcome| anstream::adapter::strip_str(&label(outcome)).to_string();
        assert_eq!(plain(&outcome), "rug");
        outcome.rug_after_pump = Some(true);
        assert_eq!(plain(&outcome), "pump+rug");
        outcome.is_rug = Some(false);
        assert_eq!(plain(&outcome), "neither");
        outcome.max_gain_pct = Some(50.1);
        assert_eq!(plain(&outcome), "pump");
    }
}
