//! Every setting of the services. Each program takes the ones it needs; a name that only another program needs is no
//! error, so that one file or one environment can serve them all.

use std::net::SocketAddr;
use std::time::Duration;

use super::{AnyKey, DatabaseUrl, HttpUrl, Key, PolicyFile, Secret};
use crate::telemetry::{LogFilter, LogFormat};

/// Where alerts, prices and outcomes are kept.
pub const DATABASE_URL: Key<DatabaseUrl> = Key::new(
    "database_url",
    "database-url",
    "URL",
    "The database that both services share: postgres://… or sqlite://…",
);

/// Connections that one process opens to Postgres at most.
pub const DATABASE_CONNECTIONS: Key<u32> = Key::new(
    "database_connections",
    "database-connections",
    "COUNT",
    "Connections to Postgres at most. Too few: requests wait for one another. Too many: the server refuses some",
)
.default("10")
.check(|count| from_to(*count, 1, 1_000));

/// How long the database may take to answer.
pub const DATABASE_TIMEOUT: Key<Duration> = Key::new(
    "database_timeout",
    "database-timeout",
    "DURATION",
    "How long the database may take for one statement or a commit before callers are told that it is unavailable. Too \
     short: large batches fail on a busy database. Too long: callers wait in vain for one that hangs",
)
.default("30s")
.check(|limit| between(*limit, Duration::from_millis(100), Duration::from_secs(600)));

/// Where the tracker listens.
pub const TRACKER_LISTEN_ADDR: Key<SocketAddr> = Key::new(
    "listen_addr",
    "listen",
    "ADDRESS",
    "Where to listen; port 0 takes any free one, which the ready line names",
)
.default("127.0.0.1:50051");

/// Where the analysis listens.
pub const ANALYSIS_LISTEN_ADDR: Key<SocketAddr> = Key::new(
    "listen_addr",
    "listen",
    "ADDRESS",
    "Where to listen; port 0 takes any free one, which the ready line names",
)
.default("127.0.0.1:50052");

/// The time between two looks at a token.
pub const POLL_INTERVAL: Key<Duration> = Key::new(
    "poll_interval",
    "poll-interval",
    "DURATION",
    "Time between two looks at a token. Shorter: more load on the price sources. Over 2m: single ticks pass as peaks, and \
     fast rugs go unseen",
)
.default("60s")
.check(|interval| between(*interval, Duration::from_millis(10), Duration::from_secs(3_600)));

/// How long an alert is followed.
pub const TRACKING_WINDOW: Key<Duration> = Key::new(
    "tracking_window",
    "tracking-window",
    "DURATION",
    "How long an alert is followed. Shorter than 24h: the 24 h return stays unknown. Longer: more tokens to poll at once",
)
.default("48h")
.check(|window| between(*window, Duration::from_secs(1), Duration::from_secs(30 * 86_400)));

/// Which share of the shadow alerts is followed.
pub const SHADOW_SAMPLE_RATE: Key<f64> = Key::new(
    "shadow_sample_rate",
    "shadow-sample-rate",
    "SHARE",
    "Share of the shadow alerts that are followed, 0 to 1, drawn by their ids and stored with each. Too large: more tokens \
     than the price sources answer for. Too small: looser filters cannot be judged",
)
.default("1")
.check(|rate| if (0.0..=1.0).contains(rate) { Ok(()) } else { Err("not between 0 and 1".to_owned()) });

/// The outcome policy.
pub const POLICY_FILE: Key<PolicyFile> = Key::new(
    "policy_file",
    "policy-file",
    "FILE",
    "A TOML file with the outcome rules' parameters that differ from the built-in ones, and a version of their own. Where it \
     is changed, outcomes that are there already keep their old labels until they are relabelled",
);

/// How long a tracker's claim on its tokens lasts.
pub const LEASE: Key<Duration> = Key::new(
    "lease",
    "lease",
    "DURATION",
    "How long other trackers wait before they take over the tokens of one that fell silent. Shorter: a slow database makes \
     trackers lose tokens to each other. Longer: the tokens of one that died are unseen for longer",
)
.default("30s")
.check(|lease| between(*lease, Duration::from_secs(1), Duration::from_secs(300)));

/// How long prices are kept as they were observed.
pub const RETENTION_RAW: Key<Duration> = Key::new(
    "retention_raw",
    "retention-raw",
    "DURATION",
    "How long prices are kept as they were observed, by whole weeks; then as bars of 5 minutes. At least 3 days more than \
     the tracking window. Shorter: a changed policy can be replayed exactly over less of the past. Longer: a larger database",
)
.default("30d")
.check(|keep| between(*keep, Duration::from_secs(3 * 86_400), Duration::from_secs(3_650 * 86_400)));

/// How long events are kept.
pub const EVENT_RETENTION: Key<Duration> = Key::new(
    "event_retention",
    "event-retention",
    "DURATION",
    "How long events are kept for watchers to go on from. Shorter than they are away: they cannot go on where they were",
)
.default("7d")
.check(|keep| between(*keep, Duration::from_secs(60), Duration::from_secs(3_650 * 86_400)));

/// DexScreener's base URL.
pub const DEXSCREENER_URL: Key<HttpUrl> =
    Key::new("dexscreener_url", "dexscreener-url", "URL", "Base URL of DexScreener, the first price source")
        .default("https://api.dexscreener.com");

