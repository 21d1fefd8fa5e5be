//! Rug rate over 15 %.

use super::remedy;
use crate::advice::Look;
use crate::advice::recommendation::{Priority, Recommendation};
use crate::correlate::effect::Outcome;
use crate::wording;

const HIGH: f64 = 0.15;

/// A gate may keep rugs out.
pub fn high(look: &Look<'_>) -> Option<Recommendation> {
    let matured = &look.answer.cohort.matured;
    let rate = matured.rug_rate().filter(|rate| rate.value > HIGH)?;
    let is_sure = rate.interval.is_above(HIGH);
    let priority = if is_sure { Priority::High } else { Priority::Medium };
    let mut recommendation = Recommendation::about("rug-rate-high", priority, &look.answer.cohort);
    let verb = if is_sure { "lies above" } else { "may lie above" };
    recommendation.issue =
        format!("the rug rate {verb} {}: {}", wording::percent(HIGH), wording::rate(matured.rugs, Some(rate)));
    recommendation.evidence.rate = Some(matured.rugs);
    recommendation.evidence.threshold = Some(HIGH);
    Some(match remedy::leaning(look, Outcome::Rug, |_| true) {
        Some(candidate) => remedy::try_out(look, recommendation, &candidate, Outcome::Rug),
        None => {
            recommendation.action = "change nothing yet".to_owned();
            recommendation.reason = "No tighter value of any gate drops more rugs than it keeps.".to_owned();
            recommendation
        }
    })
}
