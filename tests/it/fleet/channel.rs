//! A channel to several replicas that behaves as gRPC's `round_robin` does, for calls without a stream.
//!
//! - A connection takes calls once the server has said a word on it; it is made again a moment after it broke.
//! - Calls go to the connections in turn. One that found no connection waits for the first.
//! - A call that never left the caller, because its connection had ended before, goes to the next connection. One that the
//!   server says it has not looked at (GOAWAY, REFUSED_STREAM) does so once. Both are what every gRPC library does unasked
//!   ("transparent retries", gRFC A6). Anything else that a call comes to is its outcome.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::select_all;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio_util::task::AbortOnDropHandle;
use tonic::Status;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, ClientTlsConfig, Endpoint, Uri};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// The time between two tries to connect.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection that shows a token with every call.
pub type Caller = InterceptedService<Channel, Bearer>;

/// Shows a token.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// This one.
    pub fn new(token: &str) -> Self {
        Self(format!("Bearer {token}").parse().unwrap())
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// See the module.
pub struct RoundRobin {
    replicas: Vec<Replica>,
    token: Bearer,
    turn: AtomicUsize,
    /// Calls that were made again because they never left the caller.
    pub unsent: AtomicU64,
    /// Calls that were made again because the server had not looked at them.
    pub refused: AtomicU64,
}

struct Replica {
    ready: watch::Receiver<Option<Channel>>,
    broken: Arc<Notify>,
    _connecting: AbortOnDropHandle<()>,
}

impl RoundRobin {
    /// To the servers at these addresses.
    pub fn new(addresses: &[String], tls: &ClientTlsConfig, token: &str) -> Self {
        let replicas = addresses.iter().map(|address| Replica::new(address.clone(), tls.clone())).collect();
        let (unsent, refused) = (AtomicU64::default(), AtomicU64::default());
        Self { replicas, token: Bearer::new(token), turn: AtomicUsize::default(), unsent, refused }
    }

    /// What a call comes to.
    pub async fn call<T, F>(&self, call: impl Fn(Caller) -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let mut refused = false;
        loop {
            let (replica, channel) = self.next().await;
            let status = match call(InterceptedService::new(channel, self.token.clone())).await {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            };
            match fate(&status) {
                Fate::Unsent => self.unsent.fetch_add(1, Ordering::Relaxed),
                Fate::Refused if !refused => {
                    refused = true;
                    self.refused.fetch_add(1, Ordering::Relaxed)
                }
                _ => return Err(status),
            };
            replica.broken.notify_one();
        }
    }

    /// The next connection in turn; waits where there is none.
    async fn next(&self) -> (&Replica, Channel) {
        loop {
            for _ in &self.replicas {
                let replica = &self.replicas[self.turn.fetch_add(1, Ordering::Relaxed) % self.replicas.len()];
                if let Some(channel) = replica.ready.borrow().clone() {
                    return (replica, channel);
                }
            }
            let mut waiting: Vec<_> = self.replicas.iter().map(|replica| replica.ready.clone()).collect();
            select_all(waiting.iter_mut().map(|ready| Box::pin(ready.wait_for(Option::is_some)))).await.0.unwrap();
        }
    }

    /// Gives all connections up for new ones: a stream has ended, and with it maybe the connection that it was on.
    pub fn renew(&self) {
        self.replicas.iter().for_each(|replica| replica.broken.notify_one());
    }

    /// The same, to be used at once for a stream.
    pub async fn stream(&self) -> Caller {
        InterceptedService::new(self.next().await.1, self.token.clone())
    }
}

impl Replica {
    fn new(address: String, tls: ClientTlsConfig) -> Self {
        let (sender, ready) = watch::channel(None);
        let broken = Arc::new(Notify::new());
        let lost = Arc::clone(&broken);
        let connecting = tokio::spawn(async move {
            loop {
                if let Some(channel) = connect(&address, &tls).await {
                    sender.send_replace(Some(channel));
                    lost.notified().await;
                    sender.send_replace(None);
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        Self { ready, broken, _connecting: AbortOnDropHandle::new(connecting) }
    }
}

/// One connection, on which the server has answered already. When it ends it is not made again by itself.
pub async fn connect(address: &str, tls: &ClientTlsConfig) -> Option<Channel> {
    let endpoint = Endpoint::from_shared(format!("https://{address}")).unwrap().tls_config(tls.clone()).unwrap();
    let used = Arc::new(AtomicBool::new(false));
    let once = tower::service_fn(move |url: Uri| {
        let again = used.swap(true, Ordering::Relaxed);
        async move {
            if again {
                return Err(io::Error::from(io::ErrorKind::NotConnected));
            }
            TcpStream::connect(url.authority().unwrap().as_str()).await.map(TokioIo::new)
        }
    });
    let channel = endpoint.connect_with_connector(once).await.ok()?;
    let word = HealthClient::new(channel.clone()).check(HealthCheckRequest { service: "liveness".to_owned() }).await;
    word.is_ok().then_some(channel)
}

/// What became of a call that did not end well.
enum Fate {
    /// It never left the caller.
    Unsent,
    /// The server has not looked at it, and says so.
    Refused,
    /// Anything else.
    Failed,
}

/// Whether a call was never looked at by a server.
pub fn has_no_answer(status: &Status) -> bool {
    !matches!(fate(status), Fate::Failed)
}

fn fate(status: &Status) -> Fate {
    let mut cause: Option<&(dyn Error + 'static)> = Some(status);
    while let Some(error) = cause {
        let unsent = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled);
        if unsent || error.is::<tonic::ConnectError>() {
            return Fate::Unsent;
        }
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let refuses = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR)
                || error.reason() == Some(h2::Reason::REFUSED_STREAM);
            return if error.is_remote() && refuses { Fate::Refused } else { Fate::Failed };
        }
        cause = error.source();
    }
    Fate::Failed
}
