//! Running the service: in a program of its own, inside `perfctl`, or in a test.

use std::sync::Arc;

use perftrack::v1::analysis_service_server::{AnalysisServiceServer, SERVICE_NAME};
use service::clock::Clock;
use service::serve::{Listener, ServeError, ServeOptions};
use store::Store;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::advice::cooldown::CooldownRule;
use crate::config::AnalysisConfig;
use crate::dataset::Dataset;
use crate::rpc::Analysis;

/// Serves `AnalysisService` on `listener` until `stop`, with health and reflection, and drains.
///
/// The tables of `store` must be up to date (`Store::migrate`).
pub async fn serve(
    config: AnalysisConfig,
    store: Store,
    clock: Clock,
    listener: Listener,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    let analysis = Analysis {
        dataset: Arc::new(Dataset::new(store.clone(), &config.policy, config.dataset_memory_bytes)),
        catalogue: Arc::new(config.catalogue),
        store: store.clone(),
        clock,
        cooldown: CooldownRule { least: config.cooldown, ..CooldownRule::default() },
    };
    let routes = Routes::new(AnalysisServiceServer::new(analysis));
    let probe = || store.ping();
    let options = ServeOptions { drain_timeout: config.drain_timeout, ..ServeOptions::default() };
    service::serve::serve(listener, routes, &[SERVICE_NAME], probe, stop, &options).await
}
