//! Recording alerts and reading them back.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use domain::alert::{AlertId, Decision, ExtraValue, RecordedPeak};
use domain::feature::AlertFeatures;
use domain::outcome::OutcomeStatus;
use domain::quantity::{AmountUsd, Finite, NonNegative, Percent, PriceUsd, Share};
use domain::quote::Quote;
use domain::timestamp::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use store::alerts::{NewAlert, Recording};
use uuid::Uuid;

use crate::bench::Bench;
use crate::market::{START, alert, batch, look, minutes, new, path, price, token};

const NEW: Recording = Recording::New { happenings: Vec::new() };
const DUPLICATE: Recording = Recording::Duplicate { peak_taken: false };

pub async fn a_retried_alert_is_recorded_once(bench: &Bench) -> Result<()> {
    let first = new(alert(1, START));
    let retry = NewAlert { recorded_at: START.plus(minutes(5)), ..first.clone() };
    assert_eq!(bench.store.alerts().record(first.clone(), &bench.rules).await?, NEW);
    assert_eq!(bench.store.alerts().record(retry, &bench.rules).await?, DUPLICATE);
    let record = bench.store.alerts().get(first.alert.id).await?.context("recorded")?;
    assert_eq!(record.recorded_at, START);
    for table in ["tokens", "alert_ids", "alerts", "outcomes"] {
        assert_eq!(bench.count(table).await?, 1, "{table}");
    }
    Ok(())
}

pub async fn another_alert_under_the_same_id_is_a_conflict(bench: &Bench) -> Result<()> {
    let first = new(alert(1, START));
    let mut other = new(alert(2, START));
    other.alert.id = first.alert.id;
    other.request_hash = [2; 32];
    let id = first.alert.id;
    bench.store.alerts().record(first.clone(), &bench.rules).await?;
    assert_eq!(bench.store.alerts().record(other, &bench.rules).await?, Recording::Conflict { id });
    let record = bench.store.alerts().get(id).await?.context("recorded")?;
    assert_eq!(record.alert, first.alert);
    Ok(())
}

pub async fn two_alerts_of_one_id_in_one_call_are_told_apart(bench: &Bench) -> Result<()> {
    let first = new(alert(1, START));
    let mut other = new(alert(2, START));
    other.alert.id = first.alert.id;
    other.request_hash = [2; 32];
    let third = new(alert(3, START));
    let id = first.alert.id;
    let all = vec![first.clone(), first, other, third];
    let answers = bench.store.alerts().record_many(all, &bench.rules).await?;
    assert_eq!(answers, [NEW, DUPLICATE, Recording::Conflict { id }, NEW]);
    assert_eq!(bench.count("alerts").await?, 2);
    Ok(())
}

pub async fn a_token_alerted_twice_keeps_two_alerts_and_two_outcomes(bench: &Bench) -> Result<()> {
    let first = new(alert(1, START));
    let second = new(alert(1, START.plus(minutes(10))));
    bench.store.alerts().record(first.clone(), &bench.rules).await?;
    bench.store.alerts().record(second.clone(), &bench.rules).await?;
    let seen = path(1, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.2, 2.2]);
    bench.store.observations().record(batch(seen), START.plus(minutes(20)), &bench.rules).await?;
    let entry = async |id| -> Result<_> {
        Ok(bench.store.alerts().get(id).await?.context("recorded")?.outcome.entry_price_usd.map(PriceUsd::get))
    };
    assert_eq!(entry(first.alert.id).await?, Some(1.0));
    assert_eq!(entry(second.alert.id).await?, Some(2.0));
    assert_eq!(bench.count("tokens").await?, 1);
    Ok(())
}

