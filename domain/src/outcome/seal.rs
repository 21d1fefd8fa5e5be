//! Seal: at the later of the window's end and `recorded_at`, plus 10 min. `NO_DATA` only if nothing was ever accepted; `LOST`
//! with under 80 % of the expected observations, or a last price more than 60 min before the end.

use crate::outcome::elapsed::{micros, seconds};
use crate::outcome::path::Last;
use crate::outcome::{OutcomeStatus, Subject, policy};
use crate::timestamp::Timestamp;

/// When it is due. History brought along is due at once: its prices come with it, and whoever imported it asks next what it
/// says. A live price may still be on its way when the window ends.
pub(super) fn due(policy: &policy::Seal, subject: &Subject) -> Timestamp {
    let from = subject.window_end().max(subject.recorded_at);
    if subject.is_import() {
        return from;
    }
    Timestamp::from_micros(from.micros().saturating_add(seconds(policy.after_seconds)))
}

/// What a sealed outcome is sealed as. A price that an import copied from the one before is a last price all the same: many
/// are of tokens that nobody trades any more, and to leave those out would raise every pump rate. It is only too old for a
/// return.
pub(super) fn status(
    policy: &policy::Seal,
    subject: &Subject,
    last: Option<&Last>,
    coverage: Option<f64>,
) -> OutcomeStatus {
    let Some(last) = last else { return OutcomeStatus::NoData };
    let silent = micros(last.at, subject.window_end()) > seconds(policy.last_price_within_seconds);
    if silent || coverage.is_some_and(|coverage| coverage < policy.coverage_at_least) {
        OutcomeStatus::Lost
    } else {
        OutcomeStatus::Complete
    }
}
