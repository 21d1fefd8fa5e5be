//! Connections to the two services.

use std::net::SocketAddr;
use std::time::Duration;

use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Response, Status};

use crate::cli::Globals;
use crate::failure::{Failure, Outcome};

/// Where the services are and how long to wait for them.
#[derive(Clone, Debug)]
pub struct Services {
    tracker: Uri,
    analysis: Uri,
    timeout: Duration,
}

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// TrackingService.
    Tracking,
    /// AnalysisService.
    Analysis,
}

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
    /// The services that the flags name.
    #[must_use]
    pub fn new(globals: &Globals) -> Self {
        Self { tracker: globals.tracker.clone(), analysis: globals.analysis.clone(), timeout: globals.timeout }
    }

    /// Services at known addresses of this machine.
    ///
    /// # Errors
    /// When an address cannot be written as a URL.
    pub fn at(tracker: SocketAddr, analysis: SocketAddr, timeout: Duration) -> anyhow::Result<Self> {
        let url = |address: SocketAddr| format!("http://{address}").parse::<Uri>();
        Ok(Self { tracker: url(tracker)?, analysis: url(analysis)?, timeout })
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
    /// [`Failure::Unreachable`] when nobody answers there.
    pub async fn connect(&self, service: Service) -> Outcome<Channel> {
        let url = self.url(service);
        let endpoint = Endpoint::from(url.clone())
            .connect_timeout(self.timeout.min(Duration::from_secs(5)))
            .timeout(self.timeout)
            .user_agent(concat!("perfctl/", env!("CARGO_PKG_VERSION")))
            .map_err(|error| Failure::Other(error.into()))?;
        endpoint.connect().await.map_err(|error| Failure::Unreachable {
            service: service.name().to_owned(),
            url: shown(url),
            cause: innermost(&error),
        })
    }

    /// A client of TrackingService.
    ///
    /// # Errors
    /// As [`Services::connect`].
    pub async fn tracking(&self) -> Outcome<TrackingServiceClient<Channel>> {
        let channel = self.connect(Service::Tracking).await?;
        Ok(TrackingServiceClient::new(channel).max_decoding_message_size(LARGEST_ANSWER_BYTES))
    }

    /// A client of AnalysisService.
    ///
    /// # Errors
    /// As [`Services::connect`].
    pub async fn analysis(&self) -> Outcome<AnalysisServiceClient<Channel>> {
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

/// As it was given: without the slash that a URI ends with.
fn shown(url: &Uri) -> String {
    url.to_string().trim_end_matches('/').to_owned()
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
