//! How many observations the fold takes in per second, beside the least that anybody could do with them.
//!
//! `cargo bench -p domain --bench fold` prints one line per way of folding 48 hours of one look a minute, for 64 alerts, on
//! one core; the ratios are of the same run.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::observation::Observation;
use domain::outcome::{Fold, Outcome, Policy, Subject};
use domain::quantity::{AmountUsd, PriceUsd};
use domain::timestamp::Timestamp;

const ALERTS: usize = 64;
const MINUTES: usize = 48 * 60;
const PASSES: usize = 21;

fn main() {
    let policy = Policy::default();
    let subject = subject();
    let markets: Vec<Vec<Observation>> = (0..ALERTS).map(|seed| market(seed as u64 + 1)).collect();
    let observations = ALERTS * MINUTES;

    let floor = each(&markets, highest_and_lowest);
    let fold = each(&markets, |market| fold_all(&subject, &policy, market));
    let resumed = each(&markets[..8], |market| fold_from_bytes(&subject, &policy, market)) * 8;
    let anew = {
        // Every minute again from the first observation, as without a kept state: one alert is enough to see it.
        let begun = Instant::now();
        for until in 1..=MINUTES {
            black_box(fold_all(&subject, &policy, &markets[0][..until]));
        }
        begun.elapsed() * ALERTS as u32
    };

    let report = |what: &str, took: Duration| {
        let rate = observations as f64 / took.as_secs_f64() / 1e6;
        let ratio = took.as_secs_f64() / fold.as_secs_f64();
        println!("{what:<52} {rate:>9.3} M observations/s   {ratio:>9.3} × the fold's time");
    };
    report("the fold", fold);
    report("highest and lowest price only", floor);
    report("state read from and written to bytes every time", resumed);
    report("folded anew from the beginning every time", anew);
    let mut one = Fold::begin(subject, &policy);
    for observation in &markets[0][..MINUTES / 2] {
        one.observe(&policy, observation, &mut Vec::new()).unwrap_or_default();
    }
    println!("state after 24 h: {} bytes", one.to_bytes().len());
}

/// The sum over all markets of the best of some passes over each: short enough that a busy machine lets some through.
fn each<T>(markets: &[Vec<Observation>], pass: impl Fn(&[Observation]) -> T) -> Duration {
    let best = |market: &Vec<Observation>| {
        let passes = (0..PASSES).map(|_| {
            let begun = Instant::now();
            black_box(pass(market));
            begun.elapsed()
        });
        passes.min().unwrap_or_default()
    };
    markets.iter().map(best).sum()
}

fn fold_all(subject: &Subject, policy: &Policy, market: &[Observation]) -> Outcome {
    let mut fold = Fold::begin(subject.clone(), policy);
    let mut happenings = Vec::new();
    for observation in market {
        fold.observe(policy, observation, &mut happenings).unwrap_or_default();
    }
    fold.seal(policy, fold.seal_due(policy), &mut happenings);
    fold.outcome(policy)
}

fn fold_from_bytes(subject: &Subject, policy: &Policy, market: &[Observation]) -> usize {
    let mut happenings = Vec::new();
    let mut bytes = Fold::begin(subject.clone(), policy).to_bytes();
    for observation in market {
        if let Ok(mut fold) = Fold::from_bytes(&bytes) {
            fold.observe(policy, observation, &mut happenings).unwrap_or_default();
            bytes = fold.to_bytes();
        }
    }
    bytes.len()
}

fn highest_and_lowest(market: &[Observation]) -> (f64, f64) {
    market.iter().fold((f64::MIN, f64::MAX), |(high, low), observation| {
        let price = observation.price_usd.get();
        (high.max(price), low.min(price))
    })
}

fn subject() -> Subject {
    let alerted_at = Timestamp::from_seconds(1_760_000_000);
    Subject {
        alerted_at,
        window: Duration::from_secs(48 * 3_600),
        expected_interval: Some(Duration::from_secs(60)),
        quoted_price_usd: PriceUsd::new(1e-5).ok(),
        trusted_peak: None,
        recorded_at: alerted_at,
    }
}

/// A random walk of 2 % a minute with liquidity and market cap, a bad tick now and then, and texts of their own in every
/// observation, as rows from a database have them.
fn market(seed: u64) -> Vec<Observation> {
    let mut draws = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut draw = move || {
        draws ^= draws << 13;
        draws ^= draws >> 7;
        draws ^= draws << 17;
        (draws >> 11) as f64 / (1_u64 << 53) as f64
    };
    let begin = subject().alerted_at;
    let (mut price, mut liquidity) = (1e-5, 25_000.0);
    (0..MINUTES)
        .filter_map(|minute| {
            price *= 1.0 + (draw() - 0.5) * 0.07;
            liquidity *= 1.0 + (draw() - 0.5) * 0.02;
            let tick = if draw() < 0.001 { 400.0 } else { 1.0 };
            Some(Observation {
                observed_at: begin.plus(Duration::from_secs(60 * minute as u64 + 7)),
                source: Arc::from("dexscreener"),
                price_usd: PriceUsd::new(price * tick).ok()?,
                market_cap_usd: AmountUsd::new(price * 1e9).ok(),
                liquidity_usd: AmountUsd::new(liquidity).ok(),
                volume_24h_usd: AmountUsd::new(1e6).ok(),
                holder_count: Some(400),
                dex_name: Some(Arc::from("raydium")),
                pool: Some(Arc::from("5q1zWvGJfGHzyTCRqFtGn5YV6zqzSgkRB4pDXPJ3kDbW")),
            })
        })
        .collect()
}
