//! `TrackingService.DeleteAlert`: forgets an alert that was recorded by mistake.

use perftrack::v1::{DeleteAlertRequest, DeleteAlertResponse};
use service::status::{Rejection, Violations};
use service::wire;

use super::Calls;

pub async fn delete_alert(service: &Calls, request: DeleteAlertRequest) -> Result<DeleteAlertResponse, Rejection> {
    let _work = service.clock.work();
    let mut violations = Violations::new();
    let id = wire::parse_alert_id(&request.alert_id, "alert_id", &mut violations);
    violations.into_result()?;
    let deleted = match id {
        Some(id) => service.store.alerts().delete(id, service.clock.now()).await?,
        None => false,
    };
    if !deleted {
        return Err(Rejection::not_found("alert", &request.alert_id));
    }
    tracing::info!(alert.id = %request.alert_id, "an alert was deleted");
    Ok(DeleteAlertResponse {})
}
