//! Serving: from an address to a running gRPC server, and back down in order.

mod connection;
mod probes;
mod turns;

use std::fmt::Display;
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::SetOnce;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::AbortOnDropHandle;
use tonic::service::RoutesBuilder;
use tower::ServiceExt as _;

use crate::auth::{self, Guard, TokensError};
use crate::config::Reflection;
use crate::health::Health;
use crate::limit::{self, Room};
use crate::response::rejected;
use crate::status::{Reason, Rejection};
use crate::tls::{TlsError, TlsFiles};
use crate::{access_log, deadline, methods, reflection, watched};
use connection::{Ends, Incoming};
use turns::Turns;

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address with {flag}, or port 0 for any free one")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The flag that chooses it.
        flag: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The descriptors do not fit together.
    #[error("preparing reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The certificates cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The file of tokens cannot be used.
    #[error(transparent)]
    Tokens(#[from] TokensError),
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
    /// Listens on `address`, which `--listen` has chosen; port 0 takes any free one.
    pub async fn bind(address: SocketAddr) -> Result<Self, ServeError> {
        Self::bind_chosen_by("--listen", address).await
    }

    /// The same where another flag has chosen the address.
    pub async fn bind_chosen_by(flag: &'static str, address: SocketAddr) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Bind { address, flag, source };
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
    /// Where health alone is offered too, without TLS.
    pub health_listen: Option<SocketAddr>,
    /// How many calls run at once; further ones are told to try again.
    pub most_calls: usize,
    /// The same for streams.
    pub most_streams: usize,
    /// How long a connection takes new calls before its client is asked to make another; for ever without.
    pub max_connection_age: Option<Duration>,
    /// How long calls are still taken once a stop was asked for.
    pub shutdown_delay: Duration,
    /// How long calls in flight may take to end after that.
    pub drain_timeout: Duration,
    /// The certificates; connections are in the clear without.
    pub tls: Option<TlsFiles>,
    /// Who may call; everybody without.
    pub tokens_file: Option<PathBuf>,
    /// Who may ask for the contract.
    pub reflection: Reflection,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            health_listen: None,
            most_calls: 1_024,
            most_streams: 512,
            max_connection_age: None,
            shutdown_delay: Duration::ZERO,
            drain_timeout: Duration::from_secs(20),
            tls: None,
            tokens_file: None,
            reflection: Reflection::Protected,
        }
    }
}

/// A server that takes connections. Until [`Server::run`] it answers health, with NOT_SERVING, and reflection; other calls
/// are told to try again.
pub struct Server {
    health: Health,
    health_address: Option<SocketAddr>,
    gate: Arc<SetOnce<axum::Router>>,
    serving: AbortOnDropHandle<Result<(), tonic::transport::Error>>,
    stop: CancellationToken,
    /// Cancelled when clients are asked to turn to others, which is at the stop of a server that served.
    leaving: CancellationToken,
    /// Cancelled when calls are to end, which is a while after `stop`.
    drain: CancellationToken,
    /// Cancelled when they have to.
    cut: DropGuard,
    shutdown_delay: Duration,
    drain_timeout: Duration,
    /// See to the files and the second address while the server lives.
    _beside: Vec<AbortOnDropHandle<()>>,
}

/// Where nobody is serving yet, or not any more.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// A call that comes while the server starts waits for so long before it is told to try again.
const STARTS_WITHIN: Duration = Duration::from_secs(2);
/// How long connections that were cut may take to notice.
const CUT: Duration = Duration::from_secs(1);

