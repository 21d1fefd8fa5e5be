//! The proof: everything that was promised, held against what is stored.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use domain::timestamp::Timestamp;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use simulator::market::Market;

use crate::arguments::{Plan, rules};
use crate::bot::Acknowledged;
use crate::chaos::Counts;
use crate::database::Database;
use crate::market::PlannedAlert;
use held_back::HeldBack;

mod alert;
mod token;
mod truth;

pub mod held_back;
pub mod paused;

/// What was played.
pub struct Evidence {
    pub alerts: Arc<Vec<PlannedAlert>>,
    pub acknowledged: Arc<Acknowledged>,
    pub database: Arc<Database>,
    pub market: Market,
    pub held_back: HeldBack,
    pub counts: Arc<Counts>,
    pub until: Timestamp,
}

/// Promises that were broken. Clones share them.
#[derive(Clone, Default)]
pub struct Violations(Arc<Mutex<Vec<String>>>);

/// So many are printed.
const PRINTED: usize = 25;
/// Questions to the database at once.
const AT_ONCE: usize = 8;

impl Violations {
    pub fn add(&self, violation: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(violation);
    }

    /// Whether there are none. All of them are written to a file of this folder, the first are printed.
    pub fn print(&self, folder: &Path) -> anyhow::Result<bool> {
        let violations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !violations.is_empty() {
            std::fs::write(folder.join("violations.log"), violations.join("\n")).context("writing all violations")?;
        }
        for violation in violations.iter().take(PRINTED) {
            println!("VIOLATION: {violation}");
        }
        if violations.len() > PRINTED {
            println!("VIOLATION: … and {} more", violations.len() - PRINTED);
        }
        println!("{}", if violations.is_empty() { "every promise was kept" } else { "PROMISES WERE BROKEN" });
        Ok(violations.is_empty())
    }
}

/// What was found.
#[derive(Default)]
pub struct Figures {
    alerts: usize,
    observations: usize,
    pushed: usize,
    complete: usize,
    longest_gap: Duration,
    /// Gaps longer than an interval and a half.
    late_looks: usize,
    /// Gaps longer than the leases allow, in which a tracker said that the limits left no request for the token.
    short: usize,
    /// The longest of them.
    longest_short: Duration,
    /// How often a tracker said so.
    held_back: usize,
    happened: String,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} acknowledged alerts and {} acknowledged prices are there; {} observations; {} outcomes, all sealed \
             ({} complete), each equal to a fresh fold\nlongest time without a look at a token: {} s; \
             longer than 90 s: {} times; {} times longer than two leases and an interval (at most {} s), where a tracker \
             said that the limits of the sources left no request for the token, as was said {} times\n{}",
            self.alerts,
            self.pushed,
            self.observations,
            self.alerts,
            self.complete,
            self.longest_gap.as_secs_f64(),
            self.late_looks,
            self.short,
            self.longest_short.as_secs_f64(),
            self.held_back,
            self.happened,
        )
    }
}

/// Verifies everything, a token at a time.
pub async fn verify(plan: &Plan, evidence: &Evidence, violations: &Violations) -> anyhow::Result<Figures> {
    let store = evidence.database.open().await?;
    let rules = Arc::new(rules(plan.hours));
    let acknowledged = evidence.acknowledged.alerts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if acknowledged.len() != evidence.alerts.len() {
        violations.add(format!("{} of {} alerts were acknowledged", acknowledged.len(), evidence.alerts.len()));
    }
    let tokens = token::by_token(evidence, &acknowledged);
    let checks = stream::iter(tokens).map(|token| {
        let (store, rules, violations, evidence) = (store.clone(), Arc::clone(&rules), violations.clone(), evidence);
        async move { token.check(&store, &rules, evidence, &violations).await }
    });
    let mut figures =
        checks.buffer_unordered(AT_ONCE).try_fold(Figures::default(), |sum, one| async { Ok(sum.and(one)) }).await?;
    figures.happened = evidence.counts.to_string();
    figures.held_back = evidence.held_back.times();
    store.close().await;
    Ok(figures)
}

impl Figures {
    fn and(self, other: Self) -> Self {
        Self {
            alerts: self.alerts + other.alerts,
            observations: self.observations + other.observations,
            pushed: self.pushed + other.pushed,
            complete: self.complete + other.complete,
            longest_gap: self.longest_gap.max(other.longest_gap),
            late_looks: self.late_looks + other.late_looks,
            short: self.short + other.short,
            longest_short: self.longest_short.max(other.longest_short),
            held_back: self.held_back,
            happened: self.happened,
        }
    }
}
