//! Hygiene: one bad tick must make neither a moonshot nor a rug.
//!
//! The reference is the last accepted price, before it the bot's own; with neither, the first observation is held. A price
//! more than 5× away, either way, is held too. The next observation at least 30 s later within 2× of the held one accepts
//! both, each at its own time; one within 5× of the reference drops it; any other replaces it. A fall after a gap of more
//! than 15 min is accepted at once. What nobody confirmed is dropped in the end, and counted.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::look::{KeptLook, Look};
use crate::outcome::policy;
use crate::timestamp::Timestamp;

/// The price that others are measured against, and when it held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    pub price: f64,
    pub at: Timestamp,
}

/// What becomes of an observation.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// It counts.
    Accept,
    /// It counts, and so does this one that waited for it.
    AcceptAfter(KeptLook),
    /// It waits, or says nothing.
    Wait,
}

/// The observation in waiting, and how many waited in vain.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Hygiene {
    pub held: Option<KeptLook>,
    pub dropped: u32,
}

impl Hygiene {
    /// `reference` is the last accepted price at its time, or the bot's price at the alert.
    #[inline]
    pub fn judge(&mut self, policy: &policy::Hygiene, reference: Option<Reference>, look: &Look<'_>) -> Verdict {
        if self.held.is_some() {
            return self.judge_beside_held(policy, reference, look);
        }
        if reference.is_some_and(|reference| plausible(policy, reference, look)) {
            return Verdict::Accept;
        }
        self.held = Some(KeptLook::of(look));
        Verdict::Wait
    }

    #[cold]
    fn judge_beside_held(
        &mut self,
        policy: &policy::Hygiene,
        reference: Option<Reference>,
        look: &Look<'_>,
    ) -> Verdict {
        let Some(held) = self.held.take() else { return Verdict::Wait };
        let echoes = within(policy.confirm_within_factor, held.price, look.price);
        let in_time = micros(held.at, look.at) >= seconds(policy.confirm_after_seconds);
        if echoes && in_time {
            return Verdict::AcceptAfter(held);
        }
        if reference.is_some_and(|reference| plausible(policy, reference, look)) {
            self.dropped = self.dropped.saturating_add(1);
            return Verdict::Accept;
        }
        if echoes {
            // Too early to confirm, for it may be the same cached answer. It does not replace the held one either: under a
            // feed with less than 30 s between observations nothing would ever be confirmed.
            self.held = Some(held);
            return Verdict::Wait;
        }
        self.dropped = self.dropped.saturating_add(1);
        self.held = Some(KeptLook::of(look));
        Verdict::Wait
    }

    /// The window is over: what nobody confirmed is dropped.
    pub fn seal(&mut self) {
        if self.held.take().is_some() {
            self.dropped = self.dropped.saturating_add(1);
        }
    }
}

/// Near enough to the reference, or a fall after a gap, which is the time since the reference.
fn plausible(policy: &policy::Hygiene, reference: Reference, look: &Look<'_>) -> bool {
    within(policy.hold_beyond_factor, reference.price, look.price)
        || (look.price < reference.price
            && micros(reference.at, look.at) > seconds(policy.fall_accepted_after_gap_seconds))
}

/// Whether two prices lie within a factor of one another, either way, the bound included.
fn within(factor: f64, a: f64, b: f64) -> bool {
    a <= b * factor && b <= a * factor
}
