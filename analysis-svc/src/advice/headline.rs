//! The first line, why nothing more is certified, and what was looked at.

use super::candidate::changes;
use super::certification::split::LEAST_DAYS_IN_ALL;
use super::certification::{Examined, LEAST_DROPPED, LEAST_KEPT, Obstacle};
use super::earliest::Earliest;
use super::recommendation::{Confidence, Recommendation};
use super::search::ladder::Ladder;
use super::standing::{NotStanding, Standing};
use super::wording::said;
use super::{Look, Request};
use crate::correlate::Answer;
use crate::gates::Baseline;
use crate::inference::Target;
use crate::inference::checkpoint::Checkpoint;
use crate::statistics::power::{Design, USUAL_POWER};
use crate::wording;

/// What to do, or what it would take.
pub fn headline(
    look: &Look<'_>,
    standing: &Standing,
    recommendations: &[Recommendation],
    earliest: Option<&Earliest>,
) -> String {
    let certified = recommendations.iter().filter(|one| one.confidence == Confidence::Certified);
    match certified.map(|one| one.action.as_str()).collect::<Vec<_>>()[..] {
        [] => no_change(look.answer, standing, earliest),
        [action] => format!("CHANGE. Certified on later alerts than it was found on: {action}."),
        ref actions => format!("CHANGE. Certified on later alerts than they were found on: {}.", actions.join("; ")),
    }
}

fn no_change(answer: &Answer, standing: &Standing, earliest: Option<&Earliest>) -> String {
    let matured = u64::from(answer.cohort.matured.alerts);
    let takes = takes(answer);
    if Checkpoint::reached(matured).is_none() {
        let group = &answer.cohort.matured;
        let so_far = match matured {
            0 => "No alert has matured yet.".to_owned(),
            _ => format!("{} pumped.", wording::rate(group.pumps, group.pump_rate())),
        };
        return format!("NO CHANGE YET. {so_far} No verdict below 100 matured tokens.{takes} Change nothing.");
    }
    if let Standing::Another(_) = standing {
        return "NO CHANGE YET. Nothing is certified here: ask the standing question, over all alerts and under the config in \
                force."
            .to_owned();
    }
    let possible = earliest.map(|at| {
        let (tokens, days) = (wording::count(at.tokens), wording::days(at.in_days));
        format!("; possible from day {} ({tokens} tokens, {days})", at.day)
    });
    format!("NO CHANGE YET. Nothing is certified{}.{takes}", possible.unwrap_or_default())
}

/// ` To tell 10 points of pump rate takes about 1,120 tokens (about 10 days).`
fn takes(answer: &Answer) -> String {
    let cohort = &answer.cohort;
    let matured = u64::from(cohort.matured.alerts);
    let Some((base, next)) = cohort.matured.pumps.rate().zip(Checkpoint::next_after(matured)) else {
        return String::new();
    };
    let questions = answer.family_size.max(Target::ALL.len()) as f64;
    let design = Design { base_rate: base, share_with: 0.5, alpha: next.alpha() / questions, power: USUAL_POWER };
    let delta = Target::Pump.smallest_that_matters();
    let Some(tokens) = design.tokens_for(delta).or_else(|| design.tokens_for(-delta)) else { return String::new() };
    let tokens = tokens.max(next.tokens());
    let per_day = cohort.alerts_per_day.filter(|rate| *rate > 0.0 && tokens > matured);
    let days = per_day.map(|rate| wording::days((tokens - matured) as f64 / rate));
    let days = days.map(|days| format!(" ({days})")).unwrap_or_default();
    format!(" To tell {:.0} points of pump rate takes about {} tokens{days}.", delta * 100.0, wording::count(tokens))
}

