//! What lasts as long as the answer to a call: its place among those that run at once, and its deadline.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;
use tonic::Status;

/// See the module.
pub(crate) enum Held {
    /// Given back when the answer has ended.
    Permit(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit),
    /// When it is over, the answer ends with this status.
    Deadline(Pin<Box<Sleep>>, Box<Status>),
}

/// The response, with something that lasts as long as its body.
pub(crate) fn hold(response: Response, held: Held) -> Response {
    if response.body().is_end_stream() {
        return response;
    }
    response.map(|body| Body::new(Answer { body, held: Some(held) }))
}

struct Answer {
    body: Body,
    /// `None` once it has ended.
    held: Option<Held>,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let Some(held) = &mut this.held else { return Poll::Ready(None) };
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                if frame.is_trailers() {
                    this.held = None;
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                this.held = None;
                Poll::Ready(end)
            }
            Poll::Pending => match held {
                Held::Permit(_) => Poll::Pending,
                Held::Deadline(sleep, status) => {
                    if sleep.as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    let mut trailers = HeaderMap::new();
                    let written = status.add_header(&mut trailers);
                    this.held = None;
                    this.body = Body::empty();
                    Poll::Ready(written.is_ok().then_some(Ok(Frame::trailers(trailers))))
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
