//! A connection on loan from a pool, which nobody waits for for ever: whatever is asked of it has a limit in time.
//!
//! A connection that gave no answer in time, or broke, is thrown away: what it may still answer would be taken for the
//! answer to another question. One whose user went away in the middle is settled in the background, within the same
//! limit, before it is lent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::DbErr;
use sqlx::pool::{PoolConnection, PoolConnectionMetadata};
use sqlx::{Connection, Database, Executor, Pool};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::connecting;
use super::pool_metrics::Wait;
use crate::error::driver_error;

/// An idle connection that takes longer than this to say that it is alive is taken for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);
/// A connection that answered within this time is not asked whether it is alive: a round trip is saved.
const ANSWERED_A_MOMENT_AGO: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Held<D: Database>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    /// `None` once it was thrown away.
    connection: Option<PoolConnection<D>>,
    limit: Duration,
    doubt: Doubt,
    /// Whether a transaction may be open on it.
    in_transaction: bool,
    /// Whether another question may follow one whose answer nobody waited for.
    interruptible: bool,
}

/// Asks something of a [`Held`] within its limit: `within_limit!(held, connection => query(connection))`.
macro_rules! within_limit {
    ($held:expr, $connection:ident => $question:expr) => {{
        let (limit, $connection) = $held.lend()?;
        let answer = tokio::time::timeout(limit, $question).await;
        $held.judge(answer)
    }};
}
pub(super) use within_limit;

impl<D: Database> Held<D>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    /// Waits for a free connection, as long as the pool allows.
    pub(super) async fn acquire(pool: &Pool<D>, limit: Duration, doubt: &Doubt) -> Result<Self, DbErr> {
        let wait = Wait::begin();
        let acquired = pool.acquire().await;
        wait.ended(&acquired);
        let connection = acquired.map_err(connecting)?;
        Ok(Self {
            connection: Some(connection),
            limit,
            doubt: doubt.clone(),
            in_transaction: false,
            interruptible: true,
        })
    }

    /// Begins a transaction with `statement`. It is rolled back when this is dropped without a commit.
    pub(super) async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        self.in_transaction = true;
        within_limit!(self, connection => command::<D>(connection, statement))
    }

    /// Keeps what was written. After an error it may or may not have been kept.
    pub(super) async fn commit(&mut self) -> Result<(), DbErr> {
        within_limit!(self, connection => command::<D>(connection, "COMMIT"))?;
        self.in_transaction = false;
        Ok(())
    }

    /// Undoes what was written. A connection that cannot is thrown away, which has the same effect: some errors end a
    /// transaction on their own, and what state such a connection is in is not worth finding out.
    pub(super) async fn roll_back(&mut self) -> Result<(), DbErr> {
        let rolled_back = within_limit!(self, connection => command::<D>(connection, "ROLLBACK"));
        match &rolled_back {
            Ok(()) => self.in_transaction = false,
            Err(_) => self.throw_away(),
        }
        rolled_back
    }

    /// From now on every question may take so long.
    pub(super) const fn set_limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Around a question that the driver cannot be left alone with: who goes away in its middle leaves a connection that is
    /// thrown away.
    pub(super) const fn set_interruptible(&mut self, interruptible: bool) {
        self.interruptible = interruptible;
    }

    /// The connection, and how long it may take to answer; for [`within_limit`].
    pub(super) fn lend(&mut self) -> Result<(Duration, &mut D::Connection), DbErr> {
        match &mut self.connection {
            Some(connection) => Ok((self.limit, &mut **connection)),
            None => Err(connecting(no_answer("the connection was given up before"))),
        }
    }

    /// Throws the connection away unless it gave an answer and is still whole; for [`within_limit`].
    pub(super) fn judge<T>(
        &mut self,
        answer: Result<Result<T, DbErr>, tokio::time::error::Elapsed>,
    ) -> Result<T, DbErr> {
        match answer {
            Ok(Err(error)) if is_broken(&error) => {
                self.throw_away();
                Err(error)
            }
            Ok(answer) => answer,
            Err(_) => {
                self.throw_away();
                Err(connecting(no_answer(&format!("no answer within {:?}", self.limit))))
            }
        }
    }

    fn throw_away(&mut self) {
        self.doubt.raise();
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}

impl<D: Database> Drop for Held<D>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Some(runtime) = Handle::try_current().ok().filter(|_| self.interruptible) else {
            drop(connection.detach());
            return;
        };
        let (limit, in_transaction) = (self.limit, self.in_transaction);
        runtime.spawn(async move {
            if in_transaction {
                let rolled_back = timeout(limit, command::<D>(&mut connection, "ROLLBACK")).await;
                if !matches!(rolled_back, Ok(Ok(()))) {
                    drop(connection.detach());
                    return;
                }
            }
            // The pool asks for a sign of life first, and would wait for it for ever. Given up, it is closed.
            let _ = timeout(limit, connection.return_to_pool()).await;
        });
    }
}

async fn command<D: Database>(connection: &mut D::Connection, sql: &'static str) -> Result<(), DbErr>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    connection.execute(sql).await.map(|_| ()).map_err(super::executing)
}

/// Whether the connection has no future, whatever else is asked of it.
fn is_broken(error: &DbErr) -> bool {
    matches!(
        driver_error(error),
        Some(sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed)
    )
}

fn no_answer(why: &str) -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why))
}

/// When a connection of the pool was last found dead. What has been idle since before that is not trusted any more: a
/// network that was cut in silence cut all of them, and to find that out one by one takes a while each.
#[derive(Clone)]
pub(super) struct Doubt {
    epoch: Instant,
    raised_at_micros: Arc<AtomicU64>,
}

impl Doubt {
    pub(super) fn new() -> Self {
        Self { epoch: Instant::now(), raised_at_micros: Arc::default() }
    }

    fn raise(&self) {
        self.raised_at_micros.fetch_max(self.now_micros(), Ordering::Relaxed);
    }

    /// Whether an idle connection may be lent: it answered a moment ago, or does so now.
    pub(super) async fn clears<C: Connection>(
        &self,
        connection: &mut C,
        metadata: &PoolConnectionMetadata,
    ) -> Result<bool, sqlx::Error> {
        let idle_micros = u64::try_from(metadata.idle_for.as_micros()).unwrap_or(u64::MAX);
        if self.now_micros().saturating_sub(idle_micros) < self.raised_at_micros.load(Ordering::Relaxed) {
            return Ok(false);
        }
        if metadata.idle_for <= ANSWERED_A_MOMENT_AGO {
            return Ok(true);
        }
        let alive = timeout(SIGN_OF_LIFE, connection.ping()).await;
        if !matches!(alive, Ok(Ok(()))) {
            self.raise();
        }
        alive.unwrap_or_else(|_| Err(no_answer("an idle connection gave no sign of life"))).map(|()| true)
    }

    fn now_micros(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
