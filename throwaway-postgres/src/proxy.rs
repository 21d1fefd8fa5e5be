//! A stretch of network in front of a server that a test can break.

mod address;
mod connection;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use address::Target;

/// Listens on a port of its own and passes everything on to a server, until it is told otherwise. Drop it and all that
/// went through it breaks.
pub struct Proxy {
    target: Target,
    address: SocketAddr,
    line: Line,
    /// `None` while connections are refused.
    accepting: Mutex<Option<JoinHandle<()>>>,
}

/// What all connections share.
#[derive(Clone)]
struct Line {
    state: Arc<watch::Sender<State>>,
    seen: Arc<watch::Sender<Seen>>,
}

/// What is done to the bytes.
#[derive(Clone, Debug, Default)]
struct State {
    hangs: bool,
    delay: Duration,
    /// Raised to break every connection there is.
    cuts: u64,
    /// The answer to the first message with these bytes is lost.
    loses_answer_to: Option<&'static [u8]>,
}

/// What the proxy has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connections that were made.
    pub accepted: u64,
    /// Connections that are open.
    pub open: u64,
    /// Pieces that were held back because it hangs, in either direction.
    pub held: u64,
    /// Answers that were lost on purpose.
    pub lost: u64,
}

impl Proxy {
    /// In front of the server that `url` names, by a socket's folder (`?host=/…`) or by a name and a port.
    ///
    /// # Errors
    /// When no port is free, or the address is none.
    pub async fn before(url: &str) -> Result<Self> {
        let target = Target::parse(url)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("listening in front of PostgreSQL")?;
        let address = listener.local_addr().context("reading the proxy's port")?;
        let line = Line { state: Arc::new(watch::Sender::default()), seen: Arc::new(watch::Sender::default()) };
        let proxy = Self { target, address, line, accepting: Mutex::new(None) };
        proxy.accept(listener);
        Ok(proxy)
    }

    /// The address of the same database, through here.
    #[must_use]
    pub fn url(&self) -> String {
        self.target.through(self.address)
    }

    /// Passes everything on again: what was held back goes on its way, and new connections are accepted.
    ///
    /// # Errors
    /// When another program has taken the port meanwhile.
    pub async fn pass(&self) -> Result<()> {
        self.line.state.send_modify(|state| {
            state.hangs = false;
            state.delay = Duration::ZERO;
            state.loses_answer_to = None;
        });
        if self.accepting().is_none() {
            let listener = TcpListener::bind(self.address).await.context("listening in front of PostgreSQL again")?;
            self.accept(listener);
        }
        Ok(())
    }

    /// Breaks every connection there is, so that both ends learn of it. New ones pass.
    pub fn cut(&self) {
        self.line.state.send_modify(|state| state.cuts += 1);
    }

    /// Swallows everything in both directions and says nothing, as a cable does that was pulled; still takes connections.
    pub fn hang(&self) {
        self.line.state.send_modify(|state| state.hangs = true);
    }

    /// Takes no new connections: the port is closed. Those there are stay.
    pub async fn refuse(&self) {
        let accepting = self.accepting().take();
        if let Some(accepting) = accepting {
            accepting.abort();
            // The port is closed once the task is gone.
            let _ = accepting.await;
        }
    }

    /// Holds every piece, in either direction, for so long.
    pub fn delay(&self, by: Duration) {
        self.line.state.send_modify(|state| state.delay = by);
    }

    /// Passes the next message with these bytes on (such as `COMMIT`), but breaks the connection instead of passing on what
    /// the server answers.
    pub fn lose_answer_to(&self, bytes: &'static [u8]) {
        self.line.state.send_modify(|state| state.loses_answer_to = Some(bytes));
    }

    /// What was seen so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        *self.line.seen.borrow()
    }

    /// Waits until `enough` was seen.
    pub async fn until(&self, enough: impl FnMut(&Seen) -> bool) -> Seen {
        let mut seen = self.line.seen.subscribe();
        // The sender lives as long as this does.
        seen.wait_for(enough).await.map_or_else(|_| Seen::default(), |seen| *seen)
    }

    fn accept(&self, listener: TcpListener) {
        let (target, line) = (self.target.clone(), self.line.clone());
        *self.accepting() = Some(tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                line.seen.send_modify(|seen| seen.accepted += 1);
                tokio::spawn(connection::carry(client, target.clone(), line.clone()));
            }
        }));
    }

    fn accepting(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.accepting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(accepting) = self.accepting().take() {
            accepting.abort();
        }
        self.cut();
    }
}
