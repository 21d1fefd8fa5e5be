//! From a request to an alert, with everything that is wrong with it at once.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::{Alert, AlertId, Decision, RecordedPeak};
use domain::quantity::{PriceUsd, Share};
use domain::timestamp::Timestamp;
use perftrack::v1;
use uuid::Uuid;

use super::enums::parse_decision;
use super::extra::parse_extra;
use super::features::parse_features;
use super::quote::parse_quote;
use super::text::parse_text;
use super::time::{parse_duration, parse_timestamp};
use super::token::parse_token;
use crate::status::{Rejection, Violations};

/// How far ahead of this machine's clock a caller's may go.
pub const MOST_AHEAD: Duration = Duration::from_secs(300);
/// 2020-01-01T00:00:00Z: no token that is followed is older, but a date in the wrong unit is.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_577_836_800);
const TRACKING_WINDOW: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(30 * 24 * 3_600);
const ANNOTATIONS: usize = 128;
const ANNOTATION_KEY_BYTES: usize = 128;
const ANNOTATION_BYTES: usize = 4_096;
const REVISION_BYTES: usize = 128;

/// Reads the alert of a request that was received at `received`.
///
/// Without `alerted_at` it was raised when it was received; without `alert_id` it gets a fresh one, ordered by time
/// (UUIDv7). The error has every violation, with paths that begin with `alert`.
pub fn parse_alert(
    alert: Option<v1::Alert>,
    trust_recorded_peak: bool,
    received: Timestamp,
) -> Result<Alert, Rejection> {
    let mut violations = Violations::new();
    let parsed = match alert {
        Some(alert) => read(alert, trust_recorded_peak, received, &mut violations),
        None => {
            violations.add("alert", "must be set: the request is empty");
            None
        }
    };
    match parsed {
        Some(alert) if violations.is_empty() => Ok(alert),
        _ => Err(violations.into()),
    }
}

fn read(given: v1::Alert, trust_recorded_peak: bool, received: Timestamp, found: &mut Violations) -> Option<Alert> {
    let id = match given.alert_id.as_str() {
        "" => Some(fresh_id(received)),
        text => parse_alert_id(text, "alert.alert_id", found),
    };
    let token = parse_token(given.token, "alert.token", found);
    let alerted_at = match given.alerted_at {
        None => Some(received),
        Some(at) => found.check("alert.alerted_at", parse_date(at, received)),
    };
    let decision = found.check("alert.decision", parse_decision(given.decision));
    let shadow_sample_rate = found.check_optional("alert.shadow_sample_rate", given.shadow_sample_rate.map(Share::new));
    if given.shadow_sample_rate.is_some() && decision == Some(Decision::Alerted) {
        found.add("alert.shadow_sample_rate", "must be left out: it is for ALERT_DECISION_SHADOW only");
    }
    let entry = parse_quote(given.entry, "alert.entry", found);
    let features = parse_features(given.features, "alert.features", found);
    let extra = parse_extra(given.extra, "alert.extra", found);
    let annotations = parse_annotations(given.annotations, found);
    let config_revision = found.check("alert.config_revision", parse_text(given.config_revision, REVISION_BYTES));
    let recorded_peak = given.recorded_peak.and_then(|peak| parse_peak(peak, received, found));
    let tracking_window =
        found.check_optional("alert.tracking_window", given.tracking_window.map(parse_tracking_window));

    Some(Alert {
        id: id?,
        token: token?,
        alerted_at: alerted_at?,
        decision: decision?,
        shadow_sample_rate,
        entry,
        features,
        extra,
        annotations,
        config_revision: config_revision.filter(|revision| !revision.is_empty()),
        recorded_peak,
        trust_recorded_peak,
        tracking_window,
    })
}

/// Reads an alert's id at `path`.
pub fn parse_alert_id(text: &str, path: &str, violations: &mut Violations) -> Option<AlertId> {
    let shown: String = text.chars().take(64).collect();
    let id = match Uuid::try_parse(text) {
        Ok(id) if !id.is_nil() => Ok(AlertId(id)),
        Ok(_) => Err("must not be the UUID of zeros".to_owned()),
        Err(_) if text.is_empty() => Err("must be set: the alert's UUID".to_owned()),
        Err(_) => Err(format!("must be a UUID such as 0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a, not {shown:?}")),
    };
    violations.check(path, id)
}

fn fresh_id(received: Timestamp) -> AlertId {
    let micros = u64::try_from(received.micros()).unwrap_or(0);
    let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or(0);
    AlertId(Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, micros / 1_000_000, nanos)))
}

pub(super) fn parse_date(at: prost_types::Timestamp, received: Timestamp) -> Result<Timestamp, String> {
    let at = parse_timestamp(at).map_err(|error| error.to_string())?;
    let latest = received.plus(MOST_AHEAD);
    if at < EARLIEST {
        Err(format!("must be {EARLIEST} or later, not {at}"))
    } else if at > latest {
        Err(format!("must be at most 5 minutes ahead of {received}, the time here, not {at}"))
    } else {
        Ok(at)
    }
}

fn parse_peak(peak: v1::RecordedPeak, received: Timestamp, violations: &mut Violations) -> Option<RecordedPeak> {
    let price_usd = violations.check("alert.recorded_peak.price_usd", PriceUsd::new(peak.price_usd));
    let at = violations.check_optional("alert.recorded_peak.at", peak.at.map(|at| parse_date(at, received)));
    Some(RecordedPeak { price_usd: price_usd?, at })
}

fn parse_tracking_window(window: prost_types::Duration) -> Result<Duration, String> {
    let window = parse_duration(window).map_err(|error| error.to_string())?;
    if TRACKING_WINDOW.contains(&window) {
        Ok(window)
    } else {
        Err(format!("must be from 1 minute to 30 days, not {}", humantime::format_duration(window)))
    }
}

fn parse_annotations(given: BTreeMap<String, String>, violations: &mut Violations) -> BTreeMap<String, String> {
    const PATH: &str = "alert.annotations";
    if given.len() > ANNOTATIONS {
        violations.add(PATH, format!("must have at most {ANNOTATIONS} keys, not {}", given.len()));
        return BTreeMap::new();
    }
    let mut read = BTreeMap::new();
    for (key, text) in given {
        let shown: String = key.chars().take(64).collect();
        let text = violations.check(format_args!("{PATH}[{shown:?}]"), parse_text(text, ANNOTATION_BYTES));
        let key = match key.is_empty() {
            true => {
                violations.add(PATH, "must not have an empty key");
                None
            }
            false => violations.check(format_args!("{PATH} (key)"), parse_text(key, ANNOTATION_KEY_BYTES)),
        };
        read.extend(key.zip(text));
    }
    read
}
