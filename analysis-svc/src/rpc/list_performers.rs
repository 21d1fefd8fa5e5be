//! `AnalysisService.ListPerformers`: the best and the worst alerts, each with the pattern that stands out.

use std::collections::HashMap;

use domain::alert::AlertId;
use domain::record::AlertRecord;
use perftrack::v1::{ListPerformersRequest, ListPerformersResponse, Performer};
use service::status::{Rejection, Violations};
use service::wire::alert_with_outcome;

use super::{Analysis, message, question};
use crate::correlate::selection::Selection;
use crate::dataset::Snapshot;
use crate::inference::Target;
use crate::patterns::explain::{Explanation, explanations};
use crate::performers::{line, performers};
use crate::progress::Watch;

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
    let (snapshot, kept) = service.kept(&filter).await?;
    let (ends, explanations) = {
        let snapshot = std::sync::Arc::clone(&snapshot);
        let rank = move |watch: &Watch| {
            let selection = Selection::of(&snapshot, window, &kept);
            Ok((performers(&snapshot, &selection, count), explanations(&snapshot, &selection, watch)?))
        };
        service.compute_watched("ranking alerts", &Watch::default(), rank).await?
    };
    Ok(ListPerformersResponse {
        best: shown(service, &snapshot, &ends.best, Target::Pump, &explanations).await?,
        worst: shown(service, &snapshot, &ends.worst, Target::Rug, &explanations).await?,
        revision: Some(message::revision(snapshot.revision())),
    })
}

fn count(count: i32, violations: &mut Violations) -> usize {
    if !(0..=GREATEST_COUNT).contains(&count) {
        violations.add("count", format!("must be from 0 (for {USUAL_COUNT}) to {GREATEST_COUNT}, not {count}"));
    }
    usize::try_from(if count == 0 { USUAL_COUNT } else { count }).unwrap_or_default()
}

/// The dataset knows what was asked about; the store has the whole alerts.
async fn shown(
    service: &Analysis,
    snapshot: &Snapshot,
    rows: &[usize],
    target: Target,
    explanations: &[Explanation],
) -> Result<Vec<Performer>, Rejection> {
    let ids: Vec<AlertId> = rows.iter().map(|&row| snapshot.alert_id(row)).collect();
    let stored = service.store.alerts().get_many(ids.clone()).await?;
    let by_id: HashMap<AlertId, AlertRecord> = stored.into_iter().map(|record| (record.alert.id, record)).collect();
    // One that was deleted since is shown no more.
    let records = rows.iter().zip(&ids).filter_map(|(&row, id)| Some((row, by_id.get(id)?)));
    let shown = records.map(|(row, record)| Performer {
        alert: Some(alert_with_outcome(record)),
        pattern: line(row, target, explanations, &record.alert.features),
    });
    Ok(shown.collect())
}
