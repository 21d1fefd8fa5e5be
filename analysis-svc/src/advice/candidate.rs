//! Keys turned tighter, and what that would have done to these days.

use domain::field::Field;
use domain::gate::{Catalogue, Setting};

use super::search::found::Found;
use super::search::ladder::Ladder;
use super::search::lay_out::{kept, reads};
use crate::correlate::effect::{Effect, Measure, Outcome};
use crate::correlate::flags;
use crate::correlate::group::GroupStats;
use crate::gates::{Baseline, ByDay, ConfigOutcome, Incumbent, Replay};

/// One key turned.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The config key.
    pub key: String,
    /// Its value in force; `None` where there is none.
    pub from: Option<Setting>,
    /// The value to think about.
    pub to: Setting,
}

/// One or two keys turned tighter, replayed.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What is turned.
    pub changes: Vec<Change>,
    /// What the gates read of an alert.
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
    /// Of how many of the dropped the exit is known.
    pub exits_dropped: u32,
}

/// What candidates are replayed on.
pub struct Ground<'a> {
    /// The gates.
    pub catalogue: &'a Catalogue,
    /// The config in force and the alerts under it.
    pub baseline: &'a Baseline,
    /// The data, laid out for counting.
    pub replay: Replay<'a>,
    /// The alerts under the config in force, by day.
    pub by_day: &'a ByDay,
}

impl<'a> Ground<'a> {
    /// The alerts of the config in force.
    #[must_use]
    pub const fn of(replay: Replay<'a>, catalogue: &'a Catalogue, incumbent: &'a Incumbent) -> Self {
        Self { catalogue, baseline: &incumbent.baseline, by_day: &incumbent.by_day, replay }
    }

    /// How the alerts under the config in force did.
    #[must_use]
    pub fn current(&self) -> ConfigOutcome {
        ConfigOutcome::of(&self.by_day.tally(), self.stake_usd(), self.baseline.days)
    }

    /// Replays what turning these keys would have done.
    #[must_use]
    pub fn try_out(&self, changes: Vec<Change>) -> Candidate {
        let snapshot = self.replay.snapshot();
        let turned: Vec<(&str, Setting)> = changes.iter().map(|change| (change.key.as_str(), change.to)).collect();
        let kept = kept(snapshot, self.catalogue, self.baseline, &turned);
        let dropped = self.baseline.rows.and_not(&kept);
        let keys: Vec<&str> = changes.iter().map(|change| change.key.as_str()).collect();
        let (stake, days) = (self.stake_usd(), self.baseline.days);
        let (current, proposed) = (self.by_day.tally(), self.replay.tally(&kept));
        let (kept_group, dropped_group) =
            (GroupStats::of(snapshot, &kept, "kept"), GroupStats::of(snapshot, &dropped, "dropped"));
        Candidate {
            reads: reads(self.catalogue, &keys),
            effects: flags::effects(snapshot, (&dropped_group, &dropped), (&kept_group, &kept)),
            dropped: dropped_group,
            kept: kept_group,
            current: ConfigOutcome::of(&current, stake, days),
            proposed: ConfigOutcome::of(&proposed, stake, days),
            random: ConfigOutcome::expected(&self.by_day.thinned_to(&kept), stake, days),
            winners_forgone: (current - proposed).winners,
            exits_dropped: (current - proposed).exits,
            changes,
        }
    }

    fn stake_usd(&self) -> f64 {
        self.replay.snapshot().policy().exit.stake_usd
    }
}

/// The keys that a find turns.
#[must_use]
pub fn changes(found: &Found, ladders: &[Ladder]) -> Vec<Change> {
    let change = |ladder: &Ladder, value: usize| {
        Some(Change { key: ladder.key.clone(), from: ladder.from, to: *ladder.values.get(value)? })
    };
    found.turns.iter().filter_map(|turn| change(ladders.get(turn.ladder)?, turn.value)).collect()
}

impl Candidate {
    /// The difference of an outcome's rate: dropped less kept.
    #[must_use]
    pub fn effect(&self, outcome: Outcome) -> Option<&Effect> {
        self.effects.iter().find(|effect| effect.outcome == outcome && effect.measure == Measure::RiskDifference)
    }

    /// How many rugs it would have avoided.
    #[must_use]
    pub const fn rugs_avoided(&self) -> u64 {
        self.dropped.rugs.events()
    }
}
