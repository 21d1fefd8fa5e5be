//! Who takes connections when: one server until it is to leave, and another for those who come then nevertheless.
//!
//! Clients learn of new addresses when a connection ends, and then no sooner than half a minute after they last asked (so do
//! gRPC's libraries in Go, C++ and Python). A server that closes its door right after it asked them to go would leave those
//! without an address who know of no other yet. So the first server asks its clients to go at the beginning of the shutdown
//! delay: they connect anew, here as long as they know nobody else, and to others as soon as they do.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::{Error, Server};

use super::connection::Incoming;

/// Who connects to a server that leaves is asked this soon to look for another one again.
const AGE_WHILE_LEAVING: Duration = Duration::from_secs(5);
/// How often silent connections are asked for a sign of life.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// When the turns end, and how long connections last in the first one.
pub(super) struct Turns {
    /// Cancelled when clients are asked to turn to others.
    pub leaving: CancellationToken,
    /// Cancelled when no new calls are taken, by either.
    pub drain: CancellationToken,
    /// How long a connection takes new calls; for ever without.
    pub max_connection_age: Option<Duration>,
}

impl Turns {
    /// Serves until `drain`, and then until the calls under way have ended.
    pub(super) async fn serve(self, router: axum::Router, incoming: Incoming) -> Result<(), Error> {
        let Self { leaving, drain, max_connection_age } = self;
        let over = CancellationToken::new();
        let first = {
            let (incoming, drain) = (incoming.first(&over), drain.clone());
            let left = async move {
                let _ = drain.run_until_cancelled(leaving.cancelled()).await;
            };
            server(max_connection_age).serve_with_incoming_shutdown(Routes::from(router.clone()), incoming, left)
        };
        let second = async move {
            if drain.run_until_cancelled(over.cancelled()).await.is_none() {
                return Ok(());
            }
            let server = server(Some(AGE_WHILE_LEAVING));
            server.serve_with_incoming_shutdown(Routes::from(router), incoming, drain.cancelled()).await
        };
        tokio::try_join!(first, second).map(drop)
    }
}

fn server(max_connection_age: Option<Duration>) -> Server {
    let server = Server::builder().http2_keepalive_interval(Some(KEEPALIVE));
    match max_connection_age {
        Some(age) => server.max_connection_age(age),
        None => server,
    }
}
