//! What the reader of a simulation should know beside the numbers.

use super::shadow::Usable;
use super::{Request, Simulation, proposal};
use crate::correlate::selection::Selection;
use crate::gates::Baseline;
use crate::wording;

pub fn notes(
    simulation: &Simulation,
    request: &Request,
    selection: &Selection,
    baseline: &Baseline,
    usable: &Usable,
    raised_otherwise: u32,
) -> Vec<String> {
    let mut notes = Vec::new();
    if selection.matured.is_empty() {
        notes.push("no alert of this window has matured yet: there is nothing to replay".to_owned());
    }
    notes.extend(request.in_force.notes().iter().cloned());
    if simulation.in_force == simulation.judged && simulation.refused.is_empty() {
        notes.push("nothing is turned: this is the config in force".to_owned());
    }
    notes.extend(simulation.refused.values().cloned());
    if !simulation.refused.is_empty() {
        let keys: Vec<String> = simulation
            .refused
            .keys()
            .map(|key| format!("{key} {}", proposal::shown(simulation.judged.get(key))))
            .collect();
        notes.push(format!("judged with {} as in force", keys.join(", ")));
    }
    if baseline.turned_away > 0 {
        let all = wording::count(selection.matured.count().into());
        notes.push(format!(
            "{} of {all} matured alerts would not pass the config in force, so that they were raised under another: {}",
            wording::count(baseline.turned_away.into()),
            match raised_otherwise {
                0 => "they are left out".to_owned(),
                some => format!("the {} that the judged config lets through count there", wording::count(some.into())),
            }
        ));
    }
    notes.extend(winners(simulation));
    notes.extend(shadow(simulation, usable));
    notes
}

/// None among n is no proof that there are none.
fn winners(simulation: &Simulation) -> Option<String> {
    let most = simulation.winners_forgone_up_to()?;
    let dropped = wording::count(simulation.dropped.exits.into());
    Some(format!("0 of {dropped} dropped exits were winners: up to {} of such may be", wording::percent(most)))
}

fn shadow(simulation: &Simulation, usable: &Usable) -> Option<String> {
    let weight = simulation.shadow_admitted_weight?;
    let sample = wording::count(usable.with_rate.into());
    Some(match simulation.shadow_admitted {
        0 => format!(
            "none of the {sample} shadow alerts would be let in: of such as were turned away, up to {} may be",
            wording::percent((3.0 / f64::from(usable.with_rate)).min(1.0))
        ),
        admitted => format!(
            "{} of {sample} shadow alerts would be let in, and stand for about {} alerts: those numbers are estimates, \
             and a random cut is no match for them",
            wording::count(admitted.into()),
            wording::count(weight.round() as u64)
        ),
    })
}
