//! What of a fold made anew is news. It happens all over again there, and most of it was told the first time.

use std::collections::HashSet;

use domain::observation::Observation;
use domain::outcome::Happening;
use domain::timestamp::Timestamp;

use super::StoredFold;

/// Of all that happened in the new fold: moves and peaks at the late observations, and a rug that was none before, or is
/// none any more.
pub(super) fn of_refold(before: &StoredFold, all: Vec<Happening>, late: &[&Observation]) -> Vec<Happening> {
    let moments: HashSet<Timestamp> = late.iter().map(|seen| seen.observed_at).collect();
    let is_rug = all.iter().fold(false, |is_rug, happening| match happening {
        Happening::RugDetected { .. } => true,
        Happening::RugCleared { .. } => false,
        _ => is_rug,
    });
    let news = |happening: &Happening| match happening {
        Happening::PriceMoved { at, .. } | Happening::NewPeak { at, .. } => moments.contains(at),
        Happening::RugDetected { .. } => is_rug && !before.is_rug,
        Happening::RugCleared { .. } => !is_rug && before.is_rug,
        Happening::TrackingComplete { .. } => !before.sealed,
    };
    all.into_iter().filter(news).collect()
}
