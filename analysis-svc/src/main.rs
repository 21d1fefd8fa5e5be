//! `analysis-svc`: AnalysisService as a process of its own.

use std::process::ExitCode;

use analysis_svc::config::{KEYS, ProgramConfig};
use anyhow::Context;
use clap::Command;
use service::clock::Clock;
use service::serve::{Listener, announce_ready};
use service::{program, shutdown, telemetry};
use store::{ConnectOptions, Store};

fn main() -> ExitCode {
    let command = Command::new("analysis-svc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Finds which features go with pumps and which with rugs, and recommends what to change");
    program::run(command, KEYS, ProgramConfig::of, |_, config| run(config))
}

async fn run(config: ProgramConfig) -> anyhow::Result<()> {
    let _telemetry = telemetry::start_all("analysis-svc", &config.telemetry)?;
    let stop = shutdown::on_signal().context("listening for signals")?;
    let mut options = ConnectOptions::from(config.database_url).with_timeout(config.database_timeout);
    options.max_connections = config.database_connections;
    let store = Store::connect(options).await.context("opening the database")?;
    store.migrate().await.context("bringing the database's tables up to date")?;
    let listener = Listener::bind(config.listen_addr).await?;
    announce_ready(&[("analysis", listener.address())]).context("saying that the service is ready")?;
    let served = analysis_svc::serve::serve(config.analysis, store.clone(), Clock::system(), listener, stop).await;
    store.close().await;
    Ok(served?)
}
