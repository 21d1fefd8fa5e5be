//! `AnalysisService.DiscoverPatterns`: combinations of conditions with the best and the worst outcomes.

use perftrack::v1::{DiscoverPatternsRequest, DiscoverPatternsResponse};
use service::status::Rejection;

use super::Analysis;
use crate::progress::Watch;

pub async fn discover_patterns(
    _: &Analysis,
    _: DiscoverPatternsRequest,
    _: &Watch,
) -> Result<DiscoverPatternsResponse, Rejection> {
    Err(Rejection::unimplemented("DiscoverPatterns"))
}
