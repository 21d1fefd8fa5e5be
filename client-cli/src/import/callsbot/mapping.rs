//! What the ancestor's columns mean.
//!
//! Known at alert time: features and the entry quote. Everything else - its verdicts, its later prices, its bookkeeping -
//! knows the future, and is kept as annotations.

use domain::token::TokenAddress;
use perftrack::v1::{Alert, AlertDecision, AlertFeatures, PriceObservation, Quote, RecordedPeak, Token};

use super::{Cell, Imported, Row, SOURCE, Unusable, alert_id};

/// Over how long the ancestor followed an alert, in seconds.
const TRACKING_WINDOW_SECONDS: i64 = 24 * 60 * 60;

/// The longest name and symbol that the contract takes.
const NAME_BYTES: usize = 256;
const SYMBOL_BYTES: usize = 64;

/// Makes a row an alert. `place` names the row where it has no address.
///
/// # Errors
/// Without an address or a time there is nothing to record.
pub fn alert_of(mut row: Row, place: &str) -> Result<Imported, Unusable> {
    let address = row.text(&["token_address", "ca", "address", "mint"]);
    let unusable = |which: &str, reason: &str| Unusable { which: which.to_owned(), reason: reason.to_owned() };
    if address.is_empty() {
        return Err(unusable(place, "no token address"));
    }
    let alerted_at = row.cell(&["first_alert_at", "first_seen_ts", "alerted_at"]);
    let alerted_at_ms = match alerted_at.moment_ms() {
        Ok(Some(moment)) => moment,
        Ok(None) => return Err(unusable(&address, "no alert time")),
        Err(_) => return Err(unusable(&address, "an alert time that cannot be read")),
    };
    // Whole seconds: the CSV export has no more, and both forms must give one alert.
    let alerted_at_seconds = alerted_at_ms.div_euclid(1_000);

    let token = Token {
        chain: String::new(),
        address: address.clone(),
        name: row.label(&["token_name"], NAME_BYTES),
        symbol: row.label(&["token_symbol"], SYMBOL_BYTES),
    };
    let features = features(&mut row);
    let entry = Quote {
        price_usd: row.positive(&["first_price_usd", "price_t0"]),
        market_cap_usd: row.positive(&["first_market_cap_usd"]),
        liquidity_usd: row.positive(&["first_liquidity_usd"]),
        volume_24h_usd: row.number(&["first_volume_24h_usd"]),
    };
    let prices = prices(&mut row, &address, alerted_at_seconds);
    let (mut annotations, notes) = row.rest();
    let recorded_peak = recorded_peak(&annotations);
    annotations.insert("imported_from".to_owned(), SOURCE.to_owned());

    let alert = Alert {
        alert_id: alert_id(SOURCE, &canonical(&address), alerted_at_seconds).to_string(),
        token: Some(token),
        alerted_at: Some(prost_types::Timestamp { seconds: alerted_at_seconds, nanos: 0 }),
        decision: AlertDecision::Alerted.into(),
        shadow_sample_rate: None,
        entry: Some(entry),
        features: Some(features),
        extra: Default::default(),
        annotations,
        config_revision: String::new(),
        recorded_peak,
        tracking_window: Some(prost_types::Duration { seconds: TRACKING_WINDOW_SECONDS, nanos: 0 }),
    };
    Ok(Imported { alert, prices, notes })
}

/// One spelling of an address; what is none keeps its own, for the service to refuse.
fn canonical(address: &str) -> String {
    address.parse::<TokenAddress>().map_or_else(|_| address.to_owned(), |parsed| parsed.to_string())
}

fn features(row: &mut Row) -> AlertFeatures {
    AlertFeatures {
        preliminary_score: row.whole(&["preliminary_score"]),
        final_score: row.whole(&["final_score"]),
        conviction_type: row.word(&["conviction_type"]),
        smart_money_involved: row.flag(&["smart_money_involved", "smart_money_detected"]),
        smart_wallet_address: row.word(&["smart_wallet_address"]),
        smart_wallet_pnl: row.number(&["smart_wallet_pnl"]),
        velocity_score_15m: row.whole(&["velocity_score_15m"]),
        velocity_bonus: row.whole(&["velocity_bonus"]),
        passed_junior_strict: row.flag(&["passed_junior_strict"]),
        passed_senior_strict: row.flag(&["passed_senior_strict"]),
        passed_debate: row.flag(&["passed_debate"]),
        lp_locked: row.flag(&["lp_locked"]),
        mint_revoked: row.flag(&["mint_revoked"]),
        top10_concentration: row.number(&["top10_concentration"]),
        bundlers_percent: row.number(&["bundlers_percent"]),
        insiders_percent: row.number(&["insiders_percent"]),
        token_age_minutes: row.number(&["token_age_minutes"]),
        holder_count: row.whole(&["initial_holder_count", "holder_count"]),
        unique_traders_15m: row.whole(&["unique_traders_15m"]),
        sol_price_usd: row.positive(&["sol_price_usd"]),
        feed_source: row.word(&["feed_source"]),
        dex_name: row.word(&["dex_name"]),
    }
}

/// The prices in the row's own columns: `price_t1m`, `price_t24h`, …
fn prices(row: &mut Row, address: &str, alerted_at_seconds: i64) -> Vec<PriceObservation> {
    let mut found: Vec<(i64, Cell)> = row.take_where(offset_seconds);
    found.sort_by_key(|(offset, _)| *offset);
    let observation = |(offset, cell): (i64, Cell)| {
        // What cannot be read is sent as NaN, so that the service refuses it and it is counted.
        let price_usd = cell.number().map_or(Some(f64::NAN), |price| price)?;
        Some(PriceObservation {
            token: Some(Token { address: address.to_owned(), ..Token::default() }),
            observed_at: Some(prost_types::Timestamp { seconds: alerted_at_seconds + offset, nanos: 0 }),
            price_usd,
            source: SOURCE.to_owned(),
            ..PriceObservation::default()
        })
    };
    found.into_iter().filter_map(observation).collect()
}

/// How many seconds after the alert a column's price holds: 300 for `price_t5m`. `price_t0` is the entry quote.
fn offset_seconds(column: &str) -> Option<i64> {
    let written = column.strip_prefix("price_t")?;
    let unit = match written.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let number: i64 = written[..written.len() - 1].parse().ok()?;
    number.checked_mul(unit).filter(|offset| *offset > 0)
}

/// The highest price that the ancestor saw; it stays among the annotations as well.
fn recorded_peak(annotations: &std::collections::BTreeMap<String, String>) -> Option<RecordedPeak> {
    let cell = |name: &str| annotations.get(name).map_or(Cell::Null, |text| Cell::Text(text.clone()));
    let price_usd = cell("peak_price_usd").number().ok().flatten().filter(|price| *price > 0.0)?;
    let at_ms = cell("peak_price_at").moment_ms().ok().flatten();
    Some(RecordedPeak {
        price_usd,
        at: at_ms.map(|ms| prost_types::Timestamp {
            seconds: ms.div_euclid(1_000),
            nanos: i32::try_from(ms.rem_euclid(1_000) * 1_000_000).unwrap_or(0),
        }),
    })
}
