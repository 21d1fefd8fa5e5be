//! `AnalysisService.ListGates`: the gate catalogue in force.

use domain::gate::{Catalogue, Knob, Setting, Unknown};
use perftrack::v1::{Gate, ListGatesResponse};

pub fn list_gates(catalogue: &Catalogue) -> ListGatesResponse {
    ListGatesResponse { gates: catalogue.knobs().iter().map(|knob| gate(catalogue, knob)).collect() }
}

fn gate(catalogue: &Catalogue, knob: &Knob) -> Gate {
    // A key that only has a say in another's gate turns nothing away by itself.
    let unknown_passes = catalogue.gate(&knob.key).is_none_or(|gate| match &gate.unknown {
        Unknown::Passes => true,
        Unknown::Fails => false,
        Unknown::PassesWhere(key) => catalogue.knob(key).and_then(|knob| knob.default) == Some(Setting::Boolean(true)),
    });
    Gate {
        key: knob.key.clone(),
        description: knob.description.clone(),
        default_value: knob.default.map(|value| value.to_string()).unwrap_or_default(),
        fields: knob.reads.iter().map(ToString::to_string).collect(),
        unknown_passes,
    }
}
