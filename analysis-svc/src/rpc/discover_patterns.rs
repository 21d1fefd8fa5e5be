//! `AnalysisService.DiscoverPatterns`: combinations of conditions with the best and the worst outcomes.

use std::ops::RangeInclusive;

use perftrack::v1::{DiscoverPatternsRequest, DiscoverPatternsResponse};
use service::status::{Rejection, Violations};
use service::wire::timestamp_message;

use super::{Analysis, message, question};
use crate::correlate::selection::Selection;
use crate::dataset::Revision;
use crate::patterns::{Discovery, Question, discover};
use crate::progress::Watch;

/// How many conditions are joined where nothing is said.
const USUAL_DEPTH: i32 = 3;
/// How many alerts a pattern stands on at the least where nothing is said.
const USUAL_FLOOR: i32 = 30;
/// How many of each end where nothing is said.
const USUAL_COUNT: i32 = 5;
/// How many of each end at the most.
const GREATEST_COUNT: i32 = 100;

pub async fn discover_patterns(
    service: &Analysis,
    request: DiscoverPatternsRequest,
    watch: &Watch,
) -> Result<DiscoverPatternsResponse, Rejection> {
    let mut violations = Violations::new();
    let window = question::window(request.window, &mut violations);
    let filter = question::filter(&request.filter, &mut violations);
    let mut within = |name: &str, value, range, usual| number(name, value, range, usual, &mut violations);
    let question = Question {
        depth: within("max_conditions", request.max_conditions, 0..=USUAL_DEPTH, USUAL_DEPTH) as usize,
        floor: within("min_alerts", request.min_alerts, 0..=i32::MAX, USUAL_FLOOR),
        count: within("count", request.count, 0..=GREATEST_COUNT, USUAL_COUNT) as usize,
    };
    violations.into_result()?;
    let (snapshot, kept) = service.kept(&filter).await?;
    service
        .compute_watched("looking for patterns", watch, move |watch| {
            let selection = Selection::of(&snapshot, window, &kept);
            Ok(response(discover(&snapshot, &selection, &question, watch)?, snapshot.revision()))
        })
        .await
}

/// A number of the request, where 0 stands for the usual one.
fn number(name: &str, value: i32, range: RangeInclusive<i32>, usual: i32, violations: &mut Violations) -> u32 {
    if !range.contains(&value) {
        let most = if *range.end() < i32::MAX { format!(" to {}", range.end()) } else { " or more".to_owned() };
        violations.add(name, format!("must be 0 (for {usual}){most}, not {value}"));
    }
    u32::try_from(if value == 0 { usual } else { value }).unwrap_or_default()
}

fn response(discovery: Discovery, revision: &Revision) -> DiscoverPatternsResponse {
    DiscoverPatternsResponse {
        best: discovery.best.iter().map(message::pattern).collect(),
        worst: discovery.worst.iter().map(message::pattern).collect(),
        looked_at: message::int32(discovery.looked_at),
        revision: Some(message::revision(revision)),
        conditions: message::int32(discovery.conditions),
        all: Some(message::group(&discovery.all)),
        earlier: Some(message::group(&discovery.earlier)),
        later: Some(message::group(&discovery.later)),
        later_from: discovery.later_from.map(timestamp_message),
        notes: discovery.notes,
    }
}
