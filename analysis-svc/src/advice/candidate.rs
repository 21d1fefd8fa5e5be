//! One knob turned tighter, and what that would have done to these days.

use domain::field::Field;
use domain::gate::{Catalogue, Gate, Knob, Setting, Unknown};

use super::objective::Objective;
use crate::correlate::effect::{Effect, Measure, Outcome};
use crate::correlate::flags;
use crate::correlate::group::GroupStats;
use crate::dataset::Snapshot;
use crate::dataset::gates::passing_gate;
use crate::gates::baseline::{Baseline, effective};
use crate::gates::{ByDay, ConfigOutcome, Replay};

/// The fewest alerts that a candidate must keep, and the fewest that it must drop, to be looked at.
const LEAST: u32 = 20;
/// The most of the alerts that a candidate may drop: beyond it is another bot.
const MOST_DROPPED: f64 = 0.6;

/// A tighter value of one knob, replayed.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The config key.
    pub key: String,
    /// Its value in force; `None` where there is none.
    pub from: Option<Setting>,
    /// The value to think about.
    pub to: Setting,
    /// What its gates read of an alert.
    pub reads: Vec<Field>,
    /// How those did that it would have dropped.
    pub dropped: GroupStats,
    /// How those did that it would have kept.
    pub kept: GroupStats,
    /// Dropped less kept.
    pub effects: Vec<Effect>,
    /// The config in force.
    pub current: ConfigOutcome,
    /// The candidate.
    pub proposed: ConfigOutcome,
    /// Random thinning of the same size on the same days.
    pub random: ConfigOutcome,
    /// Winners among the dropped.
    pub winners_forgone: u32,
}

/// Every tighter value of every knob that drops enough and keeps enough, and how many values were looked at.
#[must_use]
pub fn candidates(snapshot: &Snapshot, catalogue: &Catalogue, baseline: &Baseline) -> (Vec<Candidate>, usize) {
    let replay = Replay::of(snapshot);
    let by_day = replay.by_day(&baseline.rows);
    let mut looked_at = 0;
    let mut found = Vec::new();
    for knob in catalogue.knobs() {
        for to in tighter_values(snapshot, catalogue, baseline, knob) {
            looked_at += 1;
            found.extend(try_out(&replay, &by_day, catalogue, baseline, knob, to));
        }
    }
    (found, looked_at)
}

fn try_out(
    replay: &Replay<'_>,
    by_day: &ByDay,
    catalogue: &Catalogue,
    baseline: &Baseline,
    knob: &Knob,
    to: Setting,
) -> Option<Candidate> {
    let snapshot = replay.snapshot();
    let turned = baseline.config.with(catalogue, &knob.key, Some(to)).ok()?;
    // All that passed before passes every gate that the knob has no say in.
    let gates = catalogue.gates().iter().filter(|gate| has_a_say(knob, gate));
    let mut kept = baseline.rows.clone();
    for passing in gates.filter_map(|gate| passing_gate(snapshot, gate, &turned)) {
        kept.intersect(&passing);
    }
    let dropped = baseline.rows.and_not(&kept);
    let most = f64::from(baseline.rows.count()) * MOST_DROPPED;
    if dropped.count() < LEAST || kept.count() < LEAST || f64::from(dropped.count()) > most {
        return None;
    }
    let (stake, days) = (snapshot.policy().exit.stake_usd, baseline.days);
    let (current, proposed) = (by_day.tally(), replay.tally(&kept));
    let (kept_group, dropped_group) =
        (GroupStats::of(snapshot, &kept, "kept"), GroupStats::of(snapshot, &dropped, "dropped"));
    Some(Candidate {
        key: knob.key.clone(),
        from: baseline.config.get(&knob.key),
        to,
        reads: knob.reads.clone(),
        effects: flags::effects(snapshot, (&dropped_group, &dropped), (&kept_group, &kept)),
        dropped: dropped_group,
        kept: kept_group,
        current: ConfigOutcome::of(&current, stake, days),
        proposed: ConfigOutcome::of(&proposed, stake, days),
        random: ConfigOutcome::expected(&by_day.thinned_to(&kept), stake, days),
        winners_forgone: (current - proposed).winners,
    })
}

fn has_a_say(knob: &Knob, gate: &Gate) -> bool {
    gate.key == knob.key
        || gate.bonus.as_ref().is_some_and(|bonus| bonus.key == knob.key)
        || matches!(&gate.unknown, Unknown::PassesWhere(key) if *key == knob.key)
}

/// Tighter values, chosen by what the alerts have and without a look at outcomes.
fn tighter_values(snapshot: &Snapshot, catalogue: &Catalogue, baseline: &Baseline, knob: &Knob) -> Vec<Setting> {
    let observed = catalogue.gate(&knob.key).map(|gate| {
        let numbers = baseline.rows.rows().filter_map(|row| effective(snapshot, row, &baseline.config, gate));
        let mut numbers: Vec<f64> = numbers.collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers
    });
    knob.tighter_candidates(baseline.config.get(&knob.key), &observed.unwrap_or_default())
}

impl Candidate {
    /// The difference of an outcome's rate: dropped less kept.
    #[must_use]
    pub fn effect(&self, outcome: Outcome) -> Option<&Effect> {
        self.effects.iter().find(|effect| effect.outcome == outcome && effect.measure == Measure::RiskDifference)
    }

    /// How much more the rugs are among the dropped, or the pumps among the kept: the interval's end nearest to none. The
    /// greater, the more the data lean towards it; above 0 the interval leaves out 0.
    #[must_use]
    pub fn lean(&self, outcome: Outcome) -> Option<f64> {
        let interval = self.effect(outcome)?.interval?;
        Some(if outcome == Outcome::Rug { interval.low } else { -interval.high })
    }

    /// How many rugs it would have avoided.
    #[must_use]
    pub const fn rugs_avoided(&self) -> u64 {
        self.dropped.rugs.events()
    }

    /// Whether it stays within the bounds of the objective, and beats random thinning.
    #[must_use]
    pub fn suits(&self, objective: &Objective) -> bool {
        let beats = match (self.proposed.capped_net_per_day_usd, self.random.capped_net_per_day_usd) {
            (Some(proposed), Some(random)) => proposed > random,
            _ => true,
        };
        let rugs = self.proposed.rugs.rate();
        beats
            && objective.max_rug_rate.is_none_or(|most| rugs.is_none_or(|rate| rate <= most))
            && objective.min_alerts_per_day.is_none_or(|least| self.proposed.alerts_per_day >= least)
    }
}
