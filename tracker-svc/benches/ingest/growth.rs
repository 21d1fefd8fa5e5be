//! What an observation costs as tokens and history grow: microseconds of `RecordPrices` per observation, one observation of
//! each token at a time. The slope is the exponent of the growth: 0 where the cost stays the same, 1 where it doubles with
//! what it grows by.

use std::time::Duration;

use throwaway_postgres::Cluster;

use crate::postgres::run;
use crate::record_prices::{follow, messages, push};
use crate::setting;
use crate::tracker::Tracker;

const TOKENS: [u64; 5] = [1_000, 3_000, 10_000, 30_000, 100_000];
const DAYS: [u64; 4] = [1, 3, 10, 30];
/// While the days grow.
const TOKENS_OF_DAYS: u64 = 10_000;
/// Of each token, while the days grow: what fits into the time of a benchmark.
const ROWS_PER_DAY: u64 = 24;
/// At least so many are timed.
const OBSERVATIONS: u64 = 100_000;

pub async fn print(cluster: &Cluster) {
    println!("{:>9} {:>6} {:>12} {:>18}", "tokens", "days", "rows before", "µs/observation");
    let mut by_tokens = Vec::new();
    let most = setting("MOST_TOKENS", 100_000);
    for tokens in TOKENS.into_iter().filter(|tokens| *tokens <= most) {
        by_tokens.push((tokens as f64, cost(cluster, tokens, 0).await));
    }
    let mut by_days = Vec::new();
    for days in DAYS {
        by_days.push((days as f64, cost(cluster, TOKENS_OF_DAYS.min(most), days).await));
    }
    println!("slope over tokens  {:>6.2}", slope(&by_tokens));
    println!("slope over days    {:>6.2}", slope(&by_days));
}

async fn cost(cluster: &Cluster, tokens: u64, days: u64) -> f64 {
    let database = cluster.database().await.unwrap();
    let tracker = Tracker::start(&database).await;
    follow(&tracker, tokens).await;
    let rows = tokens * days * ROWS_PER_DAY;
    if rows > 0 {
        run(&database, history(days)).await;
    }
    push(&tracker, messages(tokens, 1, 1, Duration::from_mins(9))).await;
    run(&database, "VACUUM ANALYZE".to_owned()).await;
    let looks = OBSERVATIONS.div_ceil(tokens);
    let seconds = push(&tracker, messages(tokens, looks, 1, Duration::from_mins(8))).await;
    tracker.stop().await;
    let micros = seconds * 1e6 / (looks * tokens) as f64;
    println!("{tokens:>9} {days:>6} {rows:>12} {micros:>18.1}");
    micros
}

/// Fills the days before the alerts, in weeks as the store cuts them.
fn history(days: u64) -> String {
    format!(
        "DO $$
         DECLARE week timestamptz := date_trunc('week', now() AT TIME ZONE 'UTC' - interval '{days} days') AT TIME ZONE 'UTC';
         BEGIN
             WHILE week < now() LOOP
                 EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF price_snapshots FOR VALUES FROM (%L) TO (%L)',
                     'price_snapshots_' || to_char(week AT TIME ZONE 'UTC', 'YYYY_MM_DD'), week, week + interval '7 days');
                 week := week + interval '7 days';
             END LOOP;
         END $$;
         INSERT INTO price_snapshots
             (token_id, observed_at, source, price_usd, market_cap_usd, liquidity_usd, volume_24h_usd, dex_name, pool)
         SELECT token_id, date_trunc('milliseconds', now()) - interval '1 hour' - look * interval '1 day' / {ROWS_PER_DAY},
                'feed', 0.000042, 42000, 18000, 95000, 'raydium', address
         FROM generate_series(1, {looks}) look CROSS JOIN tokens",
        looks = days * ROWS_PER_DAY,
    )
}

/// By least squares on the logarithms.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let (x_mean, y_mean) =
        (logs.iter().map(|(x, _)| x).sum::<f64>() / count, logs.iter().map(|(_, y)| y).sum::<f64>() / count);
    let covariance: f64 = logs.iter().map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    covariance / logs.iter().map(|(x, _)| (x - x_mean).powi(2)).sum::<f64>()
}
