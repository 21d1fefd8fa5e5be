mod credentials;
mod health;
mod limits;
mod reflection;
mod starting_and_stopping;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request as HttpRequest, Response as HttpResponse};
use axum::routing::{get, post};
use perftrack::v1;
use perftrack::v1::tracking_service_client::TrackingServiceClient;
use perftrack::v1::tracking_service_server::SERVICE_NAME;
use prost::Message;
use prost_types::FileDescriptorProto;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1 as reflection_v1;
use tonic_reflection::pb::v1alpha as reflection_v1alpha;
use tonic_types::StatusExt;

use super::*;

/// A server on a free port that is stopped at the end of its test.
struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    healthy: Arc<AtomicBool>,
    server: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    async fn stopped(self) {
        self.stop.cancel();
        self.server.await.unwrap().unwrap();
    }
}

async fn start(routes: impl Into<RoutesBuilder>, options: ServeOptions) -> Running {
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.address();
    let (stop, healthy) = (CancellationToken::new(), Arc::new(AtomicBool::new(true)));
    let (routes, token, flag) = (routes.into(), stop.clone(), healthy.clone());
    let server = tokio::spawn(async move {
        let probe = || {
            let healthy = flag.load(Ordering::SeqCst);
            async move { if healthy { Ok(()) } else { Err("the database is away") } }
        };
        serve(listener, routes, &[SERVICE_NAME], probe, token, &options).await
    });
    Running { address, stop, healthy, server }
}

/// Watches the health of a service until it is `wanted`.
async fn becomes(channel: Channel, service: &str, wanted: ServingStatus) {
    let request = HealthCheckRequest { service: service.to_owned() };
    let mut changes = HealthClient::new(channel).watch(request).await.unwrap().into_inner();
    while changes.message().await.unwrap().unwrap().status() != wanted {}
}
