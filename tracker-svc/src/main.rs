//! `tracker-svc`: serves `TrackingService`, or brings the database's tables up to date.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Command;
use perftrack::v1::tracking_service_server::SERVICE_NAME;
use service::clock::Clock;
use service::config::keys;
use service::serve::{Listener, Server, announce_ready};
use service::{database, program, shutdown, telemetry};
use tracker_svc::config::Config;
use tracker_svc::migrate;
use tracker_svc::serve::{Parts, serve_behind};

/// What arrives is many small pieces that one thread makes and another drops: a quarter of the work with the system's
/// allocator, a few percent with this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = Command::new("tracker-svc")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Serves perftrack's TrackingService: records alerts, follows their prices, works out what became of them",
        )
        .subcommand(migrate::command());
    program::run(command, &keys::tracker_svc(), Config::read, |matches, config| async move {
        let _telemetry = telemetry::start_all("tracker-svc", &config.server.telemetry)?;
        match matches.subcommand_matches("migrate") {
            Some(asked) => migrate::run(asked, config.server).await,
            None => run(config).await,
        }
    })
}

async fn run(config: Config) -> anyhow::Result<()> {
    let Config { server, rules, feeds, tracking } = config;
    let stop = shutdown::on_signal().context("listening for signals")?;
    let listener = Listener::bind(server.listen).await?;
    let address = listener.address();
    let front = Server::start(listener, &[SERVICE_NAME], stop.clone(), &server.serving).await?;
    let opened = database::open(&server.connection, server.migrate, &stop).await;
    let Some(store) = opened.with_context(|| format!("opening the database {}", server.database))? else {
        return Ok(front.end().await?);
    };
    announce_ready(&[("tracker", address)]).context("printing the ready line")?;
    let parts = Parts { store: store.clone(), rules, feeds, tracking, clock: Clock::system() };
    let served = serve_behind(front, parts).await;
    database::close(&store).await;
    Ok(served?)
}
