//! Recording alerts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::alert::{Alert, AlertId};
use domain::outcome::{Fold, Happening, Subject};
use domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{peak, row};
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::rules::Rules;
use crate::write::Work;
use crate::{events, folding, locking, outcomes};

/// An alert to record.
#[derive(Clone, Debug)]
pub struct NewAlert {
    /// The alert. Its id is its identity: set by the caller or made by the tracker.
    pub alert: Alert,
    /// SHA-256 of the request as it was sent, which tells a retry from another alert under the same id.
    pub request_hash: [u8; 32],
    /// When it arrived.
    pub recorded_at: Timestamp,
}

/// What became of a [`NewAlert`].
#[derive(Clone, Debug, PartialEq)]
pub enum Recording {
    /// It is stored.
    New {
        /// What the fold made of prices that were stored already; empty for a token that was not followed.
        happenings: Vec<Happening>,
    },
    /// It was stored before.
    Duplicate {
        /// Its recorded peak is trusted now and was not before; its outcome was folded anew.
        peak_taken: bool,
    },
    /// Another alert has this id. Nothing was stored.
    Conflict {
        /// The id.
        id: AlertId,
    },
    /// A text contains NUL, which cannot be stored. Nothing was stored.
    NulInText {
        /// The field, by its name in messages.
        field: &'static str,
    },
}

/// Records alerts; the answers stand in their order.
pub(super) struct Record<'a> {
    pub(super) alerts: &'a [NewAlert],
    pub(super) rules: &'a Rules,
}

impl Work for Record<'_> {
    type Done = Vec<Recording>;
    const DOING: &'static str = "recording alerts";

    async fn run(&self, transaction: &Transaction) -> Result<Vec<Recording>, StoreError> {
        record(transaction, self.alerts, self.rules).await
    }
}

async fn record(transaction: &Transaction, alerts: &[NewAlert], rules: &Rules) -> Result<Vec<Recording>, StoreError> {
    let mut answers: Vec<Option<Recording>> =
        alerts.iter().map(|new| row::nul_in(&new.alert).map(|field| Recording::NulInText { field })).collect();
    let storable = |answers: &[Option<Recording>]| -> Vec<usize> {
        (0..alerts.len()).filter(|index| answers[*index].is_none()).collect()
    };

    let keys: BTreeSet<_> = storable(&answers).iter().map(|index| alerts[*index].alert.token.key).collect();
    let mut locked = locking::add(transaction, keys.iter().copied()).await?;
    let added: HashSet<i64> = locked.tokens.values().copied().collect();
    if added.len() < keys.len() {
        let there = keys.iter().copied().filter(|key| !locked.tokens.contains_key(key)).collect::<Vec<_>>();
        let there = locking::lock(transaction, there).await?;
        locked.change = there.change;
        locked.tokens.extend(there.tokens);
    }
    let number_of = |alert: &Alert| -> Result<i64, StoreError> {
        locked.tokens.get(&alert.token.key).copied().ok_or_else(|| StoreError::Corrupt {
            what: format!("the token {} is gone right after it was added", alert.token.key),
        })
    };

    // The first of an id in this call is the one to store; the others are repetitions of it.
    let mut first: BTreeMap<Uuid, usize> = BTreeMap::new();
    for index in storable(&answers) {
        first.entry(alerts[index].alert.id.0).or_insert(index);
    }
    let mut identities = Vec::with_capacity(first.len());
    for (id, index) in &first {
        identities.push((*id, number_of(&alerts[*index].alert)?, alerts[*index].request_hash.as_slice()));
    }
    let new = claim(transaction, &identities).await?;
    let hashes = stored_hashes(transaction, first.keys().copied().filter(|id| !new.contains(id)).collect()).await?;

    let fresh: Vec<(usize, i64)> = first
        .iter()
        .filter(|(id, _)| new.contains(id))
        .map(|(_, index)| Ok((*index, number_of(&alerts[*index].alert)?)))
        .collect::<Result<_, StoreError>>()?;
    let mut vouched = Vec::new();
    for index in storable(&answers) {
        let alert = &alerts[index];
        let id = alert.alert.id;
        if first.get(&id.0) == Some(&index) && new.contains(&id.0) {
            continue;
        }
        let known = match hashes.get(&id.0) {
            Some(hash) => hash.as_slice(),
            None => first.get(&id.0).map_or(&[][..], |first| &alerts[*first].request_hash),
        };
        answers[index] = Some(if known == alert.request_hash {
            if alert.alert.trust_recorded_peak && alert.alert.recorded_peak.is_some() {
                vouched.push(index);
            }
            Recording::Duplicate { peak_taken: false }
        } else {
            Recording::Conflict { id }
        });
    }

    for (index, happenings) in insert(transaction, alerts, &fresh, &added, locked.change, rules).await? {
        answers[index] = Some(Recording::New { happenings });
    }
    for index in vouched {
        let peak_taken = peak::take(transaction, &alerts[index].alert, locked.change, &rules.policy).await?;
        answers[index] = Some(Recording::Duplicate { peak_taken });
    }
    // Every alert was answered above.
    Ok(alerts
        .iter()
        .zip(answers)
        .map(|(new, answer)| answer.unwrap_or(Recording::Conflict { id: new.alert.id }))
        .collect())
}

