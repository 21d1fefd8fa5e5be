//! Connections to the two services.

mod bearer;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Uri};
use tonic::{Response, Status};

use crate::cli::{Globals, service_url};
use crate::context;
use crate::failure::{Failure, Outcome, innermost, usage};

pub use bearer::Bearer;

/// A connection to a service, which shows the token with every call.
pub type Connection = InterceptedService<Channel, Bearer>;

/// Where the services are, what they need to be reached, and how long to wait for them.
#[derive(Clone, Debug)]
pub struct Services {
    tracker: Uri,
    analysis: Uri,
    timeout: Duration,
    bearer: Bearer,
    allow_plaintext_token: bool,
    authorities: Option<Certificate>,
    identity: Option<Identity>,
}

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// TrackingService.
    Tracking,
    /// AnalysisService.
    Analysis,
}

const DEFAULT_TRACKER: &str = "http://127.0.0.1:50051";
const DEFAULT_ANALYSIS: &str = "http://127.0.0.1:50052";

/// The largest answer that is read: a page of 1,000 alerts with everything that they can carry.
const LARGEST_ANSWER_BYTES: usize = 256 * 1024 * 1024;

impl Service {
    /// Its name in the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tracking => "TrackingService",
            Self::Analysis => "AnalysisService",
        }
    }
}

impl Services {
    /// The services that the flags name, else the environment, else the context.
    ///
    /// # Errors
    /// When a file that was named cannot be used.
    pub fn new(globals: &Globals) -> Outcome<Self> {
        let contexts = std::env::var_os("PERFTRACK_CONTEXTS_FILE").map(PathBuf::from);
        let context = context::read(globals.context.as_deref(), contexts.as_deref())?;
        let url = |given: &Option<Uri>, of_context: &Option<String>, default: &str| match (given, of_context) {
            (Some(url), _) => Ok(url.clone()),
            (None, of_context) => service_url(of_context.as_deref().unwrap_or(default)).map_err(usage),
        };
        let secret = std::env::var("PERFTRACK_TOKEN").ok().filter(|token| !token.trim().is_empty());
        let secret = secret.filter(|_| globals.token_file.is_none());
        let token = match (secret, globals.token_file.as_ref().or(context.token_file.as_ref())) {
            (Some(token), _) => Some(token),
            (None, Some(path)) => Some(String::from_utf8_lossy(&file("the token", path)?).into_owned()),
            (None, None) => None,
        };
        let authorities = globals.ca_file.as_ref().or(context.ca_file.as_ref());
        let certificate = globals.client_cert_file.as_ref().or(context.client_cert_file.as_ref());
        let key = globals.client_key_file.as_ref().or(context.client_key_file.as_ref());
        let identity = match (certificate, key) {
            (Some(certificate), Some(key)) => {
                Some(Identity::from_pem(file("the certificate", certificate)?, file("the private key", key)?))
            }
            (None, None) => None,
            _ => return Err(usage("a client certificate and its private key go together: give both or neither")),
        };
        Ok(Self {
            tracker: url(&globals.tracker, &context.tracker, DEFAULT_TRACKER)?,
            analysis: url(&globals.analysis, &context.analysis, DEFAULT_ANALYSIS)?,
            timeout: globals.timeout,
            bearer: token.as_deref().map_or(Ok(Bearer::NONE), Bearer::new)?,
            allow_plaintext_token: globals.allow_plaintext_token || context.allow_plaintext_token,
            authorities: authorities
                .map(|path| file("the authorities", path).map(Certificate::from_pem))
                .transpose()?,
            identity,
        })
    }

    /// Those of this machine, for what asks nobody: no file is read.
    #[must_use]
    pub fn unasked(timeout: Duration) -> Self {
        Self {
            tracker: Uri::from_static(DEFAULT_TRACKER),
            analysis: Uri::from_static(DEFAULT_ANALYSIS),
            timeout,
            bearer: Bearer::NONE,
            allow_plaintext_token: false,
            authorities: None,
            identity: None,
        }
    }