pub async fn an_alert_comes_back_as_it_was_recorded(bench: &Bench) -> Result<()> {
    let mut full = alert(1, Timestamp::from_micros(START.micros() + 123_456));
    full.token.name = "Ünïcode \u{1f680}".to_owned();
    full.decision = Decision::Shadow;
    full.shadow_sample_rate = Share::new(0.1).ok();
    full.entry = Quote {
        price_usd: PriceUsd::new(4.2e-9).ok(),
        market_cap_usd: AmountUsd::new(0.0).ok(),
        liquidity_usd: AmountUsd::new(1e15).ok(),
        volume_24h_usd: AmountUsd::new(0.1 + 0.2).ok(),
    };
    full.features = AlertFeatures {
        preliminary_score: Some(-1),
        final_score: Some(i32::MAX),
        conviction_type: Some("High Confidence (Strict)".to_owned()),
        smart_money_involved: Some(false),
        smart_wallet_address: Some(String::new()),
        smart_wallet_pnl: Finite::new(-1e-300).ok(),
        velocity_score_15m: Some(0),
        velocity_bonus: Some(3),
        passed_junior_strict: Some(true),
        passed_senior_strict: Some(false),
        passed_debate: Some(true),
        lp_locked: Some(false),
        mint_revoked: Some(true),
        top10_concentration: Percent::new(33.3).ok(),
        bundlers_percent: Percent::new(0.0).ok(),
        insiders_percent: Percent::new(100.0).ok(),
        token_age_minutes: NonNegative::new(12.5).ok(),
        holder_count: Some(0),
        unique_traders_15m: Some(17),
        sol_price_usd: PriceUsd::new(187.3).ok(),
        feed_source: Some("feed's \"own\"; --".to_owned()),
        dex_name: Some("pumpfun".to_owned()),
    };
    full.extra = BTreeMap::from([
        ("sniper".to_owned(), ExtraValue::Boolean(false)),
        ("ratio".to_owned(), ExtraValue::Number(0.1 + 0.7)),
        ("whole".to_owned(), ExtraValue::Number(1e21)),
        ("tag".to_owned(), ExtraValue::Text("7".to_owned())),
    ]);
    full.annotations = BTreeMap::from([("is_rug".to_owned(), "1".to_owned()), (String::new(), String::new())]);
    full.config_revision = Some("r42".to_owned());
    full.recorded_peak = Some(RecordedPeak { price_usd: price(9.0), at: Some(START) });
    full.tracking_window = Some(Duration::from_hours(24));
    let recorded = new(full.clone());
    bench.store.alerts().record(recorded.clone(), &bench.rules).await?;
    let record = bench.store.alerts().get(full.id).await?.context("recorded")?;
    assert_eq!(record.alert, full);
    assert_eq!(record.recorded_at, recorded.recorded_at);
    assert_eq!(record.outcome.status, OutcomeStatus::Tracking);
    Ok(())
}

pub async fn what_is_unknown_comes_back_unknown(bench: &Bench) -> Result<()> {
    let mut bare = alert(1, START);
    bare.entry = Quote::default();
    bare.token.name = String::new();
    bare.token.symbol = String::new();
    bench.store.alerts().record(new(bare.clone()), &bench.rules).await?;
    let record = bench.store.alerts().get(bare.id).await?.context("recorded")?;
    assert_eq!(record.alert, bare);
    assert_eq!(record.outcome.entry_price_usd, None);
    assert_eq!(record.outcome.is_rug, None);
    assert_eq!(record.outcome.max_gain_pct, None);
    Ok(())
}

pub async fn numbers_keep_every_bit(bench: &Bench) -> Result<()> {
    let mut runner = TestRunner::deterministic();
    let any = prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::NEGATIVE | prop::num::f64::POSITIVE;
    let mut alerts = Vec::new();
    let mut seen = Vec::new();
    for number in 0..300 {
        let value = any.new_tree(&mut runner).map_err(anyhow::Error::msg)?.current();
        let mut alert = alert(number, START);
        alert.features.smart_wallet_pnl = Finite::new(value).ok();
        alert.extra.insert("value".to_owned(), ExtraValue::Number(value));
        alert.entry.price_usd = PriceUsd::new(value.abs()).ok();
        alerts.push(new(alert));
        if let Ok(usd) = PriceUsd::new(value.abs()) {
            let mut look = look(START.plus(minutes(1)), 1.0);
            look.price_usd = usd;
            seen.push((token(number), look));
        }
    }
    bench.store.alerts().record_many(alerts.clone(), &bench.rules).await?;
    bench.store.observations().record(batch(seen.clone()), START, &bench.rules).await?;
    let bits = |value: Option<f64>| value.map(f64::to_bits);
    for new in alerts {
        let got = bench.store.alerts().get(new.alert.id).await?.context("recorded")?.alert;
        assert_eq!(bits(got.entry.price_usd.map(f64::from)), bits(new.alert.entry.price_usd.map(f64::from)));
        assert_eq!(got.features.smart_wallet_pnl, new.alert.features.smart_wallet_pnl);
        assert_eq!(got.extra, new.alert.extra);
    }
    use futures::TryStreamExt;
    for (token, look) in seen {
        let got: Vec<_> = bench.store.observations().prices(token, START, START.plus(minutes(2))).try_collect().await?;
        assert_eq!(got[0].price_usd.get().to_bits(), look.price_usd.get().to_bits());
    }
    Ok(())
}

