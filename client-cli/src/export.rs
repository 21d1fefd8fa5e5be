//! Alerts and prices as files for other programs: CSV, JSON lines, Parquet. Rows are written as they come; however many
//! there are, they need no more room than a page of them (for Parquet, a row group).

use std::path::Path;

use clap::ValueEnum;

pub mod alerts;
pub mod column;
mod csv;
mod jsonl;
mod parquet;
pub mod prices;
pub mod target;

pub use column::{Cell, Column, Kind};

use crate::contract::Json;
use crate::failure::{Outcome, usage};
use target::Target;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A heading, then a line a row. Unknown is empty.
    Csv,
    /// One JSON object a line. Unknown is left out.
    Jsonl,
    /// Typed columns, compressed with Snappy: for pandas, polars, DuckDB and the like.
    Parquet,
}

impl Form {
    /// The form that a file's name asks for.
    ///
    /// # Errors
    /// A usage failure that names the known endings.
    pub fn of(file: &Path) -> Outcome<Self> {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Ok(Self::Csv),
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            "parquet" => Ok(Self::Parquet),
            _ => Err(usage(format!(
                "{}: the name does not tell its form; let it end in .csv, .jsonl or .parquet, or say --format",
                file.display()
            ))),
        }
    }
}

/// One row: a cell per column, and the message that it was made from where that is what JSON lines show.
#[derive(Clone, Debug)]
pub struct Row {
    /// In the order of the columns.
    pub cells: Vec<Cell>,
    /// The whole message.
    pub message: Option<Json>,
}

/// Takes rows, and makes a file of them.
pub trait Sink {
    /// Adds rows.
    ///
    /// # Errors
    /// What the file said.
    fn write(&mut self, rows: Vec<Row>) -> anyhow::Result<()>;

    /// Writes what is left and gives the target back, complete.
    ///
    /// # Errors
    /// What the file said.
    fn finish(self: Box<Self>) -> anyhow::Result<Target>;
}

/// A sink of that form.
///
/// # Errors
/// What the file said.
pub fn sink(form: Form, columns: Vec<Column>, target: Target) -> anyhow::Result<Box<dyn Sink>> {
    Ok(match form {
        Form::Csv => Box::new(csv::Csv::new(&columns, target)?),
        Form::Jsonl => Box::new(jsonl::Jsonl::new(columns, target)),
        Form::Parquet => Box::new(parquet::Parquet::new(columns, target)?),
    })
}
