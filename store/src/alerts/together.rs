//! Callers that record one alert each, at the same time, share a transaction: a commit costs a wait for the disk, however
//! many rows it has.
//!
//! ```text
//! group 1: begin, write ──▶ commit ─────▶ answer
//! group 2:                  begin, write ──▶ commit ─────▶ answer
//! ```
//!
//! One group is written at a time; while it waits for the disk, the next one is written. Nobody waits for company: whoever
//! finds nothing under way goes at once, with all who came until its transaction had begun.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tracing::{Instrument as _, Span};

use super::record::Record;
use super::{NewAlert, Recording};
use crate::engine::Engine;
use crate::error::StoreError;
use crate::rules::Rules;
use crate::write::{begin, prepare, write};

/// More in one transaction gain nothing, and keep each other waiting.
const LARGEST_GROUP: usize = 256;

type Answer = Result<Recording, StoreError>;

/// Those who wait, and the turns to record.
pub(crate) struct Together {
    waiting: Mutex<Vec<Waiting>>,
    /// Held while a group is written, until it waits for the disk.
    writing: Arc<Semaphore>,
    /// Held until a group is durable.
    under_way: Arc<Semaphore>,
}

struct Waiting {
    alert: NewAlert,
    rules: Rules,
    answer: oneshot::Sender<Answer>,
    span: Span,
}

impl Together {
    /// At most `under_way` transactions at once.
    pub(crate) fn new(under_way: usize) -> Arc<Self> {
        let (writing, under_way) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(under_way)));
        Arc::new(Self { waiting: Mutex::default(), writing, under_way })
    }

    /// Records an alert with those of whoever else is at it. A caller that gives up may find it recorded all the same.
    pub(super) async fn record(self: &Arc<Self>, engine: &Arc<Engine>, alert: NewAlert, rules: Rules) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.waiting().push(Waiting { alert, rules, answer, span: Span::current() });
        if let Ok(turn) = Arc::clone(&self.writing).try_acquire_owned() {
            tokio::spawn(Arc::clone(self).take_turn(Arc::clone(engine), turn));
        }
        answered.await.unwrap_or_else(|_| Err(StoreError::closing("recording an alert")))
    }

    /// Writes for all who wait, until nobody does.
    async fn take_turn(self: Arc<Self>, engine: Arc<Engine>, mut writing: OwnedSemaphorePermit) {
        loop {
            if !self.waiting().is_empty() {
                self.write_group(&engine).await;
                continue;
            }
            drop(writing);
            // Somebody may have come while this turn still seemed taken.
            if self.waiting().is_empty() {
                return;
            }
            match Arc::clone(&self.writing).try_acquire_owned() {
                Ok(another) => writing = another,
                Err(_) => return,
            }
        }
    }

    /// Writes the next group, and leaves it to be made durable and answered.
    async fn write_group(&self, engine: &Arc<Engine>) {
        // Never closed.
        let under_way = Arc::clone(&self.under_way).acquire_owned().await.ok();
        let begun = begin::<Record<'_>>(engine).await;
        let Some(Group { alerts, rules, answers, span }) = self.next_group() else { return };
        let prepared = match begun {
            Ok(begun) => {
                prepare(engine, begun, &Record { alerts: &alerts, rules: &rules }).instrument(span.clone()).await
            }
            Err(error) => Err(error),
        };
        let engine = Arc::clone(engine);
        let durable = async move {
            let _until_durable = under_way;
            let recorded = match prepared {
                Ok(prepared) => prepared.commit(&engine).await,
                Err(error) => Err(error),
            };
            match recorded {
                Ok(recordings) => answer_all(answers, recordings.into_iter().map(Ok)),
                // What one of them did must not be told to the others.
                Err(error) if !error.is_retryable() && alerts.len() > 1 => {
                    for (alert, answer) in alerts.iter().zip(answers) {
                        match write(&engine, Record { alerts: std::slice::from_ref(alert), rules: &rules }).await {
                            Ok(recordings) => answer_all([answer], recordings.into_iter().map(Ok)),
                            Err(error) => answer_all([answer], [Err(error)]),
                        }
                    }
                }
                Err(error) => answer_all(answers, std::iter::repeat_with(|| Err(error.clone()))),
            }
        };
        tokio::spawn(durable.instrument(span));
    }

    /// The first who wait, as far as they are under the same rules.
    fn next_group(&self) -> Option<Group> {
        let mut waiting = self.waiting();
        let rules = waiting.first()?.rules.clone();
        let same = waiting.iter().take(LARGEST_GROUP).take_while(|one| one.rules == rules).count();
        // What is done for all of them is part of the first traced call.
        let traced = waiting.iter().take(same).find(|one| !one.span.is_disabled());
        let span = traced.map_or_else(Span::none, |one| one.span.clone());
        let (alerts, answers) = waiting.drain(..same).map(|one| (one.alert, one.answer)).unzip();
        Some(Group { alerts, rules, answers, span })
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who share a transaction.
struct Group {
    alerts: Vec<NewAlert>,
    rules: Rules,
    answers: Vec<oneshot::Sender<Answer>>,
    span: Span,
}

fn answer_all(to: impl IntoIterator<Item = oneshot::Sender<Answer>>, answers: impl IntoIterator<Item = Answer>) {
    for (to, answer) in to.into_iter().zip(answers) {
        // Whoever gave up wants no answer.
        let _ = to.send(answer);
    }
}
