//! How long a tick takes: from its first request to the last price stored, with outcomes up to date, in PostgreSQL with
//! writes that reach the disk. The prices come from a DexScreener-shaped server without limits; it, the tracker and the
//! database are processes of their own. Prints the seconds against the 60 that a tick has, the most memory that the tracker
//! ever held, its requests a second, and the slope: the exponent with which the seconds grow with the tokens.
//!
//! `cargo bench -p tracker-svc --bench tick`. `SIZES` (1000,10000,100000) and `TICKS` (4) are environment variables; the
//! first tick, which also pins every token's pool, is printed apart. `PERFTRACK_LOG` shows the tracker's log.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark talks to whoever started it")]

mod exchange;
mod fleet;
mod tracker;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sqlx::postgres::PgPoolOptions;
use throwaway_postgres::Cluster;

/// The part of the program that a process plays.
const EXCHANGE: &str = "as-exchange";
const TRACKER: &str = "as-tracker";

/// As in the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [EXCHANGE, tokens] => runtime.block_on(exchange::serve(tokens.parse().unwrap())),
        [TRACKER, database, exchange, interval_ms] => {
            let interval = Duration::from_millis(interval_ms.parse().unwrap());
            runtime.block_on(tracker::track(database, exchange, interval));
        }
        // Run by `cargo bench` alone, not by tests of all targets.
        _ if arguments.iter().any(|argument| argument == "--bench") => runtime.block_on(measure()),
        _ => {}
    }
}

async fn measure() {
    let cluster = Cluster::durable().await.unwrap();
    println!("{:>8} {:>9} {:>9} {:>10} {:>11} {:>9}", "tokens", "first s", "tick s", "of 60 s", "requests/s", "MB");
    let mut points = Vec::new();
    for tokens in sizes() {
        points.push((tokens as f64, size(&cluster, tokens).await));
    }
    for two in points.windows(2) {
        let slope = (two[1].1 / two[0].1).ln() / (two[1].0 / two[0].0).ln();
        println!("slope from {:.0} to {:.0} tokens: {slope:.2}", two[0].0, two[1].0);
    }
}

/// Seconds of a tick of so many tokens.
async fn size(cluster: &Cluster, tokens: usize) -> f64 {
    let ticks = setting("TICKS").unwrap_or(4);
    let database = cluster.database().await.unwrap();
    fleet::follow(database.url(), tokens).await;
    let mut exchange = fleet::spawn(&[EXCHANGE, &tokens.to_string()]);
    let address = exchange.line();
    // Long enough for a tick; the room in it is what is measured.
    let interval = Duration::from_secs(if tokens > 20_000 { 30 } else { 10 });
    let mut tracker = fleet::spawn(&[TRACKER, database.url(), &address, &interval.as_millis().to_string()]);
    let pool = PgPoolOptions::new().max_connections(1).connect(database.url()).await.unwrap();
    // To count many rows takes a while itself.
    let pause = Duration::from_millis(if tokens > 20_000 { 50 } else { 2 });
    let (mut seconds, mut requests) = (Vec::new(), 0.0);
    for tick in 0..ticks {
        let expected = (tokens * (tick + 1)) as i64;
        let until = Instant::now() + Duration::from_secs(120);
        while stored(&pool).await < expected {
            assert!(Instant::now() < until, "only {} of {expected} prices are stored", stored(&pool).await);
            tokio::time::sleep(pause).await;
        }
        let ended = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let asked = exchange.ask();
        let (count, first_at) = asked.split_once(' ').unwrap();
        requests += count.parse::<f64>().unwrap();
        seconds.push((ended - Duration::from_micros(first_at.parse().unwrap())).as_secs_f64());
    }
    let megabytes: f64 = tracker.ask().parse::<f64>().unwrap() / 1_000.0;
    fleet::assert_folded(database.url(), tokens, ticks).await;
    let later = &seconds[1..];
    let mean = later.iter().sum::<f64>() / later.len().max(1) as f64;
    let per_second = requests / ticks as f64 / mean;
    println!(
        "{tokens:>8} {:>9.3} {mean:>9.3} {:>9.1}x {per_second:>11.0} {megabytes:>9.0}  {later:.3?}",
        seconds[0],
        60.0 / mean
    );
    mean
}

async fn stored(pool: &sqlx::PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM price_snapshots").fetch_one(pool).await.unwrap()
}

fn sizes() -> Vec<usize> {
    let sizes = std::env::var("SIZES").unwrap_or_else(|_| "1000,10000,100000".to_owned());
    sizes.split(',').map(|size| size.parse().unwrap()).collect()
}

fn setting(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}
