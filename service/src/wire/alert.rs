//! From an alert to its message.

use domain::alert::{Alert, RecordedPeak};
use domain::record::AlertRecord;
use perftrack::v1;

use super::enums;
use super::extra::extra_message;
use super::features::features_message;
use super::outcome::outcome_message;
use super::quote::quote_message;
use super::time::{duration_message, timestamp_message};
use super::token::token_message;

/// Writes an alert as it was recorded.
#[must_use]
pub fn alert_message(alert: &Alert) -> v1::Alert {
    v1::Alert {
        alert_id: alert.id.to_string(),
        token: Some(token_message(&alert.token)),
        alerted_at: Some(timestamp_message(alert.alerted_at)),
        decision: enums::decision(alert.decision).into(),
        shadow_sample_rate: alert.shadow_sample_rate.map(Into::into),
        entry: quote_message(&alert.entry),
        features: features_message(&alert.features),
        extra: alert.extra.iter().map(|(key, value)| (key.clone(), extra_message(value))).collect(),
        annotations: alert.annotations.clone(),
        config_revision: alert.config_revision.clone().unwrap_or_default(),
        recorded_peak: alert.recorded_peak.map(peak_message),
        tracking_window: alert.tracking_window.map(duration_message),
    }
}

fn peak_message(peak: RecordedPeak) -> v1::RecordedPeak {
    v1::RecordedPeak { price_usd: peak.price_usd.get(), at: peak.at.map(timestamp_message) }
}

/// Writes an alert with what became of it.
#[must_use]
pub fn alert_with_outcome(record: &AlertRecord) -> v1::AlertWithOutcome {
    v1::AlertWithOutcome {
        alert: Some(alert_message(&record.alert)),
        outcome: Some(outcome_message(&record.outcome)),
        recorded_at: Some(timestamp_message(record.recorded_at)),
    }
}
