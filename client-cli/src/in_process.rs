//! Both services in this process, on one database.

use std::net::SocketAddr;

use analysis_svc::config::AnalysisConfig;
use anyhow::Context;
use service::clock::Clock;
use service::serve::{Listener, ServeError, ServeOptions};
use store::{ConnectOptions, Rules, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracker_svc::feed::FeedSettings;
use tracker_svc::serve::{Parts, TrackerError};
use tracker_svc::tracking::TrackingSettings;

/// What the services work with.
#[derive(Debug)]
pub struct Setup {
    /// The database; its tables are brought up to date.
    pub database: ConnectOptions,
    /// Where TrackingService listens.
    pub tracker_listen: SocketAddr,
    /// Where AnalysisService listens.
    pub analysis_listen: SocketAddr,
    /// How alerts are followed.
    pub rules: Rules,
    /// Where prices come from.
    pub feeds: FeedSettings,
    /// How the loop reports.
    pub tracking: TrackingSettings,
    /// How the analysis answers.
    pub analysis: AnalysisConfig,
    /// How both serve.
    pub serving: ServeOptions,
    /// The only clock.
    pub clock: Clock,
}

/// The running services.
pub struct InProcess {
    /// Where TrackingService listens.
    pub tracker: SocketAddr,
    /// Where AnalysisService listens.
    pub analysis: SocketAddr,
    stop: CancellationToken,
    tracking: JoinHandle<Result<(), TrackerError>>,
    analysing: JoinHandle<Result<(), ServeError>>,
    store: Store,
}

impl InProcess {
    /// Opens the database and starts both services. They take calls when this returns.
    ///
    /// # Errors
    /// When the database cannot be opened, an address is taken, or a price source has no usable URL.
    pub async fn start(setup: Setup, stop: CancellationToken) -> anyhow::Result<Self> {
        let shown = setup.database.shown_url();
        let store = Store::connect(setup.database).await.with_context(|| format!("opening the database {shown}"))?;
        store.migrate().await.with_context(|| format!("bringing the tables of {shown} up to date"))?;
        let tracker_listener = Listener::bind_chosen_by("--tracker-listen", setup.tracker_listen).await?;
        let analysis_listener = Listener::bind_chosen_by("--analysis-listen", setup.analysis_listen).await?;
        let (tracker, analysis) = (tracker_listener.address(), analysis_listener.address());

        let parts = Parts {
            store: store.clone(),
            rules: setup.rules,
            feeds: setup.feeds,
            tracking: setup.tracking,
            clock: setup.clock.clone(),
        };
        let options = setup.serving;
        let analysis_config = AnalysisConfig { serving: options.clone(), ..setup.analysis };
        // Where one of them breaks down, the other has nothing left to do.
        let stopping = stop.clone();
        let stopped = stop.clone();
        let tracking = tokio::spawn(async move {
            let served = tracker_svc::serve::serve(parts, tracker_listener, stopped.clone(), &options).await;
            stopped.cancel();
            served
        });
        let (analysis_store, clock, stopped) = (store.clone(), setup.clock, stop);
        let analysing = tokio::spawn(async move {
            let stop = stopped.clone();
            let served =
                analysis_svc::serve::serve(analysis_config, analysis_store, clock, analysis_listener, stop).await;
            stopped.cancel();
            served
        });
        Ok(Self { tracker, analysis, stop: stopping, tracking, analysing, store })
    }

    /// Waits until both have ended, then closes the database.
    ///
    /// # Errors
    /// When one of them broke down.
    pub async fn ended(self) -> anyhow::Result<()> {
        let (tracking, analysing) = tokio::join!(self.tracking, self.analysing);
        self.store.close().await;
        tracking.context("TrackingService broke down")?.context("serving TrackingService")?;
        analysing.context("AnalysisService broke down")?.context("serving AnalysisService")?;
        Ok(())
    }

    /// Stops both and waits for them.
    ///
    /// # Errors
    /// As [`InProcess::ended`].
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.ended().await
    }
}
