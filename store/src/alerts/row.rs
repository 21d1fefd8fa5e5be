//! An alert as a row, and back.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::{Alert, AlertId, Decision, ExtraValue, RecordedPeak};
use domain::feature::AlertFeatures;
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use domain::token::{Token, TokenKey};
use sea_orm::prelude::Json;
use serde::de::DeserializeOwned;

use super::NewAlert;
use crate::engine::Rows;
use crate::entity::alert::Model;
use crate::entity::moment::Moment;
use crate::error::StoreError;
use crate::stored::{quantity, stored};

/// Rows of alerts, each with its token's number, for one INSERT.
pub(super) fn rows<'a>(alerts: &[(i64, &'a NewAlert)]) -> Rows<'a> {
    macro_rules! columns {
        (|$alert:ident| $($column:ident: $value:expr,)*) => {
            Rows::default()
                .with("token_id", alerts.iter().map(|(token_id, _)| *token_id))
                .with("alerted_at", alerts.iter().map(|(_, new)| Moment(new.alert.alerted_at)))
                .with("recorded_at", alerts.iter().map(|(_, new)| Moment(new.recorded_at)))
                $(.with(stringify!($column), alerts.iter().map(|(_, NewAlert { alert: $alert, .. })| $value)))*
        };
    }
    columns! {
        |alert|
        alert_id: alert.id.0,
        name: &alert.token.name,
        symbol: &alert.token.symbol,
        decision: decision_name(alert.decision),
        shadow_sample_rate: alert.shadow_sample_rate.map(f64::from),
        entry_price_usd: alert.entry.price_usd.map(f64::from),
        entry_market_cap_usd: alert.entry.market_cap_usd.map(f64::from),
        entry_liquidity_usd: alert.entry.liquidity_usd.map(f64::from),
        entry_volume_24h_usd: alert.entry.volume_24h_usd.map(f64::from),
        preliminary_score: alert.features.preliminary_score,
        final_score: alert.features.final_score,
        conviction_type: alert.features.conviction_type.as_deref(),
        smart_money_involved: alert.features.smart_money_involved,
        smart_wallet_address: alert.features.smart_wallet_address.as_deref(),
        smart_wallet_pnl: alert.features.smart_wallet_pnl.map(f64::from),
        velocity_score_15m: alert.features.velocity_score_15m,
        velocity_bonus: alert.features.velocity_bonus,
        passed_junior_strict: alert.features.passed_junior_strict,
        passed_senior_strict: alert.features.passed_senior_strict,
        passed_debate: alert.features.passed_debate,
        lp_locked: alert.features.lp_locked,
        mint_revoked: alert.features.mint_revoked,
        top10_concentration: alert.features.top10_concentration.map(f64::from),
        bundlers_percent: alert.features.bundlers_percent.map(f64::from),
        insiders_percent: alert.features.insiders_percent.map(f64::from),
        token_age_minutes: alert.features.token_age_minutes.map(f64::from),
        holder_count: alert.features.holder_count,
        unique_traders_15m: alert.features.unique_traders_15m,
        sol_price_usd: alert.features.sol_price_usd.map(f64::from),
        feed_source: alert.features.feed_source.as_deref(),
        dex_name: alert.features.dex_name.as_deref(),
        extra: extra_json(&alert.extra),
        annotations: annotations_json(&alert.annotations),
        config_revision: alert.config_revision.as_deref(),
        recorded_peak_price_usd: alert.recorded_peak.map(|peak| peak.price_usd.get()),
        recorded_peak_at: alert.recorded_peak.and_then(|peak| peak.at).map(Moment),
        trust_recorded_peak: alert.trust_recorded_peak,
        tracking_window: alert.tracking_window.map(micros),
    }
}

