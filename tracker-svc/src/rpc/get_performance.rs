//! `TrackingService.GetPerformance`: how alerts did, over all and by group.

use domain::alert::Decision;
use domain::field::{AlertField, Field};
use domain::filter::Filter;
use domain::performance::{Accumulator, Group, Grouping, Performance};
use futures::TryStreamExt as _;
use perftrack::v1::{GetPerformanceRequest, GetPerformanceResponse, GroupKey, PerformanceGroup};
use service::status::{Rejection, Violations};
use service::wire;

use super::Calls;

const DECISION: Field = Field::Alert(AlertField::Decision);

pub async fn get_performance(
    service: &Calls,
    request: GetPerformanceRequest,
) -> Result<GetPerformanceResponse, Rejection> {
    let mut violations = Violations::new();
    let window = wire::parse_window(request.window, &mut violations);
    let filter = violations.check("filter", Filter::parse(&request.filter)).unwrap_or_else(Filter::everything);
    let grouping = violations.check("group_by", Grouping::parse(&request.group_by)).unwrap_or_default();
    violations.into_result()?;

    let asks_for_decision = filter.mentions(&DECISION) || grouping.fields().contains(&DECISION);
    let mut accumulator = Accumulator::new(grouping);
    let mut records = service.store.alerts().stream(window);
    while let Some(record) = records.try_next().await? {
        // A shadow alert was never called: it counts only for those who ask for it.
        let called = record.alert.decision == Decision::Alerted || asks_for_decision;
        if called && filter.keeps(&record) {
            accumulator.add(&record);
        }
    }
    let performance = accumulator.finish().map(Performance::largest_first).map_err(|error| {
        let mut violations = Violations::new();
        violations.add("group_by", error);
        Rejection::from(violations)
    })?;
    Ok(GetPerformanceResponse {
        overall: Some(wire::performance_message(&performance.overall)),
        groups: performance.groups.iter().map(group_message).collect(),
    })
}

fn group_message(group: &Group) -> PerformanceGroup {
    let keys = group.key.iter().map(|(field, level)| GroupKey { field: field.to_string(), value: level.to_string() });
    PerformanceGroup { keys: keys.collect(), summary: Some(wire::performance_message(&group.summary)) }
}
