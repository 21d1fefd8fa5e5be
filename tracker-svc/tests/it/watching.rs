//! WatchEvents: what happens is told once, in order, to whoever asks, from wherever they left off.

use std::time::Duration;

use perftrack::v1::{
    Event, EventType, OutcomeStatus, RecordAlertRequest, RecordPricesRequest, WatchEventsRequest, WatchEventsResponse,
};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt as _;

use crate::server::{Server, alert, price};

/// A running stream of events.
struct Watching {
    answers: Streaming<WatchEventsResponse>,
    cursor: String,
}

impl Watching {
    async fn begin(server: &Server, request: WatchEventsRequest) -> Result<Self, Status> {
        let answers = server.another_client().await.watch_events(request).await?.into_inner();
        let mut watching = Self { answers, cursor: String::new() };
        let first = watching.next().await?;
        assert_eq!((first.event, first.missed), (None, 0), "first it says where it stands");
        assert!(!first.cursor.is_empty());
        Ok(watching)
    }

    async fn next(&mut self) -> Result<WatchEventsResponse, Status> {
        let answer = self.answers.message().await?.ok_or_else(|| Status::unknown("the stream has ended"))?;
        self.cursor.clone_from(&answer.cursor);
        Ok(answer)
    }

    async fn event(&mut self) -> Event {
        loop {
            let answer = self.next().await.unwrap();
            assert_eq!(answer.missed, 0);
            if let Some(event) = answer.event {
                return event;
            }
        }
    }
}

fn after(cursor: &str) -> WatchEventsRequest {
    WatchEventsRequest { cursor: cursor.to_owned(), ..WatchEventsRequest::default() }
}

async fn record(server: &Server, token: u64, change: impl FnOnce(&mut perftrack::v1::Alert)) -> String {
    let mut alert = alert(token);
    alert.alerted_at = Some(service::wire::timestamp_message(crate::server::now().minus(Duration::from_hours(2))));
    change(&mut alert);
    let request = RecordAlertRequest { alert: Some(alert), trust_recorded_peak: false };
    server.client.clone().record_alert(request).await.unwrap().into_inner().alert_id
}

