//! Replaying the policy in force over what is stored.
//!
//! Alerts are gone through by the time of their alert, a few at a time, each few in a transaction of their own under the
//! locks of their tokens. What has the policy's outcome already is passed over, so that breaking off and beginning again
//! goes on where it was, and two at once do each alert once.

mod approximate;
mod chunk;

use std::collections::VecDeque;

use domain::alert::AlertId;
use domain::filter::Filter;
use domain::outcome::{Outcome, Policy};
use domain::record::AlertRecord;
use domain::timestamp::Timestamp;
use futures::StreamExt;
use futures::stream::{self, BoxStream, TryStreamExt};

use crate::alerts::AlertedBetween;
use crate::error::StoreError;
use crate::rules::Rules;
use crate::store::Store;

/// So many alerts are folded in one transaction: their tokens' writers wait for it.
const TOGETHER: usize = 16;
/// After so many alerts, changed or not, the caller is told how far it is.
const TOLD_EVERY: u64 = 1_000;

/// Which outcomes to replay, and how.
#[derive(Clone, Debug)]
pub struct RelabelQuery {
    /// On `alerted_at`.
    pub window: AlertedBetween,
    /// Which alerts, by their fields as they are when it comes to them.
    pub filter: Filter,
    /// Replay from bars where the observations are no longer kept.
    pub approximate: bool,
    /// Count what would change, and change nothing.
    pub dry_run: bool,
}

/// How far it is. Counts are since the begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelabelProgress {
    /// The policy in force.
    pub policy_version: i32,
    /// How many alerts were asked for.
    pub alerts: u64,
    /// How many of them were gone through.
    pub examined: u64,
    /// How many got an outcome that says something else.
    pub changed: u64,
    /// How many were replayed from bars.
    pub approximated: u64,
    /// How many were left as they are, because their observations are no longer kept.
    pub beyond_retention: u64,
    /// How many became pumps.
    pub pumps_gained: u64,
    /// How many are no pumps any more.
    pub pumps_lost: u64,
    /// How many became rugs.
    pub rugs_gained: u64,
    /// How many are no rugs any more.
    pub rugs_lost: u64,
    /// Nothing is left to do.
    pub done: bool,
}

/// One that is under way.
struct Relabelling<N> {
    store: Store,
    query: RelabelQuery,
    policy: Policy,
    now: N,
    records: BoxStream<'static, Result<AlertRecord, StoreError>>,
    progress: RelabelProgress,
    counted: bool,
}

pub(super) fn relabel(
    store: Store,
    query: RelabelQuery,
    rules: &Rules,
    now: impl Fn() -> Timestamp + Send + 'static,
) -> BoxStream<'static, Result<RelabelProgress, StoreError>> {
    let relabelling = Relabelling {
        records: store.alerts().stream(query.window),
        progress: RelabelProgress { policy_version: rules.policy.version, ..RelabelProgress::default() },
        policy: rules.policy.clone(),
        store,
        query,
        now,
        counted: false,
    };
    stream::try_unfold(relabelling, |mut relabelling| async {
        if relabelling.progress.done {
            return Ok(None);
        }
        relabelling.step().await?;
        Ok(Some((relabelling.progress, relabelling)))
    })
    .boxed()
}

impl<N: Fn() -> Timestamp> Relabelling<N> {
    /// First it counts; then it goes on by a few alerts at a time.
    async fn step(&mut self) -> Result<(), StoreError> {
        if !self.counted {
            self.counted = true;
            let mut all = self.store.alerts().stream(self.query.window);
            while let Some(record) = all.try_next().await? {
                self.progress.alerts += u64::from(self.query.filter.keeps(&record));
            }
            return Ok(());
        }
        let mut candidates: VecDeque<AlertId> = VecDeque::new();
        let mut examined = 0;
        while candidates.len() < TOGETHER && examined < TOLD_EVERY {
            let Some(record) = self.records.try_next().await? else {
                self.progress.done = true;
                break;
            };
            if self.query.filter.keeps(&record) {
                examined += 1;
                if record.outcome.policy_version != self.policy.version {
                    candidates.push_back(record.alert.id);
                }
            }
        }
        let chunk = chunk::Chunk {
            alerts: candidates.make_contiguous(),
            policy: &self.policy,
            known: &self.store.policies,
            now: (self.now)(),
            approximate: self.query.approximate,
        };
        let relabelled = if self.query.dry_run {
            chunk.try_out(&self.store.engine).await?
        } else {
            crate::write::write(&self.store.engine, chunk).await?
        };
        let progress = &mut self.progress;
        progress.examined += examined;
        // Alerts come and go meanwhile.
        progress.alerts = if progress.done { progress.examined } else { progress.alerts.max(progress.examined) };
        relabelled.iter().for_each(|one| progress.count(one));
        Ok(())
    }
}

/// What became of one alert.
enum Relabelled {
    /// Its observations are no longer kept.
    Beyond,
    /// It was folded under the policy in force.
    Anew(Box<Anew>),
}

struct Anew {
    before: Option<Labels>,
    after: Labels,
    approximate: bool,
}

/// An outcome, and whether it is a pump by the policy that made it.
struct Labels {
    outcome: Outcome,
    is_pump: bool,
}

impl Labels {
    fn of(outcome: Outcome, policy: &Policy) -> Self {
        let is_pump = outcome.max_gain_pct.is_some_and(|gain| gain > policy.peak.pump_gain_pct);
        Self { outcome, is_pump }
    }

    /// Whether they say the same; which policy says it makes no difference.
    fn same(&self, other: &Self) -> bool {
        let plain = |outcome: &Outcome| Outcome { policy_version: 0, ..outcome.clone() };
        plain(&self.outcome) == plain(&other.outcome)
    }
}

impl RelabelProgress {
    fn count(&mut self, one: &Relabelled) {
        let Relabelled::Anew(anew) = one else {
            self.beyond_retention += 1;
            return;
        };
        let Anew { before, after, approximate } = &**anew;
        self.approximated += u64::from(*approximate);
        self.changed += u64::from(before.as_ref().is_none_or(|before| !before.same(after)));
        let is_rug = |labels: &Labels| labels.outcome.is_rug == Some(true);
        let was = (before.as_ref().is_some_and(|before| before.is_pump), before.as_ref().is_some_and(is_rug));
        self.pumps_gained += u64::from(!was.0 && after.is_pump);
        self.pumps_lost += u64::from(was.0 && !after.is_pump);
        self.rugs_gained += u64::from(!was.1 && is_rug(after));
        self.rugs_lost += u64::from(was.1 && !is_rug(after));
    }
}
