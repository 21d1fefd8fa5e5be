//! The gate that would have bettered the objective most, whatever raised the question.

use super::remedy;
use crate::advice::Look;
use crate::advice::candidate::changes;
use crate::advice::objective::Kind;
use crate::advice::recommendation::{Priority, Recommendation};
use crate::advice::wording::{money, said};
use crate::correlate::effect::Outcome;
use crate::wording;

/// The best of the search, where the lower end of what it has above random thinning is above 0.
pub fn best(look: &Look<'_>) -> Option<Recommendation> {
    let is_free = |key: &str| look.is_free(key);
    let found =
        look.search.best.iter().find(|found| changes(found, look.ladders).iter().all(|change| is_free(&change.key)))?;
    found.score.filter(|score| *score > 0.0)?;
    let candidate = look.ground.try_out(changes(found, look.ladders));
    let mut recommendation = Recommendation::about("best-gate", Priority::Medium, &look.answer.cohort);
    let turned = said(&candidate.changes);
    let mean = |mean: Option<f64>| money(mean.map(|pct| pct * look.snapshot.policy().exit.stake_usd / 100.0));
    recommendation.issue = match look.objective.kind {
        Kind::RugRate => format!(
            "of what {turned} would drop {} are rugs, of the rest {}",
            found.dropped.rug_rate().rate().map_or_else(|| "unknown".to_owned(), wording::percent),
            found.kept.rug_rate().rate().map_or_else(|| "unknown".to_owned(), wording::percent)
        ),
        Kind::NetPerDay | Kind::NetPerAlert => format!(
            "what {turned} would drop nets {} USD an alert, the rest {} (single returns capped at +400 %)",
            mean(found.dropped.mean_capped()),
            mean(found.kept.mean_capped())
        ),
    };
    Some(remedy::try_out(look, recommendation, &candidate, Outcome::Rug))
}
