//! Serving: from an address to a running gRPC server, and back down in order.

use std::fmt::Display;
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::health::Health;
use crate::{access_log, deadline, limit, reflection};

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address with --listen, or port 0 for any free one")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The descriptors do not fit together.
    #[error("preparing reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The server broke down.
    #[error("serving")]
    Transport(#[from] tonic::transport::Error),
}

/// An address that is listened on. Connections wait in line until it is served.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens on `address`; port 0 takes any free one.
    pub async fn bind(address: SocketAddr) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Bind { address, source };
        let tcp = TcpListener::bind(address).await.map_err(failed)?;
        let address = tcp.local_addr().map_err(failed)?;
        Ok(Self { tcp, address })
    }

    /// What is listened on, with the port that was taken.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// How long calls in flight may take to end once a stop was asked for.
    pub drain_timeout: Duration,
    /// How many calls run at once; further ones are told to try again.
    pub most_calls: usize,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { drain_timeout: Duration::from_secs(20), most_calls: 1_024 }
    }
}

/// Serves `services` (their full names) by `routes`, with health, reflection, deadlines, limits and a log, until `stop`.
///
/// `probe` says whether the database answers. After `stop` health says NOT_SERVING, no new call is taken, and this
/// returns when the calls in flight have ended, or after [`ServeOptions::drain_timeout`]. Streams without an end should
/// watch `stop` too.
pub async fn serve<P, F, E>(
    listener: Listener,
    routes: impl Into<RoutesBuilder>,
    services: &[&'static str],
    probe: P,
    stop: CancellationToken,
    options: &ServeOptions,
) -> Result<(), ServeError>
where
    P: Fn() -> F,
    F: Future<Output = Result<(), E>>,
    E: Display,
{
    let health = Health::new(services).await;
    let mut routes = routes.into();
    routes.add_service(health.server());
    reflection::add_reflection(&mut routes, services)?;

    let calls = Arc::new(Semaphore::new(options.most_calls));
    let router = routes
        .routes()
        .prepare()
        .into_axum_router()
        .layer(from_fn(limit::explain_message_size))
        .layer(from_fn_with_state(calls, limit::bound_calls))
        .layer(from_fn(deadline::honour))
        .layer(from_fn(access_log::log_call));

    let drain = CancellationToken::new();
    let server =
        Server::builder().http2_keepalive_interval(Some(Duration::from_secs(30))).serve_with_incoming_shutdown(
            Routes::from(router),
            TcpIncoming::from(listener.tcp).with_nodelay(Some(true)),
            drain.clone().cancelled_owned(),
        );
    let stopping = async {
        health.watch(probe, &stop).await;
        drain.cancel();
        health.close().await;
        tokio::time::sleep(options.drain_timeout).await;
    };
    tokio::select! {
        served = server => served?,
        () = stopping => {
            let waited_ms = options.drain_timeout.as_millis();
            tracing::warn!(waited_ms, "stopped with calls still in flight");
        }
    }
    Ok(())
}

/// Prints the one line on stdout that says what serves where: `ready tracker=127.0.0.1:50051 analysis=127.0.0.1:50052`.
pub fn announce_ready(servers: &[(&str, SocketAddr)]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", ready_line(servers))?;
    out.flush()
}

fn ready_line(servers: &[(&str, SocketAddr)]) -> String {
    servers.iter().fold("ready".to_owned(), |line, (name, address)| format!("{line} {name}={address}"))
}

#[cfg(test)]
mod tests;
