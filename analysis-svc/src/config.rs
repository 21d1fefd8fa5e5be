//! What the analysis is told before it starts.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use domain::gate::Catalogue;
use domain::outcome::policy::Policy;
use service::config::{AnyKey, Settings, keys};
use service::telemetry::TelemetrySettings;

/// The settings that the program reads.
pub const KEYS: &[&dyn AnyKey] = &[
    &keys::DATABASE_URL,
    &keys::DATABASE_CONNECTIONS,
    &keys::DATABASE_TIMEOUT,
    &keys::ANALYSIS_LISTEN_ADDR,
    &keys::DATASET_MEMORY_MB,
    &keys::RECOMMENDATION_COOLDOWN,
    &keys::GATES_FILE,
    &keys::DRAIN_TIMEOUT,
    &keys::LOG,
    &keys::LOG_FORMAT,
    &service::telemetry::METRICS_LISTEN_ADDR,
    &service::telemetry::OTLP_ENDPOINT,
    &service::telemetry::TRACE_SAMPLE_RATIO,
];

/// How the service answers, wherever it runs.
#[derive(Clone, Debug)]
pub struct AnalysisConfig {
    /// Which config key of the bot stands for which condition.
    pub catalogue: Catalogue,
    /// The outcome rules (what is a pump, what an exit stakes), where the database does not say which ones made its outcomes.
    pub policy: Policy,
    /// How much memory the alerts may take. Too little and every question is refused with RESOURCE_EXHAUSTED; too much and
    /// the host ends the process.
    pub dataset_memory_bytes: usize,
    /// How long a key that was just turned gets no further recommendation, at the least: longer than a day's noise. Too short
    /// and a threshold wanders with the noise; too long and a real need waits.
    pub cooldown: Duration,
    /// How long calls in flight may take to end once a stop was asked for.
    pub drain_timeout: Duration,
}

impl Default for AnalysisConfig {
    fn default() -> Self {
        Self {
            catalogue: Catalogue::callsbot().clone(),
            policy: Policy::default(),
            dataset_memory_bytes: 4 << 30,
            cooldown: Duration::from_secs(7 * 86_400),
            drain_timeout: Duration::from_secs(20),
        }
    }
}

/// The whole program's configuration.
#[derive(Clone, Debug)]
pub struct ProgramConfig {
    /// Where the alerts are.
    pub database_url: String,
    /// Connections to the database at most.
    pub database_connections: u32,
    /// How long it may take to answer.
    pub database_timeout: Duration,
    /// Where to listen.
    pub listen_addr: SocketAddr,
    /// What it says of itself.
    pub telemetry: TelemetrySettings,
    /// How it answers.
    pub analysis: AnalysisConfig,
}

impl ProgramConfig {
    /// From settings that were read with [`KEYS`].
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let defaults = AnalysisConfig::default();
        let catalogue = match settings.get_optional(&keys::GATES_FILE)? {
            None => defaults.catalogue,
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("reading the gate catalogue {}", path.display()))?;
                Catalogue::parse(&text).with_context(|| format!("in {}", path.display()))?
            }
        };
        Ok(Self {
            database_url: settings.get(&keys::DATABASE_URL)?.expose().to_owned(),
            database_connections: settings.get(&keys::DATABASE_CONNECTIONS)?,
            database_timeout: settings.get(&keys::DATABASE_TIMEOUT)?,
            listen_addr: settings.get(&keys::ANALYSIS_LISTEN_ADDR)?,
            telemetry: TelemetrySettings::read(settings)?,
            analysis: AnalysisConfig {
                catalogue,
                policy: defaults.policy,
                dataset_memory_bytes: usize::try_from(settings.get(&keys::DATASET_MEMORY_MB)?)? << 20,
                cooldown: settings.get(&keys::RECOMMENDATION_COOLDOWN)?,
                drain_timeout: settings.get(&keys::DRAIN_TIMEOUT)?,
            },
        })
    }
}
