//! `TrackingService.RecordConfig`: the bot's config in force.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::timestamp::Timestamp;
use perftrack::v1::{RecordConfigRequest, RecordConfigResponse};
use service::status::{Rejection, Violations};
use service::wire::{parse_text, parse_timestamp};
use store::configs::{ConfigRecording, NewConfig};

use super::Calls;

/// As in `Alert.config_revision`.
const REVISION_BYTES: usize = 128;
const MOST_VALUES: usize = 2_000;
const KEY_BYTES: usize = 256;
const VALUE_BYTES: usize = 16 * 1024;
/// A config may be planned, but not for next year.
const MOST_AHEAD: Duration = Duration::from_hours(31 * 24);

pub async fn record_config(service: &Calls, request: RecordConfigRequest) -> Result<RecordConfigResponse, Rejection> {
    let _work = service.clock.work();
    let now = service.clock.now();
    let config = parse(request, now)?;
    let (revision, values) = (config.revision.clone(), config.values.len());
    match service.store.configs().record(config, now).await? {
        ConfigRecording::New => tracing::info!(config.revision = revision, config.values = values, "config recorded"),
        ConfigRecording::Duplicate => {}
        ConfigRecording::Conflict => {
            let message = format!(
                "other values are recorded as config {revision:?}; record these under a revision of their own, and let \
                 the alerts name that"
            );
            return Err(Rejection::already_exists("config", &revision, message));
        }
    }
    Ok(RecordConfigResponse {})
}

fn parse(request: RecordConfigRequest, now: Timestamp) -> Result<NewConfig, Rejection> {
    let mut violations = Violations::new();
    if request.revision.is_empty() {
        violations.add("revision", "must be set: what alerts name in config_revision");
    }
    let revision = violations.check("revision", parse_text(request.revision, REVISION_BYTES)).unwrap_or_default();
    let values = parse_values(request.values, &mut violations);
    let effective_at = violations.check_optional("effective_at", request.effective_at.map(parse_timestamp));
    if let Some(at) = effective_at
        && at > now.plus(MOST_AHEAD)
    {
        let days = MOST_AHEAD.as_secs() / 86_400;
        violations.add("effective_at", format!("must be at most {days} days ahead of the tracker's {now}, not {at}"));
    }
    violations.into_result()?;
    Ok(NewConfig { revision, values, effective_at })
}

fn parse_values(given: BTreeMap<String, String>, violations: &mut Violations) -> BTreeMap<String, String> {
    let count = given.len();
    if count == 0 {
        violations.add("values", "must not be empty: the config, key by key");
    }
    if count > MOST_VALUES {
        violations.add("values", format!("must be at most {MOST_VALUES} keys, not {count}"));
        return BTreeMap::new();
    }
    let mut values = BTreeMap::new();
    for (key, value) in given {
        let path = format!("values[{:?}]", key.chars().take(64).collect::<String>());
        if key.is_empty() {
            violations.add(path.clone(), "a key must not be empty");
        }
        let value = violations.check(path.clone(), parse_text(value, VALUE_BYTES));
        let key = violations.check(format!("{path} (key)"), parse_text(key, KEY_BYTES));
        values.extend(key.zip(value));
    }
    values
}
