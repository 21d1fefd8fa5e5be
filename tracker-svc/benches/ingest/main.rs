//! How fast the tracker takes things in over real gRPC, against PostgreSQL alone doing the same on the same machine, with
//! writes that reach the disk. Both sides in turns, twice; prints their rates and the ratio.
//!
//! `cargo bench -p tracker-svc --bench ingest [-- record-alert|record-alerts|record-prices|growth]`; without a name the
//! first three. `SECONDS` (8), `ROWS` (60000) and, for the growth, `MOST_TOKENS` (100000) are environment variables.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark talks to whoever started it")]

mod growth;
mod postgres;
mod record_alert;
mod record_alerts;
mod record_prices;
mod requests;
mod tracker;

use throwaway_postgres::Cluster;

/// As in the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Run by `cargo bench` alone, not by tests of all targets.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let wanted = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !["record-alert", "record-alerts", "record-prices", "growth"].into_iter().any(wanted);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cluster = Cluster::durable().await.unwrap();
        if all || wanted("record-alert") {
            record_alert::compare(&cluster).await;
        }
        if all || wanted("record-alerts") {
            record_alerts::compare(&cluster).await;
        }
        if all || wanted("record-prices") {
            record_prices::compare(&cluster).await;
        }
        if wanted("growth") {
            growth::print(&cluster).await;
        }
    });
}

/// A number of the environment.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Prints two rates per second and their ratio.
fn say(what: &str, reference: &str, ours: &[f64], theirs: &[f64]) {
    let mean = |rates: &[f64]| rates.iter().sum::<f64>() / rates.len() as f64;
    println!("{what:<44} {:>9.0}/s  {ours:.0?}", mean(ours));
    println!("  {reference:<42} {:>9.0}/s  {theirs:.0?}", mean(theirs));
    println!("  {:<42} {:>9.2}", "ratio", mean(ours) / mean(theirs));
}