/// Jupiter's base URL.
pub const JUPITER_URL: Key<HttpUrl> =
    Key::new("jupiter_url", "jupiter-url", "URL", "Base URL of Jupiter, asked for what DexScreener does not know")
        .default("https://api.jup.ag");

/// The key to Jupiter.
pub const JUPITER_API_KEY: Key<Secret> =
    Key::new("jupiter_api_key", "jupiter-api-key", "KEY", "Key to Jupiter; without one its rate limit is half");

/// GeckoTerminal's base URL.
pub const GECKOTERMINAL_URL: Key<HttpUrl> = Key::new(
    "geckoterminal_url",
    "geckoterminal-url",
    "URL",
    "Base URL of GeckoTerminal, asked last, for tokens still on the bonding curve",
)
.default("https://api.geckoterminal.com/api/v2");

/// Birdeye's base URL.
pub const BIRDEYE_URL: Key<HttpUrl> =
    Key::new("birdeye_url", "birdeye-url", "URL", "Base URL of Birdeye").default("https://public-api.birdeye.so");

/// The key to Birdeye.
pub const BIRDEYE_API_KEY: Key<Secret> =
    Key::new("birdeye_api_key", "birdeye-api-key", "KEY", "Key to Birdeye; it is asked only where this is set");

/// How long shutdown waits for calls in flight.
pub const DRAIN_TIMEOUT: Key<Duration> = Key::new(
    "drain_timeout",
    "drain-timeout",
    "DURATION",
    "How long a shutdown waits for calls in flight. Too short: clients see broken calls. Too long: the host kills us first",
)
.default("20s")
.check(|wait| between(*wait, Duration::ZERO, Duration::from_secs(3_600)));

/// What is logged.
pub const LOG: Key<LogFilter> = Key::new(
    "log",
    "log",
    "FILTER",
    "What to log: a level, or levels by part such as info,tracker_svc=debug (RUST_LOG is read where this is not set)",
);

/// How it is written.
pub const LOG_FORMAT: Key<LogFormat> =
    Key::new("log_format", "log-format", "FORMAT", "How to write the log: text or json (default: text)");

/// The catalogue file of the gates.
pub const GATES_FILE: Key<std::path::PathBuf> =
    Key::new("gates_file", "gates-file", "FILE", "A TOML catalogue of gates that takes the place of the built-in one");

/// How much memory the analysis's alerts may take.
pub const DATASET_MEMORY_MB: Key<u32> = Key::new(
    "dataset_memory_mb",
    "dataset-memory-mb",
    "MEBIBYTES",
    "Memory that the analysis may hold alerts in, about 2 KiB each. Too little: it refuses to answer. Too much: the host \
     ends the process",
)
.default("4096")
.check(|mebibytes| from_to(*mebibytes, 1, 1 << 20));

/// How long a key of the bot that was just turned gets no further recommendation.
pub const RECOMMENDATION_COOLDOWN: Key<Duration> = Key::new(
    "recommendation_cooldown",
    "recommendation-cooldown",
    "DURATION",
    "How long a key of the bot that was just turned gets no further recommendation, and until 100 tokens have matured since. \
     Too short: thresholds wander with the noise. Too long: a real need waits",
)
.default("7d")
.check(|wait| between(*wait, Duration::ZERO, Duration::from_secs(365 * 86_400)));

/// Every key, whoever reads it.
pub const ALL: &[&dyn AnyKey] = &[
    &DATABASE_URL,
    &DATABASE_CONNECTIONS,
    &DATABASE_TIMEOUT,
    &TRACKER_LISTEN_ADDR,
    &POLL_INTERVAL,
    &TRACKING_WINDOW,
    &SHADOW_SAMPLE_RATE,
    &POLICY_FILE,
    &LEASE,
    &RETENTION_RAW,
    &EVENT_RETENTION,
    &DEXSCREENER_URL,
    &JUPITER_URL,
    &JUPITER_API_KEY,
    &GECKOTERMINAL_URL,
    &BIRDEYE_URL,
    &BIRDEYE_API_KEY,
    &DRAIN_TIMEOUT,
    &LOG,
    &LOG_FORMAT,
    &crate::telemetry::METRICS_LISTEN_ADDR,
    &crate::telemetry::OTLP_ENDPOINT,
    &crate::telemetry::TRACE_SAMPLE_RATIO,
    &GATES_FILE,
    &DATASET_MEMORY_MB,
    &RECOMMENDATION_COOLDOWN,
];

/// Environment variables of the product that are no settings of a service: the file's name, the client's targets, and the
/// tests' database.
pub const OTHER_VARIABLES: &[&str] =
    &["PERFTRACK_CONFIG", "PERFTRACK_TRACKER_URL", "PERFTRACK_ANALYSIS_URL", "PERFTRACK_TEST_DATABASE_URL"];

fn between(value: Duration, least: Duration, most: Duration) -> Result<(), String> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(format!("not between {} and {}", humantime::format_duration(least), humantime::format_duration(most)))
}

fn from_to(value: u32, least: u32, most: u32) -> Result<(), String> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(format!("not between {least} and {most}")) }
}
