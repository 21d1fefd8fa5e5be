//! What lasts as long as the answer to a call: its place among those that run at once, and what may end it early, such as
//! its deadline.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::response::Response;
use futures::future::BoxFuture;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tonic::Status;

/// See the module.
pub(crate) enum Held {
    /// Given back when the answer has ended.
    Permit(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit),
    /// The answer ends with the status that comes of it, if it has not ended before.
    Until(BoxFuture<'static, Status>),
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
        // First: an answer that always has more to say would else never end.
        if let Held::Until(end) = held
            && let Poll::Ready(status) = end.as_mut().poll(context)
        {
            let mut trailers = HeaderMap::new();
            let written = status.add_header(&mut trailers);
            this.held = None;
            this.body = Body::empty();
            return Poll::Ready(written.is_ok().then_some(Ok(Frame::trailers(trailers))));
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        if !matches!(&frame, Some(Ok(frame)) if !frame.is_trailers()) {
            this.held = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
