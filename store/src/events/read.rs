//! Reading events in the order of their numbers, without missing one that is committed late.
//!
//! On Postgres an event gets its number before its transaction commits, so that a later number may be seen while an
//! earlier one is still to come. A gap in the numbers is therefore waited out: once every transaction has ended that had
//! begun by the time the later number was seen, what is missing will never come (it was rolled back, or deleted).
//! Whoever writes an event has a transaction number before the event gets its own, so "had begun" is "has a number below
//! the next one to be given". SQLite has one writer, and every event that is seen is final.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::alert::AlertId;
use domain::token::Token;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use super::{Cursor, CursorProblem, Event, kind};
use crate::engine::Engine;
use crate::entity::moment::Moment;
use crate::error::{Doing, StoreError};
use crate::stored::token_key;

const DOING: &str = "reading events";

/// Reads events from a cursor on. It may be dropped and made again at any cursor that it gave.
pub struct EventReader {
    engine: Arc<Engine>,
    cursor: Cursor,
    /// Events up to this number are final once all transactions below the other have ended.
    waits: Option<(i64, i64)>,
}

/// Some events, in the order in which everybody sees them.
#[derive(Clone, Debug)]
pub struct Page {
    /// The events; none where there is nothing new, or nothing final yet.
    pub events: Vec<Event>,
    /// After the last of them.
    pub cursor: Cursor,
    /// There are later ones that are not final yet: ask again soon.
    pub more_to_come: bool,
    /// There may be later ones that did not fit: ask again at once.
    pub is_full: bool,
}

impl EventReader {
    pub(super) const fn new(engine: Arc<Engine>, cursor: Cursor) -> Self {
        Self { engine, cursor, waits: None }
    }

    /// Where it stands.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The next events, at most `limit`. Never waits for any. [`StoreError::Cursor`] where events after its cursor have
    /// been pruned, which it has not read.
    pub async fn next(&mut self, limit: u64) -> Result<Page, StoreError> {
        let looked = look(&self.engine, self.cursor.event_id, limit).await?;
        if looked.log.pruned_to > self.cursor.event_id {
            return Err(StoreError::Cursor(CursorProblem::Pruned));
        }
        let last_seen = looked.rows.last().map_or(self.cursor.event_id, |row| row.event_id);
        let seen = looked.rows.len() as u64;
        let waited_for = self.waits.filter(|(_, below)| looked.settled_below >= *below).map(|(up_to, _)| up_to);
        let settled = if looked.settled_below >= looked.upcoming { i64::MAX } else { waited_for.unwrap_or(0) };

        let mut events = Vec::with_capacity(looked.rows.len());
        for row in looked.rows {
            if row.event_id > settled && row.event_id != self.cursor.event_id + 1 {
                break;
            }
            self.cursor.event_id = row.event_id;
            // An alert that is just being deleted takes its events along.
            events.extend(row.event(self.cursor)?);
        }
        let more_to_come = last_seen > self.cursor.event_id;
        let still_waits = waited_for.is_none() && self.waits.is_some_and(|(up_to, _)| up_to > self.cursor.event_id);
        if !more_to_come {
            self.waits = None;
        } else if !still_waits {
            self.waits = Some((last_seen, looked.upcoming));
        }
        Ok(Page { events, cursor: self.cursor, more_to_come, is_full: seen == limit && !more_to_come })
    }
}

/// What the log as a whole says.
pub(super) struct Log {
    pub(super) log_id: i64,
    /// The last event that was pruned.
    pub(super) pruned_to: i64,
    /// The last number that was given to an event.
    pub(super) last_given: i64,
}

struct Looked {
    log: Log,
    /// All transactions below have ended.
    settled_below: i64,
    /// No transaction has this number, or a greater one, yet.
    upcoming: i64,
    rows: Vec<Row>,
}

struct Row {
    event_id: i64,
    alert_id: AlertId,
    what: super::What,
    at: domain::timestamp::Timestamp,
    token: Option<Token>,
}

impl Row {
    fn event(self, cursor: Cursor) -> Result<Option<Event>, StoreError> {
        Ok(self.token.map(|token| Event { cursor, alert_id: self.alert_id, token, at: self.at, what: self.what }))
    }
}

