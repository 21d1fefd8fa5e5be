//! Writing through the troubles of a database: again where it is away for a moment, in smaller parts where it refuses.

use std::ops::Range;
use std::time::Duration;

use service::status::Rejection;
use store::StoreError;
use tokio::time::Instant;

use super::Ingest;

/// A database that is away for longer is the caller's to wait for.
const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);

impl Ingest {
    /// Writes `count` items by `attempt`, which writes some of them in one transaction and answers each. A moment's trouble
    /// of the database is waited out; what it refuses for good is halved, until those that it refuses are alone. An
    /// error is what its item is answered with.
    pub(in crate::rpc) async fn write<T, F>(
        &self,
        count: usize,
        attempt: impl Fn(Range<usize>) -> F,
    ) -> Vec<Result<T, tonic_types::Status>>
    where
        F: Future<Output = Result<Vec<T>, StoreError>>,
    {
        let mut answers = Vec::with_capacity(count);
        let mut parts = Vec::from([Range { start: 0, end: count }]);
        while let Some(part) = parts.pop() {
            match self.patiently(|| attempt(part.clone())).await {
                Ok(written) => answers.extend(written.into_iter().map(Ok)),
                Err(error) if is_about_one_item(&error) && part.len() > 1 => {
                    let middle = part.start + part.len() / 2;
                    parts.push(middle..part.end);
                    parts.push(part.start..middle);
                }
                Err(error) => {
                    let status = Rejection::from(error).into_item_status();
                    answers.extend(std::iter::repeat_n(status, part.len()).map(Err));
                }
            }
        }
        answers
    }

    /// Tries when it is its turn, and again while the database is away, for a while.
    async fn patiently<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let turn = self.turns.acquire().await;
            let tried = attempt().await;
            drop(turn);
            match tried {
                Err(error)
                    if error.is_retryable() && began.elapsed() + pause < PATIENCE && !self.stop.is_cancelled() =>
                {
                    tracing::debug!(error = %error, retry_in_ms = pause.as_millis(), "a stream waits for the store");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                done => return done,
            }
        }
    }
}

/// Whether the others may fare better without one of them.
const fn is_about_one_item(error: &StoreError) -> bool {
    matches!(error, StoreError::Refused { .. } | StoreError::Corrupt { .. } | StoreError::NulInText { .. })
}
