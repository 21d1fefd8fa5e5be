//! `COPY … TO STDOUT` in Postgres's binary form, as it comes: the fastest way to read many rows.

use std::time::{Duration, Instant};

use futures::TryStreamExt;
use sea_orm::DbErr;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::super::held::Held;
use super::super::querying;
use super::copy::tell_of_copy;
use super::take_time;

/// As much is handed on at once, in bytes.
const CHUNK: usize = 1 << 20;
/// How long the server may take over all rows; each of them has the connection's own limit.
const ALL_ROWS: Duration = Duration::from_hours(1);

/// Sends what the server answers to `chunks`, in pieces cut anywhere, until all is sent or nobody listens any more. In the
/// latter case the connection is thrown away, and the server gives up.
pub(in crate::engine) async fn copy_out(
    held: &mut Held<sqlx::Postgres>,
    sql: &str,
    chunks: &mpsc::Sender<Vec<u8>>,
) -> Result<(), DbErr> {
    let patience = take_time(ALL_ROWS);
    super::super::held::within_limit!(held, connection => super::execute_unprepared(connection, &patience))?;
    held.set_interruptible(false);
    let (limit, connection) = held.lend()?;
    let begun = Instant::now();
    let answer = copy(connection, sql, chunks, limit).await;
    tell_of_copy(sql, begun, 0, 0);
    let copied = held.judge(answer.map_or_else(Err, |copied| Ok(copied.map_err(querying))))?;
    if copied == Copied::All {
        held.set_interruptible(true);
    }
    Ok(())
}

#[derive(PartialEq)]
enum Copied {
    All,
    Part,
}

type Answer<T> = Result<Result<T, sqlx::Error>, tokio::time::error::Elapsed>;

async fn copy(
    connection: &mut sqlx::PgConnection,
    sql: &str,
    chunks: &mpsc::Sender<Vec<u8>>,
    limit: Duration,
) -> Answer<Copied> {
    let mut rows = match timeout(limit, connection.copy_out_raw(sql)).await? {
        Ok(rows) => rows,
        Err(error) => return Ok(Err(error)),
    };
    let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 8);
    loop {
        match timeout(limit, rows.try_next()).await? {
            Ok(Some(row)) => chunk.extend_from_slice(&row),
            Ok(None) => break,
            Err(error) => return Ok(Err(error)),
        }
        if chunk.len() >= CHUNK {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK + CHUNK / 8));
            if chunks.send(full).await.is_err() {
                return Ok(Ok(Copied::Part));
            }
        }
    }
    // Nobody may listen any more: all was read all the same.
    let _ = chunks.send(chunk).await;
    Ok(Ok(Copied::All))
}
