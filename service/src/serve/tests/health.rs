//! What health says.

use super::*;

#[tokio::test]
async fn health_follows_the_database_for_every_service_and_for_the_whole() {
    let running = start(RoutesBuilder::default(), ServeOptions::default()).await;
    let channel = running.channel().await;
    for name in ["", SERVICE_NAME] {
        becomes(channel.clone(), name, ServingStatus::Serving).await;
    }
    running.healthy.store(false, Ordering::SeqCst);
    becomes(channel.clone(), "", ServingStatus::NotServing).await;
    let unknown = HealthCheckRequest { service: "perftrack.v1.Nothing".to_owned() };
    assert_eq!(HealthClient::new(channel).check(unknown).await.unwrap_err().code(), Code::NotFound);
    running.stopped().await;
}

#[tokio::test]
async fn a_probe_is_told_that_the_process_lives_whatever_the_database_does() {
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let options =
        ServeOptions { health_listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))), ..ServeOptions::default() };
    let stop = CancellationToken::new();
    let server = Server::start(listener, &[SERVICE_NAME], stop.clone(), &options).await.unwrap();
    let probe_address = server.health_address().unwrap();
    let running = tokio::spawn(server.run(RoutesBuilder::default(), || async { Err::<(), _>("the database is away") }));
    let channel = Channel::from_shared(format!("http://{probe_address}")).unwrap().connect().await.unwrap();
    let mut health = HealthClient::new(channel);
    for (service, expected) in [("liveness", ServingStatus::Serving), ("", ServingStatus::NotServing)] {
        let answer = health.check(HealthCheckRequest { service: service.to_owned() }).await.unwrap();
        assert_eq!(answer.into_inner().status(), expected, "{service}");
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}
