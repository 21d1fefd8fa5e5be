//! The fold: state × observation → state, then sealed. Pure, and the same for any batching of the same observations.

use crate::observation::Observation;
use crate::outcome::coverage::Coverage;
use crate::outcome::elapsed::{micros, micros_of, minute};
use crate::outcome::entry::{self, Entry};
use crate::outcome::exit::{Exit, Sale};
use crate::outcome::extremes::Extremes;
use crate::outcome::hygiene::{Hygiene, Reference, Verdict};
use crate::outcome::look::Look;
use crate::outcome::movement::Movement;
use crate::outcome::path::Path;
use crate::outcome::policy::Policy;
use crate::outcome::returns::Returns;
use crate::outcome::rug::Rug;
use crate::outcome::seen::Seen;
use crate::outcome::state::{self, StateError};
use crate::outcome::{Happening, Outcome, OutcomeStatus, Subject, labels, seal};
use crate::timestamp::Timestamp;

/// The observation's key (`observed_at`, source) is not after the last one seen, or the outcome is sealed: fold this alert
/// again from storage, in the order of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an observation of {observed_at} comes after the fold has passed {last_seen}: fold the alert again in order")]
pub struct OutOfOrder {
    /// When it was observed.
    pub observed_at: Timestamp,
    /// The latest moment that the fold has seen; the moment of the seal where it is sealed.
    pub last_seen: Timestamp,
}

/// One alert's state between two observations.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    pub(super) subject: Subject,
    pub(super) policy_version: i32,
    pub(super) seen: Option<Seen>,
    pub(super) hygiene: Hygiene,
    pub(super) path: Path,
    pub(super) entry: Option<Entry>,
    pub(super) extremes: Extremes,
    pub(super) returns: Returns,
    pub(super) exit: Exit,
    pub(super) rug: Rug,
    pub(super) movement: Movement,
    pub(super) coverage: Coverage,
    pub(super) sealed_at: Option<Timestamp>,
}

impl Fold {
    /// Before the first observation.
    #[must_use]
    pub fn begin(subject: Subject, policy: &Policy) -> Self {
        Self {
            subject,
            policy_version: policy.version,
            seen: None,
            hygiene: Hygiene::default(),
            path: Path::default(),
            entry: None,
            extremes: Extremes::default(),
            returns: Returns::default(),
            exit: Exit::default(),
            rug: Rug::default(),
            movement: Movement::default(),
            coverage: Coverage::default(),
            sealed_at: None,
        }
    }

    /// What the fold knows of its alert.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The version of the policy that it was begun with; under another policy the alert must be folded again from storage.
    #[must_use]
    pub const fn policy_version(&self) -> i32 {
        self.policy_version
    }

    /// Whether an observation is the alert's and comes after all that the fold has seen: where a fold has seen all that
    /// is stored, such a one is not stored.
    #[must_use]
    pub fn has_yet_to_see(&self, observation: &Observation) -> bool {
        self.subject.covers(observation.observed_at)
            && self.seen.as_ref().is_none_or(|seen| seen.is_before(observation))
    }

    /// Whether a rug rule holds, as far as is known.
    #[must_use]
    pub fn is_rug(&self) -> bool {
        self.rug.standing().is_some()
    }

    /// Takes in one observation, and appends what its users want to hear of.
    ///
    /// Observations that the subject does not cover are ignored.
    ///
    /// # Errors
    /// [`OutOfOrder`] when its key (`observed_at`, source) is not after the last one seen, or when the fold is sealed. The
    /// state is as before then.
    pub fn observe(
        &mut self,
        policy: &Policy,
        observation: &Observation,
        happenings: &mut Vec<Happening>,
    ) -> Result<(), OutOfOrder> {
        if !self.subject.covers(observation.observed_at) {
            return Ok(());
        }
        if let Some(last_seen) = self.sealed_at {
            return Err(OutOfOrder { observed_at: observation.observed_at, last_seen });
        }
        match &mut self.seen {
            Some(seen) if !seen.is_before(observation) => {
                return Err(OutOfOrder { observed_at: observation.observed_at, last_seen: seen.at });
            }
            Some(seen) => seen.go_on(observation),
            none => *none = Some(Seen::of(observation)),
        }
        let look = Look::of(&policy.rug, observation);
        match self.hygiene.judge(&policy.hygiene, self.reference(), &look) {
            Verdict::Accept => self.accept(policy, &look, happenings),
            Verdict::AcceptAfter(held) => {
                self.accept(policy, &held.as_look(), happenings);
                self.accept(policy, &look, happenings);
            }
            Verdict::Wait => {}
        }
        Ok(())
    }

    /// The last accepted price, before it the bot's price.
    fn reference(&self) -> Option<Reference> {
        match self.path.last {
            Some(last) => Some(Reference { price: last.price, at: last.at }),
            None => self
                .subject
                .quoted_price_usd
                .map(|quoted| Reference { price: quoted.get(), at: self.subject.alerted_at }),
        }
    }

