//! A tracker in this process, reached over TCP. Its price sources are out of reach.

use std::net::SocketAddr;
use std::time::Duration;

use perftrack::v1::tracking_service_client::TrackingServiceClient;
use service::clock::Clock;
use service::serve::{Listener, ServeOptions};
use store::{Rules, Store};
use throwaway_postgres::Database;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tracker_svc::feed::{Endpoint, FeedSettings};
use tracker_svc::serve::{Parts, TrackerError, serve};
use tracker_svc::tracking::TrackingSettings;

/// See the module.
pub struct Tracker {
    pub store: Store,
    address: SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<Result<(), TrackerError>>,
}

impl Tracker {
    pub async fn start(database: &Database) -> Self {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.address();
        let nowhere = || Endpoint::open("http://127.0.0.1:9");
        let feeds = FeedSettings {
            dexscreener: nowhere(),
            jupiter: nowhere(),
            geckoterminal: nowhere(),
            birdeye: nowhere(),
            ..FeedSettings::default()
        };
        // What is measured is what callers send: nothing is polled meanwhile.
        let rules = Rules { poll_interval: Duration::from_hours(1), ..Rules::default() };
        let tracking = TrackingSettings { summary_interval: None, ..TrackingSettings::default() };
        let parts = Parts { store: store.clone(), rules, feeds, tracking, clock: Clock::system() };
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let served = tokio::spawn(async move { serve(parts, listener, stopping, &ServeOptions::default()).await });
        Self { store, address, stop, served }
    }

    /// A connection of its own.
    pub async fn client(&self) -> TrackingServiceClient<Channel> {
        TrackingServiceClient::connect(format!("http://{}", self.address)).await.unwrap()
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.served.await.unwrap().unwrap();
        self.store.close().await;
    }
}
