//! Running a transaction that writes, again where it was the victim of another.

use sea_orm::DbErr;

use crate::engine::{Engine, Transaction};
use crate::error::{Doing, StoreError};

/// How often it is run at most.
const ATTEMPTS: usize = 4;

/// What a transaction does. It may be run several times, but only one run is kept.
pub(crate) trait Work: Sync {
    /// What comes of it.
    type Done;
    /// What it does, in words.
    const DOING: &'static str;

    /// Whether it would go another way if it were run again after this error.
    fn goes_another_way(&self, _after: &DbErr) -> bool {
        false
    }

    /// Does it.
    fn run(&self, transaction: &Transaction) -> impl Future<Output = Result<Self::Done, StoreError>> + Send;
}

/// Does `work` in a transaction and makes it durable.
pub(crate) async fn write<W: Work>(engine: &Engine, work: W) -> Result<W::Done, StoreError> {
    let mut attempt = 1;
    loop {
        let transaction = engine.begin().await.doing(W::DOING)?;
        match work.run(&transaction).await {
            Ok(done) => {
                let tells = transaction.tells();
                transaction.commit().await.doing(W::DOING)?;
                if tells {
                    engine.told();
                }
                return Ok(done);
            }
            Err(error) => {
                // A connection that cannot even roll back is gone, and its work with it.
                let _ = transaction.roll_back().await;
                let may_repeat = |error: &DbErr| work.goes_another_way(error) || engine.may_repeat(error);
                if attempt == ATTEMPTS || !error.driver().is_some_and(may_repeat) {
                    return Err(error);
                }
                attempt += 1;
            }
        }
    }
}