/// The alert of a row, and when it was recorded.
pub(crate) fn alert(model: Model, token: TokenKey) -> Result<(Alert, Timestamp), StoreError> {
    let alert = Alert {
        id: AlertId(model.alert_id),
        recorded_peak: recorded_peak(&model)?,
        token: Token { key: token, name: model.name, symbol: model.symbol },
        alerted_at: model.alerted_at.0,
        decision: stored("alerts.decision", &model.decision, decision_of(&model.decision))?,
        shadow_sample_rate: quantity("alerts.shadow_sample_rate", model.shadow_sample_rate)?,
        entry: Quote {
            price_usd: quantity("alerts.entry_price_usd", model.entry_price_usd)?,
            market_cap_usd: quantity("alerts.entry_market_cap_usd", model.entry_market_cap_usd)?,
            liquidity_usd: quantity("alerts.entry_liquidity_usd", model.entry_liquidity_usd)?,
            volume_24h_usd: quantity("alerts.entry_volume_24h_usd", model.entry_volume_24h_usd)?,
        },
        features: AlertFeatures {
            preliminary_score: model.preliminary_score,
            final_score: model.final_score,
            conviction_type: model.conviction_type,
            smart_money_involved: model.smart_money_involved,
            smart_wallet_address: model.smart_wallet_address,
            smart_wallet_pnl: quantity("alerts.smart_wallet_pnl", model.smart_wallet_pnl)?,
            velocity_score_15m: model.velocity_score_15m,
            velocity_bonus: model.velocity_bonus,
            passed_junior_strict: model.passed_junior_strict,
            passed_senior_strict: model.passed_senior_strict,
            passed_debate: model.passed_debate,
            lp_locked: model.lp_locked,
            mint_revoked: model.mint_revoked,
            top10_concentration: quantity("alerts.top10_concentration", model.top10_concentration)?,
            bundlers_percent: quantity("alerts.bundlers_percent", model.bundlers_percent)?,
            insiders_percent: quantity("alerts.insiders_percent", model.insiders_percent)?,
            token_age_minutes: quantity("alerts.token_age_minutes", model.token_age_minutes)?,
            holder_count: model.holder_count,
            unique_traders_15m: model.unique_traders_15m,
            sol_price_usd: quantity("alerts.sol_price_usd", model.sol_price_usd)?,
            feed_source: model.feed_source,
            dex_name: model.dex_name,
        },
        extra: map("alerts.extra", model.extra)?,
        annotations: map("alerts.annotations", model.annotations)?,
        config_revision: model.config_revision,
        trust_recorded_peak: model.trust_recorded_peak,
        tracking_window: model.tracking_window.map(|micros| Duration::from_micros(micros.unsigned_abs())),
    };
    Ok((alert, model.recorded_at.0))
}

pub(crate) fn recorded_peak(model: &Model) -> Result<Option<RecordedPeak>, StoreError> {
    let price = quantity("alerts.recorded_peak_price_usd", model.recorded_peak_price_usd)?;
    Ok(price.map(|price_usd| RecordedPeak { price_usd, at: model.recorded_peak_at.map(|at| at.0) }))
}

/// The first text of the alert that holds a NUL, by its name in messages.
pub(super) fn nul_in(alert: &Alert) -> Option<&'static str> {
    let features = &alert.features;
    let plain = [
        ("token.name", Some(&alert.token.name)),
        ("token.symbol", Some(&alert.token.symbol)),
        ("features.conviction_type", features.conviction_type.as_ref()),
        ("features.smart_wallet_address", features.smart_wallet_address.as_ref()),
        ("features.feed_source", features.feed_source.as_ref()),
        ("features.dex_name", features.dex_name.as_ref()),
        ("config_revision", alert.config_revision.as_ref()),
    ];
    let in_extra = |(key, value): (&String, &ExtraValue)| {
        key.contains('\0') || matches!(value, ExtraValue::Text(text) if text.contains('\0'))
    };
    let in_annotation = |(key, value): (&String, &String)| key.contains('\0') || value.contains('\0');
    plain
        .into_iter()
        .find(|(_, text)| text.is_some_and(|text| text.contains('\0')))
        .map(|(field, _)| field)
        .or_else(|| alert.extra.iter().any(in_extra).then_some("extra"))
        .or_else(|| alert.annotations.iter().any(in_annotation).then_some("annotations"))
}

pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

const fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Alerted => "alerted",
        Decision::Shadow => "shadow",
    }
}

fn decision_of(name: &str) -> Option<Decision> {
    [Decision::Alerted, Decision::Shadow].into_iter().find(|decision| decision_name(*decision) == name)
}

fn extra_json(extra: &BTreeMap<String, ExtraValue>) -> Option<Json> {
    let value = |value: &ExtraValue| match value {
        ExtraValue::Boolean(value) => Json::from(*value),
        ExtraValue::Number(value) => Json::from(*value),
        ExtraValue::Text(value) => Json::from(value.as_str()),
    };
    (!extra.is_empty()).then(|| extra.iter().map(|(key, extra)| (key.clone(), value(extra))).collect())
}

fn annotations_json(annotations: &BTreeMap<String, String>) -> Option<Json> {
    (!annotations.is_empty())
        .then(|| annotations.iter().map(|(key, value)| (key.clone(), Json::from(value.as_str()))).collect())
}

fn map<T: DeserializeOwned>(column: &'static str, json: Option<Json>) -> Result<BTreeMap<String, T>, StoreError> {
    json.map_or_else(
        || Ok(BTreeMap::new()),
        |json| {
            serde_json::from_value(json)
                .map_err(|error| StoreError::Corrupt { what: format!("a value of {column}: {error}") })
        },
    )
}
