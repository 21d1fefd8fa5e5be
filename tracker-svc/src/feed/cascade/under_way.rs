//! A look under way: who waits at which source, and the requests that are out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use service::clock::Work;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use super::super::Purpose;
use super::super::judge::Taken;
use super::super::look::{Delivery, LookReport, Onward, Seen};
use super::super::queue::{Queue, Traveller};
use super::super::source::AskError;
use super::Feeds;

/// Requests, waiting for their turn or under way, that are made up for one source at once.
const AT_ONCE: usize = 64;
/// Whoever waits for a request to be filled waits for so long at most.
const FILLED_WITHIN: Duration = Duration::from_secs(2);

/// One look under way.
pub(super) struct Look<'a> {
    feeds: &'a Arc<Feeds>,
    deadline: Timestamp,
    deliver: &'a mpsc::Sender<Delivery>,
    /// No source from this one on is asked.
    stops_before: usize,
    /// Those who would have to be.
    onward: Vec<Onward>,
    /// By source.
    queues: Vec<Queue>,
    batches: JoinSet<Batch>,
    of_source: HashMap<Id, usize>,
    /// How many tokens each source told of; `None` while it was not asked.
    told: Vec<Option<usize>>,
    report: LookReport,
    /// What was settled at the end of the way, not delivered yet.
    ended: Seen,
}

/// A request that has come back.
struct Batch {
    /// Who answered: the source that was asked, or the one after it where it was slow.
    answered_by: usize,
    taken: Taken,
    work: Work,
}

impl<'a> Look<'a> {
    /// Nobody is on the way yet. No source from number `stops_before` on will be asked.
    pub(super) fn new(
        feeds: &'a Arc<Feeds>,
        stops_before: usize,
        deadline: Timestamp,
        deliver: &'a mpsc::Sender<Delivery>,
    ) -> Self {
        Self {
            feeds,
            deadline,
            deliver,
            stops_before,
            onward: Vec::new(),
            queues: feeds.sources.iter().map(|_| Queue::default()).collect(),
            batches: JoinSet::new(),
            of_source: HashMap::new(),
            told: vec![None; feeds.sources.len()],
            report: LookReport::default(),
            ended: Seen::default(),
        }
    }

    /// Until everybody's way has ended.
    pub(super) async fn run(mut self, mut work: Work) -> (LookReport, Vec<Onward>, Work) {
        loop {
            self.launch();
            self.deliver_ended().await;
            if self.batches.is_empty() {
                break;
            }
            // From here on the batches hold the clock, so that they can wait for their turns.
            drop(work);
            let joined = self.batches.join_next_with_id().await;
            work = self.joined(joined).unwrap_or_else(|| self.feeds.clock.work());
        }
        let named = self.feeds.sources.iter().zip(self.told);
        self.report.seen = named.filter_map(|(source, told)| Some((source.name(), told?))).collect();
        (self.report, self.onward, work)
    }

    fn joined(&mut self, joined: Option<Result<(Id, Batch), JoinError>>) -> Option<Work> {
        let (id, batch) = match joined? {
            Ok((id, batch)) => (id, Some(batch)),
            Err(error) => {
                tracing::error!(%error, "a batch ended unexpectedly");
                (error.id(), None)
            }
        };
        if let Some(queue) = self.of_source.remove(&id).and_then(|source| self.queues.get_mut(source)) {
            queue.in_flight -= 1;
        }
        let Batch { answered_by, taken: Taken { onward, told, jumps }, work } = batch?;
        self.report.jumps.add(jumps);
        if let Some(told_before) = self.told.get_mut(answered_by) {
            *told_before = Some(told_before.unwrap_or(0) + told);
        }
        for traveller in onward {
            self.send_on(answered_by + 1, traveller);
        }
        Some(work)
    }

    /// Queues a token at the first source from `index` on that is believed and may know it; without one, its way ends.
    pub(super) fn send_on(&mut self, index: usize, traveller: Traveller) {
        if index >= self.stops_before && index < self.feeds.sources.len() {
            self.onward.push(Onward { from: index, traveller });
            return;
        }
        let now = self.feeds.clock.steady();
        let token = &traveller.wanted.token.address;
        let sources = self.queues.iter_mut().zip(&self.feeds.sources).enumerate().skip(index);
        for (index, (queue, _)) in sources.filter(|(_, (_, source))| source.has_credit()) {
            let known = self.feeds.memory.peek(token, |of| of.acquaintance(index)).unwrap_or_default();
            if index == 0 || known.unknown_until <= now {
                queue.push(traveller, known.asked_at, now);
                return;
            }
        }
        self.end(traveller);
    }

