//! The CSV export: one row an alert, with prices at some distances from it.

use std::path::Path;

use super::{Cell, ImportError, Imported, Row, Unusable, alert_of};

/// Every row as an alert, or why it is none.
pub fn alerts(file: &Path) -> Result<Vec<Result<Imported, Unusable>>, ImportError> {
    let not_callsbot = |reason: String| ImportError::NotCallsbot { file: file.to_owned(), reason };
    let unreadable = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(source) => ImportError::Unreadable { file: file.to_owned(), source },
        other => not_callsbot(format!("it is neither a SQLite database nor CSV ({other:?})")),
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).map_err(unreadable)?;
    let header = reader.byte_headers().map_err(unreadable)?.clone();
    let names: Vec<String> = header.iter().map(column_name).collect();
    require(&names).map_err(not_callsbot)?;

    let mut alerts = Vec::new();
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        let line = record.position().map_or(0, csv::Position::line);
        let place = format!("line {line}");
        if record.len() != names.len() {
            let reason = format!("{} fields instead of {}", record.len(), names.len());
            alerts.push(Err(Unusable { which: place, reason }));
            continue;
        }
        let mut row = Row::default();
        for (name, field) in names.iter().zip(&record) {
            row.set(name, Cell::Text(String::from_utf8_lossy(field).into_owned()));
        }
        alerts.push(alert_of(row, &place));
    }
    Ok(alerts)
}

/// In lower case, without the mark that some programs begin a file with.
fn column_name(field: &[u8]) -> String {
    String::from_utf8_lossy(field).trim_start_matches('\u{feff}').trim().to_lowercase()
}

fn require(names: &[String]) -> Result<(), String> {
    let has_one_of = |wanted: &[&str]| wanted.iter().any(|wanted| names.iter().any(|name| name == wanted));
    for (wanted, what) in [
        (["ca", "token_address", "address", "mint"].as_slice(), "the token's address"),
        (["first_seen_ts", "first_alert_at", "alerted_at"].as_slice(), "the time of the alert"),
    ] {
        if !has_one_of(wanted) {
            return Err(format!("it has no column for {what} ({})", wanted.join(", ")));
        }
    }
    Ok(())
}
