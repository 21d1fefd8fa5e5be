//! Fewer than 20 matured alerts: collect.

use super::FEW;
use crate::advice::Look;
use crate::advice::recommendation::{Priority, Recommendation};

pub fn few_tracked(look: &Look<'_>) -> Recommendation {
    let cohort = &look.answer.cohort;
    let mut recommendation = Recommendation::about("few-tracked", Priority::Medium, cohort);
    recommendation.issue = format!("only {} alerts have matured", cohort.matured.alerts);
    recommendation.action = "keep recording alerts, and change nothing".to_owned();
    recommendation.reason = format!(
        "With fewer than {FEW} no rate says anything; {} are pending. Verdicts begin at 100 tokens.",
        cohort.census.pending
    );
    recommendation
}
