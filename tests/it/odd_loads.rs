//! Loads and messages that nobody would send on purpose, over real gRPC, at a tracker that is a process of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::alert::AlertId;
use domain::timestamp::Timestamp;
use futures::{StreamExt as _, stream};
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{GetPerformanceRequest, ListAlertsRequest, RecordAlertsRequest, RecordPricesRequest};
use prost_types::Value;
use prost_types::value::Kind;
use store::Rules;
use tonic::Code;
use tonic::transport::Channel;
use tonic_types::StatusExt as _;

use crate::alerts::{alert, mint, now, price, stamp};
use crate::engine::Engine;
use crate::process::{NOWHERE, Service};

type Client = TrackingServiceClient<Channel>;

/// A tracker whose sources are all out of reach.
async fn tracker(engine: &Engine) -> (Service, Client) {
    let environment = [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_DEXSCREENER_URL", NOWHERE.into()),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
    ];
    let service = Service::start("tracker-svc", &[], environment).await;
    let client = TrackingServiceClient::connect(service.url("tracker")).await.unwrap();
    (service, client)
}

async fn push(client: &mut Client, observations: Vec<perftrack::v1::PriceObservation>) -> i32 {
    let batches = tokio_stream::once(RecordPricesRequest { sequence: 1, observations });
    let mut answers = client.record_prices(batches).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert!(answer.errors.is_empty(), "{answer:?}");
    answer.accepted
}

