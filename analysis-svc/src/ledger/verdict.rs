//! Whether a recommendation was right, by the rules of certification, on alerts that were raised after it was given: what
//! passed the config that it was given under, some of which it keeps and some of which it drops. Where it was not applied
//! they all were alerted; where it was, what it drops is known from the alerts that the filters turned away. What lets more
//! in is judged by what it lets in ([`looser`]).

use domain::cohort::Standing;
use domain::gate::{Catalogue, FilterConfig};
use domain::timestamp::Timestamp;

use super::line::Line;
use super::looser;
use crate::advice::certification::split::LEAST_DAYS;
use crate::advice::certification::{LEAST_DROPPED, LEAST_KEPT};
use crate::dataset::{Bitmap, Snapshot};
use crate::gates::replay::CAP_PCT;
use crate::gates::{passing, recorded};
use crate::inference::certify::{Trial, certify};
use crate::inference::checkpoint::Checkpoint;
use crate::progress::{Stopped, Watch};
use crate::statistics::permutation::Permutation;
use crate::wording;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Too few alerts have matured since, or they cannot tell.
    TooEarly,
    /// What it drops loses money, and more than what it keeps; what it lets in earns money.
    Right,
    /// What it drops is worth more than what it keeps; what it lets in loses money.
    Wrong,
}

/// The verdict and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence.
    pub note: String,
}

/// An alert that had no say in the recommendation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fresh {
    /// Its UTC day since the epoch.
    pub day: i32,
    /// Its net exit, capped, in percent.
    pub exit_pct: f64,
    /// The recommendation keeps it.
    pub is_kept: bool,
}

/// Judges a line that turns keys.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn judge(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    line: &Line,
    (recommended_at, seed): (Timestamp, [u8; 32]),
    watch: &Watch,
) -> Result<Ruling, Stopped> {
    let since = Since::of(snapshot, catalogue, line, recommended_at);
    if since.is_looser(catalogue, line) {
        return Ok(looser::rule(&looser::admitted(&since)));
    }
    rule(&fresh(&since), seed, watch)
}

/// The alerts that had no say in a recommendation, and the configs that it is about.
pub(super) struct Since<'a> {
    pub snapshot: &'a Snapshot,
    former: FilterConfig,
    proposed: FilterConfig,
    /// Those that pass the config that it was given under: sealed and well enough seen, one of each token that was not alerted
    /// before.
    pub passed: Bitmap,
    /// Those of all such that pass it with the keys turned.
    pub passes: Bitmap,
}

impl<'a> Since<'a> {
    fn of(snapshot: &'a Snapshot, catalogue: &Catalogue, line: &Line, since: Timestamp) -> Self {
        let former = recorded(catalogue, &line.config);
        let turn = |config: FilterConfig, (key, value): (&String, &String)| {
            let value =
                FilterConfig::parse(catalogue, [(key.as_str(), value.as_str())]).ok().and_then(|one| one.get(key));
            config.with(catalogue, key, value).unwrap_or(config)
        };
        let proposed = line.change.iter().fold(former.clone(), turn);
        let later = snapshot.rows_between(Some(since), None);
        let mut seen = Bitmap::none(snapshot.token_count());
        (0..later.start).for_each(|row| seen.insert(snapshot.token(row) as usize));
        // Only what is sealed and well enough seen has an exit.
        let exits = &snapshot.labels().exit_return_pct;
        let counts = snapshot.standing(Standing::Matured).or(snapshot.standing(Standing::Shadow)).and(exits.known());
        let mut rows = Bitmap::none(snapshot.len());
        for row in later.filter(|&row| counts.contains(row)) {
            let token = snapshot.token(row) as usize;
            if !seen.contains(token) {
                seen.insert(token);
                rows.insert(row);
            }
        }
        let passed = passing(snapshot, catalogue, &former, &rows);
        let passes = passing(snapshot, catalogue, &proposed, &rows);
        Self { snapshot, former, proposed, passed, passes }
    }

    /// Whether it turns keys looser, and none tighter.
    fn is_looser(&self, catalogue: &Catalogue, line: &Line) -> bool {
        let mut turned = line.change.keys().filter_map(|key| {
            Some(catalogue.knob(key)?.compare_tightness(self.proposed.get(key), self.former.get(key)))
        });
        let (mut looser, mut tighter) = (false, false);
        turned.by_ref().for_each(|way| {
            looser |= way.is_lt();
            tighter |= way.is_gt();
        });
        looser && !tighter
    }

    /// Some of the rows in the order in which they matured.
    pub(super) fn in_order(&self, rows: &Bitmap) -> Vec<usize> {
        let mut rows: Vec<usize> = rows.rows().collect();
        rows.sort_by_key(|&row| (self.snapshot.sealed_at(row), self.snapshot.alert_id(row)));
        rows
    }
}

