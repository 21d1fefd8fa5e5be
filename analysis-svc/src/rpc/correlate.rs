//! `AnalysisService.Correlate`: what goes with pumps, and what with rugs.

use perftrack::v1::{Comparison, CorrelateRequest, CorrelateResponse};
use service::status::{Rejection, Violations};

use super::{Analysis, message, question};
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
    violations.into_result()?;
    let question = Question { window, kept, features: request.features };
    service
        .compute_watched("correlating", watch, move |watch| {
            watch.stage("comparing outcomes", None)?;
            Ok(response(correlate::correlate(&snapshot, &question), snapshot.revision()))
        })
        .await
}

fn response(answer: Answer, revision: &Revision) -> CorrelateResponse {
    CorrelateResponse {
        cohort: Some(message::cohort(&answer.cohort)),
        features: answer.features.iter().map(message::feature_report).collect(),
        comparisons: answer.comparisons.iter().map(comparison).collect(),
        revision: Some(message::revision(revision)),
        family_size: i32::try_from(answer.family_size).unwrap_or(i32::MAX),
        unrecorded: answer.unrecorded,
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
