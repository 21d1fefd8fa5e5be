//! A tracker that serves real gRPC in this process, its price sources out of reach.

use std::net::SocketAddr;
use std::time::Duration;

use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::{Alert, AlertFeatures, PriceObservation, Quote, RecordAlertsRequest, Token};
use service::clock::Clock;
use service::serve::{Listener, ServeOptions};
use store::{ConnectOptions, Rules, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tracker_svc::feed::{Endpoint, FeedSettings};
use tracker_svc::serve::{Parts, TrackerError, serve};
use tracker_svc::shadow_sample::ShadowSample;
use tracker_svc::tracking::TrackingSettings;
use uuid::Uuid;

/// Nobody listens on the discard port.
const NOWHERE: &str = "http://127.0.0.1:9";

/// See the module. Ends with [`Server::stop`].
pub struct Server {
    pub store: Store,
    pub client: TrackingServiceClient<Channel>,
    pub stopping: CancellationToken,
    address: SocketAddr,
    served: JoinHandle<Result<(), TrackerError>>,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    /// On a SQLite file of its own.
    pub async fn on_sqlite() -> Self {
        Self::sampling(1.0).await
    }

    /// The same, following this share of the shadow alerts.
    pub async fn sampling(rate: f64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("perftrack.db").display());
        let mut server = Self::on(url.into(), rate).await;
        server._folder = Some(folder);
        server
    }

    /// On a database that somebody else keeps.
    pub async fn on(database: ConnectOptions, shadow_sample_rate: f64) -> Self {
        let store = Store::connect(database).await.unwrap();
        store.migrate().await.unwrap();
        let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.address();
        let shadow_sample = ShadowSample::new(shadow_sample_rate).unwrap();
        let tracking = TrackingSettings { summary_interval: None, shadow_sample, ..TrackingSettings::default() };
        let parts = Parts {
            store: store.clone(),
            // Nothing is polled while a test runs: what is there, the test has recorded.
            rules: Rules { poll_interval: Duration::from_hours(1), ..Rules::default() },
            feeds: FeedSettings {
                dexscreener: Endpoint::open(NOWHERE),
                jupiter: Endpoint::open(NOWHERE),
                geckoterminal: Endpoint::open(NOWHERE),
                birdeye: Endpoint::open(NOWHERE),
                ..FeedSettings::default()
            },
            tracking,
            clock: Clock::system(),
        };
        let stopping = CancellationToken::new();
        let stop = stopping.clone();
        let served = tokio::spawn(async move { serve(parts, listener, stop, &ServeOptions::default()).await });
        let client = TrackingServiceClient::connect(format!("http://{address}")).await.unwrap();
        Self { store, client, stopping, address, served, _folder: None }
    }

    /// A connection of its own.
    pub async fn another_client(&self) -> TrackingServiceClient<Channel> {
        TrackingServiceClient::connect(format!("http://{}", self.address)).await.unwrap()
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(self) {
        self.stopping.cancel();
        drop(self.client);
        self.served.await.unwrap().unwrap();
        self.store.close().await;
    }
}

/// The address of one of many tokens.
pub fn mint(number: u64) -> String {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    domain::token::TokenAddress::from_bytes(bytes).to_string()
}

/// An alert with an id, on one of many tokens.
pub fn alert(token: u64) -> Alert {
    Alert {
        alert_id: Uuid::new_v4().to_string(),
        token: Some(Token { address: mint(token), symbol: "TEST".into(), ..Token::default() }),
        entry: Some(Quote { price_usd: Some(1e-4), liquidity_usd: Some(25_000.0), ..Quote::default() }),
        features: Some(AlertFeatures { final_score: Some(8), ..AlertFeatures::default() }),
        ..Alert::default()
    }
}

/// Numbered from 0.
pub fn numbered(alerts: impl IntoIterator<Item = Alert>) -> Vec<RecordAlertsRequest> {
    let request = |(sequence, alert)| RecordAlertsRequest { sequence, alert: Some(alert), trust_recorded_peak: false };
    (0..).zip(alerts).map(request).collect()
}

/// The present moment.
pub fn now() -> domain::timestamp::Timestamp {
    Clock::system().now()
}

/// A price of one of many tokens, `ago` before now.
pub fn price(token: u64, ago: Duration, price_usd: f64) -> PriceObservation {
    PriceObservation {
        token: Some(Token { address: mint(token), ..Token::default() }),
        observed_at: Some(service::wire::timestamp_message(now().minus(ago))),
        price_usd,
        liquidity_usd: Some(25_000.0),
        source: "test".into(),
        dex_name: "raydium".into(),
        pool: mint(token),
        ..PriceObservation::default()
    }
}
