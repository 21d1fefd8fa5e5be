//! Writing events, in the transaction that makes them happen.
//!
//! A reader relies on this: whoever writes an event holds the locks of its token, and so has a transaction number, before
//! the event gets its own (see [`super::read`]). Events of one alert are numbered in the order in which they happened,
//! since one writer has to wait for the other's lock.

use domain::alert::AlertId;
use domain::outcome::Happening;
use domain::timestamp::Timestamp;

use super::kind::{Kind, Stored};
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};

/// Inserts whole rows of alerts, and for each the event that it was recorded: with one statement where the database takes
/// it, so that events cost recording no round trip.
pub(crate) async fn insert_alerts(transaction: &Transaction, alerts: &Rows) -> Result<(), StoreError> {
    if alerts.is_empty() {
        return Ok(());
    }
    let told = format!(
        "INSERT INTO events (token_id, alert_id, kind, happened_at, recorded_at)
         SELECT token_id, alert_id, '{}', recorded_at, recorded_at FROM given WHERE true",
        Kind::AlertRecorded.name(),
    );
    transaction.tell();
    transaction.bulk_beside(&told, &alerts.insert("alerts"), alerts).await.doing("storing alerts")
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
        .with("kind", stored.iter().map(|stored| stored.kind.name().to_owned()))
        .with("change_pct", stored.iter().map(|stored| stored.change_pct))
        .with("detail", stored.iter().map(|stored| stored.detail.map(str::to_owned)))
        .with("happened_at", stored.iter().map(|stored| Moment(stored.at)))
        .with("recorded_at", stored.iter().map(|_| Moment(now)));
    transaction.tell();
    transaction.bulk(&rows.insert_into("events", ""), &rows).await.map(|_| ()).doing("writing events")
}
