//! `AnalysisService.ListRecommendations`: the ledger, newest first, each line with what became of it.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::alert::Decision;
use domain::performance::{Accumulator, Grouping, Summary};
use domain::timestamp::Timestamp;
use futures::TryStreamExt as _;
use perftrack::v1;
use perftrack::v1::{LedgerStatus, LedgerVerdict, ListRecommendationsRequest, ListRecommendationsResponse};
use prost::Message as _;
use service::limit::page_size;
use service::page_token::PagedQuery;
use service::status::{Rejection, Violations};
use service::wire::{duration_message, performance_message, timestamp_message};
use sha2::{Digest as _, Sha256};
use store::alerts::AlertedBetween;
use store::recommendations::{LedgerEntry, LedgerPosition};
use uuid::Uuid;

use super::recommend::history;
use super::{Analysis, message};
use crate::ledger::follow_up::follow_up;
use crate::ledger::{Era, FollowUp, History, Line, Status, Verdict};
use crate::progress::Watch;

const DEFAULT_PAGE: usize = 100;
const LARGEST_PAGE: usize = 1_000;
/// How long before a change the alerts are shown that it is compared with, at the most.
const LONGEST_BEFORE: std::time::Duration = std::time::Duration::from_secs(28 * 86_400);

pub async fn list_recommendations(
    service: &Analysis,
    mut request: ListRecommendationsRequest,
) -> Result<ListRecommendationsResponse, Rejection> {
    let mut violations = Violations::new();
    let (asked, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
    let query = PagedQuery::new("ListRecommendations", &request);
    let size = violations.check("page_size", page_size(asked, DEFAULT_PAGE, LARGEST_PAGE)).unwrap_or_default();
    let after: Option<(i64, Uuid)> = violations.check("page_token", query.position(&token)).flatten();
    violations.into_result()?;

    let after = after.map(|(at, id)| LedgerPosition { recommended_at: Timestamp::from_micros(at), id });
    let mut page = service.store.recommendations().list(after, size as u64 + 1).await?;
    let has_more = page.len() > size;
    page.truncate(size);
    let last = page.last().filter(|_| has_more);
    let next_page_token = last.map(|last| query.token(&(last.recommended_at.micros(), last.id))).unwrap_or_default();
    let history = Arc::new(history(service).await?);
    let followed = followed(service, page, &history).await?;
    let mut summaries = Summaries { service, history: &history, known: HashMap::new() };
    let mut entries = Vec::with_capacity(followed.len());
    for (entry, line, follow_up, per_day) in followed {
        entries.push(summaries.shown(&entry, &line, &follow_up, per_day).await?);
    }
    Ok(ListRecommendationsResponse { entries, next_page_token })
}

type Followed = (LedgerEntry, Line, FollowUp, Option<f64>);

async fn followed(
    service: &Analysis,
    page: Vec<LedgerEntry>,
    history: &Arc<History>,
) -> Result<Vec<Followed>, Rejection> {
    let snapshot = service.snapshot().await?;
    let (catalogue, history, rule) = (Arc::clone(&service.catalogue), Arc::clone(history), service.cooldown);
    let clock_now = service.clock.now();
    let watch = Watch::default();
    let work = move |watch: &Watch| {
        let per_day = crate::advice::cooldown::matured_per_day(&snapshot);
        let mut followed = Vec::with_capacity(page.len());
        for entry in page {
            // A line that another version wrote is shown as far as it can be read.
            let line: Line = serde_json::from_value(entry.content.clone()).unwrap_or_default();
            let seed = Sha256::digest(entry.id.as_bytes()).into();
            let of = (&line, entry.recommended_at, seed);
            let follow_up = follow_up(of, (&snapshot, &catalogue), (&history, rule, clock_now), watch)?;
            followed.push((entry, line, follow_up, per_day));
        }
        Ok(followed)
    };
    service.compute_watched("following recommendations up", &watch, work).await
}

/// How the alerts of each time did, read once.
struct Summaries<'a> {
    service: &'a Analysis,
    history: &'a History,
    known: HashMap<(Timestamp, Option<Timestamp>), Summary>,
}

