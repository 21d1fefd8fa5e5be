//! The pools of connections, as metrics: in use, idle, waited for, waited for in vain.

use std::sync::LazyLock;
use std::time::Instant;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, UpDownCounter};
use sqlx::{Database, Pool};

/// What all pools share. Nothing is written where no exporter is installed.
struct PoolMetrics {
    waiting: UpDownCounter<i64>,
    wait_seconds: Histogram<f64>,
    timeouts: Counter<u64>,
}

static METRICS: LazyLock<PoolMetrics> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("perftrack.store");
    PoolMetrics {
        waiting: meter
            .i64_up_down_counter("db.client.connection.pending_requests")
            .with_unit("{request}")
            .with_description("Those who wait for a connection")
            .build(),
        wait_seconds: meter
            .f64_histogram("db.client.connection.wait_time")
            .with_unit("s")
            .with_description("How long they waited")
            .build(),
        timeouts: meter
            .u64_counter("db.client.connection.timeouts")
            .with_unit("{timeout}")
            .with_description("Those who waited in vain")
            .build(),
    }
});

/// Somebody waits for a connection while this lives.
pub(super) struct Wait(Instant);

impl Wait {
    pub(super) fn begin() -> Self {
        METRICS.waiting.add(1, &[]);
        Self(Instant::now())
    }

    pub(super) fn ended<T>(self, acquired: &Result<T, sqlx::Error>) {
        METRICS.wait_seconds.record(self.0.elapsed().as_secs_f64(), &[]);
        if matches!(acquired, Err(sqlx::Error::PoolTimedOut)) {
            METRICS.timeouts.add(1, &[]);
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        METRICS.waiting.add(-1, &[]);
    }
}

/// Tells how many connections of `pool` are in use, idle, and allowed.
pub(super) fn watch<D: Database>(pool: &Pool<D>, name: &'static str) {
    METRICS.waiting.add(0, &[]);
    METRICS.timeouts.add(0, &[]);
    let meter = opentelemetry::global::meter("perftrack.store");
    let name = KeyValue::new("db.client.connection.pool.name", name);
    let (watched, pool_name) = (pool.clone(), name.clone());
    meter
        .u64_observable_gauge("db.client.connection.count")
        .with_unit("{connection}")
        .with_description("Connections to the database, by whether they are in use")
        .with_callback(move |observer| {
            let (open, idle) = (u64::from(watched.size()), watched.num_idle() as u64);
            let state = |state| [pool_name.clone(), KeyValue::new("db.client.connection.state", state)];
            observer.observe(open.saturating_sub(idle), &state("used"));
            observer.observe(idle.min(open), &state("idle"));
        })
        .build();
    let most = u64::from(pool.options().get_max_connections());
    meter
        .u64_observable_gauge("db.client.connection.max")
        .with_unit("{connection}")
        .with_description("Connections to the database at most")
        .with_callback(move |observer| observer.observe(most, std::slice::from_ref(&name)))
        .build();
}
