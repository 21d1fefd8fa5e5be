//! `analysis-svc`: AnalysisService as a process of its own.

use std::process::ExitCode;

use analysis_svc::config::ProgramConfig;
use analysis_svc::serve::serve_behind;
use anyhow::Context;
use clap::Command;
use perftrack::v1::analysis_service_server::SERVICE_NAME;
use service::clock::Clock;
use service::config::keys;
use service::serve::{Listener, Server, announce_ready};
use service::{database, program, shutdown, telemetry};

fn main() -> ExitCode {
    let command = Command::new("analysis-svc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Finds which features go with pumps and which with rugs, and recommends what to change");
    program::run(command, &keys::analysis_svc(), ProgramConfig::of, |_, config| run(config))
}

async fn run(config: ProgramConfig) -> anyhow::Result<()> {
    let ProgramConfig { server, analysis } = config;
    let _telemetry = telemetry::start_all("analysis-svc", &server.telemetry)?;
    let stop = shutdown::on_signal().context("listening for signals")?;
    let listener = Listener::bind(server.listen).await?;
    let address = listener.address();
    let front = Server::start(listener, &[SERVICE_NAME], stop.clone(), &server.serving).await?;
    let opened = database::open(&server.connection, server.migrate, &stop).await;
    let Some(store) = opened.with_context(|| format!("opening the database {}", server.database))? else {
        return Ok(front.end().await?);
    };
    announce_ready(&[("analysis", address)]).context("saying that the service is ready")?;
    let served = serve_behind(front, analysis, store.clone(), Clock::system()).await;
    database::close(&store).await;
    Ok(served?)
}
