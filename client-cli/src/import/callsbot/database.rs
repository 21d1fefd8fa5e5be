//! The SQLite file. It is opened so that nothing about it changes, not even a lock file beside it.

use std::path::Path;

use futures::TryStreamExt;
use perftrack::v1::{PriceObservation, Token};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Row as _, TypeInfo, ValueRef};
use tokio::sync::mpsc;

use super::{Cell, ImportError, Row, SOURCE};

/// Features and the ancestor's own verdicts, a row a token.
const STATS: &str = "alerted_token_stats";
/// What was alerted, and little more.
const ALERTED: &str = "alerted_tokens";
/// Prices over time.
const SNAPSHOTS: &str = "price_snapshots";

/// All alerts; what `alerted_token_stats` does not know is taken from `alerted_tokens`.
pub async fn alerts(file: &Path) -> Result<Vec<Row>, ImportError> {
    let mut connection = open(file).await?;
    let (stats, alerted) =
        (has_table(&mut connection, STATS, file).await?, has_table(&mut connection, ALERTED, file).await?);
    if !stats && !alerted {
        let reason = format!("it has neither a table {STATS} nor {ALERTED}");
        return Err(ImportError::NotCallsbot { file: file.to_owned(), reason });
    }
    let mut rows = Vec::new();
    if stats {
        let query = if alerted {
            format!("SELECT s.*, a.* FROM {STATS} s LEFT JOIN {ALERTED} a USING (token_address)")
        } else {
            format!("SELECT * FROM {STATS}")
        };
        rows.extend(fetch(&mut connection, query, file).await?);
    }
    if alerted {
        let rest = if stats {
            format!("WHERE token_address NOT IN (SELECT token_address FROM {STATS} WHERE token_address IS NOT NULL)")
        } else {
            String::new()
        };
        rows.extend(fetch(&mut connection, format!("SELECT * FROM {ALERTED} {rest}"), file).await?);
    }
    Ok(rows)
}

/// How many prices there are.
pub async fn count_prices(file: &Path) -> Result<u64, ImportError> {
    let mut connection = open(file).await?;
    if !has_table(&mut connection, SNAPSHOTS, file).await? {
        return Ok(0);
    }
    let query = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {SNAPSHOTS}")));
    let count: i64 = query.fetch_one(&mut connection).await.map_err(|source| database_error(file, source))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Sends the prices of the wanted tokens, by token and time, as they are read. Says how many had a liquidity of 0 that was
/// taken for unknown: the ancestor wrote 0 where its source gave none, as for tokens that still trade on a bonding curve,
/// and a pool that is empty has no price.
pub async fn send_prices(
    file: &Path,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    to: &mpsc::Sender<PriceObservation>,
) -> Result<u64, ImportError> {
    let mut connection = open(file).await?;
    let mut without_liquidity = 0;
    if !has_table(&mut connection, SNAPSHOTS, file).await? {
        return Ok(without_liquidity);
    }
    let query = format!("SELECT * FROM {SNAPSHOTS} ORDER BY token_address, snapshot_at");
    let mut rows = sqlx::query(AssertSqlSafe(query)).fetch(&mut connection);
    while let Some(found) = rows.try_next().await.map_err(|source| database_error(file, source))? {
        let Some(mut observation) = observation(row_of(&found)) else { continue };
        let address = observation.token.as_ref().map_or("", |token| token.address.as_str());
        if !wanted(address) {
            continue;
        }
        if observation.liquidity_usd == Some(0.0) {
            observation.liquidity_usd = None;
            without_liquidity += 1;
        }
        observation.market_cap_usd = observation.market_cap_usd.filter(|amount| *amount > 0.0);
        if to.send(observation).await.is_err() {
            break;
        }
    }
    Ok(without_liquidity)
}

/// A snapshot; none where it has no price or no time. What cannot be read is sent on as NaN: the service refuses it, and
/// it is counted.
fn observation(mut row: Row) -> Option<PriceObservation> {
    let at_ms = row.cell(&["snapshot_at"]).moment_ms().ok().flatten()?;
    let price_usd = row.cell(&["price_usd"]).number().map_or(Some(f64::NAN), |price| price)?;
    Some(PriceObservation {
        token: Some(Token { address: row.text(&["token_address"]), ..Token::default() }),
        observed_at: Some(prost_types::Timestamp {
            seconds: at_ms.div_euclid(1_000),
            nanos: i32::try_from(at_ms.rem_euclid(1_000) * 1_000_000).unwrap_or(0),
        }),
        price_usd,
        market_cap_usd: row.number(&["market_cap_usd"]),
        liquidity_usd: row.number(&["liquidity_usd"]),
        volume_24h_usd: row.number(&["volume_24h_usd"]),
        holder_count: row.whole(&["holder_count"]),
        source: SOURCE.to_owned(),
        ..PriceObservation::default()
    })
}

/// Opens the file for reading only. Where its bot still writes it, the newest rows stand in the log beside it, which only a
/// connection with locks can see; else not even a lock is taken, so that a write-protected folder does.
async fn open(file: &Path) -> Result<SqliteConnection, ImportError> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let is_written = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    if is_written && let Ok(connection) = options.clone().connect().await {
        return Ok(connection);
    }
    options.immutable(true).connect().await.map_err(|source| database_error(file, source))
}

async fn has_table(connection: &mut SqliteConnection, table: &str, file: &Path) -> Result<bool, ImportError> {
    let query = sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?");
    let count: i64 = query.bind(table).fetch_one(connection).await.map_err(|source| database_error(file, source))?;
    Ok(count > 0)
}

async fn fetch(connection: &mut SqliteConnection, query: String, file: &Path) -> Result<Vec<Row>, ImportError> {
    let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(connection).await;
    Ok(rows.map_err(|source| database_error(file, source))?.iter().map(row_of).collect())
}

/// Columns by name. Of two with one name the first known value counts.
fn row_of(found: &SqliteRow) -> Row {
    let mut row = Row::default();
    for (index, column) in found.columns().iter().enumerate() {
        row.set_missing(&column.name().to_lowercase(), cell(found, index));
    }
    row
}

/// SQLite keeps values of any type in any column: the value's own type counts.
fn cell(row: &SqliteRow, index: usize) -> Cell {
    let Ok(value) = row.try_get_raw(index) else { return Cell::Null };
    if value.is_null() {
        return Cell::Null;
    }
    let kind = value.type_info().name().to_owned();
    match kind.as_str() {
        "INTEGER" => row.try_get_unchecked(index).map_or(Cell::Null, Cell::Integer),
        "REAL" => row.try_get_unchecked(index).map_or(Cell::Null, Cell::Real),
        "TEXT" => row.try_get_unchecked(index).map_or(Cell::Null, Cell::Text),
        _ => row
            .try_get_unchecked::<Vec<u8>, _>(index)
            .map_or(Cell::Null, |bytes| Cell::Text(String::from_utf8_lossy(&bytes).into_owned())),
    }
}

fn database_error(file: &Path, source: sqlx::Error) -> ImportError {
    ImportError::Database { file: file.to_owned(), source }
}
