//! The first look at a token, right after its alert was recorded.

use std::time::Duration;

use domain::quantity::PriceUsd;
use domain::token::TokenKey;
use service::clock::Work;
use service::telemetry::SPANS;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::Parts;
use super::lease::polled::{self, Polled};
use super::patience::survive;
use super::tick::ASKING;
use crate::feed::look::{Wanted, Way};

/// A token to look at now.
#[derive(Debug)]
pub(super) struct FirstLook {
    pub(super) token: TokenKey,
    /// What the bot says it costs.
    pub(super) quoted_price_usd: Option<PriceUsd>,
    /// Holds the clock until the look begins.
    pub(super) work: Work,
    /// The call that it was asked for by, for its trace.
    pub(super) span: Span,
}

/// How long a first look waits for others, so that a burst of alerts takes few requests.
const TOGETHER_WITHIN: Duration = Duration::from_millis(200);
/// But not for more than so many.
const TOGETHER: usize = 300;

/// Looks at tokens as they are asked for.
pub(super) struct FirstLooks {
    parts: Parts,
    record: mpsc::Sender<Polled>,
}

impl FirstLooks {
    pub(super) const fn new(parts: Parts, record: mpsc::Sender<Polled>) -> Self {
        Self { parts, record }
    }

    /// Looks until `stop`, or until nobody can ask any more.
    pub(super) async fn run(self, mut asked: mpsc::Receiver<FirstLook>, stop: CancellationToken) {
        // Dropped at the stop, and the looks under way with it.
        let mut looks = JoinSet::new();
        loop {
            let first = tokio::select! {
                first = asked.recv() => first,
                Some(_) = looks.join_next() => continue,
                () = stop.cancelled() => return,
            };
            let Some(first) = first else {
                tokio::select! {
                    () = async { while looks.join_next().await.is_some() {} } => {}
                    () = stop.cancelled() => {}
                }
                return;
            };
            let Some((tokens, work, call)) = self.gather(first, &mut asked, &stop).await else { return };
            let (parts, record) = (self.parts.clone(), self.record.clone());
            let span = tracing::info_span!(target: SPANS, parent: call.id(), "first_look", tokens = tokens.len());
            looks.spawn(survive("a first look", look(parts, record, tokens, work).instrument(span)));
        }
    }

    /// Takes up whatever else is asked for within a moment.
    async fn gather(
        &self,
        first: FirstLook,
        asked: &mut mpsc::Receiver<FirstLook>,
        stop: &CancellationToken,
    ) -> Option<(Vec<TokenKey>, Work, Span)> {
        let quoted = |first: &FirstLook| {
            if let Some(price) = first.quoted_price_usd {
                self.parts.feeds.remember_quote(&first.token.address, price);
            }
        };
        quoted(&first);
        // What is done for all of them is part of the first traced call.
        let (mut tokens, mut work, mut span) = (vec![first.token], first.work, first.span);
        let until = self.parts.clock.now().plus(TOGETHER_WITHIN);
        while tokens.len() < TOGETHER {
            tokio::select! {
                // Its guard goes: that of the first holds the clock for all.
                Some(next) = asked.recv() => {
                    quoted(&next);
                    tokens.push(next.token);
                    if span.is_disabled() {
                        span = next.span;
                    }
                }
                () = work.pause_until(until) => break,
                () = stop.cancelled() => return None,
            }
        }
        tokens.sort_unstable();
        tokens.dedup();
        Some((tokens, work, span))
    }
}

async fn look(parts: Parts, record: mpsc::Sender<Polled>, mut tokens: Vec<TokenKey>, work: Work) {
    let Some(turn) = parts.leases.turn() else { return };
    tokens.retain(|token| turn.fence.covers(token));
    let mut pools = match parts.store.pools().get(&tokens).await {
        Ok(pools) => pools,
        Err(error) => {
            tracing::warn!(%error, tokens = tokens.len(), "no first look; the next tick looks at the tokens");
            return;
        }
    };
    let wanted = tokens
        .iter()
        .map(|token| Wanted { token: *token, pool: pools.remove(token), young: true, left_out: false })
        .collect();
    let deadline = parts.clock.steady().plus(parts.rules.poll_interval.mul_f64(ASKING));
    let way = Way::Whole(wanted);
    let (report, _, _work) = polled::look(&parts.feeds, &turn, way, deadline, work, &record).await;
    tracing::debug!(tokens = tokens.len(), seen = ?report.seen, missing = report.missing.len(), "first look");
}
