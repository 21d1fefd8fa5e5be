//! A database of its own and a server on it.

use analysis_svc::config::AnalysisConfig;
use perftrack::v1::analysis_service_client::AnalysisServiceClient;
use service::clock::Clock;
use service::serve::Listener;
use store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

/// What a test needs; dropped, it leaves nothing behind.
pub struct World {
    pub store: Store,
    pub client: AnalysisServiceClient<Channel>,
    server: Server,
    _keep: Box<dyn std::any::Any + Send>,
}

struct Server {
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// An empty database of each kind, with a server on it.
pub async fn both() -> anyhow::Result<[World; 2]> {
    Ok([sqlite(AnalysisConfig::default()).await?, postgres().await?])
}

pub async fn sqlite(config: AnalysisConfig) -> anyhow::Result<World> {
    let folder = tempfile::tempdir()?;
    let store = Store::connect(format!("sqlite://{}", folder.path().join("test.db").display())).await?;
    World::on(store, config, Box::new(folder)).await
}

pub async fn postgres() -> anyhow::Result<World> {
    let database = throwaway_postgres::database().await?;
    let store = Store::connect(database.url()).await?;
    World::on(store, AnalysisConfig::default(), Box::new(database)).await
}

impl World {
    async fn on(store: Store, config: AnalysisConfig, keep: Box<dyn std::any::Any + Send>) -> anyhow::Result<Self> {
        store.migrate().await?;
        let (client, server) = serve(&store, config).await?;
        Ok(Self { store, client, server, _keep: keep })
    }

    /// Another server on the same data, which begins with nothing in memory.
    pub async fn fresh_client(&mut self) -> anyhow::Result<AnalysisServiceClient<Channel>> {
        let (client, server) = serve(&self.store, AnalysisConfig::default()).await?;
        std::mem::replace(&mut self.server, server).end().await?;
        Ok(client)
    }

    /// Stops the server in order and closes the database.
    pub async fn end(self) -> anyhow::Result<()> {
        self.server.end().await?;
        self.store.close().await;
        Ok(())
    }
}

impl Server {
    async fn end(self) -> anyhow::Result<()> {
        self.stop.cancel();
        Ok(self.running.await?)
    }
}

async fn serve(store: &Store, config: AnalysisConfig) -> anyhow::Result<(AnalysisServiceClient<Channel>, Server)> {
    let listener = Listener::bind("127.0.0.1:0".parse()?).await?;
    let address = listener.address();
    let stop = CancellationToken::new();
    let serving = analysis_svc::serve::serve(config, store.clone(), Clock::system(), listener, stop.clone());
    let running = tokio::spawn(async move { serving.await.expect("serves until it is stopped") });
    let client = AnalysisServiceClient::connect(format!("http://{address}")).await?;
    Ok((client, Server { stop, running }))
}
