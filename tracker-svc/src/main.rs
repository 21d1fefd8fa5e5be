//! `tracker-svc`: serves `TrackingService`, or brings the database's tables up to date.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Command;
use service::clock::Clock;
use service::serve::{Listener, ServeOptions, announce_ready};
use service::{program, shutdown, telemetry};
use store::Store;
use tracker_svc::config::{Config, KEYS};
use tracker_svc::serve::{Parts, serve};

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
        .subcommand(Command::new("migrate").about("Brings the database's tables up to date, then ends"));
    program::run(command, KEYS, Config::read, |matches, config| async move {
        let _telemetry = telemetry::start_all("tracker-svc", &config.telemetry)?;
        if matches.subcommand_name() == Some("migrate") { migrate(config).await } else { run(config).await }
    })
}

async fn migrate(config: Config) -> anyhow::Result<()> {
    let store = Store::connect(config.connection()).await.context("opening the database")?;
    store.migrate().await.context("bringing the tables up to date")?;
    tracing::info!(database.url = %config.database, "the tables are up to date");
    store.close().await;
    Ok(())
}

async fn run(config: Config) -> anyhow::Result<()> {
    let stop = shutdown::on_signal().context("listening for signals")?;
    let store = Store::connect(config.connection()).await.context("opening the database")?;
    store.migrate().await.context("bringing the tables up to date")?;
    let listener = Listener::bind(config.listen).await?;
    announce_ready(&[("tracker", listener.address())]).context("printing the ready line")?;
    let options = ServeOptions { drain_timeout: config.drain_timeout, ..ServeOptions::default() };
    let parts = Parts {
        store: store.clone(),
        rules: config.rules,
        feeds: config.feeds,
        tracking: config.tracking,
        clock: Clock::system(),
    };
    serve(parts, listener, stop, &options).await?;
    store.close().await;
    Ok(())
}
