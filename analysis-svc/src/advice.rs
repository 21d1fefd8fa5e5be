//! What to change, or to ask: the rules look, the gates are replayed, and nothing is worded as a fact that the data cannot
//! tell from chance.

pub mod candidate;
pub mod certification;
mod headline;
pub mod objective;
pub mod recommendation;
pub mod search;
mod trigger;
mod wording;

use domain::gate::{Catalogue, FilterConfig};

use crate::correlate::selection::{Selection, Window};
use crate::correlate::{Answer, correlate_selection};
use crate::dataset::Snapshot;
use crate::dataset::filter::Kept;
use crate::gates::Baseline;
use candidate::{Candidate, candidates};
use objective::Objective;
use recommendation::Recommendation;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// The config in force, where it is known.
    pub current: Option<FilterConfig>,
    /// Within which bounds.
    pub objective: Objective,
    /// Over which alerts.
    pub window: Window,
}

/// What the rules look at.
struct Look<'a> {
    snapshot: &'a Snapshot,
    catalogue: &'a Catalogue,
    answer: &'a Answer,
    baseline: &'a Baseline,
    candidates: &'a [Candidate],
    objective: Objective,
}

/// The advice on one revision of the data.
#[derive(Clone, Debug)]
pub struct Advice {
    /// The most important first.
    pub recommendations: Vec<Recommendation>,
    /// One sentence: whether anything is certified, and if not, what it would take.
    pub headline: String,
    /// What correlates, on which the advice rests.
    pub answer: Answer,
    /// What was looked at, one line each.
    pub looked_at: Vec<String>,
}

/// Looks at the data with every rule. The same request on the same revision has the same advice.
#[must_use]
pub fn advise(snapshot: &Snapshot, catalogue: &Catalogue, request: &Request) -> Advice {
    let selection = Selection::of(snapshot, request.window, &Kept::everything());
    let answer = correlate_selection(snapshot, &selection);
    let baseline = Baseline::of(snapshot, &selection, catalogue, request.current.as_ref());
    let (candidates, values) = candidates(snapshot, catalogue, &baseline);
    let look = Look {
        snapshot,
        catalogue,
        answer: &answer,
        baseline: &baseline,
        candidates: &candidates,
        objective: request.objective,
    };
    let mut recommendations = trigger::all(&look);
    recommendations.sort_by_key(|recommendation| recommendation.priority);
    let looked_at = headline::looked_at(&look, values);
    let headline = headline::headline(&answer, &baseline);
    Advice { recommendations, headline, looked_at, answer }
}

#[cfg(test)]
mod tests;
