//! How much one request may ask for, and how many run at once.

mod held;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;
use tonic::Status;

use crate::methods;
use crate::response::{rejected, status_of};
use crate::status::{Reason, Rejection};

pub(crate) use held::{Held, hold};

/// The largest message that a server takes; give it to `max_decoding_message_size` of every service.
pub const MOST_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// Who is turned away tries again after this time.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How many items a page has: `default` where none was asked for (0), `most` where more was. Errors say what is wrong
/// with `page_size`.
pub fn page_size(asked: i32, default: usize, most: usize) -> Result<usize, String> {
    match usize::try_from(asked) {
        Ok(0) => Ok(default),
        Ok(asked) => Ok(asked.min(most)),
        Err(_) => Err(format!("must be 0 (for {default}) or more, not {asked}")),
    }
}

/// Says of a message that is too large how large one may be, with the code and the details of our other errors.
pub(crate) async fn explain_message_size(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    match status_of(&response) {
        Some(status) if is_too_large(&status) => rejected(too_large(&status)),
        _ => response,
    }
}

/// The same for a message within a stream: the status that ended it, explained.
#[must_use]
pub fn explain(status: Status) -> Status {
    if is_too_large(&status) { too_large(&status).into() } else { status }
}

fn too_large(status: &Status) -> Rejection {
    // "… found 5000000 bytes, the limit is …"
    let found = status.message().split("found ").nth(1).and_then(|rest| rest.split(' ').next());
    let size = found.map_or_else(|| "more".to_owned(), |bytes| format!("{bytes} bytes, more"));
    let message =
        format!("the message has {size} than the {MOST_REQUEST_BYTES} bytes that the server takes: send less at once");
    Rejection::exhausted(Reason::MessageTooLarge, message)
}

fn is_too_large(status: &Status) -> bool {
    status.code() == tonic::Code::OutOfRange && status.message().contains("message length too large")
}

/// How many calls and streams may still begin.
pub(crate) struct Room {
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    most_calls: usize,
    most_streams: usize,
}

impl Room {
    pub(crate) fn new(most_calls: usize, most_streams: usize) -> Self {
        let semaphore = |most: usize| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { calls: semaphore(most_calls), streams: semaphore(most_streams), most_calls, most_streams }
    }
}

/// Turns calls and streams away while too many others run; each counts until its last byte is sent. Health and reflection
/// always get through: they are asked most when a server is in trouble.
pub(crate) async fn bound(State(room): State<Arc<Room>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/grpc.") {
        return next.run(request).await;
    }
    let streams = methods::is_stream(path);
    let semaphore = if streams { &room.streams } else { &room.calls };
    let Ok(permit) = Arc::clone(semaphore).try_acquire_owned() else {
        let (reason, message) = if streams {
            (Reason::TooManyStreams, format!("more than {} streams at once; try again", room.most_streams))
        } else {
            (Reason::TooManyCalls, format!("more than {} calls at once; try again", room.most_calls))
        };
        return rejected(Rejection::exhausted(reason, message).retry_after(RETRY_AFTER));
    };
    hold(next.run(request).await, Held::Permit(permit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_default_and_a_most() {
        assert_eq!(page_size(0, 100, 1_000), Ok(100));
        assert_eq!(page_size(7, 100, 1_000), Ok(7));
        assert_eq!(page_size(1_000, 100, 1_000), Ok(1_000));
        assert_eq!(page_size(1_001, 100, 1_000), Ok(1_000));
        assert_eq!(page_size(i32::MAX, 100, 1_000), Ok(1_000));
        assert_eq!(page_size(-1, 100, 1_000), Err("must be 0 (for 100) or more, not -1".to_owned()));
    }
}
