//! Patterns and simulations of a million alerts, the search beside pysubgroup on the same alerts and conditions:
//!
//!     PERFTRACK_BENCH_PYTHON=target/pysubgroup/bin/python cargo bench -p analysis-svc --bench patterns
//!
//! pysubgroup runs where that python (or `python3`) has it, and takes minutes; `PERFTRACK_BENCH_ALERTS` makes the history
//! shorter.
#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::hint::black_box;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use analysis_svc::correlate::selection::{Selection, Window};
use analysis_svc::dataset::Snapshot;
use analysis_svc::dataset::filter::Kept;
use analysis_svc::gates::in_force::InForce;
use analysis_svc::patterns::layout::{Case, Layout};
use analysis_svc::patterns::rank::rank;
use analysis_svc::patterns::search::{Condition, Search};
use analysis_svc::patterns::{Question, discover};
use analysis_svc::progress::Watch;
use analysis_svc::simulate::proposal::Proposal;
use analysis_svc::simulate::{Request, simulate};
use analysis_svc::synthetic;
use domain::gate::{Catalogue, Setting};

const FEATURES: usize = 16;
const VALUES: usize = 5;
const DAYS: usize = 56;

fn main() {
    let alerts = std::env::var("PERFTRACK_BENCH_ALERTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    search(&Table::of(alerts));
    let (snapshot, took) = timed(|| synthetic::snapshot(alerts));
    println!("laying a history of {alerts} alerts out: {}", milliseconds(took));
    patterns(&snapshot);
    simulations(&snapshot);
}

/// Alerts with 16 features of 5 values, all known, and a pump that goes with two of them.
struct Table {
    codes: Vec<Vec<u8>>,
    pumps: Vec<bool>,
}

impl Table {
    fn of(alerts: usize) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let codes: Vec<Vec<u8>> =
            (0..FEATURES).map(|_| (0..alerts).map(|_| (draw() * VALUES as f64) as u8).collect()).collect();
        let chance = |row: usize| if codes[0][row] == 0 && codes[1][row] == 1 { 0.3 } else { 0.2 };
        let pumps = (0..alerts).map(|row| draw() < chance(row)).collect();
        Self { codes, pumps }
    }

    fn layout(&self) -> (Layout, Vec<Condition>) {
        let day = |row: usize| u32::try_from(row * DAYS / self.pumps.len()).unwrap_or(0);
        let cases = (0..).zip(&self.pumps).enumerate();
        let cases = cases.map(|(row, (number, &pump))| Case {
            row: number,
            day: day(row),
            pump: Some(pump),
            rug: Some(number.is_multiple_of(7)),
        });
        let layout = Layout::of(cases.collect());
        let conditions = self.codes.iter().enumerate().flat_map(|(feature, codes)| {
            let sets = layout.parted(VALUES, |row| Some(usize::from(codes[row])));
            sets.into_iter().map(move |words| Condition { feature, words })
        });
        let conditions = conditions.collect();
        (layout, conditions)
    }

    fn bytes(&self) -> Vec<u8> {
        self.codes.iter().flatten().copied().chain(self.pumps.iter().map(|&pump| u8::from(pump))).collect()
    }
}

fn search(table: &Table) {
    let ((layout, conditions), laid_out) = timed(|| table.layout());
    let search = Search { layout: &layout, conditions: &conditions, depth: 3, floor: 30 };
    let (looked_at, took) = best_of(|| rank(&search, 5, &Watch::default()).map(|ranking| ranking.looked_at));
    println!(
        "{} alerts, {} conditions, {} combinations to depth 3 for pumps and rugs, with p and q: {} (and {} to lay out)",
        table.pumps.len(),
        conditions.len(),
        looked_at.unwrap_or(0),
        milliseconds(took),
        milliseconds(laid_out)
    );
    match pysubgroup(table) {
        Ok(Some((seconds, best))) => println!(
            "pysubgroup on the same: {seconds:.1} s (best: {best}); {:.0} times as long as the search, {:.0} times as long \
             as laying out and search",
            seconds / took.as_secs_f64(),
            seconds / (took + laid_out).as_secs_f64()
        ),
        Ok(None) => println!("pysubgroup: no python that has it (PERFTRACK_BENCH_PYTHON)"),
        Err(error) => println!("pysubgroup: {error}"),
    }
}

/// How long pysubgroup takes, in seconds, and what it finds. `None` where it is not installed.
fn pysubgroup(table: &Table) -> std::io::Result<Option<(f64, String)>> {
    let python = std::env::var("PERFTRACK_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = Command::new(&python).args(["-c", "import pysubgroup"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return Ok(None);
    }
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(&table.bytes())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pysubgroup_search.py");
    let numbers = [table.pumps.len(), FEATURES, VALUES].map(|number| number.to_string());
    let output = Command::new(&python).arg(script).arg(file.path()).args(numbers).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut words = printed.trim().splitn(2, ' ');
    let seconds = words.next().and_then(|word| word.parse().ok());
    match seconds {
        Some(seconds) => Ok(Some((seconds, words.next().unwrap_or_default().to_owned()))),
        None => Err(std::io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

fn patterns(snapshot: &Snapshot) {
    let selection = Selection::of(snapshot, Window::default(), &Kept::everything());
    for depth in 1..=3 {
        let question = Question { depth, floor: 30, count: 5 };
        let (found, took) = best_of(|| discover(snapshot, &selection, &question, &Watch::default()));
        if let Ok(found) = found {
            println!(
                "DiscoverPatterns to depth {depth}: {} conditions, {} combinations: {}",
                found.conditions,
                found.looked_at,
                milliseconds(took)
            );
            if let Some(best) = found.best.first() {
                println!("  {}", best.sentence);
            }
        }
    }
}

fn simulations(snapshot: &Snapshot) {
    let request = |turned: &[(&str, Setting)]| Request {
        in_force: InForce::default(),
        proposal: Proposal {
            config: None,
            turned: turned.iter().map(|(key, value)| ((*key).to_owned(), Some(*value))).collect(),
        },
        window: Window::default(),
    };
    let tighter = request(&[("MIN_LIQUIDITY_USD", Setting::Number(20_000.0))]);
    let several = request(&[
        ("MIN_LIQUIDITY_USD", Setting::Number(20_000.0)),
        ("MAX_TOP10_CONCENTRATION", Setting::Number(30.0)),
        ("REQUIRE_LP_LOCKED", Setting::Boolean(true)),
    ]);
    for (name, request) in [("one key tighter", &tighter), ("three keys tighter", &several)] {
        let (answer, took) = best_of(|| simulate(snapshot, Catalogue::callsbot(), request, &Watch::default()));
        let alerts = answer.map_or(0, |answer| answer.proposed.outcome.alerts);
        println!("Simulate, {name}: {} ({alerts} alerts kept)", milliseconds(took));
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let result = black_box(work());
    (result, begun.elapsed())
}

/// The shortest of five runs.
fn best_of<T>(work: impl Fn() -> T) -> (T, Duration) {
    let (mut result, mut best) = timed(&work);
    for _ in 1..5 {
        let (again, took) = timed(&work);
        if took < best {
            (result, best) = (again, took);
        }
    }
    (result, best)
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1_000.0)
}
