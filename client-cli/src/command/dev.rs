//! `perfctl dev`: both services in this process, on one SQLite file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use analysis_svc::config::AnalysisConfig;
use anyhow::Context;
use clap::{ArgMatches, Args};
use service::clock::Clock;
use service::config::{Settings, Sources, keys, serving};
use service::serve::announce_ready;
use service::status::with_causes;
use service::telemetry::TelemetrySettings;
use service::{shutdown, telemetry};
use store::ConnectOptions;
use tracker_svc::config::{feeds, rules, tracking};

use crate::failure::{Failure, Outcome, usage};
use crate::in_process::{InProcess, Setup};

/// Arguments of `perfctl dev`, beside a flag for each of [`keys::dev`].
#[derive(Clone, Debug, Args)]
pub struct DevArgs {
    /// The SQLite file; made if it is not there. Without it: perftrack/perftrack.db under the user's data folder.
    #[arg(long, value_name = "FILE")]
    pub db_file: Option<PathBuf>,
    /// Where TrackingService listens; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    pub tracker_listen: SocketAddr,
    /// Where AnalysisService listens; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50052")]
    pub analysis_listen: SocketAddr,
}

/// Serves until it is told to stop. `matches` are the command's own, with a flag for each of [`keys::dev`].
///
/// # Errors
/// When a setting is wrong, or the services cannot start.
pub async fn run(args: DevArgs, matches: &ArgMatches) -> Outcome {
    let file = match args.db_file {
        Some(file) => file,
        None => default_file()?,
    };
    let url = sqlite_url(&file)?;
    let keys = keys::dev();
    let settings = Sources::of_process(matches, &keys)
        .and_then(|sources| Settings::read(&keys, sources))
        .map_err(|error| usage(error.to_string()))?;
    let (rules, feeds, mut tracking) = rules(&settings)
        .and_then(|rules| Ok((rules, feeds(&settings)?, tracking(&settings)?)))
        .map_err(|error| usage(error.to_string()))?;
    // The file is one process's, as a rule: what was killed there starts again here.
    tracking.instance.get_or_insert_with(|| "perfctl dev".to_owned());
    let analysis = AnalysisConfig::of(&settings).map_err(|error| usage(with_causes(error.as_ref())))?;
    let telemetry = TelemetrySettings::read(&settings).map_err(|error| usage(error.to_string()))?;
    let serving = serving(&settings).map_err(|error| usage(error.to_string()))?;

    let _telemetry = telemetry::start_all("perfctl-dev", &telemetry).map_err(anyhow::Error::from)?;
    for origin in settings.of_others(&keys) {
        tracing::warn!("{origin} changes nothing here: it is for tracker-svc and analysis-svc as servers of their own");
    }
    let stop = shutdown::on_signal().context("listening for signals")?;
    let setup = Setup {
        database: ConnectOptions::from(url),
        tracker_listen: args.tracker_listen,
        analysis_listen: args.analysis_listen,
        rules,
        feeds,
        tracking,
        serving,
        analysis,
        clock: Clock::system(),
    };
    let running = InProcess::start(setup, stop).await?;
    tracing::info!(database.file = %file.display(), "both services run; stop them with Ctrl-C");
    match announce_ready(&[("tracker", running.tracker), ("analysis", running.analysis)]) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            return Err(Failure::Other(anyhow::Error::new(error).context("saying that the services are ready")));
        }
        _ => {}
    }
    Ok(running.ended().await?)
}

/// `$XDG_DATA_HOME/perftrack/perftrack.db`, by default under `~/.local/share`.
fn default_file() -> Outcome<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")));
    let data = data.ok_or_else(|| usage("neither XDG_DATA_HOME nor HOME is set: say where with --db-file FILE"))?;
    Ok(data.join("perftrack").join("perftrack.db"))
}

/// The file as a URL: what has a meaning in URLs is written as `%xx`.
pub fn sqlite_url(file: &Path) -> Outcome<String> {
    let path = file.to_str().ok_or_else(|| usage(format!("the path {} is not UTF-8", file.display())))?;
    let escaped: String = path
        .chars()
        .map(|c| match c {
            '%' | '?' | '#' => format!("%{:02X}", u32::from(c)),
            other => other.to_string(),
        })
        .collect();
    Ok(format!("sqlite://{escaped}"))
}
