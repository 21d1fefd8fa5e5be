//! `AnalysisService.Recommend`.

use perftrack::v1::{RecommendRequest, RecommendResponse};
use service::status::Rejection;

use super::Analysis;

pub async fn recommend(_: &Analysis, _: RecommendRequest) -> Result<RecommendResponse, Rejection> {
    Err(Rejection::unimplemented("Recommend"))
}
