//! The writing end of a stream: whatever has arrived goes into the next transaction, and nobody waits for company.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use service::status::Rejection;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tonic::Status;

use super::read::Said;
use super::{Answered, Intake, Queued, Read};

/// While one transaction waits for the disk, another can be written.
const MOST_IN_FLIGHT: usize = 2;

pub(super) struct Writer<I: Intake> {
    intake: Arc<I>,
    queue: mpsc::UnboundedReceiver<Said<I>>,
    answers: mpsc::UnboundedSender<Result<Answered<I::Answer>, Status>>,
    waiting: VecDeque<Queued<I::Parsed, I::Answer>>,
    in_flight: VecDeque<InFlight<I>>,
}

/// A batch that is being written.
struct InFlight<I: Intake> {
    about: HashSet<I::Key>,
    answers: JoinHandle<Vec<Answered<I::Answer>>>,
}

impl<I: Intake> Writer<I> {
    pub(super) fn new(
        intake: Arc<I>,
        queue: mpsc::UnboundedReceiver<Said<I>>,
        answers: mpsc::UnboundedSender<Result<Answered<I::Answer>, Status>>,
    ) -> Self {
        Self { intake, queue, answers, waiting: VecDeque::new(), in_flight: VecDeque::new() }
    }

    /// Writes and answers until nothing more comes, then says why where that was no orderly end. A caller who has left is
    /// no reason to throw away what was sent.
    pub(super) async fn run(mut self) {
        let mut end = None;
        while end.is_none() || !self.in_flight.is_empty() {
            tokio::select! {
                answers = first(&mut self.in_flight), if !self.in_flight.is_empty() => {
                    self.in_flight.pop_front();
                    if let Err(status) = self.answer(answers) {
                        let _ = self.answers.send(Err(status));
                        return;
                    }
                }
                said = self.queue.recv(), if end.is_none() => end = self.take_up(said),
            }
            while end.is_none()
                && let Ok(said) = self.queue.try_recv()
            {
                end = self.take_up(Some(said));
            }
            self.start_batches();
        }
        if let Some(Some(status)) = end {
            let _ = self.answers.send(Err(status));
        }
    }

    /// The end of the stream, where this is it.
    #[expect(clippy::option_option, reason = "the end of a stream, which may have a reason")]
    fn take_up(&mut self, said: Option<Said<I>>) -> Option<Option<Status>> {
        match said {
            Some(Ok(queued)) => {
                self.waiting.push_back(queued);
                None
            }
            Some(Err(status)) => Some(Some(status)),
            None => Some(None),
        }
    }

    fn start_batches(&mut self) {
        while self.in_flight.len() < MOST_IN_FLIGHT {
            let count = self.next_batch();
            if count == 0 {
                return;
            }
            let batch: Vec<_> = self.waiting.drain(..count).collect();
            let about = batch.iter().filter_map(to_write).flat_map(I::keys).collect();
            let answers = tokio::spawn(write(Arc::clone(&self.intake), batch));
            self.in_flight.push_back(InFlight { about, answers });
        }
    }

    /// How many of the waiting go together: as many as fit, up to the first about something that is being written.
    fn next_batch(&self) -> usize {
        let mut rows = 0;
        let fits = |(place, queued): &(usize, &Queued<I::Parsed, I::Answer>)| {
            let Some(parsed) = to_write(queued) else { return true };
            rows += I::rows(parsed);
            (*place == 0 || rows <= I::MOST_ROWS)
                && !I::keys(parsed).any(|key| self.in_flight.iter().any(|batch| batch.about.contains(&key)))
        };
        self.waiting.iter().enumerate().take_while(fits).count()
    }

    fn answer(&self, answers: Result<Vec<Answered<I::Answer>>, JoinError>) -> Result<(), Status> {
        for answer in answers.map_err(|error| Rejection::internal("recording what a stream brought", &error))? {
            let _ = self.answers.send(Ok(answer));
        }
        Ok(())
    }
}

async fn first<I: Intake>(in_flight: &mut VecDeque<InFlight<I>>) -> Result<Vec<Answered<I::Answer>>, JoinError> {
    match in_flight.front_mut() {
        Some(batch) => (&mut batch.answers).await,
        None => std::future::pending().await,
    }
}

const fn to_write<P, A>(queued: &Queued<P, A>) -> Option<&P> {
    match &queued.read {
        Read::ToWrite(parsed) => Some(parsed),
        Read::Settled(_) => None,
    }
}

/// Writes the good ones of a batch; answers all, in order.
async fn write<I: Intake>(intake: Arc<I>, batch: Vec<Queued<I::Parsed, I::Answer>>) -> Vec<Answered<I::Answer>> {
    let (mut parsed, mut waiting, mut held) = (Vec::new(), Vec::with_capacity(batch.len()), Vec::new());
    for Queued { read, room, work } in batch {
        held.push(work);
        waiting.push((
            room,
            match read {
                Read::ToWrite(item) => {
                    parsed.push(item);
                    None
                }
                Read::Settled(answer) => Some(answer),
            },
        ));
    }
    let mut written = if parsed.is_empty() { Vec::new() } else { intake.write(parsed).await }.into_iter();
    let answer = |(room, settled): (_, Option<_>)| {
        settled.or_else(|| written.next()).map(|answer| Answered { answer, _room: room })
    };
    waiting.into_iter().filter_map(answer).collect()
}
