//! Servers never change a database's tables by themselves in production: they wait for whoever does.

use std::collections::BTreeSet;

use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{GetPerformanceRequest, ListGatesRequest};
use sqlx::Connection as _;
use tonic::{Code, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_types::StatusExt as _;

use crate::engine::Engine;
use crate::health::Health;
use crate::process::{Starting, run};

#[tokio::test(flavor = "multi_thread")]
async fn servers_wait_for_migrations_say_for_which_and_are_ready_when_two_at_once_have_made_them() {
    let engine = Engine::postgres().await;
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("PERFTRACK_DATABASE_URL", engine.url()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".to_owned()),
        ("PERFTRACK_MIGRATE", "wait".to_owned()),
    ];
    let dry = run("tracker-svc", &["migrate", "up", "--dry-run"], environment.clone()).await;
    let dry = String::from_utf8(dry.stdout).unwrap();
    let steps: BTreeSet<&str> = dry.lines().filter_map(|line| line.strip_prefix("would take ")).collect();
    assert!(steps.len() > 3, "{dry}");
    let status = run("tracker-svc", &["migrate", "status"], environment.clone()).await;
    assert_eq!(status.status.code(), Some(1));

    let start = |program| Starting::new(program, environment.clone(), &folder.path().join(program));
    let (tracker, analysis) = (start("tracker-svc"), start("analysis-svc"));
    let mut watched = Vec::new();
    for server in [&tracker, &analysis] {
        let mut says = vec!["waiting for the database's tables", "tracker-svc migrate up"];
        says.extend(&steps);
        server.says(&says).await;
        let url = format!("http://{}", server.address().await);
        let mut alive = Health::watch(url.clone(), "liveness").await;
        alive.serves().await;
        let mut whole = Health::watch(url, "readiness").await;
        whole.does_not_serve().await;
        watched.push((alive, whole));
    }
    let url = format!("http://{}", tracker.address().await);
    let mut tracking = TrackingServiceClient::connect(url).await.unwrap();
    assert_waits(&tracking.get_performance(GetPerformanceRequest::default()).await.unwrap_err());
    let url = format!("http://{}", analysis.address().await);
    let mut analyst = AnalysisServiceClient::connect(url).await.unwrap();
    assert_waits(&analyst.list_gates(ListGatesRequest::default()).await.unwrap_err());

    let up = || run("tracker-svc", &["migrate", "up"], environment.clone());
    let (one, other) = tokio::join!(up(), up());
    let mut taken = Vec::new();
    for ended in [one, other] {
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        let said = String::from_utf8(ended.stdout).unwrap();
        taken.extend(said.lines().filter_map(|line| line.strip_prefix("took ")).map(str::to_owned));
    }
    assert_eq!(taken.len(), steps.len(), "each step is taken once: {taken:?}");
    assert_eq!(taken.iter().map(String::as_str).collect::<BTreeSet<_>>(), steps);
    assert!(run("tracker-svc", &["migrate", "status"], environment.clone()).await.status.success());

    let servers = (tracker.ready().await, analysis.ready().await);
    for (alive, whole) in &mut watched {
        whole.serves().await;
        assert_eq!(alive.now(), ServingStatus::Serving);
    }
    tracking.get_performance(GetPerformanceRequest::default()).await.unwrap();
    analyst.list_gates(ListGatesRequest::default()).await.unwrap();
    assert_eq!(servers.0.stop().await, Some(0));
    assert_eq!(servers.1.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_while_it_waits_for_its_database_goes_at_once() {
    // It takes connections, and says nothing; nobody listens at the other port.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("postgres://perftrack@{}/perftrack", silent.local_addr().unwrap());
    let (nobody, pending) = ("postgres://perftrack@127.0.0.1:9/perftrack", Engine::postgres().await);
    let folder = tempfile::tempdir().unwrap();
    for (database, says) in [
        (nobody, "waiting for the database"),
        (&silent, "listening"),
        (&pending.url(), "waiting for the database's tables"),
    ] {
        let environment = [
            ("PERFTRACK_DATABASE_URL", database),
            ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0"),
            ("PERFTRACK_MIGRATE", "wait"),
            ("PERFTRACK_SHUTDOWN_DELAY", "1h"),
        ];
        for program in ["tracker-svc", "analysis-svc"] {
            let server = Starting::new(program, environment, &folder.path().join(program));
            server.says(&[says]).await;
            assert_eq!(server.stop().await, Some(0), "{program} on {database}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_is_told_in_its_own_words() {
    let engine = Engine::postgres().await;
    let and = if engine.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{and}dbname=nobody_made_this", engine.url());
    let ended = run("tracker-svc", &["migrate", "status"], [("PERFTRACK_DATABASE_URL", &url)]).await;
    let said = String::from_utf8(ended.stderr).unwrap();
    let (_, why) = said.trim_end().split_once("the database refused ").unwrap_or_else(|| panic!("{said}"));
    assert_eq!(why, "while connecting to the database: database \"nobody_made_this\" does not exist (3D000)");
}

/// The caller is told to try again in a while.
fn assert_waits(status: &Status) {
    let details = status.get_error_details();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(details.retry_info().is_some_and(|info| info.retry_delay.is_some()));
    assert_eq!(details.error_info().unwrap().reason, "STARTING");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_release_is_refused_by_name() {
    const NEWER: &str = "m9999_of_the_future";
    let engine = Engine::sqlite();
    engine.store().await.close().await;
    let mut behind_its_back = sqlx::SqliteConnection::connect(&engine.url()).await.unwrap();
    let taken = sqlx::query("INSERT INTO seaql_migrations (version, applied_at) VALUES ($1, 0)").bind(NEWER);
    taken.execute(&mut behind_its_back).await.unwrap();
    behind_its_back.close().await.unwrap();

    let environment = [("PERFTRACK_DATABASE_URL", engine.url()), ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".to_owned())];
    for (program, arguments) in [
        ("tracker-svc", &[][..]),
        ("analysis-svc", &[]),
        ("tracker-svc", &["migrate", "up"]),
        ("tracker-svc", &["migrate", "--dry-run"]),
        ("tracker-svc", &["migrate", "status"]),
    ] {
        let ended = run(program, arguments, environment.clone()).await;
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{program} {arguments:?}: {said}");
        assert!(said.contains(NEWER), "{program} {arguments:?}: {said}");
    }
}
