//! Connections as the server takes them: in the clear or by TLS, and cut off when the server ends by force.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::server::Connected;

use crate::watched::Current;

/// A client that has not agreed on its encryption within this time is not waited for.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// So many agree on it at once; further ones wait in line.
const HANDSHAKES: usize = 256;
/// When the system has no room for another connection, some should end before the next try.
const NO_ROOM: Duration = Duration::from_millis(50);

/// One connection.
pub(super) struct Connection {
    io: Io,
    address: SocketAddr,
    /// Until the client has said its first word: whoever connects and then says nothing would hold a stop up.
    silent: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// When connections end that do not end by themselves.
#[derive(Clone)]
pub(super) struct Ends {
    /// Cancelled when no new calls are taken: those of which nothing was heard yet.
    pub drain: CancellationToken,
    /// Cancelled when the server has to end: all.
    pub cut: CancellationToken,
}

enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// The connections that arrive at an address. One takes them at a time; who follows takes the later ones.
pub(super) struct Incoming {
    connections: Arc<Mutex<mpsc::Receiver<io::Result<Connection>>>>,
    /// The listener is closed when nobody is left to take any.
    accepting: Arc<AbortOnDropHandle<()>>,
    /// Says that somebody else may take them.
    _turn: Option<DropGuard>,
}

impl Incoming {
    /// Those that arrive at `listener`; they break as `ends` says.
    pub(super) fn at(listener: TcpListener, tls: Option<Current<ServerConfig>>, ends: Ends) -> Self {
        let (sender, receiver) = mpsc::channel(64);
        let accepting = AbortOnDropHandle::new(tokio::spawn(accept(listener, tls, ends, sender)));
        Self { connections: Arc::new(Mutex::new(receiver)), accepting: Arc::new(accepting), _turn: None }
    }

    /// The same for another, who takes them first; `over` is cancelled when that one has taken the last.
    pub(super) fn first(&self, over: &CancellationToken) -> Self {
        Self {
            connections: Arc::clone(&self.connections),
            accepting: Arc::clone(&self.accepting),
            _turn: Some(over.clone().drop_guard()),
        }
    }
}

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).poll_recv(context)
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<Current<ServerConfig>>,
    ends: Ends,
    sender: mpsc::Sender<io::Result<Connection>>,
) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error.message = %error, "a connection could not be taken");
                tokio::time::sleep(NO_ROOM).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let Some(tls) = &tls else {
            if sender.send(Ok(Connection::new(Io::Plain(stream), address, &ends))).await.is_err() {
                return;
            }
            continue;
        };
        let acceptor = TlsAcceptor::from(Arc::clone(&tls.borrow()));
        // Never closed.
        let Ok(turn) = Arc::clone(&handshakes).acquire_owned().await else { return };
        let (sender, ends) = (sender.clone(), ends.clone());
        tokio::spawn(async move {
            let _turn = turn;
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let _ = sender.send(Ok(Connection::new(Io::Tls(Box::new(stream)), address, &ends))).await;
                }
                Ok(Err(error)) => {
                    tracing::debug!(client.address = %address, error.message = %error, "no TLS with a client")
                }
                Err(_) => tracing::debug!(client.address = %address, "a client took too long to agree on TLS"),
            }
        });
    }
}

impl Connected for Connection {
    type ConnectInfo = SocketAddr;

    fn connect_info(&self) -> SocketAddr {
        self.address
    }
}

impl Connection {
    fn new(io: Io, address: SocketAddr, ends: &Ends) -> Self {
        let wait = |token: &CancellationToken| Box::pin(token.clone().cancelled_owned());
        Self { io, address, silent: Some(wait(&ends.drain)), cut: wait(&ends.cut) }
    }

    fn is_cut(&mut self, context: &mut Context<'_>) -> Result<(), io::Error> {
        let silent = self.silent.as_mut().map(|drain| drain.as_mut().poll(context));
        if silent == Some(Poll::Ready(())) || self.cut.as_mut().poll(context).is_ready() {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the server has ended"));
        }
        Ok(())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.is_cut(context)?;
        let before = buffer.filled().len();
        let read = match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_read(context, buffer),
            Io::Tls(io) => Pin::new(io).poll_read(context, buffer),
        };
        if buffer.filled().len() > before {
            self.silent = None;
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_write(context, bytes),
            Io::Tls(io) => Pin::new(io).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_flush(context),
            Io::Tls(io) => Pin::new(io).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_shutdown(context),
            Io::Tls(io) => Pin::new(io).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_write_vectored(context, slices),
            Io::Tls(io) => Pin::new(io).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Plain(io) => io.is_write_vectored(),
            Io::Tls(io) => io.is_write_vectored(),
        }
    }
}
