//! Streams that take things in: a message is read and parsed, written together with what else has arrived, and answered
//! once it is durable, in the order in which the messages came.
//!
//! ```text
//! caller ──▶ read, parse ──▶ queue ──▶ up to two transactions at once ──▶ answers in order ──▶ caller
//! ```
//!
//! What is between the caller's sending and the caller's reading of the answer is bounded by [`ROOM_KIB`]: a caller who
//! sends faster than the database writes, or who does not read the answers, is slowed down by the stream itself.

mod patience;
mod read;
mod write;

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use domain::timestamp::Timestamp;
use futures::{Stream, StreamExt as _};
use prost::Message;
use service::clock::Clock;
use service::status::{Reason, Rejection};
use store::EngineKind;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::Answers;

/// So much may be under way in one stream, as encoded by the caller, in KiB; a message counts as 1 KiB at least. Two full
/// transactions of the largest usual messages, and as much again behind them.
const ROOM_KIB: u32 = 8_192;
/// Streams at once at most: each may fill its room.
const MOST_STREAMS: usize = 256;

/// What all streams of this process share. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    clock: Clock,
    streams: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Ingest {
    /// Streams until `stop`: then what was read is still written and answered, and each ends with UNAVAILABLE.
    #[must_use]
    pub fn new(clock: Clock, engine: EngineKind, stop: CancellationToken) -> Self {
        // Enough for the writes to overlap with the waits for the disk, and few enough to leave connections to others.
        let turns = match engine {
            EngineKind::Postgres => 4,
            EngineKind::Sqlite => 1,
        };
        let (streams, turns) = (Arc::new(Semaphore::new(MOST_STREAMS)), Arc::new(Semaphore::new(turns)));
        Self { clock, streams, turns, stop }
    }

    /// Begins to take in `requests`.
    pub(super) fn take_in<I: Intake>(
        &self,
        intake: I,
        requests: impl Stream<Item = Result<I::Request, Status>> + Send + Unpin + 'static,
    ) -> Result<Answers<I::Answer>, Rejection> {
        let stream = Arc::clone(&self.streams).try_acquire_owned().map_err(|_| {
            let message = format!("more than {MOST_STREAMS} streams that take in at once; try again");
            Rejection::exhausted(Reason::TooManyStreams, message).retry_after(Duration::from_secs(1))
        })?;
        // Neither is bounded in itself: every item in them has its share of the room.
        let (queue, queued) = mpsc::unbounded_channel();
        let (answers, answered) = mpsc::unbounded_channel();
        let intake = Arc::new(intake);
        tokio::spawn(read::read(self.clone(), Arc::clone(&intake), requests, queue));
        tokio::spawn(write::Writer::new(intake, queued, answers).run());
        let answers =
            UnboundedReceiverStream::new(answered).map(move |answered: Result<Answered<I::Answer>, Status>| {
                let _while_it_lasts = &stream;
                // The room is free again once the transport has taken the answer over.
                answered.map(|Answered { answer, .. }| answer)
            });
        Ok(Box::pin(answers))
    }
}

/// What one kind of stream does with its messages.
pub(super) trait Intake: Send + Sync + 'static {
    /// What the caller sends.
    type Request: Message + 'static;
    /// A message, read and found good.
    type Parsed: Send + Sync + 'static;
    /// What the caller gets for each.
    type Answer: Send + 'static;
    /// What a message is about.
    type Key: Eq + Hash + Send + 'static;

    /// Rows in one transaction at most; a message that has more goes alone.
    const MOST_ROWS: usize;

    /// Reads a message that was received at `received`.
    fn parse(&self, request: Self::Request, received: Timestamp) -> Read<Self::Parsed, Self::Answer>;

    /// What a message is about. Messages about the same are written in the order in which they came, or together; others
    /// may overtake each other on their way to the disk, though not on the way back.
    fn keys(parsed: &Self::Parsed) -> impl Iterator<Item = Self::Key> + '_;

    /// How many rows it makes.
    fn rows(parsed: &Self::Parsed) -> usize;

    /// Makes them durable, whatever that takes, and answers each in the order given.
    fn write(&self, parsed: Vec<Self::Parsed>) -> impl Future<Output = Vec<Self::Answer>> + Send;
}

/// What became of a message on reading.
pub(super) enum Read<P, A> {
    /// It is good.
    ToWrite(P),
    /// It is settled without being written.
    Settled(A),
}

/// A message that waits to be written, or answered.
struct Queued<P, A> {
    read: Read<P, A>,
    room: OwnedSemaphorePermit,
    /// Holds a simulated clock until it is answered.
    work: service::clock::Work,
}

/// An answer that waits to be taken.
struct Answered<A> {
    answer: A,
    _room: OwnedSemaphorePermit,
}

#[cfg(test)]
mod tests;
