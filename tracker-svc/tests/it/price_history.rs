//! `ListPrices`: the prices of an alert, as observed and resampled, page by page.

use std::time::Duration;

use domain::timestamp::Timestamp;
use perftrack::v1::{Alert, ListPricesRequest, ListPricesResponse, RecordAlertRequest, RecordPricesRequest};
use service::wire::timestamp_message;
use store::retention::{KeepRaw, Rolled};
use tonic::{Code, Status};

use crate::server::{Server, alert, now, price};

const MINUTE: Duration = Duration::from_secs(60);

/// An import of an hour that began two hours ago, with a price a minute.
async fn followed(server: &mut Server) -> String {
    let request = Alert {
        alerted_at: Some(timestamp_message(now().minus(120 * MINUTE))),
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

/// The first moment of a week some weeks ago.
fn monday() -> Timestamp {
    // 1970-01-05 was a Monday.
    let (first, week) = (4 * 86_400, 7 * 86_400);
    let weeks = (now().micros() / 1_000_000 - first) / week - 5;
    Timestamp::from_seconds(first + weeks * week)
}

/// An import of the hour around `monday`, with a price a minute, of which those before it are only bars by now.
async fn half_rolled_up(server: &mut Server, monday: Timestamp) -> String {
    let from = monday.minus(30 * MINUTE);
    let request = Alert {
        alerted_at: Some(timestamp_message(from)),
        tracking_window: Some(prost_types::Duration { seconds: 3_600, nanos: 0 }),
        ..alert(1)
    };
    let recorded = RecordAlertRequest { alert: Some(request), trust_recorded_peak: false };
    let id = server.client.record_alert(recorded).await.unwrap().into_inner().alert_id;
    let observations = (0..60).map(|minute| perftrack::v1::PriceObservation {
        observed_at: Some(timestamp_message(from.plus(minute * MINUTE))),
        ..price(1, MINUTE, f64::from(minute + 1))
    });
    let batch = RecordPricesRequest { sequence: 1, observations: observations.collect() };
    let mut answers = server.client.record_prices(futures::stream::iter([batch])).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().accepted, 60);

    let now = now();
    let keep = KeepRaw { for_at_least: now.since(monday.plus(MINUTE)), noticed_before: Duration::ZERO };
    for week in server.store.retention().old_weeks(now, keep).await.unwrap() {
        let rolled = server.store.retention().roll_up(week, now, keep).await.unwrap();
        assert_eq!(rolled, Rolled::Dropped { bars: 6, observations: 30 });
    }
    assert_eq!(server.store.retention().raw_from().await.unwrap(), Some(monday));
    id
}

#[tokio::test]
async fn weeks_of_which_only_bars_are_left_come_as_bars_before_the_prices() {
    let mut server = Server::on_sqlite().await;
    let monday = monday();
    let alert_id = half_rolled_up(&mut server, monday).await;
    let raw = ListPricesRequest { alert_id, ..ListPricesRequest::default() };
    let whole = page(&mut server, raw.clone()).await.unwrap();
    assert!(whole.next_page_token.is_empty());
    assert_eq!(
        whole.bars.iter().map(|bar| (bar.observations, bar.close_usd)).collect::<Vec<_>>(),
        [(5, 5.0), (5, 10.0), (5, 15.0), (5, 20.0), (5, 25.0), (5, 30.0)]
    );
    let prices: Vec<f64> = whole.observations.iter().map(|seen| seen.price_usd).collect();
    assert_eq!(prices, (31..=60).map(f64::from).collect::<Vec<_>>());

    // Resampled, nothing is finer than what is left; and no bar reaches over the Monday.
    for (seconds, before, after) in [(60, 6, 30), (300, 6, 6), (900, 2, 2), (3_600, 1, 1)] {
        let resolution = Some(prost_types::Duration { seconds, nanos: 0 });
        let request = ListPricesRequest { resolution, ..raw.clone() };
        let whole = page(&mut server, request.clone()).await.unwrap();
        assert!(whole.observations.is_empty());
        let is_before = |bar: &&perftrack::v1::PriceBar| bar.start.unwrap().seconds < monday.micros() / 1_000_000;
        let bars_before = whole.bars.iter().filter(is_before).count();
        assert_eq!((bars_before, whole.bars.len() - bars_before), (before, after), "{seconds} s");
        assert_eq!(whole.bars.iter().map(|bar| bar.observations).sum::<i32>(), 60);
        let by_pages = pages(&mut server, ListPricesRequest { page_size: 1, ..request }).await;
        assert_eq!(by_pages.into_iter().flat_map(|page| page.bars).collect::<Vec<_>>(), whole.bars);
    }
    let by_pages = pages(&mut server, ListPricesRequest { page_size: 4, ..raw }).await;
    assert_eq!(by_pages.iter().flat_map(|page| page.bars.clone()).collect::<Vec<_>>(), whole.bars);
    assert_eq!(by_pages.iter().flat_map(|page| page.observations.clone()).collect::<Vec<_>>(), whole.observations);
    server.stop().await;
}