/// One line for each reason.
pub fn not_certified(standing: &Standing, request: &Request, baseline: &Baseline, certified: usize) -> Vec<String> {
    let mut lines = match standing {
        Standing::Another(NotStanding::Window) => {
            vec!["asked of a window of time: only the standing question, over all alerts, is certified".to_owned()]
        }
        Standing::Another(NotStanding::OtherConfig) => {
            vec!["asked of another config than the bot recorded as in force: only that one is certified".to_owned()]
        }
        Standing::Another(NotStanding::UnrecordedConfig) => {
            let said = "asked of a config that is recorded nowhere: only the one in force is certified, as the bot recorded it \
                 (RecordConfig) or as the alerts obey it";
            vec![said.to_owned()]
        }
        Standing::BelowFirst(tokens) => vec![format!(
            "{} matured tokens: the first checkpoint is at {}",
            wording::count(*tokens),
            wording::count(crate::inference::checkpoint::FIRST)
        )],
        Standing::Answered(certification, ladders) => {
            let tokens = wording::count(certification.checkpoint.tokens());
            match certification.split {
                None => vec![format!(
                    "the first {tokens} matured tokens lie over fewer than {LEAST_DAYS_IN_ALL} days: 7 to find a gate on, \
                     48 hours between, and 7 to hold it against"
                )],
                Some(_) if certification.examined.is_empty() => vec![format!(
                    "no gate served the objective better than a random cut on the earlier part of the first {tokens} tokens"
                )],
                Some(_) => certification.examined.iter().filter_map(|gate| stopped(gate, ladders, &tokens)).collect(),
            }
        }
    };
    if let Standing::Answered(certification, _) = standing {
        let all = certification.examined.iter().filter(|gate| gate.is_certified).count();
        if all > certified {
            lines.push(format!(
                "{} certified gates are in force already, or their key was just turned, or they do not serve what is asked for",
                all - certified
            ));
        }
    }
    lines.extend(request.cooldowns.iter().map(|cooldown| {
        let missing = cooldown.tokens_needed.saturating_sub(cooldown.tokens);
        let since = cooldown.turned_at.to_datetime().map(|at| at.format("%-d %b").to_string()).unwrap_or_default();
        let until = cooldown.until.to_datetime().map(|at| at.format("%-d %b").to_string()).unwrap_or_default();
        let tokens = match missing {
            0 => String::new(),
            _ => format!(" and before {missing} more tokens have matured"),
        };
        format!("{} was turned on {since}: no further change of it before {until}{tokens}", cooldown.key)
    }));
    if baseline.rows.is_empty() && baseline.turned_away > 0 {
        lines.push("no matured alert would pass the config in force".to_owned());
    }
    lines
}

fn stopped(gate: &Examined, ladders: &[Ladder], tokens: &str) -> Option<String> {
    if gate.is_certified {
        return None;
    }
    let name = said(&changes(&gate.found, ladders));
    let why = match gate.obstacle {
        Some(Obstacle::DropsTooFew) => {
            format!("drops {} of the later alerts, {LEAST_DROPPED} are needed", gate.dropped.exits)
        }
        Some(Obstacle::KeepsTooFew) => {
            format!("keeps {} of the later alerts, {LEAST_KEPT} are needed", gate.kept.exits)
        }
        Some(Obstacle::DropsNoLoss) => "what it drops of the later alerts does not lose money".to_owned(),
        Some(Obstacle::NothingToCompare) => "one of its keys drops too little of the later alerts by itself".to_owned(),
        None => format!("{} on the later alerts: not beyond chance", wording::chance("p", gate.p_value)),
    };
    Some(format!("{name}, found on the earlier part of the first {tokens} tokens: {why}"))
}

/// One line for each thing that was looked at.
pub fn looked_at(look: &Look<'_>) -> Vec<String> {
    let (search, baseline) = (look.search, look.ground.baseline);
    let mut lines = vec![
        format!(
            "{} gates, {} tighter values and {} pairs of values, replayed on {} alerts",
            look.catalogue.gates().len(),
            wording::count(search.values as u64),
            wording::count(search.pairs as u64),
            wording::count(baseline.rows.count().into())
        ),
        format!("{} features, {} questions at once", look.answer.features.len(), look.answer.family_size),
        looser(look),
    ];
    lines.extend(one_at_a_time(look.ladders));
    if baseline.turned_away > 0 {
        let (turned_away, all) = (baseline.turned_away, look.answer.cohort.matured.alerts);
        lines.push(format!(
            "{turned_away} of {all} matured alerts would not pass the given config: left out of the replay"
        ));
    }
    lines
}

/// The pairs that are not searched: what both keys of a gate let through does not follow from what each does alone.
fn one_at_a_time(ladders: &[Ladder]) -> Option<String> {
    let turnable: Vec<&Ladder> = ladders.iter().filter(|ladder| !ladder.values.is_empty()).collect();
    let pairs = turnable.iter().enumerate().flat_map(|(place, one)| {
        let others = turnable[place + 1..].iter().filter(|other| one.shares_a_gate_with(other));
        others.map(move |other| format!("{} with {}", one.key, other.key))
    });
    let pairs: Vec<String> = pairs.collect();
    (!pairs.is_empty())
        .then(|| format!("keys of one gate, each turned by itself and not as a pair: {}", pairs.join(", ")))
}

fn looser(look: &Look<'_>) -> String {
    let usable = &look.looser.usable;
    let count = |count: u32| wording::count(count.into());
    match (usable.all, usable.sealed, usable.with_rate) {
        (0, ..) => "looser values: refused, 0 shadow alerts".to_owned(),
        (all, 0, _) => format!("looser values: refused, none of {} shadow alerts has matured", count(all)),
        (_, sealed, 0) => {
            format!("looser values: refused, none of {} shadow alerts says its sampling rate", count(sealed))
        }
        (.., usable) => {
            format!("{} looser values, over {} shadow alerts by their sampling rate", look.looser.values, count(usable))
        }
    }
}
