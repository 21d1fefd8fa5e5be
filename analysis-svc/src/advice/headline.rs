//! The first line, and what was looked at.

use super::Look;
use crate::correlate::Answer;
use crate::gates::Baseline;
use crate::inference::Target;
use crate::inference::checkpoint::Checkpoint;
use crate::statistics::power::{Design, USUAL_POWER};
use crate::wording;

/// A remedy is certified on seven days or more, 48 hours after seven days or more on which it was found.
const LEAST_DAYS: f64 = 16.0;

/// Nothing is certified: what it would take.
pub fn headline(answer: &Answer, baseline: &Baseline) -> String {
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
    format!("NO CHANGE YET. Nothing is certified{}.{takes}", earliest(answer, baseline, matured))
}

/// `; possible in about 10 days (2,263 tokens)`: at the first checkpoint with enough days.
fn earliest(answer: &Answer, baseline: &Baseline, matured: u64) -> String {
    let Some(per_day) = answer.cohort.alerts_per_day.filter(|rate| *rate > 0.0) else { return String::new() };
    let days_missing = (LEAST_DAYS - baseline.days).max(0.0);
    let then = matured + (days_missing * per_day) as u64;
    let Some(checkpoint) = Checkpoint::next_after(then) else { return String::new() };
    let days = checkpoint.tokens().saturating_sub(matured) as f64 / per_day;
    format!(
        "; that takes {LEAST_DAYS} days of alerts and a checkpoint, at the earliest in {} ({} tokens)",
        wording::days(days),
        wording::count(checkpoint.tokens())
    )
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

/// One line for each thing that was looked at.
pub fn looked_at(look: &Look<'_>, values: usize) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} gates, {values} tighter values, replayed on {} alerts",
            look.catalogue.gates().len(),
            look.baseline.rows.count()
        ),
        format!("{} features, {} questions at once", look.answer.features.len(), look.answer.family_size),
        match look.answer.cohort.census.shadow {
            0 => "looser values: refused, 0 shadow alerts".to_owned(),
            shadow => format!(
                "looser values: refused, {} shadow alerts are not weighed yet",
                wording::count(u64::from(shadow))
            ),
        },
    ];
    if look.baseline.turned_away > 0 {
        let (turned_away, all) = (look.baseline.turned_away, look.answer.cohort.matured.alerts);
        lines.push(format!(
            "{turned_away} of {all} matured alerts would not pass the given config: left out of the replay"
        ));
    }
    lines
}
