//! A span for each SQL statement, below that of the call that it was run for.
//!
//! The driver tells of a statement when it has ended, as an event with how long it took: from that the span is made, so
//! that every statement has one, whoever ran it.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{Span, SpanKind, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::Filter;
use tracing_subscriber::registry::LookupSpan;

/// The driver's events.
const TARGET: &str = "sqlx::query";

/// See the module.
pub(super) struct Statements {
    tracer: SdkTracer,
}

impl Statements {
    pub(super) fn layer<S>(tracer: SdkTracer) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        Self { tracer }.with_filter(only_statements()).boxed()
    }
}

fn only_statements<S>() -> impl Filter<S> + Send + Sync + 'static
where
    S: Subscriber + 'static,
{
    let statements = |metadata: &Metadata<'_>| metadata.target() == TARGET && *metadata.level() <= Level::DEBUG;
    // Outside a traced call it is not even put into words.
    filter_fn(statements).and(tracing_subscriber::filter::dynamic_filter_fn(|_, _| is_traced()))
}

fn is_traced() -> bool {
    Context::map_current(|context| context.span().span_context().is_sampled())
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        let now = SystemTime::now();
        let mut told = Told::default();
        event.record(&mut told);
        let begun = now.checked_sub(told.elapsed).unwrap_or(now);
        let text = if told.statement.trim().is_empty() { told.summary } else { told.statement };
        let name = verb(&text);
        let builder =
            self.tracer.span_builder(name).with_kind(SpanKind::Client).with_start_time(begun).with_attributes([
                KeyValue::new("db.operation.name", name),
                KeyValue::new("db.query.text", text.trim().to_owned()),
                KeyValue::new("db.response.returned_rows", told.returned),
                KeyValue::new("db.response.affected_rows", told.affected),
            ]);
        let mut span = builder.start_with_context(&self.tracer, &Context::current());
        span.end_with_timestamp(now);
    }
}

/// What a statement does, in a word; of one that begins with WITH, what it does with that.
fn verb(text: &str) -> &'static str {
    const VERBS: [&str; 8] = ["INSERT", "UPDATE", "DELETE", "COPY", "BEGIN", "COMMIT", "ROLLBACK", "SELECT"];
    let words = || text.split(|c: char| !c.is_ascii_alphabetic());
    let first = words().find(|word| !word.is_empty()).unwrap_or_default();
    if first.eq_ignore_ascii_case("WITH") {
        let writes = VERBS.iter().take(3).find(|verb| words().any(|word| word == **verb));
        return writes.copied().unwrap_or("SELECT");
    }
    VERBS.into_iter().find(|verb| first.eq_ignore_ascii_case(verb)).unwrap_or("statement")
}

/// What the driver tells. Never the values that were bound: it does not tell those.
#[derive(Default)]
struct Told {
    summary: String,
    statement: String,
    elapsed: Duration,
    returned: i64,
    affected: i64,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.elapsed = Duration::try_from_secs_f64(value).unwrap_or_default();
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        match field.name() {
            "rows_returned" => self.returned = value,
            "rows_affected" => self.affected = value,
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::verb;

    #[test]
    fn a_statement_is_named_after_what_it_does() {
        assert_eq!(verb("SELECT 1"), "SELECT");
        assert_eq!(verb("\n\nWITH given (a) AS (VALUES (?)) INSERT INTO alerts SELECT * FROM given"), "INSERT");
        assert_eq!(verb("WITH given AS (SELECT 1) SELECT * FROM given"), "SELECT");
        assert_eq!(verb("BEGIN; SET LOCAL plan_cache_mode = force_generic_plan"), "BEGIN");
        assert_eq!(verb("COPY (SELECT 1) TO STDOUT"), "COPY");
        assert_eq!(verb("PRAGMA optimize"), "statement");
    }
}
