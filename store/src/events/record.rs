//! Writing events, in the transaction that makes them happen.
//!
//! A reader relies on this: whoever writes an event holds the locks of its token, and so has a transaction number, before
//! the event gets its own (see [`super::read`]). Events of one alert are numbered in the order in which they happened,
//! since one writer has to wait for the other's lock.

use domain::alert::AlertId;
use domain::outcome::Happening;
use domain::timestamp::Timestamp;

use super::kind::{Kind, Stored};
use crate::alerts::NewAlert;
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};

/// Writes for each of these alerts, with their tokens' numbers, that it was recorded.
pub(crate) async fn tell_recorded(transaction: &Transaction, alerts: &[(i64, &NewAlert)]) -> Result<(), StoreError> {
    if alerts.is_empty() {
        return Ok(());
    }
    let rows = Rows::default()
        .with("token_id", alerts.iter().map(|(token_id, _)| *token_id))
        .with("alert_id", alerts.iter().map(|(_, new)| new.alert.id.0))
        .with("kind", alerts.iter().map(|_| Kind::AlertRecorded.name()))
        .with("happened_at", alerts.iter().map(|(_, new)| Moment(new.recorded_at)))
        .with("recorded_at", alerts.iter().map(|(_, new)| Moment(new.recorded_at)));
    transaction.tell();
    transaction.copy_in("events", &rows).await.doing("writing events")
}

/// Writes what happened, in the order given; `now` is when it was found out.
pub(crate) async fn tell(
    transaction: &Transaction,
    happened: &[(i64, AlertId, Happening)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if happened.is_empty() {
        return Ok(());
    }
    let stored: Vec<Stored> = happened.iter().map(|(_, _, happening)| Stored::of(happening, now)).collect();
    let rows = Rows::default()
        .with("token_id", happened.iter().map(|(token_id, ..)| *token_id))
        .with("alert_id", happened.iter().map(|(_, alert_id, _)| alert_id.0))
        .with("kind", stored.iter().map(|stored| stored.kind.name()))
        .with("change_pct", stored.iter().map(|stored| stored.change_pct))
        .with("detail", stored.iter().map(|stored| stored.detail))
        .with("happened_at", stored.iter().map(|stored| Moment(stored.at)))
        .with("recorded_at", stored.iter().map(|_| Moment(now)));
    transaction.tell();
    transaction.copy_in("events", &rows).await.doing("writing events")
}
