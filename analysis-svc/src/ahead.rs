//! Answers ahead of the question: while nobody asks, the dataset is brought up to date, and what is asked most – the standing
//! question – is worked out and kept with the revision. Who asks then waits for neither.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::correlate::{Question, correlate};
use crate::dataset::{Dataset, DatasetError, Snapshot};

/// At most one part in so many of the time is spent on it, however fast the data change.
const SHARE: u32 = 20;

/// Keeps the dataset up to date until `stop`: looks for changes after `every`, and seldomer where an answer takes long.
pub async fn keep_ready(dataset: Arc<Dataset>, every: Duration, stop: CancellationToken) {
    stop.run_until_cancelled(async {
        loop {
            let begun = Instant::now();
            if let Err(error) = make_ready(&dataset).await {
                // Whoever asks is told, and so does the health check tell.
                tracing::debug!(error = %error, "the dataset could not be brought up to date ahead of a question");
            }
            tokio::time::sleep(every.max(begun.elapsed() * SHARE)).await;
        }
    })
    .await;
}

/// Brings the dataset up to date, and works out the standing question on it.
///
/// # Errors
/// Where the dataset cannot be brought up to date.
pub async fn make_ready(dataset: &Dataset) -> Result<Arc<Snapshot>, DatasetError> {
    let snapshot = dataset.snapshot().await?;
    let kept = Arc::clone(&snapshot);
    tokio::task::spawn_blocking(move || drop(correlate(&snapshot, &Question::standing()))).await?;
    Ok(kept)
}
