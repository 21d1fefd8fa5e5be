//! The parts of a request that are configs of the bot.

use domain::gate::{Catalogue, FilterConfig};
use perftrack::v1;
use service::status::{Rejection, Violations};

use super::Analysis;
use crate::correlate::selection::Window;
use crate::gates::in_force::InForce;

/// Reads the request's `field`, a config; every key and value that is wrong is a violation.
pub fn parsed(
    catalogue: &Catalogue,
    config: &v1::FilterConfig,
    field: &str,
    violations: &mut Violations,
) -> Option<FilterConfig> {
    let values = config.values.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    match FilterConfig::parse(catalogue, values) {
        Ok(config) => Some(config),
        Err(error) => {
            for violation in error.violations {
                violations.add(format!("{field}.values[{}]", violation.key), violation.problem);
            }
            None
        }
    }
}

/// The config in force: as given, else as the bot recorded it for the end of the window.
pub async fn in_force(service: &Analysis, given: Option<FilterConfig>, window: Window) -> Result<InForce, Rejection> {
    if let Some(config) = given {
        return Ok(InForce::given(config));
    }
    let at = window.end.unwrap_or_else(|| service.clock.now());
    let recorded = service.store.configs().in_force(at).await?;
    Ok(recorded.map_or_else(InForce::default, |config| {
        InForce::recorded(&service.catalogue, &config.revision, &config.values)
    }))
}
