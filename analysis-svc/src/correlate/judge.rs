//! From effects to verdicts: the family's questions are asked all at once, whichever features are shown. Asking about one
//! feature alone makes its answer no surer.

use domain::feature::FeatureKind;

use super::cohort::Cohort;
use super::effect::Outcome;
use super::group::GroupStats;
use super::report::FeatureReport;
use super::standing::Now;
use crate::inference::Target;
use crate::inference::family::{Answer, Family};
use crate::inference::signal::Signal;
use crate::inference::verdict::{self, DataNeeded, Evidence, Verdict};
use crate::statistics::proportion::Proportion;

/// What a verdict may rest on.
#[derive(Clone, Copy, Debug)]
pub enum Look<'a> {
    /// All alerts since the beginning: what was decided at checkpoints holds.
    Standing(&'a Now),
    /// A window of time: what stands out may be said, and nothing is decided.
    Window,
    /// A look through a filter describes; it gets no verdict.
    Filtered,
}

/// Gives every question its q-value and its verdict, and every report its signal. Returns how many questions there are.
pub fn judge(reports: &mut [FeatureReport], cohort: &Cohort, look: Look<'_>) -> usize {
    let levels = reports.iter().enumerate().map(|(index, report)| (index, levels(report)));
    let family = Family::of(levels);
    let answers = family.ask(|question| {
        reports.get(question.feature)?.main_effect(Outcome::from(question.target)).and_then(|effect| effect.p_value)
    });
    for answer in &answers {
        let Some(report) = reports.get_mut(answer.question.feature) else { continue };
        settle(report, answer, family.size(), cohort, look);
    }
    for report in reports {
        let interval = |outcome| report.main_effect(outcome).and_then(super::effect::Effect::around_zero);
        report.signal = Signal::read(interval(Outcome::Pump), interval(Outcome::Rug));
    }
    family.size()
}

fn levels(report: &FeatureReport) -> Vec<u64> {
    report.known_groups().map(|group| u64::from(group.alerts)).collect()
}

fn settle(report: &mut FeatureReport, answer: &Answer<usize>, family_size: usize, cohort: &Cohort, look: Look<'_>) {
    let target = answer.question.target;
    let ruling = match look {
        Look::Standing(now) => now.standing.as_ref().and_then(|standing| standing.ruling(report.column, target)),
        Look::Window | Look::Filtered => None,
    };
    let verdict = match look {
        Look::Filtered => Verdict::DescriptionOnly(DataNeeded::default()),
        Look::Standing(_) | Look::Window => {
            let matured_tokens = match look {
                Look::Standing(now) => now.tokens,
                Look::Window | Look::Filtered => u64::from(cohort.matured.clusters),
            };
            verdict::judge(&Evidence {
                matured_tokens,
                supported_q: ruling.filter(|ruling| ruling.decided.is_supported).map(|ruling| ruling.decided.q_value),
                rules_out: ruling.is_some_and(|ruling| ruling.rules_out),
                ..evidence(report, answer, family_size, cohort)
            })
        }
    };
    let outcome = Outcome::from(target);
    let Some(effect) = report.effects.iter_mut().find(|effect| effect.outcome == outcome) else { return };
    effect.q_value = Some(answer.q_value);
    effect.family_size = u32::try_from(family_size).unwrap_or(u32::MAX);
    effect.verdict = Some(verdict);
    effect.ruling = ruling.cloned();
}

/// What is seen today, before any checkpoint is asked.
fn evidence(report: &FeatureReport, answer: &Answer<usize>, family_size: usize, cohort: &Cohort) -> Evidence {
    let target = answer.question.target;
    let groups: Vec<&GroupStats> = report.known_groups().collect();
    let of_interest = |group: &GroupStats| match target {
        Target::Pump => group.pumps,
        Target::Rug => group.rugs,
    };
    let rates: Vec<Proportion> = groups.iter().map(|group| of_interest(group)).collect();
    let is_flag = report.kind == FeatureKind::Boolean;
    let largest = rates.iter().map(|rate| rate.total()).max().unwrap_or(0);
    let known: u64 = rates.iter().map(|rate| rate.total()).sum();
    let with = if is_flag { rates.first().map_or(0, |rate| rate.total()) } else { largest };
    let base = if is_flag { rates.get(1).copied() } else { Some(of_interest(&cohort.matured)) };
    let seen = report.main_effect(Outcome::from(target)).and_then(|effect| effect.estimate);
    Evidence {
        target,
        matured_tokens: 0,
        family_size,
        q_value: Some(answer.q_value),
        supported_q: None,
        rules_out: false,
        base_rate: base.and_then(Proportion::rate),
        seen_difference: seen.filter(|_| is_flag),
        with,
        without: known - with,
        tokens_per_day: cohort.alerts_per_day,
    }
}
