//! Where the services listen, how much they take at once, and how they stop.

use std::net::SocketAddr;
use std::time::Duration;

use super::{AnyKey, between, from_to};
use crate::config::Key;

/// The settings of this file that both services have as processes of their own.
pub const SERVING: &[&dyn AnyKey] = &[&HEALTH_LISTEN_ADDR, &MAX_CONNECTION_AGE, &SHUTDOWN_DELAY];

/// Those that they have in one process too.
pub const SERVING_ANYWHERE: &[&dyn AnyKey] = &[&MAX_CONCURRENT_CALLS, &MAX_CONCURRENT_STREAMS, &DRAIN_TIMEOUT];

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

/// Where health alone listens, in the clear.
pub const HEALTH_LISTEN_ADDR: Key<SocketAddr> = Key::new(
    "health_listen_addr",
    "health-listen",
    "ADDRESS",
    "Where grpc.health.v1 listens a second time, without TLS and tokens, for probes that speak neither, such as those of \
     Kubernetes; nothing else answers there (default: nowhere)",
);

/// How many calls run at once.
pub const MAX_CONCURRENT_CALLS: Key<u32> = Key::new(
    "max_concurrent_calls",
    "max-concurrent-calls",
    "COUNT",
    "Calls that run at once at most; further ones are answered RESOURCE_EXHAUSTED, with the time to wait. Too few: bursts \
     are turned away. Too many: all of them wait for the database, and none is answered in time",
)
.default("1024")
.check(|count| from_to(*count, 1, 1_000_000));

/// How many streams are open at once.
pub const MAX_CONCURRENT_STREAMS: Key<u32> = Key::new(
    "max_concurrent_streams",
    "max-concurrent-streams",
    "COUNT",
    "Streams (RecordAlerts, RecordPrices, WatchEvents, RelabelOutcomes, Ask) that are open at once at most; further ones \
     are answered RESOURCE_EXHAUSTED, with the time to wait. Each holds up to a few MiB",
)
.default("512")
.check(|count| from_to(*count, 1, 100_000));

/// How long a client stays on one connection.
pub const MAX_CONNECTION_AGE: Key<Duration> = Key::new(
    "max_connection_age",
    "max-connection-age",
    "DURATION",
    "How long a connection takes new calls; then its client is asked to make another, and finds replicas that came \
     meanwhile. Calls and streams under way go on. Too short: clients are busy connecting. Too long: a new replica has \
     nothing to do",
)
.default("5m")
.check(|age| between(*age, Duration::from_secs(1), Duration::from_hours(24 * 7)));

/// How long a shutdown goes on taking calls.
pub const SHUTDOWN_DELAY: Key<Duration> = Key::new(
    "shutdown_delay",
    "shutdown-delay",
    "DURATION",
    "How long a server that was told to stop still takes calls, while health says NOT_SERVING already and clients are asked \
     to turn to others. Too short: some calls find a closed door; clients that find servers by DNS ask for new names each \
     30 s at most, and need 60s. Too long: restarts last",
)
.default("5s")
.check(|wait| between(*wait, Duration::ZERO, Duration::from_secs(3_600)));

/// How long shutdown waits for calls in flight.
pub const DRAIN_TIMEOUT: Key<Duration> = Key::new(
    "drain_timeout",
    "drain-timeout",
    "DURATION",
    "How long a shutdown waits for calls in flight. Too short: clients see broken calls. Too long: the host kills us first",
)
.default("20s")
.check(|wait| between(*wait, Duration::ZERO, Duration::from_secs(3_600)));
