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

/// Work that is done and not durable yet. Dropped, it is undone.
pub(crate) struct Prepared<D> {
    transaction: Transaction,
    done: D,
    doing: &'static str,
}

/// Does `work` in a transaction and makes it durable.
pub(crate) async fn write<W: Work>(engine: &Engine, work: W) -> Result<W::Done, StoreError> {
    let begun = begin::<W>(engine).await?;
    prepare(engine, begun, &work).await?.commit(engine).await
}

/// Begins a transaction for work of a kind.
pub(crate) async fn begin<W: Work>(engine: &Engine) -> Result<Transaction, StoreError> {
    engine.begin().await.doing(W::DOING)
}

/// Does `work` in a transaction that has begun, and in another one where that is the victim of another.
pub(crate) async fn prepare<W: Work>(
    engine: &Engine,
    begun: Transaction,
    work: &W,
) -> Result<Prepared<W::Done>, StoreError> {
    let (mut transaction, mut attempt) = (begun, 1);
    loop {
        let error = match work.run(&transaction).await {
            Ok(done) => return Ok(Prepared { transaction, done, doing: W::DOING }),
            Err(error) => error,
        };
        // A connection that cannot even roll back is gone, and its work with it.
        let _ = transaction.roll_back().await;
        let may_repeat = |error: &DbErr| work.goes_another_way(error) || engine.may_repeat(error);
        if attempt == ATTEMPTS || !error.driver().is_some_and(may_repeat) {
            return Err(error);
        }
        attempt += 1;
        transaction = begin::<W>(engine).await?;
    }
}

impl<D> Prepared<D> {
    /// Makes it durable; after an error it may or may not be.
    pub(crate) async fn commit(self, engine: &Engine) -> Result<D, StoreError> {
        let Self { transaction, done, doing } = self;
        let tells = transaction.tells();
        transaction.commit().await.doing(doing)?;
        if tells {
            engine.told();
        }
        Ok(done)
    }
}
