//! A server with TLS, tokens and certificates of its clients, and who reaches it: `perfctl` by files, environment and
//! contexts, and nobody without both.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;

use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{GetPerformanceRequest, WatchEventsRequest};
use tonic::{Code, Status};

use crate::alerts::mint;
use crate::engine::Engine;
use crate::fleet::channel::{Bearer, Caller, connect};
use crate::fleet::credentials::{Authority, Credentials, known_as, trusting};
use crate::process::{NOWHERE, Service, run};

/// The server, and the files that its clients have.
struct Scene {
    credentials: Credentials,
    clients: Authority,
    service: Service,
    _engine: Engine,
}

impl Scene {
    async fn new() -> Self {
        let (engine, credentials, clients) = (Engine::sqlite(), Credentials::new(), Authority::new("clients"));
        std::fs::write(credentials.path("clients.crt"), &clients.pem).unwrap();
        let (certificate, key) = clients.certify("bot");
        for (name, text) in [
            ("client.crt", &certificate),
            ("client.key", &key),
            ("writer.token", &credentials.writer),
            ("reader.token", &credentials.reader),
        ] {
            std::fs::write(credentials.path(name), text).unwrap();
        }
        let mut environment = credentials.environment();
        environment.extend([
            ("PERFTRACK_TLS_CLIENT_CA_FILE", credentials.path("clients.crt").display().to_string()),
            ("PERFTRACK_DATABASE_URL", engine.url()),
            ("PERFTRACK_LISTEN_ADDR", "127.0.0.1:0".into()),
            ("PERFTRACK_DEXSCREENER_URL", NOWHERE.into()),
            ("PERFTRACK_JUPITER_URL", NOWHERE.into()),
            ("PERFTRACK_GECKOTERMINAL_URL", NOWHERE.into()),
        ]);
        let service = Service::start("tracker-svc", &[], environment).await;
        Self { credentials, clients, service, _engine: engine }
    }

    fn file(&self, name: &str) -> String {
        self.credentials.path(name).display().to_string()
    }

    fn url(&self) -> String {
        format!("https://{}", self.service.address("tracker"))
    }

    /// What perfctl needs of its environment, all of it in files.
    fn by_environment(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("PERFTRACK_TRACKER_URL", self.url()),
            ("PERFTRACK_CA_FILE", self.file("ca.crt")),
            ("PERFTRACK_TOKEN_FILE", self.file("writer.token")),
            ("PERFTRACK_CLIENT_CERT_FILE", self.file("client.crt")),
            ("PERFTRACK_CLIENT_KEY_FILE", self.file("client.key")),
        ])
    }
}

