//! The ancestor's recordings: its SQLite file (`alerted_token_stats`, `price_snapshots`, `alerted_tokens`) or its CSV export.
//!
//! Both forms become [`Row`]s of named cells, so that one function says what a column means. Columns may be missing, and
//! others may be there: whatever is not known at alert time for certain is an annotation, never a feature.

use std::io::Read;
use std::path::{Path, PathBuf};

use perftrack::v1::{Alert, PriceObservation};
use tokio::sync::mpsc;

mod cell;
mod database;
mod export;
mod identity;
mod mapping;
mod row;

pub use cell::Cell;
pub use identity::alert_id;
pub use mapping::alert_of;
pub use row::Row;

/// The source name of the observations, and part of every alert's id.
pub const SOURCE: &str = "callsbot";

/// What the file begins with when it is a SQLite database.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// The file cannot be brought along.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("reading {}: {source}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is a database, but cannot be read as one.
    #[error("reading the database {}: {source}", file.display())]
    Database {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// It is readable, but not the ancestor's.
    #[error("{} is no recording of callsbot: {reason}", file.display())]
    NotCallsbot {
        /// Which file.
        file: PathBuf,
        /// What is missing.
        reason: String,
    },
}

/// One alert, ready to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The alert with its reasons.
    pub alert: Alert,
    /// The prices that its own row carries; those of the database stand in a table of their own.
    pub prices: Vec<PriceObservation>,
    /// What was changed on the way, such as taken for unknown, and why.
    pub notes: Vec<String>,
}

/// A row that cannot be made an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Which row.
    pub which: String,
    /// Why.
    pub reason: String,
}

/// The alerts of a file, and where their prices are.
#[derive(Debug)]
pub struct Recording {
    /// The file's form, in words.
    pub form: &'static str,
    /// Every row, in the file's order.
    pub alerts: Vec<Result<Imported, Unusable>>,
    prices: Prices,
}

#[derive(Debug)]
enum Prices {
    /// In the alerts' own rows.
    InRows,
    /// In the database's own table.
    InTable(PathBuf),
}

/// Reads a file in either form.
///
/// # Errors
/// When it cannot be read, or is neither.
pub async fn read(file: &Path) -> Result<Recording, ImportError> {
    let unreadable = |source| ImportError::Unreadable { file: file.to_owned(), source };
    let mut head = Vec::with_capacity(SQLITE_MAGIC.len());
    std::fs::File::open(file)
        .and_then(|opened| opened.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut head))
        .map_err(unreadable)?;
    if head == SQLITE_MAGIC {
        let rows = database::alerts(file).await?;
        let alerts = rows.into_iter().map(|row| alert_of(row, "alerted_token_stats")).collect();
        Ok(Recording { form: "SQLite", alerts, prices: Prices::InTable(file.to_owned()) })
    } else {
        Ok(Recording { form: "CSV", alerts: export::alerts(file)?, prices: Prices::InRows })
    }
}

impl Recording {
    /// Sends the prices of those alerts for which `wanted` holds (by token address), in the order of token and time. Says
    /// how many had a liquidity of 0 that was taken for unknown.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn send_prices(
        &self,
        wanted: &(dyn Fn(&str) -> bool + Sync),
        to: &mpsc::Sender<PriceObservation>,
    ) -> Result<u64, ImportError> {
        for imported in self.alerts.iter().flatten() {
            let address = imported.alert.token.as_ref().map_or("", |token| token.address.as_str());
            if !wanted(address) {
                continue;
            }
            for price in &imported.prices {
                if to.send(price.clone()).await.is_err() {
                    return Ok(0);
                }
            }
        }
        match &self.prices {
            Prices::InRows => Ok(0),
            Prices::InTable(file) => database::send_prices(file, wanted, to).await,
        }
    }

    /// How many prices there are, as far as it is known beforehand.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_prices(&self) -> Result<u64, ImportError> {
        match &self.prices {
            Prices::InRows => Ok(self.alerts.iter().flatten().map(|imported| imported.prices.len() as u64).sum()),
            Prices::InTable(file) => database::count_prices(file).await,
        }
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
