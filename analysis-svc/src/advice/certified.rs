//! A remedy that was certified, in words.

use super::Look;
use super::candidate::Change;
use super::certification::Examined;
use super::recommendation::{Certificate, Confidence, Priority, Recommendation};
use super::standing::Standing;
use super::wording::{action, money, price, replay, said};
use crate::statistics::proportion::Proportion;
use crate::wording;

/// The rug rate above which it matters most, and the pump rate below which it does.
const RUG_HIGH: f64 = 0.15;
const PUMP_LOW: f64 = 0.15;

/// Says what to set, and on what evidence.
pub fn recommend(look: &Look<'_>, standing: &Standing, gate: &Examined, changes: Vec<Change>) -> Recommendation {
    let candidate = look.ground.try_out(changes);
    let mut recommendation = Recommendation::about("certified-gate", priority(look, &candidate), &look.answer.cohort);
    recommendation = recommendation.trying(&candidate);
    recommendation.set = std::mem::take(&mut recommendation.candidate);
    recommendation.confidence = Confidence::Certified;
    let stake_usd = look.snapshot.policy().exit.stake_usd;
    let mean = |mean: Option<f64>| money(mean.map(|pct| pct * stake_usd / 100.0));
    let (kept, dropped) = (mean(gate.kept.mean_capped()), mean(gate.dropped.mean_capped()));
    recommendation.issue = format!(
        "what {} would drop loses money: {dropped} USD an alert, against {kept} of what it keeps",
        said(&candidate.changes)
    );
    recommendation.action = action("set", &candidate, look.ground.baseline);
    if let Standing::Answered(certification, _) = standing
        && let Some(split) = certification.split
    {
        let (checkpoint, family_size) = (certification.checkpoint, certification.examined.len());
        recommendation.reason = format!(
            "Found on {} days, and held on the {} days that came 48 hours later: {} dropped at {dropped}, {} kept at \
                 {kept} USD (single returns capped at +400 %), {} by permutation within days, certified by Holm over \
                 {family_size} at {:.4} on {} tokens. {} {}",
            split.earlier_days(),
            split.later_days(),
            wording::count(gate.dropped.exits.into()),
            wording::count(gate.kept.exits.into()),
            wording::chance("p", gate.p_value),
            checkpoint.alpha(),
            wording::count(checkpoint.tokens()),
            replay(&candidate, look.ground.baseline),
            price(&candidate)
        );
        let (p_value, kept, dropped) = (gate.p_value, gate.kept, gate.dropped);
        recommendation.evidence.certificate =
            Some(Certificate { checkpoint, split, family_size, p_value, kept, dropped, stake_usd });
    }
    recommendation
}

/// As in the rules that look: it matters most where the rug rate lies wholly above 15 % and it keeps rugs out, or the pump
/// rate wholly below and it keeps pumps in.
fn priority(look: &Look<'_>, candidate: &super::candidate::Candidate) -> Priority {
    let matured = &look.answer.cohort.matured;
    let lowers = |of: fn(&crate::correlate::group::GroupStats) -> Proportion| {
        of(&candidate.kept).rate() < of(&candidate.dropped).rate()
    };
    let rugs = matured.rug_rate().is_some_and(|rate| rate.interval.is_above(RUG_HIGH)) && lowers(|group| group.rugs);
    let pumps =
        matured.pump_rate().is_some_and(|rate| rate.interval.is_below(PUMP_LOW)) && !lowers(|group| group.pumps);
    if rugs || pumps { Priority::High } else { Priority::Medium }
}
