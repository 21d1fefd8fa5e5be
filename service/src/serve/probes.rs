//! The second address, at which health alone answers, without TLS and tokens.

use std::net::SocketAddr;

use tokio_util::task::AbortOnDropHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::pb::health_server::{Health, HealthServer};

use super::{Listener, ServeError};

/// Serves until the handle is dropped; the address is the one that was taken.
pub(super) async fn serve(
    address: SocketAddr,
    health: HealthServer<impl Health>,
) -> Result<(SocketAddr, AbortOnDropHandle<()>), ServeError> {
    let listener = Listener::bind_chosen_by("--health-listen", address).await?;
    tracing::info!(server.address = %listener.address, "listening for health probes");
    let address = listener.address;
    let serving = Server::builder().add_service(health).serve_with_incoming(TcpIncoming::from(listener.tcp));
    let serving = AbortOnDropHandle::new(tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(error.message = %error, "health probes are not answered any more");
        }
    }));
    Ok((address, serving))
}