async fn assert_whole(engine: &Engine, ids: impl IntoIterator<Item = String>, snapshots: i32) {
    let store = engine.store().await;
    for id in ids {
        let id = AlertId(id.parse().unwrap());
        let refold = store.outcomes().refold(id, &Rules::default()).await.unwrap().unwrap();
        assert_eq!(refold.fresh, refold.stored);
        assert!(refold.fresh_state == refold.stored_state, "the states of {id} differ");
        assert_eq!(refold.stored.snapshot_count, snapshots, "{id}");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_alerts_for_one_token_all_follow_its_prices_on_postgres() {
    many_alerts_for_one_token(Engine::postgres().await, 10_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_alerts_for_one_token_all_follow_its_prices_on_sqlite() {
    many_alerts_for_one_token(Engine::sqlite(), 3_000).await;
}

async fn many_alerts_for_one_token(engine: Engine, count: usize) {
    let (service, mut client) = tracker(&engine).await;
    let mint = mint();
    let began = Timestamp::from_millis(now().millis());
    let requests: Vec<_> = (0..count as u64)
        .map(|sequence| RecordAlertsRequest { sequence, alert: alert(&mint).alert, trust_recorded_peak: false })
        .collect();
    let answers = client.record_alerts(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let ids: BTreeSet<String> = answers
        .map(|answer| {
            let answer = answer.unwrap();
            assert!(answer.error.is_none(), "{answer:?}");
            answer.alert_id
        })
        .collect()
        .await;
    assert_eq!(ids.len(), count);
    // Later than every alert.
    let seen = Timestamp::from_millis(now().millis()).max(began.plus(Duration::from_millis(1)));
    let prices = (0..3).map(|i| price(&mint, seen.plus(Duration::from_millis(i)), 1e-4 * (1.0 + i as f64 / 10.0)));
    assert_eq!(push(&mut client, prices.collect()).await, 3);
    let overall = client.get_performance(GetPerformanceRequest::default()).await.unwrap().into_inner().overall.unwrap();
    assert_eq!(overall.alerts, i32::try_from(count).unwrap());
    assert_eq!(service.stop().await, Some(0));
    assert_whole(&engine, ids.into_iter().step_by(count / 20), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_alerts_of_one_millisecond_are_a_hundred_alerts() {
    for engine in [Engine::sqlite(), Engine::postgres().await] {
        let (service, mut client) = tracker(&engine).await;
        let mint = mint();
        let at = Timestamp::from_millis(now().millis());
        let recorded = (0..100).map(|number| {
            let mut client = client.clone();
            // Half of them on one token, and all of one moment.
            let mut request = alert(&if number % 2 == 0 { mint.clone() } else { crate::alerts::mint() });
            if let Some(alert) = &mut request.alert {
                alert.alerted_at = Some(stamp(at));
            }
            async move { client.record_alert(request).await.unwrap().into_inner() }
        });
        let answers: Vec<_> = stream::iter(recorded).buffer_unordered(100).collect().await;
        assert!(answers.iter().all(|answer| !answer.duplicate));
        let ids: BTreeSet<String> = answers.into_iter().map(|answer| answer.alert_id).collect();
        assert_eq!(ids.len(), 100);

        let (mut listed, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = ListAlertsRequest { page_size: 7, page_token, ..ListAlertsRequest::default() };
            let page = client.list_alerts(request).await.unwrap().into_inner();
            listed.extend(page.alerts.into_iter().map(|each| each.alert.unwrap().alert_id));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(listed.len(), 100, "each is on one page");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), ids);
        assert_eq!(service.stop().await, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_make_no_sense_are_refused_by_name_and_harm_nobody_else() {
    let engine = Engine::sqlite();
    let (service, mut client) = tracker(&engine).await;
    let good = client.record_alert(alert(&mint())).await.unwrap().into_inner().alert_id;

    // Ten megabytes never get in; what fits into a message is measured by its field.
    for (bytes, code) in [(10 << 20, Code::ResourceExhausted), (3 << 20, Code::InvalidArgument)] {
        let mut request = alert(&mint());
        request.alert.as_mut().unwrap().token.as_mut().unwrap().name = "x".repeat(bytes);
        let status = client.record_alert(request).await.unwrap_err();
        assert_eq!(status.code(), code, "{}", status.message());
        assert!(status.message().len() < 2_000 && status.get_error_details().error_info().is_some());
    }

    type Spoiling = (&'static str, fn(&mut perftrack::v1::Alert));
    let spoilings: [Spoiling; 8] = [
        ("alert.entry.price_usd", |alert| alert.entry.as_mut().unwrap().price_usd = Some(f64::NAN)),
        ("alert.entry.liquidity_usd", |alert| alert.entry.as_mut().unwrap().liquidity_usd = Some(f64::INFINITY)),
        ("alert.features.top10_concentration", |alert| {
            alert.features.as_mut().unwrap().top10_concentration = Some(f64::NAN);
        }),
        ("alert.alerted_at", |alert| alert.alerted_at = Some(stamp(now().plus(Duration::from_hours(24 * 365))))),
        ("alert.alerted_at", |alert| {
            alert.alerted_at = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: -1 });
        }),
        ("alert.decision", |alert| alert.decision = 77),
        ("alert.alert_id", |alert| alert.alert_id = "not an id".into()),
        ("alert.extra", |alert| {
            let value = Value { kind: Some(Kind::NumberValue(f64::NAN)) };
            alert.extra = BTreeMap::from([("x".to_owned(), value)]);
        }),
    ];
    for (field, spoil) in spoilings {
        let mut request = alert(&mint());
        spoil(request.alert.as_mut().unwrap());
        let status = client.record_alert(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{field}: {}", status.message());
        let details = status.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        assert!(violations.iter().any(|violation| violation.field.starts_with(field)), "{field}: {violations:?}");
    }
    let performance = client.get_performance(GetPerformanceRequest::default()).await.unwrap().into_inner();
    assert_eq!(performance.overall.unwrap().alerts, 1);
    assert_eq!(service.stop().await, Some(0));
    assert_whole(&engine, [good], 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_prices_are_answered_one_by_one_and_the_good_ones_among_them_are_kept() {
    let engine = Engine::sqlite();
    let (service, mut client) = tracker(&engine).await;
    let mint = mint();
    let id = client.record_alert(alert(&mint)).await.unwrap().into_inner().alert_id;
    let at = Timestamp::from_millis(now().millis()).plus(Duration::from_millis(1));
    let mut observations: Vec<_> =
        [f64::NAN, f64::INFINITY, 0.0, -1.0, 1e-4].map(|usd| price(&mint, at, usd)).into_iter().collect();
    observations.push(price(&mint, at.plus(Duration::from_hours(24)), 1e-4));
    observations.push(price("not an address", at, 1e-4));
    let batches = tokio_stream::once(RecordPricesRequest { sequence: 9, observations });
    let mut answers = client.record_prices(batches).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!((answer.sequence, answer.accepted, answer.rejected), (9, 1, 6), "{answer:?}");
    let refused: Vec<i32> = answer.errors.iter().map(|error| error.index).collect();
    assert_eq!(refused, [0, 1, 2, 3, 5, 6]);
    assert_eq!(service.stop().await, Some(0));
    assert_whole(&engine, [id], 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_drop_their_connection_in_the_middle_leave_nothing_half_done() {
    for engine in [Engine::sqlite(), Engine::postgres().await] {
        let (service, mut client) = tracker(&engine).await;
        let mint = mint();
        let id = client.record_alert(alert(&mint)).await.unwrap().into_inner().alert_id;
        let at = Timestamp::from_millis(now().millis()).plus(Duration::from_millis(1));
        let batch = move |sequence: u64| RecordPricesRequest {
            sequence,
            observations: (0..50)
                .map(|i| price(&mint, at.plus(Duration::from_millis(sequence * 50 + i)), 1e-4))
                .collect(),
        };
        for round in 0..10 {
            // A connection of its own, gone with the client: after no answer, one, two …
            let mut leaving = TrackingServiceClient::connect(service.url("tracker")).await.unwrap();
            let batches = stream::iter((0..20).map(batch.clone())).chain(stream::pending());
            let mut answers = leaving.record_prices(batches).await.unwrap().into_inner();
            for _ in 0..round {
                answers.message().await.unwrap().unwrap();
            }
        }
        // Whoever comes after them finds the tracker at work, and may send all of it again.
        let mut answers = client.record_prices(stream::iter((0..20).map(batch))).await.unwrap().into_inner();
        for sequence in 0..20 {
            let answer = answers.message().await.unwrap().unwrap();
            assert_eq!((answer.sequence, answer.accepted, answer.rejected), (sequence, 50, 0), "{answer:?}");
        }
        assert_eq!(service.stop().await, Some(0));
        assert_whole(&engine, [id], 1_000).await;
    }
}