impl Server {
    /// Begins to listen for `services` (their full names).
    ///
    /// # Errors
    /// [`ServeError`] where an address, a certificate or the file of tokens cannot be used.
    pub async fn start(
        listener: Listener,
        services: &[&'static str],
        stop: CancellationToken,
        options: &ServeOptions,
    ) -> Result<Self, ServeError> {
        let mut beside = Vec::new();
        let mut tls = None;
        if let Some(files) = options.tls.clone() {
            let (current, watching) = watched::watch("certificate", files.paths(), move || files.load())?;
            (tls, _) = (Some(current), beside.push(watching));
        }
        let mut tokens = None;
        if let Some(path) = options.tokens_file.clone() {
            let (current, watching) = watched::watch("file of tokens", vec![path.clone()], move || auth::read(&path))?;
            (tokens, _) = (Some(current), beside.push(watching));
        }
        warn_of_openness(listener.address, tls.is_some(), tokens.is_some());

        services.iter().copied().for_each(methods::serves);
        let health = Health::new(services).await;
        let mut health_address = None;
        if let Some(address) = options.health_listen {
            let (address, serving) = probes::serve(address, health.server()).await?;
            (health_address, _) = (Some(address), beside.push(serving));
        }
        let gate = Arc::new(SetOnce::new());
        let mut routes = RoutesBuilder::default();
        routes.add_service(health.server());
        if options.reflection != Reflection::Off {
            reflection::add_reflection(&mut routes, services)?;
        }
        let guard = Arc::new(Guard { tokens, reflection: options.reflection });
        let room = Arc::new(Room::new(options.most_calls, options.most_streams));
        let (behind, stopping) = (Arc::clone(&gate), stop.clone());
        let router = routes
            .routes()
            .into_axum_router()
            .fallback(move |request| pass(Arc::clone(&behind), stopping.clone(), request))
            .layer(from_fn(limit::explain_message_size))
            .layer(from_fn_with_state(room, limit::bound))
            .layer(from_fn(deadline::honour))
            .layer(from_fn_with_state(guard, auth::check))
            .layer(from_fn(access_log::log_call));

        let (leaving, drain, cut) = (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
        let incoming = Incoming::at(listener.tcp, tls, Ends { drain: drain.clone(), cut: cut.clone() });
        let turns =
            Turns { leaving: leaving.clone(), drain: drain.clone(), max_connection_age: options.max_connection_age };
        tracing::info!(server.address = %listener.address, "listening");
        Ok(Self {
            health,
            health_address,
            gate,
            serving: AbortOnDropHandle::new(tokio::spawn(turns.serve(router, incoming))),
            stop,
            leaving,
            drain,
            cut: cut.drop_guard(),
            shutdown_delay: options.shutdown_delay,
            drain_timeout: options.drain_timeout,
            _beside: beside,
        })
    }

    /// Where health alone answers, if anywhere.
    #[must_use]
    pub const fn health_address(&self) -> Option<SocketAddr> {
        self.health_address
    }

    /// Is cancelled when calls are to end: a while after a stop was asked for. Streams without an end, and work that calls
    /// need, should watch it.
    #[must_use]
    pub fn draining(&self) -> CancellationToken {
        self.drain.clone()
    }

    /// Takes calls by `routes` until it is stopped; `probe` says again and again whether the server can do its work.
    ///
    /// After the stop health says NOT_SERVING, and clients are asked to look for others; after
    /// [`ServeOptions::shutdown_delay`], if it ever said otherwise, no new call is taken, and this returns when the calls in
    /// flight have ended, or were cut off after [`ServeOptions::drain_timeout`].
    ///
    /// # Errors
    /// [`ServeError`] when it breaks down.
    pub async fn run<P, F, E>(self, routes: impl Into<RoutesBuilder>, probe: P) -> Result<(), ServeError>
    where
        P: Fn() -> F,
        F: Future<Output = Result<(), E>>,
        E: Display,
    {
        let _ = self.gate.set(routes.into().routes().prepare().into_axum_router());
        let (health, stop, leaving) = (self.health.clone(), self.stop.clone(), self.leaving.clone());
        let delay = self.shutdown_delay;
        self.drained_after(async {
            let was_serving = health.watch(probe, &stop).await;
            // No balancer sent calls here before.
            if was_serving && !delay.is_zero() {
                let delay_ms = delay.as_millis();
                tracing::info!(delay_ms, "not serving any more; calls are still taken until clients have found others");
                leaving.cancel();
                tokio::time::sleep(delay).await;
            }
        })
        .await
    }

    /// Ends a server that was told to stop before it could [`Server::run`]. Nobody waits for balancers: health never said
    /// SERVING.
    ///
    /// # Errors
    /// As [`Server::run`].
    pub async fn end(self) -> Result<(), ServeError> {
        self.drained_after(std::future::ready(())).await
    }

    /// Serves until `stopped` has come to pass, and then until calls in flight have ended.
    async fn drained_after(self, stopped: impl Future<Output = ()>) -> Result<(), ServeError> {
        let Self { health, mut serving, drain, cut, drain_timeout, _beside, .. } = self;
        let stopping = async {
            stopped.await;
            drain.cancel();
            health.close().await;
            tokio::time::sleep(drain_timeout).await;
        };
        let ended = tokio::select! {
            ended = &mut serving => ended,
            () = stopping => {
                tracing::warn!(waited_ms = drain_timeout.as_millis(), "stopped with calls still in flight");
                drop(cut);
                match tokio::time::timeout(CUT, &mut serving).await {
                    Ok(ended) => ended,
                    Err(_) => Ok(Ok(())),
                }
            }
        };
        // Also where the server broke down: nobody must go on behind its back.
        drain.cancel();
        ended.unwrap_or_else(|error| {
            tracing::error!(error.message = %error, "the server broke down");
            Ok(())
        })?;
        Ok(())
    }
}

/// Passes a call on to the services. One that comes before they are there waits a little: what starts is mostly there soon.
async fn pass(gate: Arc<SetOnce<axum::Router>>, stop: CancellationToken, request: Request) -> Response {
    let services = match gate.get() {
        Some(services) => Some(services),
        None => {
            let waiting = stop.run_until_cancelled(gate.wait());
            tokio::time::timeout(STARTS_WITHIN, waiting).await.ok().flatten()
        }
    };
    match services {
        // It cannot fail.
        Some(services) => services.clone().oneshot(request).await.unwrap_or_else(|never| match never {}),
        None if stop.is_cancelled() => {
            rejected(Rejection::unavailable(Reason::ShuttingDown, "the server is stopping; try again", RETRY_AFTER))
        }
        None => rejected(Rejection::unavailable(
            Reason::Starting,
            "the server waits for its database and does not serve yet; try again",
            RETRY_AFTER,
        )),
    }
}

fn warn_of_openness(address: SocketAddr, tls: bool, tokens: bool) {
    if address.ip().is_loopback() {
        return;
    }
    match (tls, tokens) {
        (_, false) => {
            tracing::warn!("whoever reaches this server may do everything: set tokens_file to let in only some")
        }
        (false, true) => {
            tracing::warn!(
                "tokens reach this server in the clear: set tls_cert_file and tls_key_file where nobody else encrypts"
            );
        }
        (true, true) => {}
    }
}

/// [`Server::start`] and [`Server::run`] in one, for services that need not wait for anything.
///
/// # Errors
/// As both.
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
    Server::start(listener, services, stop, options).await?.run(routes, probe).await
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
