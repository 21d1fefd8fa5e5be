//! The hot statistics beside the plain way to compute the same, in one run: `cargo bench -p analysis-svc --bench statistics`.
//!
//! Each line: what, how long, how long the plain way takes on the same input, and their ratio. Both results are compared, so
//! that nothing fast is wrong.
#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use analysis_svc::statistics::rank::mann_whitney::MannWhitney;
use analysis_svc::statistics::rank::order::Order;
use analysis_svc::statistics::rank::spearman::Spearman;
use analysis_svc::statistics::rank::van_elteren::{self, VanElteren};
use analysis_svc::statistics::{fisher, proportion::TwoByTwo, strata};
use statrs::function::gamma::ln_gamma;
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    for total in [1_000, 100_000, 1_000_000] {
        let half = total / 2;
        if let Some(table) = TwoByTwo::new((half / 5 + total / 5_000, half), (half / 5, half)) {
            let label = format!("Fisher's test of {total} tokens");
            compare(
                &label,
                || fisher::two_sided(&table),
                "all tables by log-gamma",
                || fisher_by_all_tables(&table),
                1e-4,
            );
        }
    }
    for (days, size) in [(14, 140), (30, 3_000), (60, 16_000)] {
        let tables: Vec<TwoByTwo> = (0..days)
            .filter_map(|day| {
                TwoByTwo::new((size / 10 + day % 7 + size / 200, size / 2), (size / 10 + day % 5, size / 2))
            })
            .collect();
        let (p, took) = best_of(|| strata::exact_two_sided(&tables));
        println!(
            "{:<52} {:>12}   p = {p:.3e}",
            format!("exact test within {days} days of {size} tokens"),
            milliseconds(took)
        );
    }
    let values = numbers(20_000);
    let positive = |row: u32| row.is_multiple_of(5);
    let auc = || MannWhitney::of_order(&Order::of(&values), |row| Some(positive(row))).auc().unwrap_or_default();
    compare(
        "Mann-Whitney of 20,000 rows, sorted first",
        auc,
        "all pairs",
        || auc_by_all_pairs(&values, positive),
        1e-9,
    );

    let values = numbers(1_000_000);
    let others: Vec<f64> = numbers(1_003_000).split_off(3_000);
    let (order, took) = best_of(|| Order::of(&values));
    println!("{:<52} {:>12}", "the one sort of 1,000,000 rows", milliseconds(took));
    let walked = || MannWhitney::of_order(&order, |row| Some(positive(row))).auc().unwrap_or_default();
    let resorted = || auc_by_sorting(&values, positive);
    compare("Mann-Whitney of 1,000,000 rows, sort kept", walked, "ranking the rows anew", resorted, 1e-9);
    let within = || VanElteren::of(van_elteren::by_stratum(&order, 60, |row| Some((row as usize % 60, positive(row)))));
    println!("{:<52} {:>12}", "van Elteren of 1,000,000 rows in 60 days", milliseconds(best_of(within).1));
    let other = Order::of(&others);
    let kept = || Spearman::of_orders(&order, &other, |_| true).map_or(0.0, |found| found.rho());
    let anew = || Spearman::of(&values, &others).map_or(0.0, |found| found.rho());
    compare("Spearman of 1,000,000 rows, sorts kept", kept, "sorting both anew", anew, 1e-12);
}

fn compare(label: &str, ours: impl Fn() -> f64, plain_label: &str, plain: impl Fn() -> f64, relative: f64) {
    let ((found, fast), (expected, slow)) = (best_of(ours), best_of(plain));
    let ratio = slow.as_secs_f64() / fast.as_secs_f64();
    let agrees = if (found - expected).abs() <= relative * expected.abs() { "" } else { "   DIFFERS" };
    println!(
        "{label:<52} {:>12}   {plain_label}: {:>12}   {ratio:.1}x{agrees}",
        milliseconds(fast),
        milliseconds(slow)
    );
}

/// The shortest of a few runs, with the result.
fn best_of<Found>(run: impl Fn() -> Found) -> (Found, Duration) {
    let mut found = black_box(run());
    let (mut best, began, mut runs) = (Duration::MAX, Instant::now(), 0);
    while runs < 3 || (runs < 1_000 && began.elapsed() < Duration::from_millis(300)) {
        let start = Instant::now();
        found = black_box(run());
        best = best.min(start.elapsed());
        runs += 1;
    }
    (found, best)
}

fn milliseconds(took: Duration) -> String {
    format!("{:.4} ms", took.as_secs_f64() * 1e3)
}

/// Numbers that look drawn, a tenth of them equal to another.
fn numbers(rows: u64) -> Vec<f64> {
    (0..rows).map(|row| ((row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % 9_000_000) as f64 / 8.0).collect()
}

fn fisher_by_all_tables(table: &TwoByTwo) -> f64 {
    let (drawn, marked, all) = (table.with.total(), table.events(), table.total());
    let ln_choose =
        |n: u64, k: u64| ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0);
    let chance = |k: u64| (ln_choose(marked, k) + ln_choose(all - marked, drawn - k) - ln_choose(all, drawn)).exp();
    let bound = chance(table.with.events()) * (1.0 + 1e-7);
    ((marked + drawn).saturating_sub(all)..=marked.min(drawn)).map(chance).filter(|&p| p <= bound).sum()
}

fn auc_by_all_pairs(values: &[f64], positive: impl Fn(u32) -> bool) -> f64 {
    let rows = || (0..).zip(values.iter().copied());
    let (mut won, mut pairs) = (0.0, 0.0);
    for (_, winner) in rows().filter(|&(row, _)| positive(row)) {
        for (_, loser) in rows().filter(|&(row, _)| !positive(row)) {
            won += if winner > loser {
                1.0
            } else if winner == loser {
                0.5
            } else {
                0.0
            };
            pairs += 1.0;
        }
    }
    won / pairs
}

fn auc_by_sorting(values: &[f64], positive: impl Fn(u32) -> bool) -> f64 {
    let mut rows: Vec<(f64, bool)> = (0..).zip(values).map(|(row, &value)| (value, positive(row))).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut won, mut lost, mut wins) = (0.0, 0.0, 0.0);
    for equal in rows.chunk_by(|a, b| a.0 == b.0) {
        let positives = equal.iter().filter(|row| row.1).count() as f64;
        let negatives = equal.len() as f64 - positives;
        wins += positives * (lost + negatives / 2.0);
        won += positives;
        lost += negatives;
    }
    wins / (won * lost)
}
