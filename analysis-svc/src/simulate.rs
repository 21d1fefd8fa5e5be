//! What a config would have alerted, and how that would have done, beside the config in force.
//!
//! - **Tighter** settings are replayed exactly: nothing new passes, so that all that they keep was alerted and followed.
//! - **Looser** settings let alerts in that the filters turned away. Those are known only where the bot followed them as
//!   shadow alerts: each one counts as many times as its sampling rate says ([`shadow`]). Without any, the key is refused
//!   with the reason, and the rest of the config is judged as if the key stood as it is in force.
//! - A cut is held against a random one of the same size on the same days, of which the expectation and the spread are
//!   known exactly ([`crate::gates::thinning`]): in a falling market every cut "saves".

pub mod estimate;
mod notes;
pub mod proposal;
pub mod shadow;

use std::collections::BTreeMap;

use domain::gate::{Catalogue, FilterConfig};

use crate::correlate::selection::Window;
use crate::dataset::{Bitmap, Snapshot};
use crate::gates::in_force::InForce;
use crate::gates::{ByDay, Incumbent, Replay, Tally, passing_beside};
use crate::progress::{Stopped, Watch};
use crate::statistics::normal;
use estimate::Estimate;
use proposal::Proposal;
use shadow::Admitted;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// The config in force, as far as it is known.
    pub in_force: InForce,
    /// The config to judge.
    pub proposal: Proposal,
    /// Over which alerts.
    pub window: Window,
}

/// What the data say.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// The config in force.
    pub in_force: FilterConfig,
    /// Where that is from.
    pub in_force_source: String,
    /// The config that was judged: the one asked about, less what had to be refused.
    pub judged: FilterConfig,
    /// The keys that could not be judged, each with the reason.
    pub refused: BTreeMap<String, String>,
    /// Over how many days the alerts lie.
    pub days: f64,
    /// Under the config in force.
    pub current: Estimate,
    /// Under the judged config.
    pub proposed: Estimate,
    /// Under a random cut of the same size on the same days; `None` where the judged config lets new alerts in.
    pub random: Option<Estimate>,
    /// The chance that a random cut does as well; `None` where nothing is dropped, or new alerts are let in.
    pub random_as_good: Option<f64>,
    /// The alerts that the config in force lets through and the judged one does not.
    pub dropped: Tally,
    /// How many shadow alerts the judged config lets in.
    pub shadow_admitted: u32,
    /// How many alerts those stand for; `None` where there was none to judge on.
    pub shadow_admitted_weight: Option<f64>,
    /// What could not be judged, and what the reader should know beside.
    pub notes: Vec<String>,
}

impl Simulation {
    /// The greatest share of winners among the dropped that none seen leaves room for: the rule of three, 3/n. `None` where
    /// there are winners, or nothing is dropped.
    #[must_use]
    pub fn winners_forgone_up_to(&self) -> Option<f64> {
        (self.dropped.winners == 0 && self.dropped.exits > 0).then(|| (3.0 / f64::from(self.dropped.exits)).min(1.0))
    }
}

/// Replays both configs. The same request on the same revision has the same answer.
pub fn simulate(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    request: &Request,
    watch: &Watch,
) -> Result<Simulation, Stopped> {
    watch.stage("replaying the gates", None)?;
    let incumbent = Incumbent::of(snapshot, catalogue, request.in_force.config(), request.window);
    let Incumbent { selection, baseline, by_day } = &*incumbent;
    let asked = request.proposal.on(catalogue, &baseline.config);
    let looser = proposal::looser(snapshot, selection, catalogue, &baseline.config, &asked);
    let usable =
        if looser.is_empty() { shadow::Usable::default() } else { shadow::Usable::of(snapshot, request.window) };
    let (judged, refused) = if usable.rows.is_empty() {
        proposal::refuse(catalogue, &baseline.config, &asked, &looser, &usable)
    } else {
        (asked, BTreeMap::new())
    };
    watch.check()?;
    let passes = passing_beside(snapshot, catalogue, &judged, baseline, &selection.matured);
    let kept = passes.and(&baseline.rows);
    let replay = Replay::of(snapshot);
    // What is kept and what is dropped add up to what there is: the smaller of the two is counted.
    let current = by_day.tally();
    let is_mostly_kept = kept.count() > baseline.rows.count() / 2;
    let counted = replay.tally(&if is_mostly_kept { baseline.rows.and_not(&kept) } else { kept.clone() });
    let (kept_tally, dropped) =
        if is_mostly_kept { (current - counted, counted) } else { (counted, current - counted) };
    let raised_otherwise = passes.and_not(&baseline.rows);
    let admitted = Admitted::of(&replay, catalogue, &judged, (baseline, &passes), &usable);
    watch.check()?;
    let scale = estimate::Scale { stake_usd: snapshot.policy().exit.stake_usd, days: baseline.days };
    let exact = if raised_otherwise.is_empty() { kept_tally } else { kept_tally + replay.tally(&raised_otherwise) };
    let is_cut = raised_otherwise.is_empty() && admitted.rows == 0;
    let (random, random_as_good) = if is_cut { random(by_day, &kept, &kept_tally, scale) } else { (None, None) };
    let mut simulation = Simulation {
        in_force_source: request.in_force.source(),
        current: Estimate::exact(&current, scale),
        proposed: if admitted.rows == 0 {
            Estimate::exact(&exact, scale)
        } else {
            Estimate::weighted(&exact, &admitted, scale)
        },
        random,
        random_as_good,
        dropped,
        shadow_admitted: admitted.rows,
        shadow_admitted_weight: (!usable.rows.is_empty()).then_some(admitted.weight),
        days: baseline.days,
        judged,
        refused,
        notes: Vec::new(),
        in_force: baseline.config.clone(),
    };
    simulation.notes = notes::notes(&simulation, request, selection, baseline, &usable, raised_otherwise.count());
    Ok(simulation)
}

/// How a random cut of the same size on the same days is expected to do, and the chance that one does as well.
fn random(
    by_day: &ByDay,
    kept: &Bitmap,
    kept_tally: &Tally,
    scale: estimate::Scale,
) -> (Option<Estimate>, Option<f64>) {
    let thinning = by_day.thinned_to(kept);
    let deviation = thinning.capped_deviation_pct;
    let better_by = kept_tally.capped.pct() - thinning.capped_pct;
    let p_value = (deviation > 1e-9).then(|| normal::upper_tail(better_by / deviation));
    (Some(Estimate::random(&thinning, scale)), p_value)
}

#[cfg(test)]
mod tests;