/// The alerts since then that passed the former config, in the order in which they matured.
fn fresh(since: &Since<'_>) -> Vec<Fresh> {
    let exits = &since.snapshot.labels().exit_return_pct;
    let one = |row: usize| {
        let day = i32::try_from(since.snapshot.alerted_at(row).utc_day()).ok()?;
        Some(Fresh { day, exit_pct: exits.get(row)?.min(CAP_PCT), is_kept: since.passes.contains(row) })
    };
    since.in_order(&since.passed).into_iter().filter_map(one).collect()
}

/// Rules on alerts in the order in which they matured, at the last checkpoint that they reach.
pub fn rule(fresh: &[Fresh], seed: [u8; 32], watch: &Watch) -> Result<Ruling, Stopped> {
    let too_early = |note: String| Ok(Ruling { verdict: Verdict::TooEarly, note });
    let Some(checkpoint) = Checkpoint::reached(fresh.len() as u64) else {
        return too_early(format!("{} alerts that it keeps or drops have matured since, 100 are needed", fresh.len()));
    };
    let fresh = &fresh[..usize::try_from(checkpoint.tokens()).unwrap_or(fresh.len()).min(fresh.len())];
    let sum = |is_kept: bool| {
        let side = fresh.iter().filter(|one| one.is_kept == is_kept);
        side.fold((0_u32, 0.0), |(count, sum), one| (count + 1, sum + one.exit_pct))
    };
    let ((kept, kept_sum), (dropped, dropped_sum)) = (sum(true), sum(false));
    if dropped < LEAST_DROPPED || kept < LEAST_KEPT {
        return too_early(format!(
            "of the alerts since it would drop {dropped} and keep {kept}; {LEAST_DROPPED} and {LEAST_KEPT} are needed{}",
            if dropped == 0 { ": what the filters turn away has to be sent as SHADOW alerts" } else { "" }
        ));
    }
    let days = || fresh.iter().map(|one| one.day);
    let span = days().max().zip(days().min()).map_or(0, |(last, first)| last - first + 1);
    if span < LEAST_DAYS {
        return too_early(format!("the alerts since lie over {span} days, {LEAST_DAYS} are needed"));
    }
    let trial = |keeps: bool| Trial {
        tests: Permutation::new(fresh.iter().map(|one| (one.exit_pct, one.day as u32, one.is_kept == keeps)))
            .into_iter()
            .collect(),
    };
    let p_value = |keeps: bool| -> Result<(f64, bool), Stopped> {
        let findings = certify(&[trial(keeps)], checkpoint.alpha(), seed, watch)?;
        Ok(findings.first().map_or((1.0, false), |finding| (finding.p_value, finding.is_certified)))
    };
    let (right, wrong) = (p_value(true)?, p_value(false)?);
    let (kept_mean, dropped_mean) = (kept_sum / f64::from(kept), dropped_sum / f64::from(dropped));
    let verdict = match (right, wrong) {
        ((_, true), _) if dropped_mean < 0.0 => Verdict::Right,
        (_, (_, true)) => Verdict::Wrong,
        _ => Verdict::TooEarly,
    };
    let p_value = if verdict == Verdict::Wrong { wrong.0 } else { right.0 };
    Ok(Ruling {
        verdict,
        note: format!(
            "of {} alerts since, the {dropped} that it drops net {} % each, the {kept} that it keeps {} % ({}{})",
            wording::count(fresh.len() as u64),
            wording::signed(dropped_mean, 2),
            wording::signed(kept_mean, 2),
            wording::chance("p", p_value),
            if verdict == Verdict::TooEarly { ", not beyond chance" } else { "" }
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::noise;

    fn alerts(count: u32, kept_more_by: f64) -> Vec<Fresh> {
        let one = |number: u32| {
            let is_kept = noise(number, 1) < 0.6;
            let shift = if is_kept { kept_more_by } else { 0.0 };
            Fresh { day: (number / 40) as i32, exit_pct: 60.0 * noise(number, 2) - 45.0 + shift, is_kept }
        };
        (0..count).map(one).collect()
    }

    fn verdict(count: u32, kept_more_by: f64) -> Verdict {
        rule(&alerts(count, kept_more_by), [3; 32], &Watch::default()).expect("waited for").verdict
    }

    #[test]
    fn what_later_alerts_prove_is_right_or_wrong_and_the_rest_is_too_early() {
        assert_eq!(verdict(90, 30.0), Verdict::TooEarly);
        // Six days only.
        assert_eq!(verdict(240, 30.0), Verdict::TooEarly);
        assert_eq!(verdict(800, 15.0), Verdict::Right);
        assert_eq!(verdict(800, -15.0), Verdict::Wrong);
        assert_eq!(verdict(800, 0.0), Verdict::TooEarly);
    }

    #[test]
    fn a_verdict_stands_until_the_next_checkpoint() {
        let all = alerts(900, 12.0);
        let rule = |count: usize| rule(&all[..count], [3; 32], &Watch::default()).expect("waited for");
        assert_eq!(rule(800), rule(900));
    }
}
