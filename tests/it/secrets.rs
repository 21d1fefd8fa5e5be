//! No secret shows: not in logs, traces, metrics, answers, `config check`, errors, or the list of processes.

use std::path::Path;
use std::sync::{Arc, Mutex};

use perftrack::v1::GetPerformanceRequest;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use throwaway_postgres::proxy::Proxy;
use tonic::transport::Channel;

use crate::alerts::{alert, mint};
use crate::collector::collector;
use crate::engine::Engine;
use crate::fleet::channel::{Bearer, Caller};
use crate::fleet::credentials::Credentials;
use crate::health::Health;
use crate::process::{NOWHERE, Starting, run};

const DATABASE: &str = "planted-database-password";
const JUPITER: &str = "planted-jupiter-key";
const BIRDEYE: &str = "planted-birdeye-key";
/// A token that no server knows.
const WRONG: &str = "ptk_planted-unknown-token";

/// All that anybody but the operator gets to see.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Sight>>>);

/// A place, and what stands there.
type Sight = (String, Vec<u8>);

impl Seen {
    fn add(&self, place: &str, bytes: impl Into<Vec<u8>>) {
        self.0.lock().unwrap().push((place.to_owned(), bytes.into()));
    }

    fn add_file(&self, path: &Path) {
        self.add(&path.display().to_string(), std::fs::read(path).unwrap());
    }

    fn holds(&self, place: &str, text: &str) -> bool {
        let seen = self.0.lock().unwrap();
        seen.iter().any(|(at, bytes)| at.contains(place) && contains(bytes, text))
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

async fn caller(url: &str, token: &str) -> TrackingServiceClient<Caller> {
    let channel = Channel::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
    TrackingServiceClient::new(Caller::new(channel, Bearer::new(token)))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_logs_traces_errors_the_listed_configuration_or_the_processes() {
    let engine = Engine::postgres().await;
    engine.store().await.close().await;
    let proxy = Proxy::before(&engine.url()).await.unwrap();
    let database = proxy.url().replacen("postgres@", &format!("postgres:{DATABASE}@"), 1);
    assert!(database.contains(DATABASE), "{database}");
    let (seen, credentials) = (Seen::default(), Credentials::new());
    let key_file = credentials.path("jupiter-key");
    std::fs::write(&key_file, JUPITER).unwrap();
    let told = seen.clone();
    let collector = collector(move |service, message| told.add(service, message)).await;
    let environment = [
        ("PERFTRACK_DATABASE_URL", database.clone()),
        ("PERFTRACK_DATABASE_TIMEOUT", "1s".into()),
        ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
        ("PERFTRACK_TOKENS_FILE", credentials.tokens().display().to_string()),
        ("PERFTRACK_JUPITER_API_KEY_FILE", key_file.display().to_string()),
        ("PERFTRACK_BIRDEYE_API_KEY", BIRDEYE.into()),
        ("PERFTRACK_DEXSCREENER_URL", NOWHERE.into()),
        ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
        ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
        ("PERFTRACK_BIRDEYE_URL", NOWHERE.into()),
        ("PERFTRACK_POLL_INTERVAL", "200ms".into()),
        ("PERFTRACK_OTLP_ENDPOINT", collector),
        ("PERFTRACK_TRACE_SAMPLE_RATIO", "1".into()),
        ("PERFTRACK_LOG", "trace,h2=off".into()),
    ];
    let (tracker_log, analysis_log) = (credentials.path("tracker-log"), credentials.path("analysis-log"));
    let tracker = Starting::new("tracker-svc", environment.clone(), &tracker_log).ready().await;
    let analysis = Starting::new("analysis-svc", environment.clone(), &analysis_log).ready().await;
    let url = tracker.url("tracker");
    let mut health = Health::watch(url.clone(), "").await;
    health.serves().await;

    // A call that goes well, one that may not, one of somebody unknown, and one while the database is away.
    let mut writer = caller(&url, &credentials.writer).await;
    writer.record_alert(alert(&mint())).await.unwrap();
    let all = GetPerformanceRequest::default;
    for token in [credentials.reader.as_str(), WRONG] {
        let refused = caller(&url, token).await.record_alert(alert(&mint())).await.unwrap_err();
        seen.add("answer", format!("{refused:?} {:?}", refused.details()));
    }
    proxy.refuse().await;
    proxy.cut();
    health.does_not_serve().await;
    let refused = writer.get_performance(all()).await.unwrap_err();
    seen.add("answer", format!("{refused:?} {:?}", refused.details()));

    // What ends with an error, and what lists the configuration.
    for arguments in [&["config", "check"][..], &["migrate", "status"]] {
        let ended = run("tracker-svc", arguments, environment.clone()).await;
        seen.add(arguments[1], [ended.stdout, ended.stderr].concat());
    }
    let bad = [("PERFTRACK_DATABASE_URL", format!("postgrex://u:{DATABASE}@h/d")), ("PERFTRACK_TOKEN", WRONG.into())];
    let ended = run("tracker-svc", &[], bad.clone()).await;
    assert_eq!(ended.status.code(), Some(64));
    seen.add("bad configuration", [ended.stdout, ended.stderr].concat());
    let asking = [("PERFTRACK_TRACKER_URL", url.clone()), ("PERFTRACK_TOKEN", WRONG.into())];
    let ended = run("perfctl", &["performance"], asking).await;
    assert_eq!(ended.status.code(), Some(1));
    seen.add("perfctl", [ended.stdout, ended.stderr].concat());

    for service in [&tracker, &analysis] {
        seen.add("process", std::fs::read(format!("/proc/{}/cmdline", service.id())).unwrap());
    }
    proxy.pass().await.unwrap();
    health.serves().await;
    assert_eq!(tracker.stop().await, Some(0));
    assert_eq!(analysis.stop().await, Some(0));
    seen.add_file(&tracker_log);
    seen.add_file(&analysis_log);

    // It was looked at where something stood.
    assert!(seen.holds("TraceService", "INSERT") && seen.holds("LogsService", "listening"));
    assert!(seen.holds("MetricsService", "rpc.server.call.duration") && seen.holds("process", "tracker-svc"));
    assert!(seen.holds("check", "jupiter_api_key") && seen.holds("status", "opening the database"));
    assert!(seen.holds("tracker-log", "not serving") && seen.holds("answer", "STORE_UNAVAILABLE"));
    for secret in [DATABASE, JUPITER, BIRDEYE, WRONG, &credentials.writer, &credentials.reader] {
        for (place, bytes) in seen.0.lock().unwrap().iter() {
            assert!(!contains(bytes, secret), "{secret} shows in {place}: {}", String::from_utf8_lossy(bytes));
        }
    }
}
