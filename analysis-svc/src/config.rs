//! What the analysis is told before it starts.

use std::time::Duration;

use anyhow::Context;
use domain::gate::Catalogue;
use domain::outcome::policy::Policy;
use service::config::{ServerConfig, Settings, keys};
use service::serve::ServeOptions;

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
    /// How often the dataset is brought up to date without being asked; zero is never. Too seldom and the first question after
    /// a change waits for the data to be read; too often costs up to a twentieth of the processors' time.
    pub dataset_refresh: Duration,
    /// How long a key that was just turned gets no further recommendation, at the least: longer than a day's noise. Too short
    /// and a threshold wanders with the noise; too long and a real need waits.
    pub cooldown: Duration,
    /// How it serves.
    pub serving: ServeOptions,
}

impl Default for AnalysisConfig {
    fn default() -> Self {
        Self {
            catalogue: Catalogue::callsbot().clone(),
            policy: Policy::default(),
            dataset_memory_bytes: 4 << 30,
            dataset_refresh: Duration::from_secs(5),
            cooldown: Duration::from_secs(7 * 86_400),
            serving: ServeOptions::default(),
        }
    }
}

impl AnalysisConfig {
    /// What is the analysis's own of settings that were read, in perfctl too.
    ///
    /// # Errors
    /// Where a setting is missing, or the catalogue of gates cannot be used.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let defaults = Self::default();
        let catalogue = match settings.get_optional(&keys::GATES_FILE)? {
            None => defaults.catalogue,
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("reading the gate catalogue {}", path.display()))?;
                Catalogue::parse(&text).with_context(|| format!("in {}", path.display()))?
            }
        };
        Ok(Self {
            catalogue,
            dataset_memory_bytes: usize::try_from(settings.get(&keys::DATASET_MEMORY_MB)?)? << 20,
            dataset_refresh: settings.get(&keys::DATASET_REFRESH)?,
            cooldown: settings.get(&keys::RECOMMENDATION_COOLDOWN)?,
            policy: defaults.policy,
            serving: defaults.serving,
        })
    }
}

/// The whole program's configuration.
#[derive(Clone, Debug)]
pub struct ProgramConfig {
    /// What every server is told.
    pub server: ServerConfig,
    /// How it answers.
    pub analysis: AnalysisConfig,
}

impl ProgramConfig {
    /// From settings that were read with [`keys::analysis_svc`].
    ///
    /// # Errors
    /// Where a setting is missing or wrong.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            server: ServerConfig::read(settings, &keys::ANALYSIS_LISTEN_ADDR)?,
            analysis: AnalysisConfig::of(settings)?,
        })
    }
}
