//! One tracker process: all that `tracker-svc` runs, on the clock that the driver shares.

use std::io::Read as _;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use service::clock::Clock;
use service::config::Setting as _;
use service::serve::{Listener, ServeOptions, announce_ready};
use service::telemetry::{self, LogFilter, LogFormat};
use store::Store;
use tracker_svc::feed::{Endpoint, FeedSettings};
use tracker_svc::serve::{Parts, serve};
use tracker_svc::tracking::TrackingSettings;

use crate::arguments::{Replica, rules};

/// More than are ever made.
const UNLIMITED_PER_MINUTE: f64 = 1e6;

pub async fn run(replica: Replica) -> anyhow::Result<()> {
    end_with_the_driver();
    let filter = LogFilter::parse(&replica.log).map_err(|error| anyhow::anyhow!("--log {}: {error}", replica.log))?;
    let _telemetry = telemetry::start(&filter, LogFormat::Text)?;
    let clock = Clock::simulated_at(&replica.clock).context("following the clock")?;
    let work = clock.work();
    let stop = service::shutdown::on_signal().context("listening for signals")?;
    let store = Store::connect(crate::database::options(&replica.database)).await.context("opening the database")?;
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.address();
    let instance = Some(replica.instance.clone());
    let tracking = TrackingSettings { summary_interval: None, instance, ..TrackingSettings::default() };
    let (rules, feeds) = (rules(replica.hours), feeds(&replica));
    let parts = Parts { store: store.clone(), rules, feeds, tracking, clock: clock.clone() };
    let options = ServeOptions { drain_timeout: Duration::from_secs(2), ..ServeOptions::default() };
    announce_ready(&[("tracker", address)]).context("printing the ready line")?;
    // Holds time until the loop does.
    let (served, ()) = futures::join!(serve(parts, listener, stop, &options), async { drop(work) });
    served?;
    store.close().await;
    Ok(())
}

fn feeds(replica: &Replica) -> FeedSettings {
    let endpoint = |url: &str| Endpoint {
        requests_per_minute: replica.unlimited.then_some(UNLIMITED_PER_MINUTE),
        ..Endpoint::open(url)
    };
    let api_key = (!replica.without_key).then(|| "a free one".to_owned());
    FeedSettings {
        dexscreener: endpoint(&replica.dexscreener),
        jupiter: Endpoint { api_key, ..endpoint(&replica.jupiter) },
        geckoterminal: endpoint(&replica.geckoterminal),
        ..FeedSettings::default()
    }
}

/// The driver holds the other end of the standard input: however it ends, its trackers end with it.
fn end_with_the_driver() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(1);
    });
}
