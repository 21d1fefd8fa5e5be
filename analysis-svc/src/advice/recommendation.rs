//! One thing to change, or to ask.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use super::certification::split::Split;
use super::search::centred::Centred;
use crate::correlate::cohort::Cohort;
use crate::correlate::effect::Effect;
use crate::correlate::group::GroupStats;
use crate::gates::ConfigOutcome;
use crate::inference::checkpoint::Checkpoint;
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

/// How far a remedy is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// Held against later data than it was found on; see [`certification`](super::certification).
    Certified,
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
    /// The config keys to set: certified ones only.
    pub set: BTreeMap<String, String>,
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
    /// How it was certified.
    pub certificate: Option<Certificate>,
}

/// How a remedy was certified.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// At which checkpoint.
    pub checkpoint: Checkpoint,
    /// Which days found it, and which judged it.
    pub split: Split,
    /// How many gates were judged at once.
    pub family_size: usize,
    /// Before Holm.
    pub p_value: f64,
    /// What it keeps of the later part.
    pub kept: Centred,
    /// What it drops of it.
    pub dropped: Centred,
    /// USD per alert.
    pub stake_usd: f64,
}

/// What a candidate would have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replay {
    /// Under the config in force.
    pub current: ConfigOutcome,
    /// Under the candidate.
    pub proposed: ConfigOutcome,
    /// Under random thinning of the same size on the same days; `None` for what lets new alerts in.
    pub random: Option<ConfigOutcome>,
    /// Rugs that it would have avoided.
    pub rugs_avoided: u64,
    /// Winners that it would have forgone.
    pub winners_forgone: u32,
    /// Of so many exits that it would have dropped.
    pub exits_dropped: u32,
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
            set: BTreeMap::new(),
            candidate: BTreeMap::new(),
            evidence,
        }
    }

    /// The keys that it turns, or asks to turn.
    #[must_use]
    pub fn turned(&self) -> &BTreeMap<String, String> {
        if self.set.is_empty() { &self.candidate } else { &self.set }
    }

    /// The same with a candidate to think about.
    #[must_use]
    pub fn trying(mut self, candidate: &Candidate) -> Self {
        let changes = candidate.changes.iter().map(|change| (change.key.clone(), change.to.to_string()));
        self.candidate.extend(changes);
        self.evidence.group = Some(candidate.dropped.clone());
        self.evidence.reference = Some(candidate.kept.clone());
        self.evidence.effects.clone_from(&candidate.effects);
        self.evidence.replay = Some(Replay {
            current: candidate.current,
            proposed: candidate.proposed,
            random: Some(candidate.random),
            rugs_avoided: candidate.rugs_avoided(),
            winners_forgone: candidate.winners_forgone,
            exits_dropped: candidate.exits_dropped,
        });
        self
    }
}
