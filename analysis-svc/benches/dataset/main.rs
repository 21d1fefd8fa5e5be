//! How fast the dataset is loaded from Postgres and brought up to date, beside what `COPY TO` takes for the same columns in
//! the same run, and how much memory it takes, beside 25 columns of `f64`; then how long the
//! four questions take over gRPC.
//!
//! `cargo bench -p analysis-svc --bench dataset [-- 10000 100000 1000000]`; `-- memory 10000000` lays a history out without a
//! database.

#![expect(clippy::print_stdout, reason = "a benchmark's result")]

mod asked;
mod fill;
mod growth;
mod memory;
mod postgres;

use anyhow::Result;

fn main() -> Result<()> {
    // Run by `cargo bench` alone, not by tests of all targets.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let sizes: Vec<usize> = asked.iter().filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes };
    if asked.iter().any(|word| word == "memory") {
        let measured: Vec<_> = sizes.iter().map(|&alerts| memory::measure(alerts)).collect();
        growth::print(&measured);
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut measured = Vec::new();
    for alerts in sizes {
        measured.push(runtime.block_on(postgres::measure(alerts))?);
    }
    growth::print(&measured);
    Ok(())
}
