//! ListAlerts with alerts that bring much along.

use std::collections::BTreeMap;

use perftrack::v1::{ListAlertsRequest, ListAlertsResponse};
use prost::Message as _;

use crate::server::{Server, alert, numbered};

#[tokio::test]
async fn a_page_of_large_alerts_ends_early_and_the_next_goes_on() {
    const ALERTS: usize = 150;
    let server = Server::on_sqlite().await;
    let mut client = server.client.clone();
    let large = |token| {
        let mut alert = alert(token);
        alert.extra = BTreeMap::from_iter((0..60).map(|key| {
            let kind = Some(prost_types::value::Kind::StringValue("x".repeat(1_000)));
            (format!("key_{key}"), prost_types::Value { kind })
        }));
        alert
    };
    let requests = numbered((0..ALERTS as u64).map(large));
    let mut stream = client.record_alerts(tokio_stream::iter(requests)).await.unwrap().into_inner();
    while let Some(answer) = stream.message().await.unwrap() {
        assert_eq!(answer.error, None);
    }
    let mut request = ListAlertsRequest { page_size: 1_000, ..ListAlertsRequest::default() };
    let mut pages: Vec<ListAlertsResponse> = Vec::new();
    while pages.last().is_none_or(|page| !page.next_page_token.is_empty()) {
        let page = client.list_alerts(request.clone()).await.unwrap().into_inner();
        assert!(page.encoded_len() <= 4 * 1_024 * 1_024);
        request.page_token.clone_from(&page.next_page_token);
        pages.push(page);
    }
    assert!(pages.len() > 2 && pages[0].alerts.len() > 50, "{}", pages.len());
    let mut ids: Vec<String> =
        pages.into_iter().flat_map(|page| page.alerts).map(|alert| alert.alert.unwrap().alert_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ALERTS);
    server.stop().await;
}
