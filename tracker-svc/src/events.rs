//! Watching what happens to alerts.
//!
//! A [`Watcher`] first reads the events that it has not seen from the store, in its own time, and then joins the tail:
//! one task for all watchers of this replica, which reads each new event once and hands it to all who listen. Who listens
//! too slowly is told how many events it missed; nobody waits for it.

mod tail;
mod told;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use service::status::{Reason, Rejection};
use store::Store;
use store::events::Cursor;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use tail::Tail;
pub(crate) use watcher::{Selection, Step, Watcher};

/// How events are passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventSettings {
    /// How often events of other replicas are looked for, while anybody watches; those of this one are passed on at once.
    pub look_every: Duration,
    /// How long a watcher hears nothing before it is told where it stands.
    pub silence: Duration,
    /// So many events are kept for a watcher that is behind; further behind, it misses the oldest.
    pub kept_for_slow: usize,
    /// So many may watch at once.
    pub most_watchers: usize,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self {
            look_every: Duration::from_millis(500),
            silence: Duration::from_secs(15),
            kept_for_slow: 8_192,
            most_watchers: 1_000,
        }
    }
}

/// Lets callers watch. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Events {
    store: Store,
    tail: Arc<Tail>,
    places: Arc<Semaphore>,
    settings: EventSettings,
    stop: CancellationToken,
}

impl Events {
    /// The events of `store`, until `stop`.
    pub(crate) fn new(store: Store, settings: EventSettings, stop: CancellationToken) -> Self {
        let tail = Arc::new(Tail::new(store.clone(), settings, stop.clone()));
        Self { store, tail, places: Arc::new(Semaphore::new(settings.most_watchers)), settings, stop }
    }

    /// Watches what is selected, after `cursor`, or from now on.
    pub(crate) async fn watch(&self, selection: Selection, cursor: Option<Cursor>) -> Result<Watcher, Rejection> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let message = format!("more than {} watch at once; try again", self.settings.most_watchers);
            return Err(Rejection::exhausted(Reason::TooManyStreams, message).retry_after(Duration::from_secs(10)));
        };
        let cursor = match cursor {
            Some(cursor) => cursor,
            None => self.store.events().newest().await?,
        };
        let history = self.store.events().after(cursor).await?;
        Ok(Watcher::new(self, place, selection, history))
    }
}

#[cfg(test)]
mod tests;
