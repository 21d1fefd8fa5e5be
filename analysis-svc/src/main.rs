//! `analysis-svc`: AnalysisService as a process of its own.

use std::process::ExitCode;

use analysis_svc::config::{KEYS, ProgramConfig};
use anyhow::Context;
use clap::Command;
use service::clock::Clock;
use service::config::{Settings, Sources, with_flags};
use service::serve::{Listener, announce_ready};
use service::{shutdown, telemetry};
use store::{ConnectOptions, Store};

/// What `sysexits.h` calls EX_USAGE.
const BAD_CONFIG: u8 = 64;

#[tokio::main]
async fn main() -> ExitCode {
    let config = match configure() {
        Ok(config) => config,
        Err(error) => return fail(&error, BAD_CONFIG),
    };
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, 1),
    }
}

fn configure() -> anyhow::Result<ProgramConfig> {
    let command = Command::new("analysis-svc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Finds which features go with pumps and which with rugs, and recommends what to change");
    let matches = with_flags(command, KEYS).get_matches();
    ProgramConfig::of(&Settings::read(KEYS, Sources::of_process(&matches, KEYS)?)?)
}

async fn run(config: ProgramConfig) -> anyhow::Result<()> {
    let _telemetry = telemetry::start(&config.log, config.log_format)?;
    let stop = shutdown::on_signal().context("listening for signals")?;
    let options = ConnectOptions { max_connections: config.database_connections, ..config.database_url.into() };
    let store = Store::connect(options).await.context("opening the database")?;
    store.migrate().await.context("bringing the database's tables up to date")?;
    let listener = Listener::bind(config.listen_addr).await?;
    announce_ready(&[("analysis", listener.address())]).context("saying that the service is ready")?;
    let served = analysis_svc::serve::serve(config.analysis, store.clone(), Clock::system(), listener, stop).await;
    store.close().await;
    Ok(served?)
}

/// One line on stderr, with every cause.
#[expect(clippy::print_stderr, reason = "the log may not be set up, and the reader waits at a terminal")]
fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    eprintln!("analysis-svc: {error:#}");
    ExitCode::from(code)
}
