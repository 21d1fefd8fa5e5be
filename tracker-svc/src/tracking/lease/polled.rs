//! What was polled, together with the leases that it was polled under: it is written under the same or not at all.

use std::sync::Arc;

use domain::timestamp::Timestamp;
use service::clock::Work;
use store::leases::Fence;
use tokio::sync::mpsc;
use tracing::Span;

use super::Turn;
use crate::feed::Feeds;
use crate::feed::look::{Delivery, LookReport, Onward, Way};

/// An answer of a price source, on its way to the store.
#[derive(Debug)]
pub(in crate::tracking) struct Polled {
    pub(in crate::tracking) delivery: Delivery,
    pub(in crate::tracking) under: Arc<Fence>,
    /// The look that it is an answer to, for its trace.
    pub(in crate::tracking) span: Span,
}

/// Answers that wait to be marked.
const UNMARKED: usize = 16;

/// [`Feeds::look`] in one turn.
pub(in crate::tracking) async fn look(
    feeds: &Arc<Feeds>,
    turn: &Turn,
    way: Way,
    deadline: Timestamp,
    work: Work,
    record: &mpsc::Sender<Polled>,
) -> (LookReport, Vec<Onward>, Work) {
    let (deliver, mut delivered) = mpsc::channel(UNMARKED);
    let under = Arc::new(turn.fence.clone());
    let looking = async move { feeds.look(way, deadline, work, &deliver).await };
    let marking = async move {
        while let Some(delivery) = delivered.recv().await {
            // Nobody receives only while the tracker stops.
            let _ = record.send(Polled { delivery, under: Arc::clone(&under), span: Span::current() }).await;
        }
    };
    let (looked, ()) = tokio::join!(looking, marking);
    looked
}
