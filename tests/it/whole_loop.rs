//! The loop itself: a bot records, the tracker follows, the analysis answers – as three processes on one database.

use std::time::Duration;

use domain::timestamp::Timestamp;
use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{
    CorrelateRequest, GetAlertRequest, GetPerformanceRequest, OutcomeStatus, RecommendRequest, RecordPricesRequest,
};
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Faults, Source};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;

use crate::alerts::{alert, mint, now, price, stamp};
use crate::engine::Engine;
use crate::process::{NOWHERE, Service};

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_records_the_tracker_follows_and_the_analysis_answers_on_sqlite() {
    the_loop_turns(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_records_the_tracker_follows_and_the_analysis_answers_on_postgres() {
    the_loop_turns(Engine::postgres().await).await;
}

async fn the_loop_turns(engine: Engine) {
    engine.store().await.close().await;
    let market = Market::new();
    let listing = market.list(SimulatedToken::draw(Seed(7), now(), Scenario::Flat));
    let exchange = Exchange::start(market, Faults::none(), Limits::default(), now).await.unwrap();
    let environment = [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_DEXSCREENER_URL", exchange.url(Source::DexScreener)),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
        ("PERFTRACK_POLL_INTERVAL", "200ms".into()),
    ];
    let tracker = Service::start("tracker-svc", &[], environment.clone()).await;
    let only_database = environment.into_iter().take(2);
    let analysis = Service::start("analysis-svc", &[], only_database).await;

    // A live alert is followed from the exchange.
    let mut tracking = TrackingServiceClient::connect(tracker.url("tracker")).await.unwrap();
    let live = tracking.record_alert(alert(&listing.mint)).await.unwrap().into_inner();
    let seen = loop {
        let request = GetAlertRequest { alert_id: live.alert_id.clone() };
        let seen = tracking.get_alert(request).await.unwrap().into_inner();
        if seen.outcome.as_ref().is_some_and(|outcome| outcome.snapshot_count >= 3) {
            break seen;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let outcome = seen.outcome.unwrap();
    assert_eq!(outcome.status(), OutcomeStatus::Tracking);
    assert!(outcome.entry_price_usd.is_some_and(|price| price > 0.0));
    assert_eq!(outcome.quoted_price_usd, Some(1e-4));
    assert_eq!(seen.alert.unwrap().features.unwrap().lp_locked, None, "unknown is not false");

    // History brought along, with prices from a feed of the bot's own, is judged at once.
    let past = bring_history(&mut tracking).await;
    let request = GetAlertRequest { alert_id: past };
    let outcome = tracking.get_alert(request).await.unwrap().into_inner().outcome.unwrap();
    assert_eq!(outcome.status(), OutcomeStatus::Complete);
    assert!((outcome.max_gain_pct.unwrap() - 150.0).abs() < 1e-9, "{outcome:?}");
    assert_eq!(outcome.is_rug, Some(false));

    let performance = tracking.get_performance(GetPerformanceRequest::default()).await.unwrap().into_inner();
    let overall = performance.overall.unwrap();
    assert_eq!((overall.alerts, overall.matured, overall.pending, overall.pumps_100), (2, 1, 1, 1));

    let mut analyst = AnalysisServiceClient::connect(analysis.url("analysis")).await.unwrap();
    let correlated = analyst.correlate(CorrelateRequest::default()).await.unwrap().into_inner();
    let cohort = correlated.cohort.unwrap();
    assert_eq!((cohort.alerts, cohort.pending), (1, 1));
    assert_eq!(cohort.pump_rate, Some(1.0));
    let advice = analyst.recommend(RecommendRequest::default()).await.unwrap().into_inner();
    assert!(!advice.headline.is_empty());
    assert!(advice.recommendations.iter().all(|each| each.set.is_empty()), "nothing is certified by two alerts");

    // What was recorded is still there after an orderly restart.
    assert_eq!(tracker.stop().await, Some(0));
    assert_eq!(analysis.stop().await, Some(0));
    let store = engine.store().await;
    let id = domain::alert::AlertId(live.alert_id.parse().unwrap());
    assert!(store.alerts().get(id).await.unwrap().is_some_and(|record| record.outcome.snapshot_count >= 3));
    store.close().await;
}

/// An alert of ten days ago that its own tracker followed for a day: to 2.5 times its price, and back to 1.5 times.
async fn bring_history(tracking: &mut TrackingServiceClient<tonic::transport::Channel>) -> String {
    let mint = mint();
    let then = Timestamp::from_millis(now().millis()).minus(Duration::from_hours(240));
    let mut request = alert(&mint);
    if let Some(alert) = &mut request.alert {
        alert.alerted_at = Some(stamp(then));
        alert.tracking_window = Some(prost_types::Duration { seconds: 86_400, nanos: 0 });
    }
    let recorded = tracking.record_alert(request).await.unwrap().into_inner();
    let path = [(60, 2e-4), (300, 2.4e-4), (900, 5e-4), (3_600, 4e-4), (86_399, 3e-4)];
    let observations =
        path.iter().map(|(seconds, usd)| price(&mint, then.plus(Duration::from_secs(*seconds)), *usd)).collect();
    let batches = tokio_stream::iter([RecordPricesRequest { sequence: 1, observations }]);
    let mut answers = tracking.record_prices(batches).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!((answer.sequence, answer.accepted, answer.rejected), (1, 5, 0), "{answer:?}");
    recorded.alert_id
}