    /// One accepted observation through all the rules. What looks back comes before what looks at it.
    fn accept(&mut self, policy: &Policy, look: &Look<'_>, happenings: &mut Vec<Happening>) {
        let alerted_at = self.subject.alerted_at;
        let last_at = self.path.last.map(|last| last.at);
        let minute = minute(alerted_at, look.at);
        let was_rug = self.rug.standing().is_some();

        self.returns.pass(&policy.returns, alerted_at, self.path.last.as_ref(), look.at);
        self.settle(policy, Some(look), happenings);
        if self.path.last.is_none() {
            self.enter(policy, look);
        }

        self.extremes.fall(look.price);
        self.rug.liquidity.look(policy, minute, look);
        if let Some(entry) = &self.entry {
            self.rug.collapse.look(&policy.rug, entry, last_at, look);
        }
        self.exit.look(&policy.exit, alerted_at, look, self.rug.liquidity.removed.is_some());
        self.movement.look(&policy.happening, minute, look.at, look.price, happenings);
        if let Some(interval) = self.subject.expected_interval {
            self.coverage.look(micros_of(interval), last_at, look.at);
        }
        self.path.push(&policy.peak, self.subject.is_import(), look);

        match (was_rug, self.rug.standing()) {
            (false, Some((reason, at))) => happenings.push(Happening::RugDetected { reason, at }),
            (true, None) => happenings.push(Happening::RugCleared { at: look.at }),
            _ => {}
        }
    }

    /// The observation before `next` has both its neighbours now.
    fn settle(&mut self, policy: &Policy, next: Option<&Look<'_>>, happenings: &mut Vec<Happening>) {
        let Some(settled) = self.path.settle(&policy.peak, next) else { return };
        self.extremes.rise(policy, self.entry.as_ref(), &settled, happenings);
        self.exit.rise(&settled);
        if let Some(entry) = &self.entry {
            self.rug.collapse.settle(&policy.rug, entry, &settled);
        }
    }

    fn enter(&mut self, policy: &Policy, first: &Look<'_>) {
        self.entry = entry::decide(&policy.entry, &self.subject, first);
        if let Some(entry) = &self.entry {
            let market_cap = first.market_cap.filter(|_| entry.at == first.at);
            self.extremes.enter(entry, market_cap);
            self.rug.collapse.enter(entry);
        }
    }

    /// When the outcome is to be sealed: ten minutes after the later of the window's end and `recorded_at`.
    #[must_use]
    pub fn seal_due(&self, policy: &Policy) -> Timestamp {
        seal::due(&policy.seal, &self.subject)
    }

    /// Seals the outcome. Sealing twice changes nothing.
    ///
    /// `at` is kept as `sealed_at`: pass [`Self::seal_due`] for an outcome that does not depend on when somebody came round
    /// to it.
    pub fn seal(&mut self, policy: &Policy, at: Timestamp, happenings: &mut Vec<Happening>) {
        if self.sealed_at.is_some() {
            return;
        }
        self.hygiene.seal();
        self.returns.seal(&policy.returns, self.subject.alerted_at, self.path.last.as_ref());
        self.settle(policy, None, happenings);
        if self.path.last.is_none() {
            self.entry = entry::quoted(&self.subject);
        }
        self.sealed_at = Some(at);
        let status = self.status(policy);
        if status == OutcomeStatus::Complete {
            self.rug.collapse.end();
        }
        // Nothing is compared with the trailing hour any more, and sealed states are kept for good.
        self.movement = Movement::default();
        self.rug.liquidity.pools = Vec::new();
        happenings.push(Happening::TrackingComplete { status });
    }

    /// Takes over from `live`, a fold of the same alert's observations, how well the alert was seen: how many observations
    /// were accepted and dropped, and which time they cover. For an open fold of what stands for the observations, such as
    /// bars, which do not tell that.
    pub fn seen_as(&mut self, live: &Self) {
        self.coverage = live.coverage;
        self.path.accepted = live.path.accepted;
        self.hygiene = Hygiene { dropped: live.hygiene.dropped, ..Hygiene::default() };
    }

    /// Lets a recorded peak count as the highest price. It is never a point of the path, so that nothing has to be folded
    /// anew.
    pub fn trust(&mut self, peak: crate::alert::RecordedPeak) {
        self.subject.trusted_peak = Some(peak);
    }

    /// Whether it is sealed.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        self.sealed_at.is_some()
    }

    /// What became of the alert so far; provisional while the fold is open.
    #[must_use]
    pub fn outcome(&self, policy: &Policy) -> Outcome {
        labels::read(self, policy)
    }

    pub(super) fn status(&self, policy: &Policy) -> OutcomeStatus {
        if self.sealed_at.is_none() {
            return OutcomeStatus::Tracking;
        }
        seal::status(&policy.seal, &self.subject, self.path.last.as_ref(), self.coverage())
    }

    /// Of the window; while it is open, of the time up to the last accepted observation.
    pub(super) fn coverage(&self) -> Option<f64> {
        let interval = micros_of(self.subject.expected_interval?);
        let expected = match (self.sealed_at, self.path.last) {
            (None, Some(last)) => micros(self.subject.alerted_at, last.at).saturating_add(interval),
            (None, None) => return None,
            (Some(_), _) => micros_of(self.subject.window),
        };
        Some(self.coverage.share(interval, self.path.last.is_some(), expected))
    }

    /// The sale of the simulated position: one that happened stands, one at the window's end needs that end to be seen.
    pub(super) fn sale(&self, policy: &Policy, status: OutcomeStatus) -> Option<Sale> {
        match (&self.exit, self.path.last) {
            (Exit::Sold(sale), _) => Some(*sale),
            (exit, Some(last)) if status == OutcomeStatus::Complete => {
                exit.value_at_end(&policy.exit, last.at, last.price, last.liquidity)
            }
            _ => None,
        }
    }

    /// The state, to the last bit.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        state::write(self)
    }

    /// The state that [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`StateError`] when the bytes were written by another version, or are not what was written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        state::read(bytes)
    }
}
