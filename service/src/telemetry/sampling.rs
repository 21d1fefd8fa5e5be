//! Keeps one place in the code from filling the log: each may write so many lines a second; further ones are counted.
//! What is an error is always written.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry::metrics::Counter;
use tracing::callsite::Identifier;
use tracing::{Event, Level, Metadata};
use tracing_subscriber::layer::{Context, Filter};

/// Lines of one place in the code in each second.
const LINES: u32 = 50;
const SECOND: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Sampled {
    places: Mutex<HashMap<Identifier, Place>>,
    left_out: Counter<u64>,
}

struct Place {
    since: Instant,
    lines: u32,
}

impl Sampled {
    pub(super) fn new() -> Self {
        let meter = opentelemetry::global::meter("perftrack.service");
        let left_out = meter
            .u64_counter("perftrack.log.left_out")
            .with_unit("{line}")
            .with_description("Log lines that were left out because one place in the code wrote too many")
            .build();
        left_out.add(0, &[]);
        Self { places: Mutex::default(), left_out }
    }

    fn lets_pass(&self, place: Identifier, now: Instant) -> bool {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(place).or_insert(Place { since: now, lines: 0 });
        if now.duration_since(place.since) >= SECOND {
            *place = Place { since: now, lines: 0 };
        }
        place.lines = place.lines.saturating_add(1);
        place.lines <= LINES
    }
}

impl<S> Filter<S> for Sampled {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let passes =
            *event.metadata().level() == Level::ERROR || self.lets_pass(event.metadata().callsite(), Instant::now());
        if !passes {
            self.left_out.add(1, &[]);
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_hot_place_is_sampled_while_errors_and_other_places_are_not() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).with_ansi(false);
        let subscriber = tracing_subscriber::registry().with(layer.with_filter(Sampled::new()));
        let begun = Instant::now();
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..200 {
                tracing::info!("hot");
                tracing::error!("grave");
            }
            tracing::info!("cool");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let count = |word: &str| text.lines().filter(|line| line.ends_with(word)).count();
        let seconds = begun.elapsed().as_secs() as usize + 1;
        assert!((50..=50 * seconds).contains(&count("hot")) || seconds > 4, "{} lines", count("hot"));
        assert_eq!((count("grave"), count("cool")), (200, 1));
    }
}
