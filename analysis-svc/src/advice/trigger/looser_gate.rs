//! A looser value that the shadow alerts speak for. It is a question: nothing that was never alerted is certified.

use crate::advice::Look;
use crate::advice::candidate::Change;
use crate::advice::recommendation::{Priority, Recommendation, Replay};
use crate::advice::search::looser::Looser;
use crate::advice::wording::money;
use crate::gates::ConfigOutcome;
use crate::simulate::estimate::{Estimate, Scale};
use crate::simulate::shadow::Admitted;
use crate::wording;

/// The one that would add most, of the keys that are free.
pub fn best(look: &Look<'_>) -> Option<Recommendation> {
    let found = look.looser.found.iter().find(|found| look.is_free(&found.key))?;
    let baseline = look.ground.baseline;
    let judged = baseline.config.with(look.catalogue, &found.key, Some(found.to)).ok()?;
    let sides = (baseline, &baseline.rows);
    let admitted = Admitted::of(&look.ground.replay, look.catalogue, &judged, sides, &look.looser.usable);
    let scale = Scale { stake_usd: look.snapshot.policy().exit.stake_usd, days: baseline.days };
    let proposed = Estimate::weighted(&look.ground.by_day.tally(), &admitted, scale).outcome;
    let is_too_risky = |most: f64| proposed.rugs.rate().is_some_and(|rate| rate > most);
    if admitted.rows == 0 || look.objective.max_rug_rate.is_some_and(is_too_risky) {
        return None;
    }
    let mut recommendation = Recommendation::about("looser-gate", Priority::Low, &look.answer.cohort);
    let change = Change { key: found.key.clone(), from: baseline.config.get(&found.key), to: found.to };
    let from = change.from.map(|from| format!("{from} → ")).unwrap_or_default();
    let net = found.capped_sum / found.weight * scale.stake_usd / 100.0;
    recommendation.issue =
        format!("what {} {} would let in nets {} USD an alert", found.key, found.to, money(Some(net)));
    recommendation.action = format!("try {} {from}{}", found.key, found.to);
    recommendation.reason = reason(look, found, &proposed);
    recommendation.candidate.insert(found.key.clone(), found.to.to_string());
    recommendation.evidence.replay = Some(Replay {
        current: look.ground.current(),
        proposed,
        random: None,
        rugs_avoided: 0,
        winners_forgone: 0,
        exits_dropped: 0,
    });
    Some(recommendation)
}

fn reason(look: &Look<'_>, found: &Looser, proposed: &ConfigOutcome) -> String {
    let net = |outcome: &ConfigOutcome| money(outcome.net_per_day_usd);
    let current = look.ground.current();
    format!(
        "{} shadow alerts stand for {:.0} that it would let in ({:.0} → {:.0} alerts a day, {} → {} USD net a day). Found on \
         this same data among {} looser values: a question to later data, and one that only shadow alerts can answer.",
        wording::count(found.rows.into()),
        found.weight,
        current.alerts_per_day,
        proposed.alerts_per_day,
        net(&current),
        net(proposed),
        look.looser.values
    )
}
