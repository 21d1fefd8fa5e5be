//! Entry: the price that gains are counted from.
//!
//! The first accepted observation within 10 min of the alert, so that entry and path come from one source. With none, the
//! bot's own price; with neither there is no entry, and nothing that is counted from it is known – until an observation of
//! those first minutes arrives late and the alert is folded again.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::look::Look;
use crate::outcome::{EntrySource, Subject, policy};
use crate::timestamp::Timestamp;

/// Where gains are counted from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub price: f64,
    pub source: EntrySource,
    pub at: Timestamp,
}

/// The entry, decided by the first observation that is accepted.
pub(super) fn decide(policy: &policy::Entry, subject: &Subject, first: &Look<'_>) -> Option<Entry> {
    if micros(subject.alerted_at, first.at) <= seconds(policy.observed_within_seconds) {
        Some(Entry { price: first.price, source: EntrySource::Observed, at: first.at })
    } else {
        quoted(subject)
    }
}

/// The bot's own price, as of the alert.
pub(super) fn quoted(subject: &Subject) -> Option<Entry> {
    let price = subject.quoted_price_usd?.get();
    Some(Entry { price, source: EntrySource::Quoted, at: subject.alerted_at })
}
