//! Pump rate under 15 %, or over 40 %.

use super::remedy;
use crate::advice::Look;
use crate::advice::recommendation::{Priority, Recommendation};
use crate::correlate::effect::Outcome;
use crate::statistics::confidence::Estimate;
use crate::wording;

const LOW: f64 = 0.15;
const HIGH: f64 = 0.40;

/// The gates may be too loose.
pub fn low(look: &Look<'_>) -> Option<Recommendation> {
    let rate = rate(look).filter(|rate| rate.value < LOW)?;
    let is_sure = rate.interval.is_below(LOW);
    let mut recommendation = raise(look, "pump-rate-low", LOW, is_sure);
    let verb = if is_sure { "lies below" } else { "may lie below" };
    recommendation.issue = format!("the pump rate {verb} {}: {}", wording::percent(LOW), said(look));
    Some(match remedy::leaning(look, Outcome::Pump, |_| true) {
        Some(candidate) => remedy::try_out(look, recommendation, &candidate, Outcome::Pump),
        None => {
            recommendation.action = "change nothing yet".to_owned();
            recommendation.reason = "No tighter value of any gate keeps more pumps than it drops.".to_owned();
            recommendation
        }
    })
}

/// The gates may be too tight: there may be more such tokens below them.
pub fn high(look: &Look<'_>) -> Option<Recommendation> {
    let rate = rate(look).filter(|rate| rate.value > HIGH)?;
    let is_sure = rate.interval.is_above(HIGH);
    let mut recommendation = raise(look, "pump-rate-high", HIGH, is_sure);
    let verb = if is_sure { "lies above" } else { "may lie above" };
    recommendation.issue = format!("the pump rate {verb} {}: {}", wording::percent(HIGH), said(look));
    recommendation.action = "record what the filters turn away as SHADOW alerts, then ask again".to_owned();
    recommendation.reason = format!(
        "Looser filters might find more of the same, but only alerts that were turned away can tell; there are {} of them.",
        look.answer.cohort.census.shadow
    );
    Some(recommendation)
}

fn raise(look: &Look<'_>, rule: &'static str, threshold: f64, is_sure: bool) -> Recommendation {
    let priority = if is_sure { Priority::High } else { Priority::Medium };
    let mut recommendation = Recommendation::about(rule, priority, &look.answer.cohort);
    recommendation.evidence.rate = Some(look.answer.cohort.matured.pumps);
    recommendation.evidence.threshold = Some(threshold);
    recommendation
}

fn rate(look: &Look<'_>) -> Option<Estimate> {
    look.answer.cohort.matured.pump_rate()
}

fn said(look: &Look<'_>) -> String {
    wording::rate(look.answer.cohort.matured.pumps, rate(look))
}
