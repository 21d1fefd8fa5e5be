//! Whether a looser setting was right: what it lets in that the config it was given under turned away. Until it is applied
//! such alerts are known as shadow alerts, each of which counts 1/π times where the bot sends the share π; once it is, they
//! are alerted.
//!
//! It was right where they earn money and wrong where they lose it: the weighted mean of their net exits, single returns
//! capped, has an interval by days ([`crate::statistics::day_clustered`]) that leaves out 0 on either side, at the level of a checkpoint.

use std::collections::BTreeMap;

use domain::cohort::Standing;
use domain::field::{AlertField, Field};

use super::verdict::{Ruling, Since, Verdict};
use crate::advice::certification::LEAST_DROPPED;
use crate::advice::certification::split::LEAST_DAYS;
use crate::gates::replay::CAP_PCT;
use crate::inference::checkpoint::Checkpoint;
use crate::statistics::confidence::Confidence;
use crate::statistics::day_clustered::{Contribution, DayClustered};
use crate::wording;

/// The fewest alerts that a looser setting is judged by: as many as a tighter one drops.
const LEAST_ADMITTED: u32 = LEAST_DROPPED;

/// An alert that is let in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Admitted {
    /// Its UTC day since the epoch.
    pub day: i64,
    /// Its net exit, capped, in percent.
    pub exit_pct: f64,
    /// For how many alerts it stands.
    pub weight: f64,
}

/// What is let in, in the order in which it matured.
pub(super) fn admitted(since: &Since<'_>) -> Vec<Admitted> {
    let snapshot = since.snapshot;
    let rates = snapshot.measures_of(&Field::Alert(AlertField::ShadowSampleRate));
    let shadow = snapshot.standing(Standing::Shadow);
    let one = |row: usize| {
        let weight =
            if shadow.contains(row) { 1.0 / rates?.get(row).filter(|rate| *rate > 0.0 && *rate <= 1.0)? } else { 1.0 };
        let exit_pct = snapshot.labels().exit_return_pct.get(row)?.min(CAP_PCT);
        Some(Admitted { day: snapshot.alerted_at(row).utc_day(), exit_pct, weight })
    };
    let admitted = since.passes.and_not(&since.passed);
    since.in_order(&admitted).into_iter().filter_map(one).collect()
}

/// Rules on alerts in the order in which they matured, at the last checkpoint that they reach.
#[must_use]
pub fn rule(admitted: &[Admitted]) -> Ruling {
    let too_early = |note: String| Ruling { verdict: Verdict::TooEarly, note };
    let count = admitted.len();
    let Some(checkpoint) = Checkpoint::reached(count as u64) else {
        let alerted = "once it is applied they are alerted; before, the bot has to send what its filters turn away as SHADOW \
                       alerts with their shadow_sample_rate";
        return too_early(format!(
            "{count} alerts that it lets in have matured since, {LEAST_ADMITTED} are needed: {alerted}"
        ));
    };
    let admitted = &admitted[..usize::try_from(checkpoint.tokens()).unwrap_or(count).min(count)];
    let mut days: BTreeMap<i64, Contribution> = BTreeMap::new();
    for one in admitted {
        let day = days.entry(one.day).or_default();
        day.score += one.weight * one.exit_pct;
        day.weight += one.weight;
    }
    let span = days.keys().next_back().zip(days.keys().next()).map_or(0, |(last, first)| last - first + 1);
    if span < i64::from(LEAST_DAYS) {
        return too_early(format!("the alerts that it lets in lie over {span} days, {LEAST_DAYS} are needed"));
    }
    let level = Confidence::with_error(2.0 * checkpoint.alpha());
    let estimate = DayClustered::of(days.into_values()).zip(level).and_then(|(mean, level)| mean.estimate(level));
    let Some(mean) = estimate else { return too_early("its alerts lie on one day".to_owned()) };
    let verdict = match mean.interval {
        interval if interval.low > 0.0 => Verdict::Right,
        interval if interval.high < 0.0 => Verdict::Wrong,
        _ => Verdict::TooEarly,
    };
    let weight: f64 = admitted.iter().map(|one| one.weight).sum();
    Ruling {
        verdict,
        note: format!(
            "{} alerts that it lets in, which stand for {}, net {} % each [{}, {}]{}",
            wording::count(admitted.len() as u64),
            wording::count(weight.round() as u64),
            wording::signed(mean.value, 2),
            wording::signed(mean.interval.low, 2),
            wording::signed(mean.interval.high, 2),
            if verdict == Verdict::TooEarly { ": not beyond chance" } else { "" }
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::noise;

    fn alerts(count: u32, mean_pct: f64) -> Vec<Admitted> {
        let one = |number: u32| Admitted {
            day: i64::from(number / 30),
            exit_pct: 100.0 * (noise(number, 1) - 0.5) + mean_pct,
            weight: if number.is_multiple_of(3) { 4.0 } else { 1.0 },
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn what_is_let_in_proves_a_looser_setting_right_or_wrong_by_what_it_earns() {
        let verdict = |count, mean_pct| rule(&alerts(count, mean_pct)).verdict;
        assert_eq!(verdict(99, 30.0), Verdict::TooEarly);
        // Six days only.
        assert_eq!(verdict(180, 30.0), Verdict::TooEarly);
        assert_eq!(verdict(800, 12.0), Verdict::Right);
        assert_eq!(verdict(800, -12.0), Verdict::Wrong);
        assert_eq!(verdict(800, 0.0), Verdict::TooEarly);
    }

    #[test]
    fn a_shadow_alert_counts_for_those_that_were_not_sent() {
        // What is sampled at a quarter loses; weighted, that outdoes what is seen more often and earns.
        let mixed = |weight: f64| {
            let one = |number: u32| {
                let is_shadow = number.is_multiple_of(3);
                let exit_pct = if is_shadow { -30.0 } else { 20.0 } + 4.0 * noise(number, 2);
                Admitted { day: i64::from(number / 30), exit_pct, weight: if is_shadow { weight } else { 1.0 } }
            };
            rule(&(0..800).map(one).collect::<Vec<_>>()).verdict
        };
        assert_eq!((mixed(1.0), mixed(4.0)), (Verdict::Right, Verdict::Wrong));
    }

    #[test]
    fn a_verdict_stands_until_the_next_checkpoint() {
        let all = alerts(900, 9.0);
        assert_eq!(rule(&all[..800]), rule(&all));
    }
}
