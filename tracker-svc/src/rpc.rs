//! `TrackingService`, call by call. Each file turns a message into domain values, asks the store, and turns the answer
//! back into a message.

mod delete_alert;
mod get_alert;
mod get_performance;
pub(crate) mod ingest;
mod list_alerts;
mod list_configs;
mod list_prices;
mod record_alert;
mod record_alerts;
mod record_config;
mod record_prices;
mod relabel_outcomes;
mod watch_events;

use std::pin::Pin;

use futures::Stream;
use perftrack::v1::tracking_service_server::TrackingService;
use perftrack::v1::{
    DeleteAlertRequest, DeleteAlertResponse, GetAlertRequest, GetAlertResponse, GetPerformanceRequest,
    GetPerformanceResponse, ListAlertsRequest, ListAlertsResponse, ListConfigsRequest, ListConfigsResponse,
    ListPricesRequest, ListPricesResponse, RecordAlertRequest, RecordAlertResponse, RecordAlertsRequest,
    RecordAlertsResponse, RecordConfigRequest, RecordConfigResponse, RecordPricesRequest, RecordPricesResponse,
    RelabelOutcomesRequest, RelabelOutcomesResponse, WatchEventsRequest, WatchEventsResponse,
};
use service::clock::Clock;
use store::{Rules, Store};
use tonic::{Request, Response, Status, Streaming};

use crate::events::Events;
use crate::shadow_sample::ShadowSample;
use crate::tracking::Tracking;
use ingest::Ingest;

/// What every call needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Calls {
    /// The database.
    pub store: Store,
    /// The rules that outcomes follow.
    pub rules: Rules,
    /// The only clock.
    pub clock: Clock,
    /// The loop: takes a first look at what was just recorded, and tells what happened.
    pub tracking: Tracking,
    /// What happens, for those who watch.
    pub events: Events,
    /// Which shadow alerts are followed.
    pub shadow_sample: ShadowSample,
    /// What the streams share.
    pub ingest: Ingest,
}

/// A stream of answers.
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl TrackingService for Calls {
    async fn record_alert(
        &self,
        request: Request<RecordAlertRequest>,
    ) -> Result<Response<RecordAlertResponse>, Status> {
        Ok(Response::new(record_alert::record_alert(self, request.into_inner()).await?))
    }

    type RecordAlertsStream = Answers<RecordAlertsResponse>;

    async fn record_alerts(
        &self,
        request: Request<Streaming<RecordAlertsRequest>>,
    ) -> Result<Response<Self::RecordAlertsStream>, Status> {
        Ok(Response::new(record_alerts::record_alerts(self.clone(), request.into_inner())?))
    }

    type RecordPricesStream = Answers<RecordPricesResponse>;

    async fn record_prices(
        &self,
        request: Request<Streaming<RecordPricesRequest>>,
    ) -> Result<Response<Self::RecordPricesStream>, Status> {
        Ok(Response::new(record_prices::record_prices(self.clone(), request.into_inner())?))
    }

    async fn get_performance(
        &self,
        request: Request<GetPerformanceRequest>,
    ) -> Result<Response<GetPerformanceResponse>, Status> {
        Ok(Response::new(get_performance::get_performance(self, request.into_inner()).await?))
    }

    async fn get_alert(&self, request: Request<GetAlertRequest>) -> Result<Response<GetAlertResponse>, Status> {
        Ok(Response::new(get_alert::get_alert(self, request.into_inner()).await?))
    }

    async fn list_alerts(&self, request: Request<ListAlertsRequest>) -> Result<Response<ListAlertsResponse>, Status> {
        Ok(Response::new(list_alerts::list_alerts(self, request.into_inner()).await?))
    }

    async fn list_prices(&self, request: Request<ListPricesRequest>) -> Result<Response<ListPricesResponse>, Status> {
        Ok(Response::new(list_prices::list_prices(self, request.into_inner()).await?))
    }

    async fn record_config(
        &self,
        request: Request<RecordConfigRequest>,
    ) -> Result<Response<RecordConfigResponse>, Status> {
        Ok(Response::new(record_config::record_config(self, request.into_inner()).await?))
    }

    async fn list_configs(
        &self,
        request: Request<ListConfigsRequest>,
    ) -> Result<Response<ListConfigsResponse>, Status> {
        Ok(Response::new(list_configs::list_configs(self, request.into_inner()).await?))
    }

    async fn delete_alert(
        &self,
        request: Request<DeleteAlertRequest>,
    ) -> Result<Response<DeleteAlertResponse>, Status> {
        Ok(Response::new(delete_alert::delete_alert(self, request.into_inner()).await?))
    }

    type RelabelOutcomesStream = Answers<RelabelOutcomesResponse>;

    async fn relabel_outcomes(
        &self,
        request: Request<RelabelOutcomesRequest>,
    ) -> Result<Response<Self::RelabelOutcomesStream>, Status> {
        Ok(Response::new(relabel_outcomes::relabel_outcomes(self, request.into_inner())?))
    }

    type WatchEventsStream = Answers<WatchEventsResponse>;

    async fn watch_events(
        &self,
        request: Request<WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        Ok(Response::new(watch_events::watch_events(self, request.into_inner()).await?))
    }
}
