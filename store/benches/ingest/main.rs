//! How fast the store takes things in, each beside what Postgres itself can do with the same rows: both on one server that
//! writes through to the disk, one after the other, in one run. Prints both rates and their ratio.
//!
//! `cargo bench -p store --bench ingest [-- alert|alerts|prices|follow]…`; all without a name.

#![expect(clippy::print_stdout, reason = "a benchmark's result")]

mod alert;
mod alerts;
mod follow;
mod market;
mod prices;
mod reference;

use std::time::Duration;

use anyhow::Result;
use store::{ConnectOptions, Store};
use throwaway_postgres::Cluster;

fn main() -> Result<()> {
    // Run by `cargo bench` alone, not by tests of all targets.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let cluster = Cluster::durable().await?;
        if wanted("alert") {
            alert::compare(&cluster, Duration::from_secs(5)).await?;
        }
        if wanted("alerts") {
            alerts::compare(&cluster).await?;
        }
        if wanted("prices") {
            prices::compare(&cluster, 1).await?;
            prices::compare(&cluster, 10).await?;
        }
        if wanted("follow") {
            follow::measure(&cluster).await?;
        }
        Ok(())
    })
}

async fn migrated(url: &str) -> Result<Store> {
    let store = Store::connect(ConnectOptions { max_connections: 64, ..ConnectOptions::from(url) }).await?;
    store.migrate().await?;
    Ok(store)
}

fn mean(rates: &[f64]) -> f64 {
    rates.iter().sum::<f64>() / rates.len() as f64
}

fn print(what: &str, unit: &str, ours: f64, reference: &str, theirs: f64) {
    println!("{what:<28} {ours:>9.0} {unit:<9}  {reference} {theirs:>9.0}  ratio {:.2}", ours / theirs);
}
