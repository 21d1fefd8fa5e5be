//! Several writers side by side, each for tokens of its own: while one waits for the database's commit, another prepares its
//! rows. What is told of one token always comes to the same writer, so that it is stored in the order in which it was told.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use domain::token::TokenKey;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Parts;
use super::lease::polled::Polled;
use super::record::Recorder;
use crate::feed::look::{Delivery, Seen};

/// So many writers. Each holds a connection while it writes; beyond a few they only wait for the same disk.
const WRITERS: usize = 3;
/// Answers that wait for one writer at most; then the polling waits for the store.
const WAITING: usize = 64;

/// Stores deliveries until nobody can send any more. See [`Recorder::run`].
pub(super) async fn write_all(parts: Parts, mut polled: mpsc::Receiver<Polled>, stop: CancellationToken) {
    let clock = parts.clock.clone();
    let (mut writers, mut inboxes) = (JoinSet::new(), Vec::new());
    for _ in 0..WRITERS {
        let (inbox, waiting) = mpsc::channel(WAITING);
        writers.spawn(Recorder::new(parts.clone(), waiting).run(stop.clone()));
        inboxes.push(inbox);
    }
    while let Some(Polled { delivery: Delivery { seen, work }, under, span }) = polled.recv().await {
        for (inbox, seen) in inboxes.iter().zip(split(seen)) {
            if !seen.observations.is_empty() || !seen.pools.is_empty() {
                // A writer is away only where it broke down, which is logged below.
                let delivery = Delivery { seen, work: clock.work() };
                let _ = inbox.send(Polled { delivery, under: Arc::clone(&under), span: span.clone() }).await;
            }
        }
        drop(work);
    }
    drop(inboxes);
    while let Some(ended) = writers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a writer of prices ended unexpectedly");
        }
    }
}

/// The part of each writer.
fn split(seen: Seen) -> [Seen; WRITERS] {
    let mut parts: [Seen; WRITERS] = std::array::from_fn(|_| Seen::default());
    for observation in seen.observations {
        if let Some(part) = parts.get_mut(writer(&observation.0)) {
            part.observations.push(observation);
        }
    }
    for pool in seen.pools {
        if let Some(part) = parts.get_mut(writer(&pool.0)) {
            part.pools.push(pool);
        }
    }
    parts
}

fn writer(token: &TokenKey) -> usize {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish() as usize % WRITERS
}