/// Prices of a token, a minute apart, the first 100 minutes ago.
async fn push(server: &Server, token: u64, prices: &[f64]) {
    let observations =
        (0..).zip(prices).map(|(minute, usd)| price(token, Duration::from_secs(60 * (100 - minute)), *usd)).collect();
    let batch = RecordPricesRequest { sequence: 1, observations };
    let mut answers = server.client.clone().record_prices(tokio_stream::iter([batch])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!(answer.rejected, 0, "{answer:?}");
}

const PUMP: [f64; 6] = [1e-4, 1e-4, 1.5e-4, 2e-4, 2e-4, 2e-4];

async fn on_both(test: impl AsyncFn(Server)) {
    test(Server::on_sqlite().await).await;
    let database = throwaway_postgres::database().await.unwrap();
    test(Server::on(database.url().into(), 1.0).await).await;
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens() {
    on_both(async |server| {
        let mut watching = Watching::begin(&server, after("")).await.unwrap();
        let id = record(&server, 1, |_| {}).await;
        let recorded = watching.event().await;
        assert_eq!((recorded.r#type(), &recorded.alert_id), (EventType::AlertRecorded, &id));
        let token = recorded.token.unwrap();
        assert_eq!((token.chain.as_str(), token.symbol.as_str()), ("solana", "TEST"));
        push(&server, 1, &PUMP).await;
        let mut told = Vec::new();
        while told.len() < 3 {
            let event = watching.event().await;
            assert_eq!(event.alert_id, id);
            assert!(event.change_pct.unwrap() > 0.0 && event.at.is_some(), "{event:?}");
            told.push(event.r#type());
        }
        assert!(told.contains(&EventType::NewPeak) && told.contains(&EventType::PriceMoved), "{told:?}");
        server.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_disconnect_loses_no_event_and_repeats_none() {
    on_both(async |server| {
        let begin = Watching::begin(&server, after("")).await.unwrap().cursor;
        let mut ids = Vec::new();
        for token in 0..30 {
            ids.push(record(&server, token, |_| {}).await);
        }
        // One that comes back after every event, and one that stays.
        let mut stays = Watching::begin(&server, after(&begin)).await.unwrap();
        let mut cursor = begin;
        for id in &ids {
            let mut comes_back = Watching::begin(&server, after(&cursor)).await.unwrap();
            assert_eq!(comes_back.cursor, cursor);
            assert_eq!(comes_back.event().await.alert_id, *id);
            assert_eq!(stays.event().await.alert_id, *id);
            cursor = comes_back.cursor;
        }
        assert_eq!(stays.cursor, cursor);
        let live = record(&server, 99, |_| {}).await;
        assert_eq!(stays.event().await.alert_id, live);
        server.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_watcher_goes_on_at_another_replica_and_after_a_restart() {
    let database = throwaway_postgres::database().await.unwrap();
    let one = Server::on(database.url().into(), 1.0).await;
    let other = Server::on(database.url().into(), 1.0).await;
    let mut watching = Watching::begin(&one, after("")).await.unwrap();
    let first = record(&other, 1, |_| {}).await;
    assert_eq!(watching.event().await.alert_id, first, "of what another replica wrote, too");
    let cursor = watching.cursor.clone();
    one.stopping.cancel();
    let ended = loop {
        if let Err(ended) = watching.next().await {
            break ended;
        }
    };
    assert_eq!(ended.code(), Code::Unavailable);
    assert_eq!(ended.get_error_details().error_info().unwrap().reason, "SHUTTING_DOWN");
    assert!(ended.get_error_details().retry_info().is_some());
    one.stop().await;
    let second = record(&other, 2, |_| {}).await;
    for server in [other, Server::on(database.url().into(), 1.0).await] {
        let mut watching = Watching::begin(&server, after(&cursor)).await.unwrap();
        assert_eq!(watching.event().await.alert_id, second);
        server.stop().await;
    }
}

#[tokio::test]
async fn only_what_is_asked_for_is_told() {
    on_both(async |server| {
        let begin = Watching::begin(&server, after("")).await.unwrap().cursor;
        let high = |filter: &str, types: &[EventType]| WatchEventsRequest {
            filter: filter.to_owned(),
            types: types.iter().map(|kind| (*kind).into()).collect(),
            cursor: begin.clone(),
        };
        let chosen = "config_revision = \"chosen\"";
        // Live from the begin, and from the past.
        let mut live = Watching::begin(&server, high(chosen, &[EventType::AlertRecorded])).await.unwrap();
        let mut expected = Vec::new();
        for token in 0..20 {
            let is_chosen = token % 5 == 3;
            let change = |alert: &mut perftrack::v1::Alert| {
                alert.config_revision = if is_chosen { "chosen" } else { "other" }.to_owned();
            };
            let id = record(&server, token, change).await;
            push(&server, token, &PUMP).await;
            expected.extend(is_chosen.then_some(id));
        }
        let mut past = Watching::begin(&server, high(chosen, &[EventType::AlertRecorded])).await.unwrap();
        for watching in [&mut live, &mut past] {
            for id in &expected {
                let event = watching.event().await;
                assert_eq!((event.r#type(), &event.alert_id), (EventType::AlertRecorded, id));
            }
        }
        // Outcomes count as they stand now.
        let pumped = high("max_gain_pct > 50", &[EventType::AlertRecorded]);
        let mut pumped = Watching::begin(&server, pumped).await.unwrap();
        for _ in 0..20 {
            assert_eq!(pumped.event().await.r#type(), EventType::AlertRecorded);
        }
        let mut peaks = Watching::begin(&server, high("", &[EventType::NewPeak])).await.unwrap();
        for _ in 0..20 {
            assert_eq!(peaks.event().await.r#type(), EventType::NewPeak);
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_wrong_is_told_all_that_is_wrong() {
    let server = Server::on_sqlite().await;
    let request = WatchEventsRequest {
        types: vec![1, 0, 77],
        filter: "final_scor >= 8".to_owned(),
        cursor: "yesterday".to_owned(),
    };
    let refused = server.client.clone().watch_events(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let details = refused.get_error_details();
    let fields: Vec<_> =
        details.bad_request().unwrap().field_violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["types[1]", "types[2]", "filter", "cursor"]);
    server.stop().await;
}

#[tokio::test]
async fn a_cursor_whose_events_are_gone_is_out_of_range() {
    on_both(async |server| {
        let begin = Watching::begin(&server, after("")).await.unwrap().cursor;
        record(&server, 1, |_| {}).await;
        let later = crate::server::now().plus(Duration::from_secs(60));
        assert_eq!(server.store.events().prune(later).await.unwrap(), 1);
        let refused = Watching::begin(&server, after(&begin)).await.err().unwrap();
        assert_eq!(refused.code(), Code::OutOfRange);
        assert_eq!(refused.get_error_details().error_info().unwrap().reason, "CURSOR_OUT_OF_RANGE");
        let other = Server::on_sqlite().await;
        let refused = Watching::begin(&other, after(&begin)).await.err().unwrap();
        assert_eq!(refused.code(), Code::InvalidArgument, "of another database");
        other.stop().await;
        server.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_sealed_outcome_is_told_with_its_status() {
    let server = Server::on_sqlite().await;
    let mut watching = Watching::begin(&server, after("")).await.unwrap();
    let id = record(&server, 1, |_| {}).await;
    let later = crate::server::now().plus(Duration::from_hours(60));
    server.store.outcomes().seal_due(later, 9, &store::Rules::default()).await.unwrap();
    assert_eq!(watching.event().await.r#type(), EventType::AlertRecorded);
    let sealed = watching.event().await;
    assert_eq!((sealed.r#type(), sealed.status()), (EventType::TrackingComplete, OutcomeStatus::NoData));
    assert_eq!(sealed.alert_id, id);
    server.stop().await;
}