/// How perfctl ended, and what it said of why.
fn ended(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn perfctl_reaches_a_server_by_environment_files_and_contexts() {
    let scene = Scene::new().await;
    let environment = scene.by_environment();
    assert_eq!(ended(&run("perfctl", &["performance"], environment.clone()).await).0, Some(0));

    // The token itself, in the environment.
    let mut with_token = environment.clone();
    with_token.remove("PERFTRACK_TOKEN_FILE");
    with_token.insert("PERFTRACK_TOKEN", scene.credentials.reader.clone());
    assert_eq!(ended(&run("perfctl", &["performance"], with_token).await).0, Some(0));

    // Flags, of which each goes before the environment.
    let (url, ca, token) = (scene.url(), scene.file("ca.crt"), scene.file("reader.token"));
    let (certificate, key) = (scene.file("client.crt"), scene.file("client.key"));
    let by_flags = ["--tracker", &url, "--ca-file", &ca, "--token-file", &token, "--client-cert-file", &certificate];
    let by_flags = [&by_flags[..], &["--client-key-file", &key, "performance"]].concat();
    let wrong = [("PERFTRACK_TRACKER_URL", "http://127.0.0.1:9"), ("PERFTRACK_CA_FILE", "/nowhere/ca")];
    assert_eq!(ended(&run("perfctl", &by_flags, wrong).await), (Some(0), String::new()));

    // A context.
    let contexts: PathBuf = scene.credentials.path("contexts.toml");
    let entries = [
        ("tracker", &url),
        ("ca_file", &ca),
        ("token_file", &token),
        ("client_cert_file", &certificate),
        ("client_key_file", &key),
    ];
    let lines: Vec<String> = entries.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect();
    std::fs::write(&contexts, format!("[contexts.production]\n{}", lines.concat())).unwrap();
    let file = [("PERFTRACK_CONTEXTS_FILE", contexts.display().to_string())];
    let chosen = run("perfctl", &["--context", "production", "performance"], file).await;
    assert_eq!(ended(&chosen), (Some(0), String::new()));
    assert_eq!(scene.service.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_certificate_a_token_and_the_role() {
    let scene = Scene::new().await;
    let without = |names: &[&str]| {
        let mut environment = scene.by_environment();
        environment.retain(|name, _| !names.contains(name));
        environment
    };
    // No certificate of its own, or one that nobody vouched for: out of reach.
    let (code, said) = ended(
        &run("perfctl", &["performance"], without(&["PERFTRACK_CLIENT_CERT_FILE", "PERFTRACK_CLIENT_KEY_FILE"])).await,
    );
    assert_eq!(code, Some(3), "{said}");
    let stranger = Authority::new("stranger").certify("bot");
    let trusted = trusting([scene.credentials.authority.pem.as_str()]);
    let address = scene.service.address("tracker");
    assert!(connect(address, &trusted).await.is_none(), "without a certificate");
    assert!(connect(address, &known_as(trusted.clone(), &stranger)).await.is_none(), "with a stranger's");
    let known = known_as(trusted, &scene.clients.certify("another bot"));
    assert!(connect(address, &known).await.is_some());
    // A server that nobody vouched for is not spoken to.
    let (code, said) = ended(&run("perfctl", &["performance"], without(&["PERFTRACK_CA_FILE"])).await);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("--ca-file"), "{said}");
    // Nor one without its TLS.
    let mut clear = scene.by_environment();
    clear.insert("PERFTRACK_TRACKER_URL", scene.url().replacen("https", "http", 1));
    let (code, said) = ended(&run("perfctl", &["performance"], clear).await);
    assert_eq!(code, Some(3), "{said}");

    // No token, and one of too low a role: told so, and nothing more.
    let (code, said) = ended(&run("perfctl", &["performance"], without(&["PERFTRACK_TOKEN_FILE"])).await);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a valid token is needed") && said.contains("--token-file"), "{said}");
    let mut reader = scene.by_environment();
    reader.insert("PERFTRACK_TOKEN_FILE", scene.file("reader.token"));
    let alert = format!(r#"{{"token": {{"address": "{}"}}}}"#, mint());
    let (code, said) = ended(&run("perfctl", &["alerts", "record", &alert], reader).await);
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("writer") && !said.contains("reader"), "{said}");
    assert_eq!(scene.service.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_away_ends_the_streams_that_it_opened_and_no_other() {
    let scene = Scene::new().await;
    let known = known_as(trusting([scene.credentials.authority.pem.as_str()]), &scene.clients.certify("bot"));
    let channel = connect(scene.service.address("tracker"), &known).await.unwrap();
    let caller = |token: &str| TrackingServiceClient::new(Caller::new(channel.clone(), Bearer::new(token)));
    let (mut reader, mut writer) = (caller(&scene.credentials.reader), caller(&scene.credentials.writer));
    let mut of_reader = reader.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
    let mut of_writer = writer.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
    // Each says at once where it begins.
    of_reader.message().await.unwrap().unwrap();
    of_writer.message().await.unwrap().unwrap();

    let tokens = std::fs::read_to_string(scene.credentials.tokens()).unwrap();
    let kept: Vec<&str> = tokens.lines().filter(|line| !line.starts_with("operator ")).collect();
    std::fs::write(scene.credentials.tokens(), kept.join("\n")).unwrap();
    let ended: Status = loop {
        match of_reader.message().await {
            Ok(told) => assert!(told.is_some(), "it ended without a word"),
            Err(status) => break status,
        }
    };
    assert_eq!((ended.code(), ended.message()), (Code::Unauthenticated, "a valid token is needed"));
    let all = GetPerformanceRequest::default;
    assert_eq!(reader.get_performance(all()).await.unwrap_err().code(), Code::Unauthenticated);
    // The other's goes on: it hears of what happens now.
    let recorded = writer.record_alert(crate::alerts::alert(&mint())).await.unwrap().into_inner().alert_id;
    while of_writer.message().await.unwrap().unwrap().event.is_none_or(|event| event.alert_id != recorded) {}
    drop((of_writer, of_reader));
    assert_eq!(scene.service.stop().await, Some(0));
}
