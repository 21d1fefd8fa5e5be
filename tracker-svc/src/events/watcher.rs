//! One who watches.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::alert::AlertId;
use domain::filter::Filter;
use domain::record::AlertRecord;
use store::StoreError;
use store::events::{Cursor, EventReader, Kind};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::Events;
use super::tail::Listening;
use super::told::Told;

/// So many events of the past are read at once.
const TOGETHER: u64 = 500;
/// And so many of their alerts.
const RECORDS_TOGETHER: usize = 100;
/// How soon it looks again for events that are there, but not final yet.
const SOON: Duration = Duration::from_millis(5);

/// What a watcher wants to know of.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// Only these; all where empty.
    pub(crate) kinds: BTreeSet<Kind>,
    /// Only of the alerts that it keeps, as they stand when the event is passed on.
    pub(crate) filter: Filter,
}

impl Selection {
    fn is_of_kind(&self, told: &Told) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&told.event.what.kind())
    }
}

/// What a watcher learns at once.
#[derive(Debug)]
pub(crate) struct Step {
    /// What happened; `None` where there is only a cursor to tell.
    pub(crate) event: Option<Arc<Told>>,
    /// Goes on behind this.
    pub(crate) cursor: Cursor,
    /// How many events of all kinds and alerts passed unseen since the step before.
    pub(crate) missed: u64,
}

/// One who watches, until it is dropped.
pub(crate) struct Watcher {
    events: Events,
    selection: Selection,
    cursor: Cursor,
    /// Events that were read and not yet passed on.
    read: VecDeque<Arc<Told>>,
    source: Source,
    missed: u64,
    spoke_at: Option<Instant>,
    _place: OwnedSemaphorePermit,
}

/// Where events come from.
enum Source {
    /// The store; once somebody listens to the tail, only up to where that begins.
    History { reader: EventReader, listening: Option<Listening> },
    /// The tail.
    Tail(Listening),
}

impl Watcher {
    pub(super) fn new(
        events: &Events,
        place: OwnedSemaphorePermit,
        selection: Selection,
        history: EventReader,
    ) -> Self {
        Self {
            events: events.clone(),
            selection,
            cursor: history.cursor(),
            read: VecDeque::new(),
            source: Source::History { reader: history, listening: None },
            missed: 0,
            spoke_at: None,
            _place: place,
        }
    }

    /// The next event that is selected; or, at the begin and after some silence, only where the watcher stands. `None`
    /// when the service stops.
    pub(crate) async fn next(&mut self) -> Result<Option<Step>, StoreError> {
        let Some(spoke_at) = self.spoke_at else { return Ok(Some(self.step(None))) };
        let silent_until = spoke_at + self.events.settings.silence;
        loop {
            if self.events.stop.is_cancelled() {
                return Ok(None);
            }
            if let Some(told) = self.read.front() {
                let told = Arc::clone(told);
                let selected = self.selects(&told).await?;
                self.cursor = told.event.cursor;
                self.read.pop_front();
                if selected {
                    return Ok(Some(self.step(Some(told))));
                }
                // A long stretch of what is not selected is silence too.
                if Instant::now() >= silent_until {
                    return Ok(Some(self.step(None)));
                }
                continue;
            }
            let stop = self.events.stop.clone();
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep_until(silent_until) => return Ok(Some(self.step(None))),
                more = self.read_on() => more?,
            }
        }
    }

    /// Whether it listens to the tail.
    #[cfg(test)]
    pub(super) const fn is_live(&self) -> bool {
        matches!(self.source, Source::Tail(_))
    }

    fn step(&mut self, event: Option<Arc<Told>>) -> Step {
        self.spoke_at = Some(Instant::now());
        Step { event, cursor: self.cursor, missed: std::mem::take(&mut self.missed) }
    }

    async fn selects(&self, told: &Told) -> Result<bool, StoreError> {
        let filter = &self.selection.filter;
        if !self.selection.is_of_kind(told) {
            return Ok(false);
        }
        if filter.is_everything() {
            return Ok(true);
        }
        if self.read.len() > 1 && !told.has_record() {
            self.read_records().await?;
        }
        let record = told.record(&self.events.store).await?;
        Ok(record.is_some_and(|record| filter.keeps(&record)))
    }

    /// Reads more, where everything that was read is passed on. Given up in between, it has read nothing.
    async fn read_on(&mut self) -> Result<(), StoreError> {
        let (reader, listening) = match &mut self.source {
            Source::Tail(listening) => {
                match listening.events.recv().await {
                    Ok(told) if told.event.cursor.is_after(&self.cursor) => self.read.push_back(told),
                    // Read from the store before.
                    Ok(_) => {}
                    Err(RecvError::Lagged(missed)) => self.missed += missed,
                    Err(RecvError::Closed) => {
                        let reader = self.events.store.events().after(self.cursor).await?;
                        self.source = Source::History { reader, listening: None };
                    }
                }
                return Ok(());
            }
            Source::History { reader, listening } => (reader, listening),
        };
        let page = reader.next(TOGETHER).await?;
        self.read.extend(page.events.into_iter().map(|event| Arc::new(Told::new(event))));
        let behind = page.cursor;
        match listening {
            // The tail has all that is behind.
            Some(tail) if !tail.after.is_after(&behind) => {
                if let Some(tail) = listening.take() {
                    self.source = Source::Tail(tail);
                }
            }
            // The past is read but for events that are not final yet.
            None if !page.is_full && !page.more_to_come => {
                *listening = Some(self.events.tail.listen(behind).await?);
            }
            _ if page.more_to_come => tokio::time::sleep(SOON).await,
            _ => {}
        }
        Ok(())
    }

    /// Reads the records of many events at once, where the filter will ask for them.
    async fn read_records(&self) -> Result<(), StoreError> {
        let asked = self.read.iter().filter(|told| self.selection.is_of_kind(told) && !told.has_record());
        let asked: Vec<&Arc<Told>> = asked.take(RECORDS_TOGETHER).collect();
        let ids: BTreeSet<AlertId> = asked.iter().map(|told| told.event.alert_id).collect();
        let records = self.events.store.alerts().get_many(ids.into_iter().collect()).await?;
        let records: HashMap<AlertId, Arc<AlertRecord>> =
            records.into_iter().map(|record| (record.alert.id, Arc::new(record))).collect();
        for told in asked {
            told.set_record(records.get(&told.event.alert_id).cloned());
        }
        Ok(())
    }
}
