//! `AnalysisService.Simulate`: what a config would have alerted, and how that would have done.

use perftrack::v1::{SimulateRequest, SimulateResponse};
use service::status::Rejection;

use super::Analysis;
use crate::progress::Watch;

pub async fn simulate(_: &Analysis, _: SimulateRequest, _: &Watch) -> Result<SimulateResponse, Rejection> {
    Err(Rejection::unimplemented("Simulate"))
}
