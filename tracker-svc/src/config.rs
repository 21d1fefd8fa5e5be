//! What an operator can set about the tracker.

use std::net::SocketAddr;
use std::time::Duration;

use service::config::{ConfigError, HttpUrl, Key, Secret, ServerConfig, Settings, keys};
use store::Rules;

use crate::feed::{Endpoint, FeedSettings};
use crate::housekeeping::HousekeepingSettings;
use crate::shadow_sample::ShadowSample;
use crate::tracking::TrackingSettings;

/// The tracker's configuration, checked.
pub struct Config {
    /// What every server is told.
    pub server: ServerConfig,
    /// How alerts are followed.
    pub rules: Rules,
    /// Where prices come from.
    pub feeds: FeedSettings,
    /// What the tracking loop does beside that.
    pub tracking: TrackingSettings,
}

impl Config {
    /// Reads it from checked settings.
    ///
    /// # Errors
    /// [`ConfigError`] for a setting that is missing.
    pub fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let server = ServerConfig::read(settings, &keys::TRACKER_LISTEN_ADDR)?;
        let mut tracking = tracking(settings)?;
        tracking.instance = tracking.instance.or_else(|| instance(settings.get(&keys::TRACKER_LISTEN_ADDR).ok()?));
        Ok(Self { server, rules: rules(settings)?, feeds: feeds(settings)?, tracking })
    }
}

/// How alerts are followed.
///
/// # Errors
/// [`ConfigError`] for a setting that is missing.
pub fn rules(settings: &Settings) -> Result<Rules, ConfigError> {
    Ok(Rules {
        tracking_window: settings.get(&keys::TRACKING_WINDOW)?,
        poll_interval: settings.get(&keys::POLL_INTERVAL)?,
        policy: settings.get_optional(&keys::POLICY_FILE)?.map(|file| file.policy).unwrap_or_default(),
    })
}

/// What the tracking loop does beside that.
///
/// # Errors
/// [`ConfigError`] for a setting that is missing.
pub fn tracking(settings: &Settings) -> Result<TrackingSettings, ConfigError> {
    // The key lets nothing else through.
    let shadow_sample = ShadowSample::new(settings.get(&keys::SHADOW_SAMPLE_RATE)?).unwrap_or_default();
    let housekeeping = HousekeepingSettings {
        retention_raw: retention_raw(settings)?,
        event_retention: settings.get(&keys::EVENT_RETENTION)?,
        ..HousekeepingSettings::default()
    };
    let (lease, instance) = (settings.get(&keys::LEASE)?, settings.get_optional(&keys::INSTANCE)?);
    Ok(TrackingSettings { shadow_sample, lease, instance, housekeeping, ..TrackingSettings::default() })
}

/// The name of a tracker that listens here, where nobody gave it one: a container that is started again keeps both, and no
/// two of one host have the same port.
fn instance(listens: SocketAddr) -> Option<String> {
    let host = gethostname::gethostname();
    (listens.port() != 0 && !host.is_empty()).then(|| format!("{}:{}", host.to_string_lossy(), listens.port()))
}

/// Sealed late, an alert's outcome still needs the prices of its whole window: they are kept for longer than that.
fn retention_raw(settings: &Settings) -> Result<Duration, ConfigError> {
    const BEYOND: Duration = Duration::from_hours(3 * 24);
    let (keep, window) = (settings.get(&keys::RETENTION_RAW)?, settings.get(&keys::TRACKING_WINDOW)?);
    if keep >= window + BEYOND {
        return Ok(keep);
    }
    let days = |time: Duration| format!("{:.1} days", time.as_secs_f64() / 86_400.0);
    Err(ConfigError::Conflict(format!(
        "retention_raw is {}, and tracking_window {}: prices have to be kept for at least 3 days more than alerts are \
         followed, or outcomes that are sealed late would lack them",
        days(keep),
        days(window),
    )))
}

/// Where prices come from.
///
/// # Errors
/// [`ConfigError`] for a setting that is missing.
pub fn feeds(settings: &Settings) -> Result<FeedSettings, ConfigError> {
    let endpoint = |url: &Key<HttpUrl>, api_key: Option<&Key<Secret>>, rate: &Key<u32>| -> Result<_, ConfigError> {
        let api_key = api_key.map(|key| settings.get_optional(key)).transpose()?.flatten();
        let requests_per_minute = settings.get_optional(rate)?.map(f64::from);
        let api_key = api_key.map(|secret| secret.expose().to_owned());
        Ok(Endpoint { api_key, requests_per_minute, ..Endpoint::open(settings.get(url)?.as_str()) })
    };
    Ok(FeedSettings {
        dexscreener: endpoint(&keys::DEXSCREENER_URL, None, &keys::DEXSCREENER_REQUESTS_PER_MINUTE)?,
        jupiter: endpoint(&keys::JUPITER_URL, Some(&keys::JUPITER_API_KEY), &keys::JUPITER_REQUESTS_PER_MINUTE)?,
        geckoterminal: endpoint(&keys::GECKOTERMINAL_URL, None, &keys::GECKOTERMINAL_REQUESTS_PER_MINUTE)?,
        birdeye: endpoint(&keys::BIRDEYE_URL, Some(&keys::BIRDEYE_API_KEY), &keys::BIRDEYE_REQUESTS_PER_MINUTE)?,
        ..FeedSettings::default()
    })
}

#[cfg(test)]
mod tests {
    use service::config::Sources;

    use super::*;

    fn given(pairs: &[(&str, &str)]) -> Result<FeedSettings, ConfigError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = Settings::read(&keys::tracker_svc(), Sources::default().with_environment(pairs))?;
        feeds(&settings)
    }

    const DATABASE: (&str, &str) = ("PERFTRACK_DATABASE_URL", "sqlite://x.db");

    #[test]
    fn a_plan_of_ones_own_is_what_a_source_is_asked_by() {
        let feeds = given(&[DATABASE, ("PERFTRACK_JUPITER_REQUESTS_PER_MINUTE", "600")]).unwrap();
        assert_eq!(feeds.jupiter.requests_per_minute, Some(600.0));
        assert_eq!(feeds.dexscreener.requests_per_minute, None);
    }

    #[test]
    fn a_source_that_is_asked_nothing_is_refused() {
        let error = given(&[DATABASE, ("PERFTRACK_DEXSCREENER_REQUESTS_PER_MINUTE", "0")]).err().unwrap();
        assert!(error.to_string().contains("PERFTRACK_DEXSCREENER_REQUESTS_PER_MINUTE"), "{error}");
        assert!(error.to_string().contains("not between 1 and"), "{error}");
    }
}