/// What the log says, and the events after `event_id` as they are visible now: one statement, one moment.
async fn look(engine: &Engine, event_id: i64, limit: u64) -> Result<Looked, StoreError> {
    let sql = format!(
        "SELECT log.log_id, log.pruned_to, {last_given}, {settled_below}, {upcoming},
                told.event_id, told.alert_id, told.kind, told.change_pct, told.detail, told.happened_at,
                tokens.chain, tokens.address, alerts.name, alerts.symbol
         FROM event_log AS log
         LEFT JOIN (SELECT * FROM events WHERE event_id > $1 ORDER BY event_id LIMIT $2) AS told ON true
         LEFT JOIN tokens ON tokens.token_id = told.token_id
         LEFT JOIN alerts ON alerts.token_id = told.token_id AND alerts.alert_id = told.alert_id
         ORDER BY told.event_id",
        last_given = engine.last_event_number(),
        settled_below = engine.settled_below(),
        upcoming = engine.upcoming_change(),
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let backend = engine.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [event_id.into(), limit.into()]);
    let found = engine.query_all_raw(statement).await.doing(DOING)?;
    let Some(first) = found.first() else {
        return Err(StoreError::Corrupt { what: "event_log has lost its only row".to_owned() });
    };
    let number = |index| first.try_get_by_index::<i64>(index).doing(DOING);
    let log = Log {
        log_id: number(0)?,
        pruned_to: number(1)?,
        last_given: first.try_get_by_index::<Option<i64>>(2).doing(DOING)?.unwrap_or(0),
    };
    let (settled_below, upcoming) = (number(3)?, number(4)?);
    let rows = found.iter().filter_map(|row| read(row).transpose()).collect::<Result<_, _>>()?;
    Ok(Looked { log, settled_below, upcoming, rows })
}

/// `None` where there is no event at all.
fn read(row: &QueryResult) -> Result<Option<Row>, StoreError> {
    let Some(event_id) = row.try_get_by_index::<Option<i64>>(5).doing(DOING)? else { return Ok(None) };
    let text = |index| row.try_get_by_index::<Option<String>>(index).doing(DOING);
    let at = row.try_get_by_index::<Moment>(10).doing(DOING)?.0;
    let change_pct = row.try_get_by_index(8).doing(DOING)?;
    let what = kind::what(&text(7)?.unwrap_or_default(), change_pct, text(9)?.as_deref(), at)?;
    let token = match (text(11)?, text(12)?, text(13)?, text(14)?) {
        (Some(chain), Some(address), Some(name), Some(symbol)) => {
            Some(Token { key: token_key(&chain, &address)?, name, symbol })
        }
        _ => None,
    };
    let alert_id = AlertId(row.try_get_by_index::<Uuid>(6).doing(DOING)?);
    Ok(Some(Row { event_id, alert_id, what, at, token }))
}

/// What the log says now.
pub(super) async fn log(engine: &Engine) -> Result<Log, StoreError> {
    Ok(look(engine, i64::MAX, 0).await?.log)
}

/// The last event that is visible, once no earlier one can come any more; one whose transaction does not end for
/// `patience` is not waited for.
pub(super) async fn newest(engine: &Engine, patience: Duration) -> Result<Cursor, StoreError> {
    let begun = Instant::now();
    let sql = "SELECT MAX(event_id) FROM events";
    let statement = Statement::from_string(engine.get_database_backend(), sql);
    let found = engine.query_one_raw(statement).await.doing(DOING)?;
    let last: Option<i64> = found.map(|row| row.try_get_by_index(0)).transpose().doing(DOING)?.flatten();
    let looked = look(engine, i64::MAX, 0).await?;
    let Log { log_id, pruned_to, .. } = looked.log;
    let (mut settled_below, upcoming) = (looked.settled_below, looked.upcoming);
    let mut pause = Duration::from_millis(1);
    while settled_below < upcoming && begun.elapsed() < patience {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(50));
        settled_below = look(engine, i64::MAX, 0).await?.settled_below;
    }
    Ok(Cursor { log_id, event_id: last.unwrap_or(0).max(pruned_to) })
}
