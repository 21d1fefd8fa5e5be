//! What a service says of its own health, watched.

use tokio::sync::watch;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Watches one service.
pub struct Health(watch::Receiver<Vec<ServingStatus>>);

impl Health {
    /// Watches the service of this name at `url`.
    pub async fn watch(url: String, service: &str) -> Self {
        let channel = tonic::transport::Channel::from_shared(url).unwrap().connect().await.unwrap();
        let request = HealthCheckRequest { service: service.to_owned() };
        let mut changes = HealthClient::new(channel).watch(request).await.unwrap().into_inner();
        let (sender, receiver) = watch::channel(vec![ServingStatus::Unknown]);
        tokio::spawn(async move {
            while let Ok(Some(change)) = changes.message().await {
                sender.send_modify(|all| all.push(change.status()));
            }
        });
        Self(receiver)
    }

    /// Waits until it says that it serves.
    pub async fn serves(&mut self) {
        self.says(ServingStatus::Serving).await;
    }

    /// Waits until it says that it does not.
    pub async fn does_not_serve(&mut self) {
        self.says(ServingStatus::NotServing).await;
    }

    /// What it said last.
    pub fn now(&self) -> ServingStatus {
        self.0.borrow().last().copied().unwrap_or_default()
    }

    /// All that it said, one after the other.
    pub fn all_so_far(&self) -> Vec<ServingStatus> {
        self.0.borrow().clone()
    }

    async fn says(&mut self, wanted: ServingStatus) {
        self.0.wait_for(|all| all.last() == Some(&wanted)).await.unwrap();
    }
}
