//! Gates that cannot be judged because the bot does not say what they read.

use std::collections::BTreeSet;

use crate::advice::Look;
use crate::advice::recommendation::{Priority, Recommendation};

/// Unknown for more than this share of the matured alerts.
const MOSTLY: f64 = 0.5;

/// One question about all of them.
pub fn gates_in_the_dark(look: &Look<'_>) -> Option<Recommendation> {
    let cohort = &look.answer.cohort;
    let matured = cohort.matured.alerts;
    if matured == 0 {
        return None;
    }
    let known = |feature: &str| {
        look.answer.features.iter().find(|report| report.feature == feature).map_or(0, |report| report.known)
    };
    let dark = |feature: &String| f64::from(matured - known(feature)) > MOSTLY * f64::from(matured);
    let in_the_dark: Vec<(&str, String)> = look
        .catalogue
        .gates()
        .iter()
        .map(|gate| (gate.key.as_str(), gate.field.to_string()))
        .filter(|(_, feature)| dark(feature))
        .collect();
    if in_the_dark.is_empty() {
        return None;
    }
    let features: BTreeSet<&str> = in_the_dark.iter().map(|(_, feature)| feature.as_str()).collect();
    let keys: Vec<&str> = in_the_dark.iter().map(|(key, _)| *key).collect();
    let mut recommendation = Recommendation::about("record-features", Priority::Low, cohort);
    recommendation.issue = format!("{} of the gates read what most alerts do not say", in_the_dark.len());
    recommendation.action = format!("record {}", features.into_iter().collect::<Vec<_>>().join(", "));
    recommendation.reason = format!("Until then nothing can be said about {}.", keys.join(", "));
    Some(recommendation)
}
