//! `grpc.health.v1`. `liveness` is SERVING while the process runs, whatever becomes of the database. Every service by its
//! full name, `readiness`, and the whole server (""), are SERVING while it can do its work.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health as HealthRpc, HealthServer};
use tonic_health::server::{HealthReporter, HealthService};

/// The name whose health never depends on anything but the process.
pub const LIVENESS: &str = "liveness";
/// Another name of the whole server's health.
pub const READINESS: &str = "readiness";

/// The time between two looks while all is well. Real time, also where the services' clock is simulated.
const INTERVAL: Duration = Duration::from_secs(2);
/// The same while it is not.
const SOON: Duration = Duration::from_millis(250);
/// What takes longer than this to say a word does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the health service says.
#[derive(Clone, Debug)]
pub struct Health {
    reporter: HealthReporter,
    /// The names whose health follows the server's readiness.
    names: Vec<&'static str>,
}

impl Health {
    /// Health of `services`, NOT_SERVING until the first look.
    pub async fn new(services: &[&'static str]) -> Self {
        let names = services.iter().copied().chain(["", READINESS]).collect();
        let health = Self { reporter: HealthReporter::new(), names };
        health.set(false).await;
        health.reporter.set_service_status(LIVENESS, ServingStatus::Serving).await;
        health
    }

    /// The RPCs.
    #[must_use]
    pub fn server(&self) -> HealthServer<impl HealthRpc> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    async fn set(&self, serving: bool) {
        let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in &self.names {
            self.reporter.set_service_status(name, status).await;
        }
    }

    /// Looks with `probe` until `stop`, then says NOT_SERVING. Returns once it has said so: whether it ever said SERVING.
    pub async fn watch<P, F, E>(&self, probe: P, stop: &CancellationToken) -> bool
    where
        P: Fn() -> F,
        F: Future<Output = Result<(), E>>,
        E: std::fmt::Display,
    {
        let was_serving = AtomicBool::new(false);
        let looking = async {
            let mut serving = None;
            loop {
                let trouble = match tokio::time::timeout(PATIENCE, probe()).await {
                    Ok(Ok(())) => None,
                    Ok(Err(error)) => Some(error.to_string()),
                    Err(_) => Some(format!("the database gave no answer within {} s", PATIENCE.as_secs())),
                };
                let now = trouble.is_none();
                if serving != Some(now) {
                    was_serving.fetch_or(now, Ordering::Relaxed);
                    self.set(now).await;
                    match &trouble {
                        // A server that has just started may need a moment.
                        Some(error) if serving.is_none() => {
                            tracing::info!(error.message = error, "not serving yet");
                        }
                        Some(error) => tracing::warn!(error.message = error, "not serving"),
                        None => tracing::info!("serving"),
                    }
                    serving = Some(now);
                }
                tokio::time::sleep(if now { INTERVAL } else { SOON }).await;
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = looking => {}
        }
        self.set(false).await;
        was_serving.into_inner()
    }

    /// Ends the streams of those who watch, which would else hold a shutdown up.
    pub async fn close(mut self) {
        for name in self.names.iter().copied().chain([LIVENESS]) {
            self.reporter.clear_service_status(name).await;
        }
    }
}
