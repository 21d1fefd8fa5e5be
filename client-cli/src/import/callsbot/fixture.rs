//! Small recordings in the ancestor's two forms, made up.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use domain::token::TokenAddress;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// When the first alert of a recording was raised: 2025-10-07T16:20:14Z.
pub const BEGIN: i64 = 1_759_854_014;
/// How long after its alert each price was written down, in seconds.
pub const OFFSETS: [i64; 5] = [60, 300, 900, 3_600, 86_400];

/// The address of the `n`th token.
pub fn address(n: u8) -> String {
    TokenAddress::from_bytes([n + 1; 32]).to_string()
}

/// When the `n`th alert was raised.
pub fn alerted_at(n: u8) -> i64 {
    BEGIN + 7 * i64::from(n)
}

/// The price of the `n`th token at its `look`th look.
pub fn price(n: u8, look: usize) -> f64 {
    1e-5 * f64::from(n + 1) * (1.0 + 0.1 * look as f64)
}

/// The liquidity at the `n`th alert: 0 where the ancestor knew none.
pub fn liquidity(n: u8) -> f64 {
    if n == 2 { 0.0 } else { 21_531.5 }
}

/// A database with `count` alerts and five prices for each. The second alert has no first price, the third no peak.
pub async fn database(folder: &Path, count: u8) -> PathBuf {
    let file = folder.join("alerted_tokens.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    let mut script = "
        CREATE TABLE alerted_tokens (token_address TEXT PRIMARY KEY, alerted_at TIMESTAMP, final_score INTEGER,
            smart_money_detected BOOLEAN, conviction_type TEXT);
        CREATE TABLE alerted_token_stats (token_address TEXT PRIMARY KEY, first_alert_at REAL, preliminary_score INTEGER,
            final_score INTEGER, conviction_type TEXT, first_price_usd REAL, first_market_cap_usd REAL,
            first_liquidity_usd REAL, peak_price_usd REAL, peak_price_at REAL, max_gain_percent REAL,
            price_change_24h REAL, is_rug BOOLEAN DEFAULT 0, token_name TEXT, token_symbol TEXT, holder_count INTEGER,
            smart_money_involved BOOLEAN, lp_locked BOOLEAN, top10_concentration REAL, dex_name TEXT,
            ml_enhanced INTEGER DEFAULT 0);
        CREATE TABLE price_snapshots (id INTEGER PRIMARY KEY AUTOINCREMENT, token_address TEXT, snapshot_at REAL,
            price_usd REAL, market_cap_usd REAL, liquidity_usd REAL, volume_24h_usd REAL, holder_count INTEGER);
    "
    .to_owned();
    for n in 0..count {
        let (address, at) = (address(n), alerted_at(n));
        let first_price = if n == 1 { 0.0 } else { price(n, 0) };
        let peak = if n == 2 { "NULL".to_owned() } else { (3.0 * price(n, 0)).to_string() };
        let smart = n % 2;
        let liquidity = liquidity(n);
        let _ = writeln!(
            script,
            "INSERT INTO alerted_tokens VALUES ('{address}', {at}, 7, {smart}, 'High Confidence (Strict)');
             INSERT INTO alerted_token_stats VALUES ('{address}', {at}.25, NULL, 7, 'High Confidence (Strict)', {first_price},
                NULL, {liquidity}, {peak}, NULL, 200.0, -12.5, 1, 'Token {n}', 'T{n}', NULL, {smart}, NULL, NULL, NULL, 0);"
        );
        for (look, offset) in OFFSETS.iter().enumerate() {
            let price = price(n, look + 1);
            // As the ancestor wrote it where its source gave none.
            let liquidity = if look == 4 { "0.0" } else { "NULL" };
            let _ = writeln!(
                script,
                "INSERT INTO price_snapshots (token_address, snapshot_at, price_usd, liquidity_usd)
                 VALUES ('{address}', {at}.0 + {offset}, {price}, {liquidity});"
            );
        }
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    file
}

/// The CSV export of the same alerts.
pub fn export(folder: &Path, count: u8) -> PathBuf {
    let mut text = "ca,first_seen_ts,token_name,token_symbol,final_score,conviction_type,smart_money_detected,price_t0,\
        price_t1m,price_t5m,price_t15m,price_t1h,price_t24h,peak_price_usd,max_gain_percent,price_change_24h,outcome_label,\
        is_rug,first_market_cap_usd,first_liquidity_usd,holder_count,snapshot_count\n"
        .to_owned();
    for n in 0..count {
        let at = chrono::DateTime::from_timestamp(alerted_at(n), 0).unwrap().format("%Y-%m-%d %H:%M:%S");
        let first_price = if n == 1 { 0.0 } else { price(n, 0) };
        let peak = if n == 2 { String::new() } else { (3.0 * price(n, 0)).to_string() };
        let smart = if n % 2 == 1 { "True" } else { "False" };
        let liquidity = liquidity(n);
        let prices: Vec<String> = (1..=5).map(|look| price(n, look).to_string()).collect();
        let _ = writeln!(
            text,
            "{},{at},Token {n},T{n},7,High Confidence (Strict),{smart},{first_price},{},{peak},200.0,-12.5,winner,True,,{liquidity},,62",
            address(n),
            prices.join(",")
        );
    }
    write(folder, "export.csv", &text)
}

/// A file of that text.
pub fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}
