//! `AnalysisService`: one file per RPC, from message to question and from answer to message.

mod ask;
mod config;
mod correlate;
mod discover_patterns;
mod list_gates;
mod list_performers;
mod list_recommendations;
mod message;
mod question;
mod recommend;
mod simulate;

use std::sync::Arc;
use std::time::Duration;

use domain::filter::Filter;
use domain::gate::Catalogue;
use perftrack::v1::analysis_service_server::AnalysisService;
use perftrack::v1::{
    AskRequest, CorrelateRequest, CorrelateResponse, DiscoverPatternsRequest, DiscoverPatternsResponse,
    ListGatesRequest, ListGatesResponse, ListPerformersRequest, ListPerformersResponse, ListRecommendationsRequest,
    ListRecommendationsResponse, RecommendRequest, RecommendResponse, SimulateRequest, SimulateResponse,
};
use service::clock::Clock;
use service::status::{Reason, Rejection};
use store::Store;
use tonic::{Request, Response, Status};

use crate::advice::cooldown::CooldownRule;
use crate::dataset::filter::Kept;
use crate::dataset::{Dataset, DatasetError, Snapshot};
use crate::progress::{Stopped, Watch};

/// When to ask again where alerts change faster than they are looked through.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What answers the calls. Cheap to clone.
#[derive(Clone)]
pub struct Analysis {
    pub(crate) store: Store,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) clock: Clock,
    pub(crate) cooldown: CooldownRule,
}

impl Analysis {
    /// The data as it is now.
    async fn snapshot(&self) -> Result<Arc<Snapshot>, Rejection> {
        Ok(self.dataset.snapshot().await?)
    }

    /// The data as it is now, and which of it a filter keeps.
    async fn kept(&self, filter: &Filter) -> Result<(Arc<Snapshot>, Kept), Rejection> {
        Ok(self.dataset.kept(filter).await?)
    }

    /// Computes away from the threads that serve connections.
    async fn compute<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        tokio::task::spawn_blocking(work).await.map_err(|error| Rejection::internal(doing, &error))
    }

    /// The same for work that lasts: when the caller goes away, `watch` says so to the work.
    async fn compute_watched<T: Send + 'static>(
        &self,
        doing: &'static str,
        watch: &Watch,
        work: impl FnOnce(&Watch) -> Result<T, Stopped> + Send + 'static,
    ) -> Result<T, Rejection> {
        let _waiting = watch.waiting();
        let watch = watch.clone();
        self.compute(doing, move || work(&watch)).await?.map_err(Rejection::from)
    }
}

impl From<Stopped> for Rejection {
    fn from(stopped: Stopped) -> Self {
        Self::cancelled(stopped.to_string())
    }
}

impl From<DatasetError> for Rejection {
    fn from(error: DatasetError) -> Self {
        match error {
            DatasetError::Store(error) => error.into(),
            DatasetError::TooLarge { .. } => Self::exhausted(Reason::DatasetTooLarge, error.to_string()),
            DatasetError::Moving => Self::unavailable(Reason::StoreUnavailable, error.to_string(), RETRY_AFTER),
            DatasetError::Interrupted(error) => Self::internal("laying out the dataset", &error),
        }
    }
}

#[tonic::async_trait]
impl AnalysisService for Analysis {
    async fn correlate(&self, request: Request<CorrelateRequest>) -> Result<Response<CorrelateResponse>, Status> {
        let _work = self.clock.work();
        Ok(Response::new(correlate::correlate(self, request.into_inner(), &Watch::default()).await?))
    }

    async fn recommend(&self, request: Request<RecommendRequest>) -> Result<Response<RecommendResponse>, Status> {
        let _work = self.clock.work();
        Ok(Response::new(recommend::recommend(self, request.into_inner(), &Watch::default()).await?))
    }

    async fn list_performers(
        &self,
        request: Request<ListPerformersRequest>,
    ) -> Result<Response<ListPerformersResponse>, Status> {
        let _work = self.clock.work();
        Ok(Response::new(list_performers::list_performers(self, request.into_inner()).await?))
    }

    async fn list_gates(&self, _: Request<ListGatesRequest>) -> Result<Response<ListGatesResponse>, Status> {
        Ok(Response::new(list_gates::list_gates(&self.catalogue)))
    }

    async fn discover_patterns(
        &self,
        request: Request<DiscoverPatternsRequest>,
    ) -> Result<Response<DiscoverPatternsResponse>, Status> {
        let _work = self.clock.work();
        let watch = Watch::default();
        Ok(Response::new(discover_patterns::discover_patterns(self, request.into_inner(), &watch).await?))
    }

    async fn simulate(&self, request: Request<SimulateRequest>) -> Result<Response<SimulateResponse>, Status> {
        let _work = self.clock.work();
        Ok(Response::new(simulate::simulate(self, request.into_inner(), &Watch::default()).await?))
    }

    type AskStream = ask::Answers;

    async fn ask(&self, request: Request<AskRequest>) -> Result<Response<Self::AskStream>, Status> {
        Ok(Response::new(ask::ask(self.clone(), request.into_inner())?))
    }

    async fn list_recommendations(
        &self,
        request: Request<ListRecommendationsRequest>,
    ) -> Result<Response<ListRecommendationsResponse>, Status> {
        let _work = self.clock.work();
        Ok(Response::new(list_recommendations::list_recommendations(self, request.into_inner()).await?))
    }
}