/// Takes the ids that nobody has; returns those taken. Sorted by id, so that two that take the same ones never wait for
/// each other.
async fn claim(transaction: &Transaction, identities: &[(Uuid, i64, &[u8])]) -> Result<HashSet<Uuid>, StoreError> {
    let doing = "recording the ids of alerts";
    let rows = Rows::default()
        .with("alert_id", identities.iter().map(|(id, ..)| *id))
        .with("token_id", identities.iter().map(|(_, token_id, _)| *token_id))
        .with("request_hash", identities.iter().map(|(.., hash)| *hash));
    let sql = rows.insert_into("alert_ids", "ON CONFLICT DO NOTHING RETURNING alert_id");
    let taken = transaction.bulk(&sql, &rows).await.doing(doing)?;
    taken.iter().map(|row| row.try_get_by_index(0).doing(doing)).collect()
}

async fn stored_hashes(transaction: &Transaction, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<u8>>, StoreError> {
    let doing = "looking for earlier recordings of alerts";
    let rows = Rows::default().with("alert_id", ids.into_iter());
    let sql = format!(
        "{} SELECT alert_ids.alert_id, alert_ids.request_hash FROM given JOIN alert_ids ON alert_ids.alert_id = given.alert_id",
        rows.given(),
    );
    let found = transaction.bulk(&sql, &rows).await.doing(doing)?;
    found.iter().map(|row| Ok((row.try_get_by_index(0).doing(doing)?, row.try_get_by_index(1).doing(doing)?))).collect()
}

/// Inserts alerts and their first outcomes; returns what stored prices made happen, by the alerts' places in `alerts`.
async fn insert(
    transaction: &Transaction,
    alerts: &[NewAlert],
    fresh: &[(usize, i64)],
    added: &HashSet<i64>,
    change: i64,
    rules: &Rules,
) -> Result<Vec<(usize, Vec<Happening>)>, StoreError> {
    let subject = |index: usize| {
        let new = &alerts[index];
        Subject::of(&new.alert, new.recorded_at, rules.tracking_window, rules.poll_interval)
    };
    let known: Vec<(usize, i64)> = fresh.iter().copied().filter(|(_, token_id)| !added.contains(token_id)).collect();
    let observed = observed(transaction, &known, subject).await?;

    let (mut rows_of_alerts, mut rows_of_outcomes) = (Vec::new(), Vec::new());
    let mut happened = Vec::new();
    for (index, token_id) in fresh.iter().copied() {
        let new = &alerts[index];
        let (fold, happenings) = if observed.contains(&index) {
            folding::fold_anew(transaction, token_id, subject(index), &rules.policy).await?
        } else {
            (Fold::begin(subject(index), &rules.policy), Vec::new())
        };
        rows_of_alerts.push((token_id, new));
        rows_of_outcomes.push(outcomes::row::row(token_id, new.alert.id.0, change, &fold, &rules.policy));
        happened.push((index, happenings));
    }
    transaction.copy_in("alerts", &row::rows(&rows_of_alerts)).await.doing("storing alerts")?;
    events::tell_recorded(transaction, &rows_of_alerts).await?;
    let rows = outcomes::row::rows_of_new(&rows_of_outcomes);
    transaction.copy_in("outcomes", &rows).await.doing("storing the first state of outcomes")?;
    tell(transaction, alerts, fresh, &happened).await?;
    Ok(happened)
}

/// Writes down what stored prices made happen to new alerts.
async fn tell(
    transaction: &Transaction,
    alerts: &[NewAlert],
    fresh: &[(usize, i64)],
    happened: &[(usize, Vec<Happening>)],
) -> Result<(), StoreError> {
    let told: Vec<(i64, AlertId, Happening)> = (fresh.iter().zip(happened))
        .flat_map(|((index, token_id), (_, happenings))| {
            happenings.iter().map(|happening| (*token_id, alerts[*index].alert.id, *happening))
        })
        .collect();
    let now = fresh.iter().map(|(index, _)| alerts[*index].recorded_at).max().unwrap_or(Timestamp::EPOCH);
    events::tell(transaction, &told, now).await
}

/// Which of these alerts have prices stored in their windows.
async fn observed(
    transaction: &Transaction,
    alerts: &[(usize, i64)],
    subject: impl Fn(usize) -> Subject,
) -> Result<HashSet<usize>, StoreError> {
    let doing = "looking for stored prices of new alerts";
    let rows = Rows::default()
        .with("place", alerts.iter().map(|(index, _)| i64::try_from(*index).unwrap_or(i64::MAX)))
        .with("token_id", alerts.iter().map(|(_, token_id)| *token_id))
        .with("earliest", alerts.iter().map(|(index, _)| Moment(subject(*index).alerted_at)))
        .with("latest", alerts.iter().map(|(index, _)| Moment(subject(*index).window_end())));
    let sql = format!(
        "{} SELECT given.place FROM given WHERE EXISTS (
             SELECT 1 FROM price_snapshots
             WHERE price_snapshots.token_id = given.token_id
               AND price_snapshots.observed_at BETWEEN given.earliest AND given.latest)",
        rows.given(),
    );
    let found = transaction.bulk(&sql, &rows).await.doing(doing)?;
    let place = |place: i64| usize::try_from(place).unwrap_or(usize::MAX);
    found.iter().map(|row| row.try_get_by_index(0).map(place).doing(doing)).collect()
}
