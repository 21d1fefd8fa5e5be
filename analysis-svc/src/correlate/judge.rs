//! From effects to verdicts: the family's questions are asked all at once, whichever features are shown. Asking about one
//! feature alone makes its answer no surer.

use domain::feature::FeatureKind;

use super::cohort::Cohort;
use super::effect::Outcome;
use super::group::GroupStats;
use super::report::FeatureReport;
use crate::inference::Target;
use crate::inference::checkpoint::Checkpoint;
use crate::inference::family::{Answer, Family};
use crate::inference::signal::Signal;
use crate::inference::verdict::{self, DataNeeded, Evidence, Verdict};
use crate::statistics::confidence::Interval;
use crate::statistics::newcombe;
use crate::statistics::proportion::{Proportion, TwoByTwo};

/// Gives every question its q-value and its verdict, and every report its signal. Returns how many questions there are.
/// A look through a filter describes; it gets no verdict.
pub fn judge(reports: &mut [FeatureReport], cohort: &Cohort, is_filtered: bool) -> usize {
    let levels = reports.iter().enumerate().map(|(index, report)| (index, levels(report)));
    let family = Family::of(levels);
    let answers = family.ask(|question| {
        reports.get(question.feature)?.main_effect(Outcome::from(question.target)).and_then(|effect| effect.p_value)
    });
    for answer in &answers {
        let Some(report) = reports.get_mut(answer.question.feature) else { continue };
        settle(report, answer, family.size(), cohort, is_filtered);
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

fn settle(report: &mut FeatureReport, answer: &Answer<usize>, family_size: usize, cohort: &Cohort, is_filtered: bool) {
    let target = answer.question.target;
    let verdict = if is_filtered {
        Verdict::DescriptionOnly(DataNeeded::default())
    } else {
        verdict_of(report, answer, family_size, cohort)
    };
    let outcome = Outcome::from(target);
    let Some(effect) = report.effects.iter_mut().find(|effect| effect.outcome == outcome) else { return };
    effect.q_value = Some(answer.q_value);
    effect.family_size = u32::try_from(family_size).unwrap_or(u32::MAX);
    effect.verdict = Some(verdict);
}

fn verdict_of(report: &FeatureReport, answer: &Answer<usize>, family_size: usize, cohort: &Cohort) -> Verdict {
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
    verdict::judge(&Evidence {
        target,
        matured_tokens: u64::from(cohort.matured.alerts),
        family_size,
        q_value: Some(answer.q_value),
        differences: &differences(&rates, is_flag, cohort),
        base_rate: base.and_then(Proportion::rate),
        seen_difference: seen.filter(|_| is_flag),
        with,
        without: known - with,
        tokens_per_day: cohort.alerts_per_day,
    })
}

/// True less false; of a category or a number, each level less the rest.
fn differences(rates: &[Proportion], is_flag: bool, cohort: &Cohort) -> Vec<Interval> {
    let checkpoint = Checkpoint::reached(u64::from(cohort.matured.alerts));
    let Some(level) = checkpoint.and_then(verdict::equivalence_level) else { return Vec::new() };
    let (events, total) = rates.iter().fold((0, 0), |sum, rate| (sum.0 + rate.events(), sum.1 + rate.total()));
    let tables = rates.iter().take(if is_flag { 1 } else { rates.len() }).filter_map(|&with| {
        let without = Proportion::new(events - with.events(), total - with.total())?;
        newcombe::risk_difference(&TwoByTwo { with, without }, level)
    });
    tables.map(|estimate| estimate.interval).collect()
}
