//! `AnalysisService.Correlate`: what goes with pumps, and what with rugs.

use perftrack::v1::{Comparison, CorrelateInclude, CorrelateRequest, CorrelateResponse};
use service::status::{Rejection, Violations};

use super::{Analysis, message, question};
use crate::correlate::details::{Details, Include};
use crate::correlate::{self, Answer, Question};
use crate::dataset::Revision;
use crate::progress::Watch;

pub async fn correlate(
    service: &Analysis,
    request: CorrelateRequest,
    watch: &Watch,
) -> Result<CorrelateResponse, Rejection> {
    let mut violations = Violations::new();
    let window = question::window(request.window, &mut violations);
    let filter = question::filter(&request.filter, &mut violations);
    let (snapshot, kept) = service.kept(&filter).await?;
    question::features(&request.features, &snapshot, &mut violations);
    let include = include(&request.include, &mut violations);
    violations.into_result()?;
    let open = if include.curves { service.store.outcomes().young().await? } else { Vec::new() };
    let question = Question { window, kept, features: request.features };
    service
        .compute_watched("correlating", watch, move |watch| {
            watch.stage("comparing outcomes", None)?;
            let answer = correlate::correlate(&snapshot, &question);
            let details = correlate::details::details(&snapshot, &question, include, open, watch)?;
            Ok(response(answer, &details, snapshot.revision()))
        })
        .await
}

/// Reads the request's `include`.
fn include(asked: &[i32], violations: &mut Violations) -> Include {
    let mut include = Include::default();
    for (index, &asked) in asked.iter().enumerate() {
        match CorrelateInclude::try_from(asked) {
            Ok(CorrelateInclude::Periods) => include.periods = true,
            Ok(CorrelateInclude::Adjusted) => include.adjusted = true,
            Ok(CorrelateInclude::Curves) => include.curves = true,
            Ok(CorrelateInclude::Unspecified) | Err(_) => {
                let known = "PERIODS, ADJUSTED or CURVES";
                violations.add(format!("include[{index}]"), format!("{asked} is none of CORRELATE_INCLUDE_{known}"));
            }
        }
    }
    include
}

fn response(answer: Answer, details: &Details, revision: &Revision) -> CorrelateResponse {
    CorrelateResponse {
        cohort: Some(message::cohort(&answer.cohort)),
        features: answer.features.iter().map(message::feature_report).collect(),
        comparisons: answer.comparisons.iter().map(comparison).collect(),
        revision: Some(message::revision(revision)),
        family_size: i32::try_from(answer.family_size).unwrap_or(i32::MAX),
        unrecorded: answer.unrecorded,
        questions: answer.questions.iter().map(message::detail::question).collect(),
        periods: details.periods.iter().map(message::detail::periods).collect(),
        adjusted: details.adjusted.iter().map(message::detail::adjusted).collect(),
        curves: details.curves.iter().map(message::detail::curves).collect(),
        checkpoint: answer.progress.as_ref().map(message::checkpoint),
    }
}

fn comparison(comparison: &correlate::comparison::Comparison) -> Comparison {
    Comparison {
        name: comparison.name.clone(),
        first: Some(message::group(&comparison.first)),
        second: Some(message::group(&comparison.second)),
        effects: comparison.effects.iter().map(message::effect).collect(),
        note: comparison.note.clone(),
    }
}
