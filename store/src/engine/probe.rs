//! Asks whether the database answers, on a connection of its own: that all others are busy says nothing about that.

use std::time::Duration;

use sea_orm::DbErr;
use sqlx::{ConnectOptions, Connection, Database, Executor};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{connecting, executing};

/// See the module.
pub(super) struct Probe<D: Database> {
    options: <D::Connection as Connection>::Options,
    question: &'static str,
    limit: Duration,
    /// `None` until the first question, and after one without an answer.
    connection: Mutex<Option<D::Connection>>,
}

impl<D: Database> Probe<D>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    <D::Connection as Connection>::Options: ConnectOptions<Connection = D::Connection>,
{
    pub(super) fn new(
        options: <D::Connection as Connection>::Options,
        question: &'static str,
        limit: Duration,
    ) -> Self {
        Self { options, question, limit, connection: Mutex::new(None) }
    }

    /// Whether the database answers within the limit.
    pub(super) async fn ask(&self) -> Result<(), DbErr> {
        timeout(self.limit, async {
            let mut kept = self.connection.lock().await;
            // Out of its place while it is asked: whoever gives up in the middle gives the connection up, too.
            if let Some(mut connection) = kept.take()
                && connection.execute(self.question).await.is_ok()
            {
                *kept = Some(connection);
                return Ok(());
            }
            // One that was lost is no news: the database may have been restarted since.
            let mut connection = self.options.connect().await.map_err(connecting)?;
            connection.execute(self.question).await.map_err(executing)?;
            *kept = Some(connection);
            Ok(())
        })
        .await
        .unwrap_or_else(|_| {
            let why = format!("no answer within {:?}", self.limit);
            Err(connecting(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why))))
        })
    }

    /// Closes the connection.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take() {
            let _ = timeout(self.limit, connection.close()).await;
        }
    }
}
