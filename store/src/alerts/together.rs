//! Callers that record one alert each, at the same time, share a transaction: a commit costs a wait for the disk, however
//! many rows it has. Nobody waits for company: whoever finds a turn free goes at once, with all who wait by then.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::record::Record;
use super::{NewAlert, Recording};
use crate::engine::Engine;
use crate::error::StoreError;
use crate::rules::Rules;
use crate::write::write;

/// More in one transaction gain nothing, and keep each other waiting.
const LARGEST_GROUP: usize = 256;

type Answer = Result<Recording, StoreError>;

/// Those who wait, and the turns to record.
pub(crate) struct Together {
    waiting: Mutex<Vec<Waiting>>,
    turns: Arc<Semaphore>,
}

struct Waiting {
    alert: NewAlert,
    rules: Rules,
    answer: oneshot::Sender<Answer>,
}

impl Together {
    /// At most `turns` transactions at once.
    pub(crate) fn new(turns: usize) -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::default(), turns: Arc::new(Semaphore::new(turns)) })
    }

    /// Records an alert with those of whoever else is at it. A caller that gives up may find it recorded all the same.
    pub(super) async fn record(self: &Arc<Self>, engine: &Arc<Engine>, alert: NewAlert, rules: Rules) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.waiting().push(Waiting { alert, rules, answer });
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            tokio::spawn(Arc::clone(self).take_turn(Arc::clone(engine), turn));
        }
        answered.await.unwrap_or_else(|_| Err(StoreError::closing("recording an alert")))
    }

    /// Records for all who wait, until nobody does.
    async fn take_turn(self: Arc<Self>, engine: Arc<Engine>, mut turn: OwnedSemaphorePermit) {
        loop {
            let group = self.next_group();
            if !group.is_empty() {
                record(&engine, group).await;
                continue;
            }
            drop(turn);
            // Somebody may have come while this turn still seemed taken.
            if self.waiting().is_empty() {
                return;
            }
            match Arc::clone(&self.turns).try_acquire_owned() {
                Ok(another) => turn = another,
                Err(_) => return,
            }
        }
    }

    /// The first who wait, as far as they are under the same rules.
    fn next_group(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting();
        let Some(first) = waiting.first() else { return Vec::new() };
        let same = waiting.iter().take(LARGEST_GROUP).take_while(|one| one.rules == first.rules).count();
        waiting.drain(..same).collect()
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn record(engine: &Engine, group: Vec<Waiting>) {
    let Some(rules) = group.first().map(|first| first.rules.clone()) else { return };
    let (alerts, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|one| (one.alert, one.answer)).unzip();
    match write(engine, Record { alerts: &alerts, rules: &rules }).await {
        Ok(recordings) => answer_all(answers, recordings.into_iter().map(Ok)),
        // What one of them did must not be told to the others.
        Err(error) if !error.is_retryable() && alerts.len() > 1 => {
            for (alert, answer) in alerts.iter().zip(answers) {
                match write(engine, Record { alerts: std::slice::from_ref(alert), rules: &rules }).await {
                    Ok(recordings) => answer_all([answer], recordings.into_iter().map(Ok)),
                    Err(error) => answer_all([answer], [Err(error)]),
                }
            }
        }
        Err(error) => answer_all(answers, std::iter::repeat_with(|| Err(error.clone()))),
    }
}

fn answer_all(to: impl IntoIterator<Item = oneshot::Sender<Answer>>, answers: impl IntoIterator<Item = Answer>) {
    for (to, answer) in to.into_iter().zip(answers) {
        // Whoever gave up wants no answer.
        let _ = to.send(answer);
    }
}
