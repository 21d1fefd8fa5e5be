//! The reading end of a stream.

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, TryStreamExt as _};
use prost::Message as _;
use service::limit;
use service::status::{Reason, Rejection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tonic::Status;

use super::{Ingest, Intake, Queued, ROOM_KIB};

/// What the writing end learns, in order: messages, and at last why there are no more, where that is an error.
pub(super) type Said<I> = Result<Queued<<I as Intake>::Parsed, <I as Intake>::Answer>, Status>;

/// How long a caller should wait for the next process to be up.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Reads and parses until the caller has no more to send, the connection breaks, or the process stops.
pub(super) async fn read<I: Intake>(
    ingest: Ingest,
    intake: Arc<I>,
    requests: impl Stream<Item = Result<I::Request, Status>> + Unpin,
    queue: mpsc::UnboundedSender<Said<I>>,
) {
    let end = tokio::select! {
        biased;
        () = ingest.stop.cancelled() => Err(stopping()),
        end = read_all(&ingest, &intake, requests, &queue) => end,
    };
    if let Err(status) = end {
        // Nobody is left to tell where the writing end is gone.
        let _ = queue.send(Err(status));
    }
}

async fn read_all<I: Intake>(
    ingest: &Ingest,
    intake: &Arc<I>,
    mut requests: impl Stream<Item = Result<I::Request, Status>> + Unpin,
    queue: &mpsc::UnboundedSender<Said<I>>,
) -> Result<(), Status> {
    let room = Arc::new(Semaphore::new(ROOM_KIB as usize));
    while let Some(request) = requests.try_next().await.map_err(limit::explain)? {
        let work = ingest.clock.work();
        let room = take_room(&room, request.encoded_len()).await?;
        let read = intake.parse(request, ingest.clock.now());
        if queue.send(Ok(Queued { read, room, work })).is_err() {
            break;
        }
    }
    Ok(())
}

/// Waits until the stream has room for a message of so many bytes.
async fn take_room(room: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, Status> {
    let kib = u32::try_from(bytes / 1_024 + 1).unwrap_or(ROOM_KIB).min(ROOM_KIB);
    let taken = Arc::clone(room).acquire_many_owned(kib).await;
    taken.map_err(|error| Rejection::internal("waiting for room in a stream", &error).into())
}

fn stopping() -> Status {
    let message = "the server is stopping; what was answered is durable, send the rest again";
    Rejection::unavailable(Reason::ShuttingDown, message, RETRY_AFTER).into()
}
