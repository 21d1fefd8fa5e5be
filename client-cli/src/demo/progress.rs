//! How far the demo has played: a bar on a terminal, else a line a simulated day; on stderr.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::timestamp::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use service::clock::Clock;

use crate::output::Output;
use crate::print::number::count;

/// How often it looks at the clock.
const LOOK: Duration = Duration::from_millis(100);

/// Watches the simulated clock.
pub struct Progress {
    clock: Clock,
    start: Timestamp,
    end: Timestamp,
    raised: Raised,
    alerts: usize,
    output: Output,
    bar: ProgressBar,
}

/// Counts the alerts that were raised. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct Raised(Arc<AtomicUsize>);

impl Raised {
    /// One more.
    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Progress {
    /// From `start` to `end` of the simulated time, with `alerts` to be raised.
    pub fn new(clock: &Clock, start: Timestamp, end: Timestamp, alerts: usize, output: Output) -> Self {
        let bar = ProgressBar::new(end.since(start).as_secs());
        if let Ok(style) = ProgressStyle::with_template("{bar:32.cyan/dim} {msg}  {elapsed}") {
            bar.set_style(style);
        }
        Self { clock: clock.clone(), start, end, raised: Raised::default(), alerts, output, bar }
    }

    /// The count for the bot to raise.
    pub fn alerts_raised(&self) -> Raised {
        self.raised.clone()
    }

    /// Shows how far it is, for ever: drop it when the end is reached.
    pub async fn show(self) {
        let is_terminal = std::io::stderr().is_terminal();
        let mut shown_day = 0;
        loop {
            let played = self.clock.now().since(self.start).as_secs();
            let day = played / 86_400 + 1;
            if is_terminal {
                self.bar.set_position(played);
                self.bar.set_message(self.line(day));
            } else if day != shown_day {
                shown_day = day;
                self.output.remark(&(self.line(day) + "\n"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn line(&self, day: u64) -> String {
        let days = self.end.since(self.start).as_secs().div_ceil(86_400);
        let raised = self.raised.0.load(Ordering::Relaxed);
        format!("day {day} of {days}, {} of {} alerts raised", count(raised as i64), count(self.alerts as i64))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
