//! The fold: state × observation → state, then sealed. Pure, and the same for any batching of the same observations.

use crate::observation::Observation;
use crate::outcome::policy::Policy;
use crate::outcome::state::StateError;
use crate::outcome::{Happening, Outcome, Subject};
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
    subject: Subject,
}

impl Fold {
    /// Before the first observation.
    #[must_use]
    pub fn begin(subject: Subject, policy: &Policy) -> Self {
        let _ = policy;
        Self { subject }
    }

    /// What the fold knows of its alert.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The version of the policy that it was begun with; under another policy the alert must be folded again from storage.
    #[must_use]
    pub fn policy_version(&self) -> i32 {
        todo!()
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
        let _ = (policy, observation, happenings);
        todo!()
    }

    /// When the outcome is to be sealed: ten minutes after the later of the window's end and `recorded_at`.
    #[must_use]
    pub fn seal_due(&self, policy: &Policy) -> Timestamp {
        let _ = policy;
        todo!()
    }

    /// Seals the outcome. Sealing twice changes nothing.
    ///
    /// `at` is kept as `sealed_at`: pass [`Self::seal_due`] for an outcome that does not depend on when somebody came round
    /// to it.
    pub fn seal(&mut self, policy: &Policy, at: Timestamp, happenings: &mut Vec<Happening>) {
        let _ = (policy, at, happenings);
        todo!()
    }

    /// Whether it is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        todo!()
    }

    /// What became of the alert so far; provisional while the fold is open.
    #[must_use]
    pub fn outcome(&self, policy: &Policy) -> Outcome {
        let _ = policy;
        todo!()
    }

    /// The state, to the last bit.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }

    /// The state that [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`StateError`] when the bytes were written by another version, or are not what was written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let _ = bytes;
        todo!()
    }
}
