//! What became of a line: whether a later config applied it, when, and whether it was right.

use std::collections::BTreeMap;

use domain::gate::{Catalogue, FilterConfig, Setting};
use domain::timestamp::Timestamp;

use super::history::{Era, History};
use super::line::Line;
use super::verdict::{Ruling, judge};
use crate::advice::cooldown::{Cooldown, CooldownRule, Turned};
use crate::dataset::Snapshot;
use crate::progress::{Stopped, Watch};

/// Whether it was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is nothing in it that a config could apply.
    NoChange,
    /// No config since has its values.
    NotApplied,
    /// One has, and is in force.
    Applied,
    /// One had, and another took its place.
    TurnedBack,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    /// Whether it was followed.
    pub status: Status,
    /// The time during which it was applied.
    pub applied: Option<Era>,
    /// The time before that, under what it replaced.
    pub before: Option<Era>,
    /// Whether it was right; `None` where there is nothing to judge.
    pub ruling: Option<Ruling>,
    /// While its keys get no further recommendation.
    pub cooldown: Option<Cooldown>,
}

/// Follows a line up, as far as is known by `now`.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn follow_up(
    (line, recommended_at, seed): (&Line, Timestamp, [u8; 32]),
    (snapshot, catalogue): (&Snapshot, &Catalogue),
    (history, rule, now): (&History, CooldownRule, Timestamp),
    watch: &Watch,
) -> Result<FollowUp, Stopped> {
    if line.change.is_empty() {
        return Ok(FollowUp { status: Status::NoChange, applied: None, before: None, ruling: None, cooldown: None });
    }
    let applied = history.first_era(&settings(catalogue, line), recommended_at);
    let before = applied.as_ref().and_then(|era| history.era_before(line.change.keys(), era));
    let status = match &applied {
        None => Status::NotApplied,
        Some(Era { until: Some(until), .. }) if *until <= now => Status::TurnedBack,
        Some(_) => Status::Applied,
    };
    let turned = applied.as_ref().filter(|_| status == Status::Applied);
    let cooldown = turned.zip(line.change.keys().next()).and_then(|(era, key)| {
        let turned = Turned { key: key.clone(), revision: era.revision.clone(), at: era.from };
        rule.of(&turned, snapshot, now)
    });
    let ruling = Some(judge(snapshot, catalogue, line, (recommended_at, seed), watch)?);
    Ok(FollowUp { status, applied, before, ruling, cooldown })
}

/// What its keys are to be, as the gates read them.
fn settings(catalogue: &Catalogue, line: &Line) -> BTreeMap<String, Option<Setting>> {
    let setting = |key: &str, value: &str| FilterConfig::parse(catalogue, [(key, value)]).ok()?.get(key);
    line.change.iter().map(|(key, value)| (key.clone(), setting(key, value))).collect()
}
