//! `ListPrices`: the prices of an alert, as observed and resampled, page by page.

use std::time::Duration;

use perftrack::v1::{Alert, ListPricesRequest, ListPricesResponse, RecordAlertRequest, RecordPricesRequest};
use tonic::{Code, Status};

use crate::server::{Server, alert, now, price};

const MINUTE: Duration = Duration::from_secs(60);

/// An import of an hour that began two hours ago, with a price a minute.
async fn followed(server: &mut Server) -> String {
    let request = Alert {
        alerted_at: Some(service::wire::timestamp_message(now().minus(120 * MINUTE))),
        tracking_window: Some(prost_types::Duration { seconds: 3_600, nanos: 0 }),
        ..alert(1)
    };
    let recorded = RecordAlertRequest { alert: Some(request), trust_recorded_peak: false };
    let id = server.client.record_alert(recorded).await.unwrap().into_inner().alert_id;
    // One before the window, sixty inside of it, one behind it.
    let observations = (0..62)
        .map(|minute| price(1, 120 * MINUTE + 30 * Duration::from_secs(1) - minute * MINUTE, f64::from(minute + 1)));
    let batch = RecordPricesRequest { sequence: 1, observations: observations.collect() };
    let mut answers = server.client.record_prices(futures::stream::iter([batch])).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().accepted, 62);
    id
}

async fn page(server: &mut Server, request: ListPricesRequest) -> Result<ListPricesResponse, Status> {
    server.client.list_prices(request).await.map(tonic::Response::into_inner)
}

/// All pages of a request.
async fn pages(server: &mut Server, mut request: ListPricesRequest) -> Vec<ListPricesResponse> {
    let mut pages = Vec::new();
    loop {
        let page = page(server, request.clone()).await.unwrap();
        request.page_token.clone_from(&page.next_page_token);
        pages.push(page);
        if request.page_token.is_empty() {
            return pages;
        }
    }
}

#[tokio::test]
async fn the_prices_of_the_window_come_page_by_page() {
    let mut server = Server::on_sqlite().await;
    let alert_id = followed(&mut server).await;
    let request = ListPricesRequest { alert_id, page_size: 25, ..ListPricesRequest::default() };
    let pages = pages(&mut server, request).await;
    assert_eq!(pages.iter().map(|page| page.observations.len()).collect::<Vec<_>>(), [25, 25, 10]);
    let prices: Vec<f64> = pages.iter().flat_map(|page| &page.observations).map(|seen| seen.price_usd).collect();
    assert_eq!(prices, (2..=61).map(f64::from).collect::<Vec<_>>());
    assert!(pages.iter().all(|page| page.bars.is_empty()));
    server.stop().await;
}

#[tokio::test]
async fn bars_of_any_length_come_page_by_page() {
    let mut server = Server::on_sqlite().await;
    let alert_id = followed(&mut server).await;
    for seconds in [1, 90, 300, 7_200] {
        let resolution = Some(prost_types::Duration { seconds, nanos: 0 });
        let request = ListPricesRequest { alert_id: alert_id.clone(), resolution, ..ListPricesRequest::default() };
        let whole = page(&mut server, request.clone()).await.unwrap();
        assert!(whole.next_page_token.is_empty() && whole.observations.is_empty());
        assert_eq!(whole.bars.iter().map(|bar| bar.observations).sum::<i32>(), 60);
        assert!(whole.bars.iter().all(|bar| bar.start.unwrap().seconds % seconds == 0 && bar.low_usd <= bar.open_usd));
        assert_eq!(whole.bars.last().unwrap().close_usd, 61.0);
        let by_pages = pages(&mut server, ListPricesRequest { page_size: 7, ..request }).await;
        let bars: Vec<_> = by_pages.into_iter().flat_map(|page| page.bars).collect();
        assert_eq!(bars, whole.bars);
    }
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_the_reason() {
    let mut server = Server::on_sqlite().await;
    let alert_id = followed(&mut server).await;
    let request = |alert_id: &str| ListPricesRequest { alert_id: alert_id.to_owned(), ..ListPricesRequest::default() };
    let missing = page(&mut server, request(&uuid::Uuid::new_v4().to_string())).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    let resolution = Some(prost_types::Duration { seconds: 0, nanos: 500_000_000 });
    let fine = ListPricesRequest { resolution, page_size: -1, ..request("x") };
    let refused = page(&mut server, fine).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    for field in ["alert_id", "resolution: must be a length of time from 1 s", "page_size"] {
        assert!(refused.message().contains(field), "{}", refused.message());
    }
    let first = page(&mut server, ListPricesRequest { page_size: 1, ..request(&alert_id) }).await.unwrap();
    let resolution = Some(prost_types::Duration { seconds: 60, nanos: 0 });
    let other = ListPricesRequest { page_token: first.next_page_token, resolution, ..request(&alert_id) };
    assert_eq!(page(&mut server, other).await.unwrap_err().code(), Code::InvalidArgument);
    server.stop().await;
}
