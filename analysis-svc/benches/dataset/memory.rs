//! A history laid out without a database.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use analysis_svc::dataset::table::TableBuilder;
use analysis_svc::dataset::{Snapshot, filter::Kept, gates};
use analysis_svc::synthetic;
use domain::filter::Filter;
use domain::gate::{Catalogue, FilterConfig};
use domain::outcome::policy::Policy;

use crate::growth::Measured;

/// 25 columns of eight bytes.
const COLUMNS: f64 = 25.0 * 8.0;

/// The memory that the process takes, in bytes.
pub fn resident() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0.0) * 4_096.0
}

pub fn seconds(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64()
}

pub fn millis(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() * 1e3
}

/// The middle of some times, in milliseconds.
pub fn middle(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().map_or(f64::NAN, millis)
}

pub fn measure(alerts: usize) -> Measured {
    let before = resident();
    let begun = Instant::now();
    let mut rows = TableBuilder::new();
    synthetic::batches(alerts).for_each(|batch| rows.push(&batch));
    let read = begun.elapsed();
    let begun = Instant::now();
    let snapshot = Snapshot::of_rows(rows, &Policy::default());
    let laid_out = begun.elapsed();
    let grown = resident() - before;
    let mut figures = vec![
        ("made up and taken in, s", seconds(read)),
        ("sorted and derived, s", seconds(laid_out)),
        ("memory counted, bytes an alert", snapshot.bytes() as f64 / alerts as f64),
        ("memory grown, bytes an alert", grown / alerts as f64),
        ("memory grown / 25 columns of f64", grown / alerts as f64 / COLUMNS),
    ];
    figures.extend(refreshes(&snapshot, alerts));
    figures.extend(questions(&snapshot));
    Measured { alerts, figures }
}

/// A thousand changes each: half are new, the others have other outcomes.
fn refreshes(snapshot: &Snapshot, alerts: usize) -> [(&'static str, f64); 2] {
    let refresh = |changed: Vec<usize>| {
        let times = (0..5).map(|_| {
            let mut rows = TableBuilder::new();
            rows.push(&synthetic::batch(changed.iter().copied(), alerts));
            let begun = Instant::now();
            std::hint::black_box(snapshot.with(rows, &HashSet::new()));
            begun.elapsed()
        });
        middle(times.collect())
    };
    let latest = (alerts..alerts + 500).chain(alerts.saturating_sub(500)..alerts).collect();
    let everywhere = (alerts..alerts + 500).chain((0..500).map(|number| number * (alerts / 500))).collect();
    [
        ("1,000 changes, the latest, ms", refresh(latest)),
        ("1,000 changes, 500 of them anywhere, ms", refresh(everywhere)),
    ]
}

fn questions(snapshot: &Snapshot) -> [(&'static str, f64); 3] {
    let time = |work: &dyn Fn()| {
        let times = (0..7).map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        });
        middle(times.collect())
    };
    let filter = |text: &str| {
        let filter = Filter::parse(text).unwrap_or_else(|_| Filter::everything());
        time(&|| {
            std::hint::black_box(Kept::of(snapshot, &filter));
        })
    };
    let catalogue = Catalogue::callsbot();
    let config = FilterConfig::parse(catalogue, [("MIN_LIQUIDITY_USD", "20000"), ("MAX_TOP10_CONCENTRATION", "40")]);
    let config = config.unwrap_or_else(|_| FilterConfig::defaults(catalogue));
    [
        ("filter of one number, ms", filter("entry.liquidity_usd > 20000")),
        (
            "filter of five fields, ms",
            filter(
                "entry.liquidity_usd > 20000 AND lp_locked AND dex_name = raydium AND final_score >= 5 AND max_gain_pct < 50",
            ),
        ),
        (
            "a config through all gates, ms",
            time(&|| {
                std::hint::black_box(gates::passing(snapshot, catalogue, &config));
            }),
        ),
    ]
}
