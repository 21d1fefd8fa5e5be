//! The outcomes that new observations reach, as far as they must be known where the observations are in order: token, alert
//! and state. This is read of every outcome for every observation, so nothing else is.

use domain::observation::Observation;
use domain::outcome::{Fold, Happening, Policy};
use domain::timestamp::Timestamp;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::NewObservations;
use crate::engine::{Rows, Transaction};
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};

const DOING: &str = "reading the outcomes of a batch of prices";

/// One of them.
pub(crate) struct ReachedFold {
    pub(super) token_id: i64,
    pub(super) alert_id: Uuid,
    /// `None` where it cannot be read: it must be folded anew then.
    fold: Option<Box<Fold>>,
}

/// All of them, token by token.
pub(crate) struct ReachedFolds(Vec<ReachedFold>);

/// What new observations made of a fold.
pub(super) enum Progress {
    /// None of them is this alert's.
    Untouched,
    /// They were in order.
    Folded(Box<Fold>),
    /// It must be folded anew.
    Refold,
}

impl ReachedFold {
    fn read(row: &QueryResult) -> Result<Self, StoreError> {
        let state: Vec<u8> = row.try_get_by_index(2).doing(DOING)?;
        Ok(Self {
            token_id: row.try_get_by_index(0).doing(DOING)?,
            alert_id: row.try_get_by_index(1).doing(DOING)?,
            fold: Fold::from_bytes(&state).ok().map(Box::new),
        })
    }

    /// Folds observations in where they come after all that was folded before.
    pub(super) fn go_on(self, new: &[&Observation], policy: &Policy, happenings: &mut Vec<Happening>) -> Progress {
        let Some(mut fold) = self.fold else { return Progress::Refold };
        if !new.iter().any(|seen| fold.subject().covers(seen.observed_at)) {
            return Progress::Untouched;
        }
        if fold.is_sealed() || fold.policy_version() != policy.version {
            return Progress::Refold;
        }
        for observation in new {
            // Those that are not this alert's are passed over there.
            if fold.observe(policy, observation, happenings).is_err() {
                return Progress::Refold;
            }
        }
        Progress::Folded(fold)
    }
}

impl ReachedFolds {
    /// Whether some fold of a token is known to have seen neither this observation nor any after it.
    pub(crate) fn await_it(&self, token_id: i64, observation: &Observation) -> bool {
        let start = self.0.partition_point(|reached| reached.token_id < token_id);
        let of_token = self.0.iter().skip(start).take_while(|reached| reached.token_id == token_id);
        of_token.filter_map(|reached| reached.fold.as_ref()).any(|fold| fold.has_yet_to_see(observation))
    }
}

impl IntoIterator for ReachedFolds {
    type Item = ReachedFold;
    type IntoIter = std::vec::IntoIter<ReachedFold>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The folds whose windows the observations reach.
pub(crate) async fn reached_by(
    transaction: &Transaction,
    observations: &NewObservations<'_>,
) -> Result<ReachedFolds, StoreError> {
    let reach: Vec<(i64, Timestamp, Timestamp)> = observations
        .by_token()
        .filter_map(|(token_id, seen)| Some((token_id, seen.first()?.observed_at, seen.last()?.observed_at)))
        .collect();
    let rows = Rows::default()
        .with("token_id", reach.iter().map(|(token_id, ..)| *token_id))
        .with("earliest", reach.iter().map(|(_, earliest, _)| Moment(*earliest)))
        .with("latest", reach.iter().map(|(.., latest)| Moment(*latest)));
    let sql = format!(
        "{} SELECT outcomes.token_id, outcomes.alert_id, outcomes.state
         FROM given JOIN outcomes ON outcomes.token_id = given.token_id
         WHERE outcomes.alerted_at <= given.latest AND outcomes.window_end >= given.earliest",
        rows.given(),
    );
    let found = transaction.bulk(&sql, &rows).await.doing(DOING)?;
    let mut folds = found.iter().map(ReachedFold::read).collect::<Result<Vec<_>, _>>()?;
    folds.sort_unstable_by_key(|reached| (reached.token_id, reached.alert_id));
    Ok(ReachedFolds(folds))
}
