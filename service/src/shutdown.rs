//! Stopping in order: on SIGTERM or Ctrl-C, say NOT_SERVING, take no new calls, finish those in flight within a limit,
//! and only then let the process stop its loops and close its database.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// Within this time a second signal is the first one, told twice: some tools tell the process and then its group.
const SAME: Duration = Duration::from_secs(1);

/// Is cancelled on the first SIGTERM or SIGINT. A second one, a second later or more, ends the process at once, with the code
/// that shells give to a process that a signal ended.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    let mut signals = Signals::new()?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        let name = signals.next().await;
        tracing::info!(signal = name, "stopping: finishing what is in flight");
        stopping.cancel();
        let told = Instant::now();
        let mut name = signals.next().await;
        while told.elapsed() < SAME {
            name = signals.next().await;
        }
        tracing::warn!(signal = name, "stopping at once");
        std::process::exit(130);
    });
    Ok(stop)
}

struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
