//! `AnalysisService.Simulate`: what a config would have alerted, and how that would have done.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::gate::{Catalogue, FilterConfig, Setting};
use perftrack::v1;
use perftrack::v1::{SimulateRequest, SimulateResponse};
use service::status::{Rejection, Violations};

use super::{Analysis, config, message, question};
use crate::dataset::Revision;
use crate::progress::Watch;
use crate::simulate::proposal::Proposal;
use crate::simulate::{Request, Simulation, simulate as replay};

pub async fn simulate(
    service: &Analysis,
    request: SimulateRequest,
    watch: &Watch,
) -> Result<SimulateResponse, Rejection> {
    let mut violations = Violations::new();
    let catalogue = Arc::clone(&service.catalogue);
    let window = question::window(request.window, &mut violations);
    let given = request.current.and_then(|current| config::parsed(&catalogue, &current, "current", &mut violations));
    let proposal = Proposal {
        config: request.config.and_then(|asked| config::parsed(&catalogue, &asked, "config", &mut violations)),
        turned: turned(&catalogue, &request.set, &mut violations),
    };
    violations.into_result()?;
    let snapshot = service.snapshot().await?;
    let in_force = config::in_force(service, given, window).await?;
    let request = Request { in_force, proposal, window };
    service
        .compute_watched("replaying the gates", watch, move |watch| {
            Ok(response(&replay(&snapshot, &catalogue, &request, watch)?, snapshot.revision()))
        })
        .await
}

/// The keys to turn. An empty value takes the key's condition away.
fn turned(
    catalogue: &Catalogue,
    set: &BTreeMap<String, String>,
    violations: &mut Violations,
) -> BTreeMap<String, Option<Setting>> {
    let values = set.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let mut wrong = BTreeMap::new();
    if let Err(error) = FilterConfig::parse(catalogue, values.clone()) {
        wrong.extend(error.violations.into_iter().map(|violation| (violation.key, violation.problem)));
    }
    let parsed = FilterConfig::parse(catalogue, values.filter(|(key, _)| !wrong.contains_key(*key)));
    let mut turned = BTreeMap::new();
    for (key, text) in set {
        let value = if text.trim().is_empty() { None } else { parsed.as_ref().ok().and_then(|parsed| parsed.get(key)) };
        let problem = wrong.remove(key).or_else(|| catalogue.knob(key).and_then(|knob| knob.check(value).err()));
        match problem {
            None => {
                turned.insert(key.clone(), value);
            }
            Some(problem) => violations.add(format!("set[{key}]"), problem),
        }
    }
    turned
}

fn response(simulation: &Simulation, revision: &Revision) -> SimulateResponse {
    let config = |config: &FilterConfig| v1::FilterConfig { values: config.to_map().into_iter().collect() };
    SimulateResponse {
        current: Some(message::estimate(&simulation.current)),
        proposed: Some(message::estimate(&simulation.proposed)),
        random: simulation.random.as_ref().map(message::estimate),
        rugs_avoided: message::int32(simulation.dropped.rugs),
        winners_forgone: message::int32(simulation.dropped.winners),
        notes: simulation.notes.clone(),
        revision: Some(message::revision(revision)),
        dropped: message::int32(simulation.dropped.alerts),
        winners_forgone_up_to: simulation.winners_forgone_up_to(),
        shadow_admitted: message::int32(simulation.shadow_admitted),
        shadow_admitted_weight: simulation.shadow_admitted_weight,
        judged: Some(config(&simulation.judged)),
        refused: simulation.refused.clone().into_iter().collect(),
        in_force: Some(config(&simulation.in_force)),
        in_force_source: simulation.in_force_source.clone(),
        random_as_good_p_value: simulation.random_as_good,
        days: Some(simulation.days),
    }
}
