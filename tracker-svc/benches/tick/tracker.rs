//! The tracking loop in a process of its own, so that its memory can be told from that of others.

use std::io::BufRead as _;
use std::time::Duration;

use service::clock::Clock;
use service::config::Setting as _;
use service::telemetry::{self, LogFilter};
use store::{Rules, Store};
use tokio_util::sync::CancellationToken;
use tracker_svc::feed::pool_choice::PoolRules;
use tracker_svc::feed::{Endpoint, FeedSettings, Feeds};
use tracker_svc::tracking::{TrackingLoop, TrackingSettings};

/// Tracks; prints, when asked, the most memory it ever held in kB.
pub async fn track(database: &str, exchange: &str, interval: Duration) {
    let log = std::env::var("PERFTRACK_LOG").unwrap_or_else(|_| "warn".to_owned());
    let _telemetry = telemetry::start(&LogFilter::parse(&log).unwrap(), telemetry::LogFormat::Text).unwrap();
    let store = Store::connect(database).await.unwrap();
    let rules = Rules { poll_interval: interval, ..Rules::default() };
    let unlimited = |url: String| Endpoint { requests_per_minute: Some(1e7), ..Endpoint::open(url) };
    let settings = FeedSettings {
        dexscreener: unlimited(exchange.to_owned()),
        jupiter: unlimited(format!("{exchange}/jupiter")),
        geckoterminal: unlimited(format!("{exchange}/geckoterminal")),
        ..FeedSettings::default()
    };
    let clock = Clock::system();
    let pool_rules = PoolRules::new(interval, rules.policy.rug.bonding_curve_dexes.clone());
    let feeds = Feeds::new(&settings, pool_rules, clock.clone()).unwrap();
    let settings = TrackingSettings { summary_interval: None, ..TrackingSettings::default() };
    let (_tracking, running) = TrackingLoop::new(store, clock, feeds, rules, settings);
    let stop = CancellationToken::new();
    std::thread::spawn(|| {
        for _ in std::io::stdin().lock().lines() {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
            println!("{}", most.trim().trim_end_matches(" kB"));
        }
        std::process::exit(0);
    });
    running.run(stop).await;
}
