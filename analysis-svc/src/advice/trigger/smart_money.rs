//! Smart money and the general cycle: the general cycle ahead by 1.2×, or no general-cycle alerts at all.

use domain::feature::Feature;
use domain::field::Field;
use domain::gate::{Gate, Rule};

use super::{FEW, remedy};
use crate::advice::Look;
use crate::advice::recommendation::{Priority, Recommendation};
use crate::correlate::comparison::Comparison;
use crate::correlate::effect::{Effect, Measure, Outcome};
use crate::dataset::columns::Values;
use crate::wording;

const AHEAD: f64 = 1.2;

/// The general cycle pumps 1.2× as often as smart money, or gains 1.2× as much on average. Means of such gains differ by that
/// factor by chance more often than not: only the interval of the pump rates says more.
pub fn general_cycle_ahead(look: &Look<'_>) -> Option<Recommendation> {
    let comparison = look.answer.comparisons.iter().find(|comparison| comparison.first.alerts >= FEW)?;
    let Comparison { first: smart, second: general, effects, note, .. } = comparison;
    let is_ahead = |smart: Option<f64>, general: Option<f64>| {
        smart.zip(general).is_some_and(|(smart, general)| general > 0.0 && general >= AHEAD * smart)
    };
    let by_rate = is_ahead(smart.pumps.rate(), general.pumps.rate());
    let by_mean = is_ahead(smart.mean_max_gain_pct, general.mean_max_gain_pct);
    if general.alerts < FEW || !(by_rate || by_mean) {
        return None;
    }
    let effect =
        effects.iter().find(|effect| effect.outcome == Outcome::Pump && effect.measure == Measure::RiskDifference);
    let is_sure = effect.is_some_and(Effect::is_clear) && by_rate;
    let priority = if is_sure { Priority::Medium } else { Priority::Low };
    let mut recommendation = Recommendation::about("general-cycle-ahead", priority, &look.answer.cohort);
    recommendation.issue = format!(
        "the general cycle {} smart money: {} pumped against {}",
        if is_sure { "pumps more often than" } else { "may do better than" },
        wording::rate(general.pumps, general.pump_rate()),
        wording::rate(smart.pumps, smart.pump_rate())
    );
    recommendation.evidence.rate = Some(general.pumps);
    recommendation.evidence.group = Some(smart.clone());
    recommendation.evidence.reference = Some(general.clone());
    recommendation.evidence.effects.clone_from(effects);
    let difference = effect.and_then(|effect| effect.estimate.zip(effect.interval)).map(|(value, interval)| {
        let doubt = if is_sure { "" } else { ", which may be chance" };
        format!("Smart money less general: {}{doubt}. ", wording::difference(value, interval))
    });
    recommendation.reason = format!("{}{note}{}", difference.unwrap_or_default(), means(comparison));
    let is_bonus =
        |key: &str| look.catalogue.gates().iter().any(|gate| gate.bonus.as_ref().is_some_and(|bonus| bonus.key == key));
    let candidate = remedy::leaning(look, Outcome::Pump, is_bonus).filter(|_| is_sure);
    Some(match candidate {
        Some(candidate) => {
            let evidence = recommendation.evidence.clone();
            let mut tried = remedy::try_out(look, recommendation, &candidate, Outcome::Pump);
            tried.evidence.group = evidence.group;
            tried.evidence.reference = evidence.reference;
            tried.evidence.effects = evidence.effects;
            tried
        }
        None => {
            recommendation.action = "change nothing on this account".to_owned();
            recommendation
        }
    })
}

fn means(comparison: &Comparison) -> String {
    match (comparison.second.mean_max_gain_pct, comparison.first.mean_max_gain_pct) {
        (Some(general), Some(smart)) => format!(
            " Mean gains {} % against {} %: a few great gains carry such means, no factor between them says anything.",
            wording::signed(general, 0),
            wording::signed(smart, 0)
        ),
        _ => String::new(),
    }
}

/// No matured alert is known to be of the general cycle: whether the filters shut it out can only be seen on what they turn
/// away.
pub fn no_general_cycle(look: &Look<'_>) -> Option<Recommendation> {
    let matured = &look.answer.cohort.matured;
    let Values::Flags(smart) = &look.snapshot.column(Feature::SmartMoneyInvolved.name())?.values else { return None };
    let report = look.answer.features.iter().find(|report| report.feature == Feature::SmartMoneyInvolved.name())?;
    let general = report.groups.iter().find(|group| group.level == "false").map_or(0, |group| group.alerts);
    if general > 0 || smart.yes.is_empty() || report.known < FEW {
        return None;
    }
    let mut recommendation = Recommendation::about("no-general-cycle", Priority::Low, &look.answer.cohort);
    recommendation.issue = format!("none of {} matured alerts is of the general cycle", matured.alerts);
    let field = Field::Feature(Feature::SmartMoneyInvolved);
    let keys: Vec<&str> = look
        .catalogue
        .gates()
        .iter()
        .filter(|gate| favours_smart_money(gate, &field))
        .map(|gate| gate.key.as_str())
        .collect();
    recommendation.action = "record what the filters turn away as SHADOW alerts, then ask again".to_owned();
    recommendation.reason = format!(
        "Without them nothing can be said about smart money. {} may shut the general cycle out.",
        if keys.is_empty() { "A filter".to_owned() } else { keys.join(" or ") }
    );
    Some(recommendation)
}

fn favours_smart_money(gate: &Gate, field: &Field) -> bool {
    (gate.rule == Rule::Require && gate.field == *field)
        || gate.bonus.as_ref().is_some_and(|bonus| bonus.field == *field)
}
