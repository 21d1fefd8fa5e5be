//! The tracker at work: its calls and its loop, on one database, until it is stopped.

use perftrack::v1::tracking_service_server::{SERVICE_NAME, TrackingServiceServer};
use service::clock::Clock;
use service::limit::MOST_REQUEST_BYTES;
use service::readiness::{NotReady, Readiness};
use service::serve::{Listener, ServeError, ServeOptions, Server};
use store::{Rules, Store, StoreError};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::events::{EventSettings, Events};
use crate::feed::pool_choice::PoolRules;
use crate::feed::{FeedSettings, Feeds};
use crate::housekeeping::Housekeeper;
use crate::rpc::Calls;
use crate::rpc::ingest::Ingest;
use crate::tracking::{TrackingLoop, TrackingSettings};

/// What the tracker works with.
pub struct Parts {
    /// The database, its tables up to date.
    pub store: Store,
    /// How alerts are followed.
    pub rules: Rules,
    /// Where prices come from.
    pub feeds: FeedSettings,
    /// How the loop reports.
    pub tracking: TrackingSettings,
    /// The only clock.
    pub clock: Clock,
}

/// Why the tracker does not run.
#[derive(Debug, thiserror::Error)]
pub enum TrackerError {
    /// The database cannot take the outcome policy down, or knows another one under its version.
    #[error("registering the outcome policy")]
    Policy(#[source] StoreError),
    /// The HTTP client cannot be made.
    #[error("preparing to ask the price sources")]
    Feeds(#[source] reqwest::Error),
    /// The server cannot be, or broke down.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// Serves `TrackingService` on `listener` and follows every alert with an open window, until `stop`. Returns when the
/// calls in flight have ended and the loop stands still.
///
/// # Errors
/// [`TrackerError`] when it cannot start or breaks down. The loop itself waits for a database or a source that is away.
pub async fn serve(
    parts: Parts,
    listener: Listener,
    stop: CancellationToken,
    options: &ServeOptions,
) -> Result<(), TrackerError> {
    serve_behind(Server::start(listener, &[SERVICE_NAME], stop, options).await?, parts).await
}

/// The same behind a server that takes connections already.
///
/// # Errors
/// As [`serve`].
pub async fn serve_behind(front: Server, parts: Parts) -> Result<(), TrackerError> {
    let Parts { store, rules, feeds, tracking, clock } = parts;
    store.policies().register(&rules.policy, clock.now()).await.map_err(TrackerError::Policy)?;
    let pool_rules = PoolRules::new(rules.poll_interval, rules.policy.rug.bonding_curve_dexes.clone());
    let feeds = Feeds::new(&feeds, pool_rules, clock.clone()).map_err(TrackerError::Feeds)?;
    let shadow_sample = tracking.shadow_sample;
    let housekeeper = Housekeeper::new(store.clone(), clock.clone(), tracking.housekeeping);
    let (tracking, looping) = TrackingLoop::new(store.clone(), clock.clone(), feeds, rules.clone(), tracking);
    // Calls need the loop: it runs for as long as they are taken.
    let stop = front.draining();
    let looping = tokio::spawn(looping.run(stop.clone()));
    let housekeeping = tokio::spawn(housekeeper.run(stop.clone()));
    let ingest = Ingest::new(clock.clone(), store.kind(), stop.clone());
    let events = Events::new(store.clone(), EventSettings::default(), stop.clone());
    let readiness = Readiness::new(store.clone());
    let leases = tracking.clone();
    let probe = || async {
        readiness.check().await?;
        if leases.holds_leases() { Ok(()) } else { Err(NotReady::Work("the tracking loop does not renew its leases")) }
    };
    let calls = Calls { store, rules, clock, tracking, events, shadow_sample, ingest };
    let server = TrackingServiceServer::new(calls).max_decoding_message_size(MOST_REQUEST_BYTES);
    let served = front.run(Routes::new(server), probe).await;
    // Also where the server broke down: the loop must not go on behind its back.
    stop.cancel();
    if let Err(error) = looping.await {
        tracing::error!(%error, "the tracking loop broke down");
    }
    if let Err(error) = housekeeping.await {
        tracing::error!(%error, "the housekeeping broke down");
    }
    Ok(served?)
}