pub async fn nul_is_refused_and_keeps_no_other_alert_out(bench: &Bench) -> Result<()> {
    let clean = new(alert(1, START));
    let mut in_symbol = new(alert(2, START));
    in_symbol.alert.token.symbol = "A\0B".to_owned();
    let mut in_extra = new(alert(3, START));
    in_extra.alert.extra.insert("tag".to_owned(), ExtraValue::Text("\0".to_owned()));
    let mut in_annotation = new(alert(4, START));
    in_annotation.alert.annotations.insert("\0".to_owned(), String::new());
    let all = vec![in_symbol, clean, in_extra, in_annotation];
    let answers = bench.store.alerts().record_many(all, &bench.rules).await?;
    let refused = |field| Recording::NulInText { field };
    assert_eq!(answers, [refused("token.symbol"), NEW, refused("extra"), refused("annotations")]);
    assert_eq!(bench.count("tokens").await?, 1);
    Ok(())
}

pub async fn an_alert_recorded_late_takes_in_the_prices_that_are_there(bench: &Bench) -> Result<()> {
    bench.store.alerts().record(new(alert(1, START)), &bench.rules).await?;
    let seen = path(1, &[1.0, 1.1, 1.2, 1.4, 1.9, 1.8, 1.7]);
    bench.store.observations().record(batch(seen), START.plus(minutes(7)), &bench.rules).await?;
    let late = NewAlert { recorded_at: START.plus(minutes(9)), ..new(alert(1, START.plus(minutes(2)))) };
    let Recording::New { happenings } = bench.store.alerts().record(late.clone(), &bench.rules).await? else {
        anyhow::bail!("it is new");
    };
    assert!(!happenings.is_empty());
    let record = bench.store.alerts().get(late.alert.id).await?.context("recorded")?;
    assert_eq!(record.outcome.entry_price_usd, PriceUsd::new(1.2).ok());
    assert_eq!(record.outcome.snapshot_count, 5);
    let refold = bench.store.outcomes().refold(late.alert.id, &bench.rules).await?.context("recorded")?;
    assert_eq!(refold.fresh_state, refold.stored_state);
    Ok(())
}

pub async fn a_recorded_peak_vouched_for_by_a_second_import_counts(bench: &Bench) -> Result<()> {
    let mut import = alert(1, START);
    import.tracking_window = Some(Duration::from_hours(24));
    import.recorded_peak = Some(RecordedPeak { price_usd: price(5.0), at: Some(START.plus(minutes(30))) });
    let first = NewAlert { recorded_at: START.plus(Duration::from_hours(100)), ..new(import.clone()) };
    bench.store.alerts().record(first.clone(), &bench.rules).await?;
    let seen = path(1, &[1.0, 1.1, 1.2]);
    bench.store.observations().record(batch(seen), first.recorded_at, &bench.rules).await?;
    let gain = async || -> Result<_> {
        Ok(bench.store.alerts().get(import.id).await?.context("recorded")?.outcome.max_gain_pct)
    };
    assert!(gain().await?.is_some_and(|gain| gain < 50.0));

    let mut vouched = first.clone();
    vouched.alert.trust_recorded_peak = true;
    let taken = |peak_taken| Recording::Duplicate { peak_taken };
    assert_eq!(bench.store.alerts().record(vouched.clone(), &bench.rules).await?, taken(true));
    assert!(gain().await?.is_some_and(|gain| gain > 300.0));
    assert_eq!(bench.store.alerts().record(vouched, &bench.rules).await?, taken(false));
    assert_eq!(bench.store.alerts().record(first, &bench.rules).await?, taken(false));
    assert!(gain().await?.is_some_and(|gain| gain > 300.0));
    let refold = bench.store.outcomes().refold(import.id, &bench.rules).await?.context("recorded")?;
    assert_eq!(refold.fresh_state, refold.stored_state);
    Ok(())
}

pub async fn a_missing_alert_is_none(bench: &Bench) -> Result<()> {
    let id = AlertId(Uuid::new_v4());
    assert_eq!(bench.store.alerts().get(id).await?, None);
    assert_eq!(bench.store.outcomes().refold(id, &bench.rules).await?, None);
    Ok(())
}
