//! `Correlate` of a made-up history, in process, beside polars doing only the group-bys and deciles of the same columns, and
//! beside a plain script:
//!
//!     PERFTRACK_BENCH_PYTHON=PYTHON cargo bench -p analysis-svc --bench correlate [-- 10000 100000 1000000]
//!
//! The first question of a revision works out what hangs on the revision alone and keeps it; the same question again is read
//! from there, and so is most of it in the next revision where no alert has matured meanwhile. A window that holds nearly
//! everything is worked out anew each time.
#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::cell::Cell;
use std::collections::HashSet;
use std::hint::black_box;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use analysis_svc::correlate::selection::Window;
use analysis_svc::correlate::{Question, correlate};
use analysis_svc::dataset::Snapshot;
use analysis_svc::dataset::columns::Values;
use analysis_svc::dataset::filter::Kept;
use analysis_svc::dataset::table::TableBuilder;
use analysis_svc::synthetic::{self, BEGIN};
use domain::filter::Filter;
use domain::timestamp::Timestamp;

fn main() {
    // Run by `cargo bench` alone, not by tests of all targets.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let asked: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for alerts in if asked.is_empty() { vec![10_000, 100_000, 1_000_000] } else { asked } {
        measure(alerts);
    }
}

fn measure(alerts: usize) {
    let (snapshot, laid_out) = timed(|| synthetic::snapshot(alerts));
    println!("{alerts} alerts, {} features (made up in {})", snapshot.columns().len(), milliseconds(laid_out));
    let standing = question(Window::default());
    let (answer, first) = timed(|| correlate(&snapshot, &standing));
    println!("  the standing question, first: {} ({} questions at once)", milliseconds(first), answer.family_size);
    println!("  the same again: {}", milliseconds(best_of(|| correlate(&snapshot, &standing))));
    let mut more = TableBuilder::new();
    more.push(&synthetic::batch(alerts..alerts + 1_000, alerts));
    let next = snapshot.with(more, &HashSet::new());
    let (_, after) = timed(|| correlate(&next, &standing));
    println!("  of the next revision, with 1000 alerts more that are still followed: {}", milliseconds(after));
    drop(next);
    // Each time without some alerts more, as what rests on the same ones is kept.
    let asked = Cell::new(0);
    let since = |start: Timestamp| {
        asked.set(asked.get() + 1);
        Window { start: Some(start.plus(Duration::from_mins(20 * asked.get()))), end: None }
    };
    let everything = || question(since(BEGIN));
    let window = best_of(|| correlate(&snapshot, &everything()));
    println!("  a window that holds nearly everything: {}", milliseconds(window));
    let weeks = || question(since(BEGIN.plus(Duration::from_secs(7 * 86_400 * 6))));
    println!("  its last two weeks: {}", milliseconds(best_of(|| correlate(&snapshot, &weeks()))));
    let over = |liquidity_usd: u64| {
        let filter = Filter::parse(&format!("final_score >= 5 AND entry.liquidity_usd > {liquidity_usd}"));
        let kept = Kept::of(&snapshot, &filter.unwrap_or_else(|_| Filter::everything()));
        let kept = kept.unwrap_or_else(Kept::everything);
        correlate(&snapshot, &Question { window: Window::default(), kept, features: Vec::new() })
    };
    let filtered = best_of(|| {
        asked.set(asked.get() + 1);
        over(20_000 + 100 * asked.get())
    });
    println!("  a filter of two fields: {}", milliseconds(filtered));
    println!("  the same filter again: {}", milliseconds(best_of(|| over(20_000 + 100 * asked.get()))));
    for (name, module, script) in REFERENCES {
        match reference(&snapshot, module, script) {
            Ok(Some(reference)) => println!(
                "  {name}: {}; {:.1} times as long as first, {:.1} times as long as the window",
                milliseconds(reference),
                reference.as_secs_f64() / first.as_secs_f64(),
                reference.as_secs_f64() / window.as_secs_f64()
            ),
            Ok(None) => println!("  {name}: no python that has {module} (PERFTRACK_BENCH_PYTHON)"),
            Err(error) => println!("  {name}: {error}"),
        }
    }
}

/// What it is beside, the module that it needs, and its script.
const REFERENCES: [(&str, &str, &str); 2] = [
    ("polars, group-bys and deciles of the same columns", "polars", "polars_group_bys.py"),
    ("a plain script with a dict per alert", "struct", "ancestor_script.py"),
];

fn question(window: Window) -> Question {
    Question { window, kept: Kept::everything(), features: Vec::new() }
}

/// How long a script takes. `None` where its module is not installed.
fn reference(snapshot: &Snapshot, module: &str, script: &str) -> std::io::Result<Option<Duration>> {
    let python = std::env::var("PERFTRACK_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return Ok(None);
    }
    let (file, kinds) = columns(snapshot)?;
    let script = format!("{}/benches/{script}", env!("CARGO_MANIFEST_DIR"));
    let output =
        Command::new(&python).arg(script).arg(file.path()).arg(snapshot.len().to_string()).arg(kinds).output()?;
    match String::from_utf8_lossy(&output.stdout).trim().parse() {
        Ok(seconds) => Ok(Some(Duration::from_secs_f64(seconds))),
        Err(_) => Err(std::io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

/// Every column as numbers, pump and rug first; NaN where unknown. `g` is grouped as it is, `n` by decile.
fn columns(snapshot: &Snapshot) -> std::io::Result<(tempfile::NamedTempFile, String)> {
    let mut file = tempfile::NamedTempFile::new()?;
    let mut kinds = String::new();
    let mut write = |kind: char, value: &dyn Fn(usize) -> f64| -> std::io::Result<()> {
        kinds.push(kind);
        let bytes: Vec<u8> = (0..snapshot.len()).flat_map(|row| value(row).to_le_bytes()).collect();
        file.write_all(&bytes)
    };
    let flag = |value: Option<bool>| value.map_or(f64::NAN, |value| f64::from(u8::from(value)));
    write('l', &|row| flag(snapshot.labels().pump.get(row)))?;
    write('l', &|row| flag(snapshot.labels().rug.get(row)))?;
    for column in snapshot.columns() {
        match &column.values {
            Values::Flags(flags) => write('g', &|row| flag(flags.get(row)))?,
            Values::Numbers(numbers) => write('n', &|row| numbers.value(row))?,
            Values::Categories(words) => write('g', &|row| f64::from(words.code(row)))?,
        }
    }
    Ok((file, kinds))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let result = black_box(work());
    (result, begun.elapsed())
}

/// The shortest of five runs.
fn best_of<T>(work: impl Fn() -> T) -> Duration {
    (0..5).map(|_| timed(&work).1).min().unwrap_or_default()
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1_000.0)
}
