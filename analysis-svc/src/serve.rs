//! Running the service: in a program of its own, inside `perfctl`, or in a test.

use std::sync::Arc;

use perftrack::v1::analysis_service_server::{AnalysisServiceServer, SERVICE_NAME};
use service::clock::Clock;
use service::limit::MOST_REQUEST_BYTES;
use service::readiness::Readiness;
use service::serve::{Listener, ServeError, Server};
use store::Store;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::advice::cooldown::CooldownRule;
use crate::ahead;
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
    let front = Server::start(listener, &[SERVICE_NAME], stop, &config.serving).await?;
    serve_behind(front, config, store, clock).await
}

/// The same behind a server that takes connections already.
pub async fn serve_behind(front: Server, config: AnalysisConfig, store: Store, clock: Clock) -> Result<(), ServeError> {
    let dataset = Arc::new(Dataset::new(store.clone(), &config.policy, config.dataset_memory_bytes));
    // Days that are played in seconds would be interrupted at every turn.
    if !config.dataset_refresh.is_zero() && !clock.is_simulated() {
        tokio::spawn(ahead::keep_ready(Arc::clone(&dataset), config.dataset_refresh, front.draining()));
    }
    let analysis = Analysis {
        dataset,
        catalogue: Arc::new(config.catalogue),
        store: store.clone(),
        clock,
        cooldown: CooldownRule { least: config.cooldown, ..CooldownRule::default() },
    };
    let service = AnalysisServiceServer::new(analysis).max_decoding_message_size(MOST_REQUEST_BYTES);
    let readiness = Readiness::new(store);
    front.run(Routes::new(service), || readiness.check()).await
}
