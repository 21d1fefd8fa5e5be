//! `AnalysisService.ListPerformers`: the best and the worst alerts, each with the pattern that stands out.

use perftrack::v1::{ListPerformersRequest, ListPerformersResponse, Performer};
use service::status::{Rejection, Violations};
use service::wire::alert_with_outcome;

use super::{Analysis, message, question};
use crate::correlate::selection::Selection;
use crate::dataset::Snapshot;
use crate::performers::{pattern, performers};

/// How many of each end where nothing is said.
const USUAL_COUNT: i32 = 5;
/// How many of each end at the most.
const GREATEST_COUNT: i32 = 100;

pub async fn list_performers(
    service: &Analysis,
    request: ListPerformersRequest,
) -> Result<ListPerformersResponse, Rejection> {
    let mut violations = Violations::new();
    let window = question::window(request.window, &mut violations);
    let filter = question::filter(&request.filter, &mut violations);
    let count = count(request.count, &mut violations);
    violations.into_result()?;
    let snapshot = service.snapshot().await?;
    let ends = {
        let snapshot = std::sync::Arc::clone(&snapshot);
        let rank = move || performers(&snapshot, &Selection::of(&snapshot, window, &filter), count);
        service.compute("ranking alerts", rank).await?
    };
    Ok(ListPerformersResponse {
        best: shown(service, &snapshot, &ends.best).await?,
        worst: shown(service, &snapshot, &ends.worst).await?,
        revision: Some(message::revision(snapshot.revision())),
    })
}

fn count(count: i32, violations: &mut Violations) -> usize {
    if !(0..=GREATEST_COUNT).contains(&count) {
        violations.add("count", format!("must be from 0 (for {USUAL_COUNT}) to {GREATEST_COUNT}, not {count}"));
    }
    usize::try_from(if count == 0 { USUAL_COUNT } else { count }).unwrap_or_default()
}

/// The dataset leaves annotations out; they are shown all the same.
async fn shown(service: &Analysis, snapshot: &Snapshot, rows: &[usize]) -> Result<Vec<Performer>, Rejection> {
    let mut performers = Vec::with_capacity(rows.len());
    for &row in rows {
        let mut record = snapshot.record(row).clone();
        if let Some(stored) = service.store.alerts().get(record.alert.id).await? {
            record.alert.annotations = stored.alert.annotations;
        }
        let pattern = pattern(&record.alert.features);
        performers.push(Performer { alert: Some(alert_with_outcome(&record)), pattern });
    }
    Ok(performers)
}
