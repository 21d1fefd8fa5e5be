//! `TrackingService.GetAlert`: one alert and what became of it.

use perftrack::v1::{GetAlertRequest, GetAlertResponse};
use service::status::{Rejection, Violations};
use service::wire;

use super::Calls;

pub async fn get_alert(service: &Calls, request: GetAlertRequest) -> Result<GetAlertResponse, Rejection> {
    let mut violations = Violations::new();
    let id = wire::parse_alert_id(&request.alert_id, "alert_id", &mut violations);
    violations.into_result()?;
    let found = match id {
        Some(id) => service.store.alerts().get(id).await?,
        None => None,
    };
    let record = found.ok_or_else(|| Rejection::not_found("alert", &request.alert_id))?;
    let v1 = wire::alert_with_outcome(&record);
    Ok(GetAlertResponse { alert: v1.alert, outcome: v1.outcome, recorded_at: v1.recorded_at })
}