    fn end(&mut self, traveller: Traveller) {
        let (token, answered, held_back) = (traveller.wanted.token, traveller.answered, traveller.held_back);
        match self.feeds.settle(traveller, &mut self.ended) {
            Some(ending) => self.report.jumps.count(ending),
            None => {
                self.report.missing.push(token);
                if !answered {
                    self.report.unasked.push(token);
                }
                if held_back {
                    self.report.held_back.push(token);
                }
            }
        }
    }

    async fn deliver_ended(&mut self) {
        let seen = std::mem::take(&mut self.ended);
        if !seen.observations.is_empty() {
            // Nobody receives only while the tracker stops.
            let _ = self.deliver.send(Delivery { seen, work: self.feeds.clock.work() }).await;
        }
    }

    /// Sends what can be sent: full requests, and others where nobody comes any more who could fill them, or not soon.
    fn launch(&mut self) {
        let now = self.feeds.clock.steady();
        let mut nobody_comes = true;
        for index in 0..self.queues.len() {
            while let Some(batch) = self.next_batch(index, nobody_comes, now) {
                let feeds = Arc::clone(self.feeds);
                let asked = feeds.ask(index, batch, self.deadline, self.deliver.clone(), self.feeds.clock.work());
                self.of_source.insert(self.batches.spawn(asked.in_current_span()).id(), index);
                self.queues[index].in_flight += 1;
            }
            nobody_comes &= self.queues[index].is_idle();
        }
        if self.batches.is_empty() {
            // Nobody has a request to spare for those any more.
            let left_out: Vec<Traveller> = self.queues.iter_mut().flat_map(Queue::take_left_out).collect();
            left_out.into_iter().for_each(|traveller| self.end(Traveller { held_back: true, ..traveller }));
        }
    }

    fn next_batch(&mut self, index: usize, nobody_comes: bool, now: Timestamp) -> Option<Vec<Traveller>> {
        let (source, queue) = (&self.feeds.sources[index], &mut self.queues[index]);
        if queue.in_flight >= AT_ONCE {
            return None;
        }
        let waited = queue.since().is_some_and(|since| now.since(since) >= FILLED_WITHIN);
        let is_ready = queue.len() >= source.batch_size() || nobody_comes || waited;
        if queue.len() > 0 && is_ready {
            return Some(queue.take(source.batch_size(), now));
        }
        let may_spare = queue.has_left_out() && source.may_spare();
        may_spare.then(|| queue.take_spare(source.batch_size()))
    }
}

impl Feeds {
    /// Asks source number `index` for a batch, and delivers what it tells.
    async fn ask(
        self: Arc<Self>,
        index: usize,
        batch: Vec<Traveller>,
        deadline: Timestamp,
        deliver: mpsc::Sender<Delivery>,
        mut work: Work,
    ) -> Batch {
        let source = &self.sources[index];
        let tokens: Vec<TokenAddress> = batch.iter().map(|traveller| traveller.wanted.token.address).collect();
        let backup = self.sources.get(index + 1).map(|backup| &**backup).filter(|backup| backup.has_credit());
        let mut held_back = false;
        // Those that were left out are asked for where that costs nothing that is needed elsewhere.
        let answer = if batch.iter().all(|traveller| traveller.wanted.left_out) {
            let answer = source.ask_spare(&tokens, Purpose::Follow).await;
            held_back = answer.is_none();
            answer
        } else {
            let is_check = batch.iter().all(|traveller| traveller.jump.is_some());
            let (purpose, backup) = if is_check { (Purpose::Check, None) } else { (Purpose::Follow, backup) };
            match source.ask(&tokens, purpose, backup, deadline, &mut work).await {
                Ok(answer) => Some(answer),
                Err(error @ (AskError::NoneLeft(_) | AskError::Opened(_))) => {
                    tracing::debug!(source = source.name(), tokens = tokens.len(), %error, "a price source was passed over");
                    held_back = matches!(error, AskError::NoneLeft(_));
                    None
                }
                Err(error) => {
                    tracing::warn!(source = source.name(), tokens = tokens.len(), %error, "a price source gave no answer");
                    None
                }
            }
        };
        let Some(answer) = answer else {
            let held = |traveller: Traveller| Traveller { held_back: traveller.held_back || held_back, ..traveller };
            let batch = batch.into_iter().map(held).collect();
            return Batch { answered_by: index, taken: Taken { onward: batch, ..Taken::default() }, work };
        };
        let answered_by = index + usize::from(answer.hedged);
        let mut seen = Seen::default();
        let taken = self.take_in(answered_by, batch, answer, &mut seen).await;
        if !seen.observations.is_empty() {
            let _ = deliver.send(Delivery { seen, work: self.clock.work() }).await;
        }
        Batch { answered_by, taken, work }
    }
}
