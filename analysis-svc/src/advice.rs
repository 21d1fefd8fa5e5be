//! What to change, or to ask: the rules look, the gates are searched, what was found on earlier alerts is held against later
//! ones, and nothing is worded as a fact that the data cannot tell from chance.

pub mod candidate;
pub mod certification;
mod certified;
pub mod cooldown;
pub mod earliest;
mod headline;
pub mod objective;
pub mod recommendation;
pub mod search;
pub mod standing;
mod trigger;
mod wording;

use std::collections::BTreeSet;

pub use trigger::FEATURE_EFFECT;
pub use wording::rule_of_three;

use domain::gate::{Catalogue, FilterConfig};

use crate::correlate::selection::Window;
use crate::correlate::{Answer, Question, correlate};
use crate::dataset::Snapshot;
use crate::gates::{ConfigOutcome, Incumbent, Replay};
use crate::progress::{Stopped, Watch};
use crate::simulate::shadow::Usable;
use candidate::{Change, Ground};
use cooldown::Cooldown;
use earliest::Earliest;
use objective::Objective;
use recommendation::Recommendation;
use search::ladder::Ladder;
use search::lay_out::LaidOut;
use search::looser::{LooserSearch, looser};
use search::part::Part;
use search::score::Yardstick;
use search::{Search, search};
use standing::{NotStanding, Standing};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// The config in force, where it is known.
    pub current: Option<FilterConfig>,
    /// What is wanted, within which bounds.
    pub objective: Objective,
    /// Over which alerts.
    pub window: Window,
    /// Whether this is the standing question, which alone is certified; else why it is not.
    pub standing: Result<(), NotStanding>,
    /// Keys that were just turned.
    pub cooldowns: Vec<Cooldown>,
}

/// What the rules look at.
struct Look<'a> {
    snapshot: &'a Snapshot,
    catalogue: &'a Catalogue,
    answer: &'a Answer,
    ground: &'a Ground<'a>,
    search: &'a Search,
    looser: &'a LooserSearch,
    ladders: &'a [Ladder],
    objective: Objective,
    /// Keys that nothing further is said about.
    taken: BTreeSet<&'a str>,
}

impl Look<'_> {
    /// Whether the key was neither just turned nor certified already.
    fn is_free(&self, key: &str) -> bool {
        !self.taken.contains(key)
    }
}

/// The advice on one revision of the data.
#[derive(Clone, Debug)]
pub struct Advice {
    /// The most important first.
    pub recommendations: Vec<Recommendation>,
    /// One sentence: whether anything is certified, and if not, what it would take.
    pub headline: String,
    /// What correlates, on which the advice rests.
    pub answer: Answer,
    /// What was looked at, one line each.
    pub looked_at: Vec<String>,
    /// Why nothing (more) is certified, one line each.
    pub not_certified: Vec<String>,
    /// When something (more) can be.
    pub earliest: Option<Earliest>,
    /// How many keys have values that were tried.
    pub keys_searched: usize,
    /// How many values of single keys were tried.
    pub values_searched: usize,
    /// How many pairs of values were tried.
    pub pairs_searched: usize,
    /// Keys that were just turned.
    pub cooldowns: Vec<Cooldown>,
    /// Under the config in force.
    pub current: ConfigOutcome,
    /// The config in force, as it was taken to be.
    pub config: FilterConfig,
    /// On which checkpoint's tokens the certificates rest.
    pub checkpoint_tokens: u64,
}

/// Looks at the data with every rule. The same request on the same revision has the same advice.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn advise(snapshot: &Snapshot, catalogue: &Catalogue, request: &Request, watch: &Watch) -> Result<Advice, Stopped> {
    watch.stage("correlating", None)?;
    let answer = correlate(snapshot, &Question { window: request.window, ..Question::standing() });
    watch.stage("replaying the gates", None)?;
    let incumbent = Incumbent::of(snapshot, catalogue, request.current.as_ref(), request.window);
    let Incumbent { selection, baseline, .. } = &*incumbent;
    let laid = LaidOut::of(snapshot, catalogue, baseline);
    let stake_usd = snapshot.policy().exit.stake_usd;
    let yardstick = Yardstick { objective: request.objective, stake_usd, days: baseline.days };
    let search = search(&Part::whole(&laid.cases), &laid.ladders, &yardstick, watch)?;
    let usable = Usable::of(snapshot, request.window);
    let looser = looser(snapshot, catalogue, baseline, usable);
    let standing = Standing::of(snapshot, catalogue, selection, request, watch)?;
    watch.stage("weighing what was found", None)?;
    let ground = Ground::of(Replay::of(snapshot), catalogue, &incumbent);
    let cooling = || request.cooldowns.iter().map(|cooldown| cooldown.key.as_str());
    let serves = |changes: &[Change]| {
        let tried = ground.try_out(changes.to_vec());
        request.objective.is_served(&tried.current, &tried.proposed)
    };
    let certified = standing.certified_changes(catalogue, baseline, &cooling().collect(), serves);
    let certified_keys = certified.iter().flat_map(|(_, changes)| changes).map(|change| change.key.as_str());
    let mut look = Look {
        snapshot,
        catalogue,
        answer: &answer,
        ground: &ground,
        search: &search,
        looser: &looser,
        ladders: &laid.ladders,
        objective: request.objective,
        taken: cooling().chain(certified_keys).collect(),
    };
    let mut recommendations: Vec<Recommendation> =
        certified.iter().map(|(gate, changes)| certified::recommend(&look, &standing, gate, changes.clone())).collect();
    recommendations.extend(trigger::all(&look));
    recommendations.sort_by_key(|recommendation| recommendation.priority);
    look.taken.clear();
    let earliest = Earliest::of(&answer, snapshot);
    let not_certified = headline::not_certified(&standing, request, baseline, certified.len());
    let headline = headline::headline(&look, &standing, &recommendations, earliest.as_ref());
    Ok(Advice {
        recommendations,
        headline,
        looked_at: headline::looked_at(&look),
        not_certified,
        earliest,
        keys_searched: search.keys,
        values_searched: search.values,
        pairs_searched: search.pairs,
        cooldowns: request.cooldowns.clone(),
        current: ground.current(),
        checkpoint_tokens: standing.checkpoint_tokens(),
        config: baseline.config.clone(),
        answer,
    })
}

#[cfg(test)]
mod honesty;
#[cfg(test)]
mod tests;
