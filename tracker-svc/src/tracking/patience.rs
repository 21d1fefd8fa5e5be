//! How long to wait for a store that does not answer, and surviving what should never happen.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;

/// Growing pauses: 0.5 s, 1 s, 2 s … 30 s.
#[derive(Debug, Default)]
pub(super) struct Patience {
    tries: u32,
}

impl Patience {
    /// The next pause.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = Duration::from_millis(500).saturating_mul(1 << self.tries.min(6));
        self.tries = self.tries.saturating_add(1);
        pause.min(Duration::from_secs(30))
    }
}

/// Runs one step of the loop; `None` where it panicked, which is logged. A mistake in one step must not end the tracking.
pub(super) async fn survive<T>(doing: &'static str, step: impl Future<Output = T>) -> Option<T> {
    match AssertUnwindSafe(step).catch_unwind().await {
        Ok(done) => Some(done),
        Err(panic) => {
            tracing::error!(doing, panic = said(&*panic), "a step of the tracking loop broke off; it goes on");
            None
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_half_a_minute() {
        let mut patience = Patience::default();
        let pauses: Vec<u128> = (0..9).map(|_| patience.pause().as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    }

    #[tokio::test]
    async fn a_panic_ends_a_step_and_no_more() {
        assert_eq!(survive("a test", async { panic!("on purpose") }).await, None::<()>);
        assert_eq!(survive("a test", async { 7 }).await, Some(7));
    }
}
