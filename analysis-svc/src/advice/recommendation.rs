//! One thing to change, or to ask.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use crate::correlate::cohort::Cohort;
use crate::correlate::effect::Effect;
use crate::correlate::group::GroupStats;
use crate::gates::ConfigOutcome;
use crate::statistics::proportion::Proportion;

/// How much an issue matters, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// The interval lies wholly beyond the threshold.
    High,
    /// Worth a look.
    Medium,
    /// Good to know.
    Low,
}

/// How far a remedy is proven. Nothing is certified here: that takes later data than it was found on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// The data lean that way.
    Suggestive,
    /// A question to the data.
    Question,
}

/// One thing to change, or to ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// The rule that raised it.
    pub rule: &'static str,
    /// How much it matters.
    pub priority: Priority,
    /// How far the remedy is proven.
    pub confidence: Confidence,
    /// What was noticed.
    pub issue: String,
    /// What to do about it.
    pub action: String,
    /// Why, with the numbers.
    pub reason: String,
    /// The config keys to think about.
    pub candidate: BTreeMap<String, String>,
    /// The counts behind it.
    pub evidence: Evidence,
}

/// The counts behind a recommendation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The matured alerts looked at.
    pub alerts: u32,
    /// Distinct tokens among them.
    pub clusters: u32,
    /// The rate that raised the issue.
    pub rate: Option<Proportion>,
    /// What it was held against.
    pub threshold: Option<f64>,
    /// The part that it is about.
    pub group: Option<GroupStats>,
    /// What that is compared with.
    pub reference: Option<GroupStats>,
    /// How they differ.
    pub effects: Vec<Effect>,
    /// The replay of the candidate.
    pub replay: Option<Replay>,
}

/// What a candidate would have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replay {
    /// Under the config in force.
    pub current: ConfigOutcome,
    /// Under the candidate.
    pub proposed: ConfigOutcome,
    /// Under random thinning of the same size on the same days.
    pub random: ConfigOutcome,
    /// Rugs that it would have avoided.
    pub rugs_avoided: u64,
    /// Winners that it would have forgone.
    pub winners_forgone: u32,
}

impl Recommendation {
    /// A question about all alerts, with nothing to try yet.
    #[must_use]
    pub fn about(rule: &'static str, priority: Priority, cohort: &Cohort) -> Self {
        let evidence =
            Evidence { alerts: cohort.matured.alerts, clusters: cohort.matured.clusters, ..Evidence::default() };
        Self {
            rule,
            priority,
            confidence: Confidence::Question,
            issue: String::new(),
            action: String::new(),
            reason: String::new(),
            candidate: BTreeMap::new(),
            evidence,
        }
    }

    /// The same with a candidate to think about.
    #[must_use]
    pub fn trying(mut self, candidate: &Candidate) -> Self {
        self.candidate.insert(candidate.key.clone(), candidate.to.to_string());
        self.evidence.group = Some(candidate.dropped.clone());
        self.evidence.reference = Some(candidate.kept.clone());
        self.evidence.effects.clone_from(&candidate.effects);
        self.evidence.replay = Some(Replay {
            current: candidate.current,
            proposed: candidate.proposed,
            random: candidate.random,
            rugs_avoided: candidate.rugs_avoided(),
            winners_forgone: candidate.winners_forgone,
        });
        self
    }
}
