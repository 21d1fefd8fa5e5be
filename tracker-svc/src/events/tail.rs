//! The newest events, read once for all who watch.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use store::events::{Cursor, EventReader};
use store::{Store, StoreError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::EventSettings;
use super::told::Told;

/// So many events are read at once.
const TOGETHER: u64 = 500;
/// How soon it looks again for events that are there, but not final yet.
const SOON: Duration = Duration::from_millis(5);
/// How long it waits for a store that does not answer, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Reads new events while anybody listens.
pub(super) struct Tail {
    store: Store,
    settings: EventSettings,
    stop: CancellationToken,
    running: Mutex<Option<Running>>,
}

/// The task that reads, as its listeners see it.
struct Running {
    listeners: broadcast::Sender<Arc<Told>>,
    /// All events up to here were handed on.
    cursor: Cursor,
}

/// What a listener gets: every event after the cursor.
pub(super) struct Listening {
    pub(super) events: broadcast::Receiver<Arc<Told>>,
    pub(super) after: Cursor,
}

impl Tail {
    pub(super) const fn new(store: Store, settings: EventSettings, stop: CancellationToken) -> Self {
        Self { store, settings, stop, running: Mutex::new(None) }
    }

    /// Listens from now on. Where nobody did before, reading begins at the listener's own place.
    pub(super) async fn listen(self: &Arc<Self>, cursor: Cursor) -> Result<Listening, StoreError> {
        if let Some(listening) = self.join() {
            return Ok(listening);
        }
        let reader = self.store.events().after(cursor).await?;
        let mut running = self.running();
        // Somebody else may have begun meanwhile.
        let now = running.get_or_insert_with(|| {
            let listeners = broadcast::Sender::new(self.settings.kept_for_slow);
            tokio::spawn(Arc::clone(self).read(reader));
            Running { listeners, cursor }
        });
        Ok(Listening { events: now.listeners.subscribe(), after: now.cursor })
    }

    fn join(&self) -> Option<Listening> {
        let running = self.running();
        running.as_ref().map(|now| Listening { events: now.listeners.subscribe(), after: now.cursor })
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the last listener is gone; then the next one begins anew.
    fn nobody_listens(&self) -> bool {
        let mut running = self.running();
        if running.as_ref().is_some_and(|now| now.listeners.receiver_count() > 0) {
            return false;
        }
        *running = None;
        true
    }

    /// Reads and hands on until nobody listens.
    async fn read(self: Arc<Self>, mut reader: EventReader) {
        let mut written = self.store.events().written();
        let mut pause = SOON;
        let mut wait = self.settings.look_every;
        while !self.stop.is_cancelled() {
            if self.nobody_listens() {
                return;
            }
            // What is written from here on is noticed below.
            written.mark_unchanged();
            let page = match reader.next(TOGETHER).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "the store does not tell of new events; asking again soon");
                    if matches!(error, StoreError::Cursor(_)) {
                        break;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.stop.cancelled() => break,
                    }
                    wait = (wait * 2).min(LONGEST_WAIT);
                    continue;
                }
            };
            wait = self.settings.look_every;
            {
                let mut running = self.running();
                let Some(now) = running.as_mut() else { return };
                for event in page.events {
                    // The last listener may just have gone.
                    let _ = now.listeners.send(Arc::new(Told::new(event)));
                }
                now.cursor = page.cursor;
            }
            if page.is_full {
                continue;
            }
            pause = if page.more_to_come { (pause * 2).min(self.settings.look_every) } else { SOON };
            let again = if page.more_to_come { pause } else { self.settings.look_every };
            tokio::select! {
                () = tokio::time::sleep(again) => {}
                // Where much is written, it is read together.
                _ = written.changed() => tokio::time::sleep(SOON).await,
                () = self.stop.cancelled() => break,
            }
        }
        // Listeners find their channel closed, and join again where they are not stopping too.
        *self.running() = None;
    }
}
