//! A key that is the bound of one number and of nothing else: which of its values an alert passes follows from that number alone.

use domain::gate::{Catalogue, FilterConfig, Knob, Rule, Setting, Unknown};

use super::lay_out::has_a_say;
use crate::dataset::Snapshot;
use crate::dataset::measures::Measures;
use crate::gates::Baseline;

/// A minimum or a maximum of a number without any bonus.
pub struct Bound<'a> {
    measures: &'a Measures,
    is_minimum: bool,
    unknown_passes: bool,
}

impl<'a> Bound<'a> {
    /// Of a key. `None` where it is none, or has a say in other gates too.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot, catalogue: &Catalogue, baseline: &Baseline, knob: &Knob) -> Option<Self> {
        let mut gates = catalogue.gates().iter().filter(|gate| has_a_say(knob, gate));
        let (gate, None) = (gates.next()?, gates.next()) else { return None };
        if gate.key != knob.key || gate.bonus.is_some() || gate.rule == Rule::Require {
            return None;
        }
        Some(Self {
            measures: snapshot.measures_of(&gate.field)?,
            is_minimum: gate.rule == Rule::Minimum,
            unknown_passes: passes_unknown(&gate.unknown, &baseline.config),
        })
    }

    /// How many of `values`, fewer than 256, the alert of a row passes.
    #[must_use]
    pub fn count_passed(&self, row: usize, values: &[Setting]) -> u8 {
        let passes = |value: &&Setting| match (self.measures.get(row), value) {
            (None, _) => self.unknown_passes,
            (Some(number), Setting::Number(least)) if self.is_minimum => number >= *least,
            (Some(number), Setting::Number(most)) => number <= *most,
            (Some(_), Setting::Boolean(_)) => true,
        };
        u8::try_from(values.iter().filter(passes).count()).unwrap_or(u8::MAX)
    }
}

fn passes_unknown(unknown: &Unknown, config: &FilterConfig) -> bool {
    match unknown {
        Unknown::Passes => true,
        Unknown::Fails => false,
        Unknown::PassesWhere(key) => config.get(key) == Some(Setting::Boolean(true)),
    }
}
