//! The rules that look: each notices one thing and asks about it. None concludes.

mod best_gate;
mod feature_effect;
mod few_tracked;
mod looser_gate;
mod pump_rate;
mod remedy;
mod rug_rate;
mod smart_money;
mod unrecorded;

pub use feature_effect::RULE as FEATURE_EFFECT;

use super::Look;
use super::recommendation::Recommendation;

/// Below so many matured alerts no rate is held against a threshold.
pub const FEW: u32 = 20;

/// What the rules have to say, in their own order. A config key is proposed once.
pub fn all(look: &Look<'_>) -> Vec<Recommendation> {
    let mut recommendations: Vec<Recommendation> = Vec::new();
    if look.answer.cohort.matured.alerts < FEW {
        recommendations.push(few_tracked::few_tracked(look));
    } else {
        recommendations.extend(rug_rate::high(look));
        recommendations.extend(pump_rate::low(look));
        recommendations.extend(pump_rate::high(look));
        recommendations.extend(smart_money::general_cycle_ahead(look));
        recommendations.extend(smart_money::no_general_cycle(look));
        recommendations.extend(feature_effect::suggestive(look));
        recommendations.extend(best_gate::best(look));
        recommendations.extend(looser_gate::best(look));
    }
    recommendations.extend(unrecorded::gates_in_the_dark(look));
    let mut proposed = std::collections::BTreeSet::new();
    recommendations.retain(|recommendation| {
        let keys = recommendation.candidate.keys();
        let is_new = recommendation.candidate.is_empty() || keys.clone().any(|key| !proposed.contains(key));
        proposed.extend(keys.cloned());
        is_new
    });
    recommendations
}
