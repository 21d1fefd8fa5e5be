//! One alert: it is there, it is sealed, and its outcome is what a fresh fold of what is stored gives, bit for bit.

use domain::alert::AlertId;
use domain::outcome::OutcomeStatus;
use store::{Rules, Store};

use super::Violations;

/// Whether its outcome is complete.
pub async fn check(store: &Store, id: AlertId, rules: &Rules, violations: &Violations) -> anyhow::Result<bool> {
    let Some(refold) = store.outcomes().refold(id, rules).await? else {
        violations.add(format!("alert {id} was acknowledged and is gone"));
        return Ok(false);
    };
    if refold.fresh_state != refold.stored_state {
        violations.add(format!("the state of alert {id} is not that of a fresh fold"));
    }
    // Field by field and bit by bit: two NaN are the same, and 0 is not -0.
    if format!("{:?}", refold.fresh) != format!("{:?}", refold.stored) {
        violations
            .add(format!("alert {id} is stored as {:?}, and a fresh fold gives {:?}", refold.stored, refold.fresh));
    }
    if refold.stored.sealed_at.is_none() {
        violations.add(format!("alert {id} is not sealed"));
    }
    Ok(refold.stored.status == OutcomeStatus::Complete)
}