impl Summaries<'_> {
    async fn shown(
        &mut self,
        entry: &LedgerEntry,
        line: &Line,
        follow_up: &FollowUp,
        per_day: Option<f64>,
    ) -> Result<v1::LedgerEntry, Rejection> {
        let message = STANDARD.decode(&line.message).ok().and_then(|bytes| v1::Recommendation::decode(&*bytes).ok());
        let now = self.service.clock.now();
        let before = match &follow_up.before {
            Some(era) => Some(self.of(era).await?),
            None => None,
        };
        let after = match &follow_up.applied {
            Some(era) => Some(self.of(era).await?),
            None => None,
        };
        let left = follow_up.cooldown.as_ref().and_then(|cooldown| cooldown.left(now, per_day));
        Ok(v1::LedgerEntry {
            id: entry.id.to_string(),
            recommendation: Some(message.unwrap_or_else(|| v1::Recommendation {
                issue: entry.issue.clone(),
                rule: line.rule.clone(),
                action: line.action.clone(),
                ..v1::Recommendation::default()
            })),
            recommended_at: Some(timestamp_message(entry.recommended_at)),
            applied_revision: follow_up.applied.as_ref().map(|era| era.revision.clone()).unwrap_or_default(),
            applied_at: follow_up.applied.as_ref().map(|era| timestamp_message(era.from)),
            before: before.as_ref().map(performance_message),
            after: after.as_ref().map(performance_message),
            cooldown_left: left.map(duration_message),
            status: status(follow_up.status).into(),
            verdict: follow_up
                .ruling
                .as_ref()
                .map_or(LedgerVerdict::Unspecified, |ruling| verdict(ruling.verdict))
                .into(),
            note: follow_up.ruling.as_ref().map(|ruling| ruling.note.clone()).unwrap_or_default(),
            ended_at: follow_up
                .applied
                .as_ref()
                .filter(|_| follow_up.status == Status::TurnedBack)
                .and_then(|era| era.until)
                .map(timestamp_message),
            checkpoint_tokens: message::int32(line.checkpoint_tokens),
        })
    }

    /// The alerts of a time: those that name one of its configs, and those that name none that is known and were raised in
    /// it. Of what was before a change, the last 28 days.
    async fn of(&mut self, era: &Era) -> Result<Summary, Rejection> {
        let start = era.until.map_or(era.from, |until| era.from.max(until.minus(LONGEST_BEFORE)));
        if let Some(known) = self.known.get(&(start, era.until)) {
            return Ok(*known);
        }
        // A bot names the config that it had when it raised the alert, a moment before or after the change was recorded.
        const SLACK: std::time::Duration = std::time::Duration::from_secs(86_400);
        let window = AlertedBetween { start: Some(start.minus(SLACK)), end: era.until.map(|until| until.plus(SLACK)) };
        let mut records = self.service.store.alerts().stream(window);
        let mut accumulator = Accumulator::new(Grouping::default());
        while let Some(record) = records.try_next().await? {
            let at = record.alert.alerted_at;
            let belongs = match record.alert.config_revision.as_deref().filter(|name| self.history.knows(name)) {
                Some(revision) => era.revisions.iter().any(|other| other == revision),
                None => start <= at && era.until.is_none_or(|until| at < until),
            };
            if belongs && record.alert.decision == Decision::Alerted {
                accumulator.add(&record);
            }
        }
        let summary = accumulator.finish().map(|performance| performance.overall);
        let summary = summary.map_err(|error| Rejection::internal("summing alerts up", &error))?;
        self.known.insert((start, era.until), summary);
        Ok(summary)
    }
}

const fn status(status: Status) -> LedgerStatus {
    match status {
        Status::NoChange => LedgerStatus::NoChange,
        Status::NotApplied => LedgerStatus::NotApplied,
        Status::Applied => LedgerStatus::Applied,
        Status::TurnedBack => LedgerStatus::TurnedBack,
    }
}

const fn verdict(verdict: Verdict) -> LedgerVerdict {
    match verdict {
        Verdict::TooEarly => LedgerVerdict::TooEarly,
        Verdict::Right => LedgerVerdict::Right,
        Verdict::Wrong => LedgerVerdict::Wrong,
    }
}
