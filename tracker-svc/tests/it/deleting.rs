//! DeleteAlert.

use perftrack::v1::{
    DeleteAlertRequest, GetAlertRequest, GetPerformanceRequest, RecordAlertRequest, WatchEventsRequest,
};
use tonic::Code;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::server::{Server, alert};

#[tokio::test]
async fn a_deleted_alert_is_gone_and_cannot_be_deleted_again() {
    let server = Server::on_sqlite().await;
    let mut client = server.client.clone();
    let mut ids = Vec::new();
    for token in [1, 1, 2] {
        let request = RecordAlertRequest { alert: Some(alert(token)), trust_recorded_peak: false };
        ids.push(client.record_alert(request).await.unwrap().into_inner().alert_id);
    }
    let delete = |alert_id: &str| DeleteAlertRequest { alert_id: alert_id.to_owned() };
    client.delete_alert(delete(&ids[0])).await.unwrap();
    let refused = client.delete_alert(delete(&ids[0])).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert_eq!(refused.get_error_details().error_info().unwrap().reason, "NOT_FOUND");
    let get = GetAlertRequest { alert_id: ids[0].clone() };
    assert_eq!(client.get_alert(get).await.unwrap_err().code(), Code::NotFound);
    let performance = client.get_performance(GetPerformanceRequest::default()).await.unwrap().into_inner();
    assert_eq!(performance.overall.unwrap().alerts, 2);

    assert_eq!(client.delete_alert(delete("none")).await.unwrap_err().code(), Code::InvalidArgument);
    let unknown = Uuid::new_v4().to_string();
    assert_eq!(client.delete_alert(delete(&unknown)).await.unwrap_err().code(), Code::NotFound);
    // Watching goes on over the place where its events were.
    let mut watching = client.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
    assert!(watching.message().await.unwrap().unwrap().event.is_none());
    server.stop().await;
}