    /// Services at known addresses of this machine.
    ///
    /// # Errors
    /// When an address cannot be written as a URL.
    pub fn at(tracker: SocketAddr, analysis: SocketAddr, timeout: Duration) -> anyhow::Result<Self> {
        let url = |address: SocketAddr| format!("http://{address}").parse::<Uri>();
        Ok(Self { tracker: url(tracker)?, analysis: url(analysis)?, ..Self::unasked(timeout) })
    }

    /// Where a service is.
    #[must_use]
    pub const fn url(&self, service: Service) -> &Uri {
        match service {
            Service::Tracking => &self.tracker,
            Service::Analysis => &self.analysis,
        }
    }

    /// How long to wait for an answer.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A connection to `service`.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when nobody answers there; [`Failure::Usage`] where a token would travel in the clear.
    pub async fn connect(&self, service: Service) -> Outcome<Connection> {
        let url = self.url(service);
        if self.bearer.is_exposed_to(url) && !self.allow_plaintext_token {
            return Err(usage(format!(
                "the token was not sent to {}, since anybody on the way could read it: say https:// where the server has \
                 TLS; where something else encrypts the way (a tunnel, a mesh), say --allow-plaintext-token",
                shown(url)
            )));
        }
        let mut endpoint = Endpoint::from(url.clone())
            .connect_timeout(self.timeout.min(Duration::from_secs(5)))
            .timeout(self.timeout)
            .user_agent(concat!("perfctl/", env!("CARGO_PKG_VERSION")))
            .map_err(|error| Failure::Other(error.into()))?;
        if url.scheme_str() == Some("https") {
            endpoint = endpoint
                .tls_config(self.tls())
                .map_err(|error| usage(format!("TLS with {} cannot be prepared: {}", shown(url), innermost(&error))))?;
        }
        let channel = endpoint.connect().await.map_err(|error| Failure::Unreachable {
            service: service.name().to_owned(),
            url: shown(url),
            cause: innermost(&error),
        })?;
        Ok(InterceptedService::new(channel, self.bearer.clone()))
    }

    fn tls(&self) -> ClientTlsConfig {
        let tls = match &self.authorities {
            Some(authorities) => ClientTlsConfig::new().ca_certificate(authorities.clone()),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        match &self.identity {
            Some(identity) => tls.identity(identity.clone()),
            None => tls,
        }
    }

    /// A client of TrackingService.
    ///
    /// # Errors
    /// As [`Services::connect`].
    pub async fn tracking(&self) -> Outcome<TrackingServiceClient<Connection>> {
        let channel = self.connect(Service::Tracking).await?;
        Ok(TrackingServiceClient::new(channel).max_decoding_message_size(LARGEST_ANSWER_BYTES))
    }

    /// A client of AnalysisService.
    ///
    /// # Errors
    /// As [`Services::connect`].
    pub async fn analysis(&self) -> Outcome<AnalysisServiceClient<Connection>> {
        let channel = self.connect(Service::Analysis).await?;
        Ok(AnalysisServiceClient::new(channel).max_decoding_message_size(LARGEST_ANSWER_BYTES))
    }

    /// The answer to a call of `method`, or why there is none.
    ///
    /// # Errors
    /// What the call came to.
    pub fn answer<T>(&self, service: Service, method: &str, result: Result<Response<T>, Status>) -> Outcome<T> {
        result.map(Response::into_inner).map_err(|status| self.failure(service, method, &status))
    }

    /// What a call of `method` that ended with `status` came to.
    #[must_use]
    pub fn failure(&self, service: Service, method: &str, status: &Status) -> Failure {
        let method = format!("{}.{method}", service.name());
        Failure::of_call(service.name(), &shown(self.url(service)), &method, status)
    }
}

fn file(what: &str, path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| usage(format!("{what} in {} cannot be read: {error}", path.display())))
}

/// As it was given: without the slash that a URI ends with.
fn shown(url: &Uri) -> String {
    url.to_string().trim_end_matches('/').to_owned()
}
