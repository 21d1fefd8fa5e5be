//! What one feature has to do with the outcomes.

use domain::feature::FeatureKind;

use super::effect::{Effect, Measure, Outcome};
use super::group::GroupStats;
use crate::inference::signal::Signal;
use crate::inference::verdict::{DataNeeded, Verdict};

/// The report of one feature.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureReport {
    /// Its name.
    pub feature: String,
    /// Its place among the dataset's features.
    pub column: usize,
    /// The sort of its values.
    pub kind: FeatureKind,
    /// How the alerts with each value did, unknown last.
    pub groups: Vec<GroupStats>,
    /// How outcomes differ.
    pub effects: Vec<Effect>,
    /// Where its numbers lie.
    pub numbers: Option<NumberStats>,
    /// Of how many matured alerts it is known.
    pub known: u32,
    /// Of how many it is not.
    pub unknown: u32,
    /// The bot sent several sorts of values under this name.
    pub is_mixed: bool,
    /// The plain reading.
    pub signal: Signal,
    /// One sentence.
    pub note: String,
}

/// Where the numbers of a feature lie.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NumberStats {
    /// Mean of the alerts that pumped.
    pub mean_of_pumps: Option<f64>,
    /// Mean of those that did not.
    pub mean_of_others: Option<f64>,
    /// Mean of the rugs.
    pub mean_of_rugs: Option<f64>,
    /// Mean of those that were none.
    pub mean_of_non_rugs: Option<f64>,
    /// The middle of all.
    pub median: Option<f64>,
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

impl FeatureReport {
    /// The effect that the family's question on `outcome` is about.
    #[must_use]
    pub fn main_effect(&self, outcome: Outcome) -> Option<&Effect> {
        let is_main = |effect: &&Effect| {
            effect.outcome == outcome
                && matches!(effect.measure, Measure::RiskDifference | Measure::Auc | Measure::CramersV)
        };
        self.effects.iter().find(is_main)
    }

    /// The furthest of the effects' verdicts.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.effects.iter().filter_map(|effect| effect.verdict);
        verdicts.min_by_key(reach).unwrap_or(Verdict::DescriptionOnly(DataNeeded::default()))
    }

    /// The groups of which the feature is known.
    pub fn known_groups(&self) -> impl Iterator<Item = &GroupStats> {
        let known = self.groups.len() - usize::from(self.unknown > 0);
        self.groups[..known].iter()
    }
}

/// The further, the smaller.
const fn reach(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Supported { .. } => 0,
        Verdict::Suggestive { .. } => 1,
        Verdict::NoEffectLargerThan { .. } => 2,
        Verdict::NotEnoughData(_) => 3,
        Verdict::DescriptionOnly(_) => 4,
    }
}
