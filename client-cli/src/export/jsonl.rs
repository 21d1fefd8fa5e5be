//! One JSON object a line: the message that a row was made from, or else its cells by the names of their columns.

use std::io::Write;

use super::target::Target;
use super::{Column, Row, Sink};

/// See the module.
pub(super) struct Jsonl {
    columns: Vec<Column>,
    target: Target,
}

impl Jsonl {
    pub(super) const fn new(columns: Vec<Column>, target: Target) -> Self {
        Self { columns, target }
    }
}

impl Sink for Jsonl {
    fn write(&mut self, rows: Vec<Row>) -> anyhow::Result<()> {
        for row in rows {
            match row.message {
                Some(message) => serde_json::to_writer(&mut self.target, &message)?,
                None => {
                    let known = self.columns.iter().zip(&row.cells);
                    let object: serde_json::Map<_, _> =
                        known.filter_map(|(column, cell)| Some((column.name.clone(), cell.json()?))).collect();
                    serde_json::to_writer(&mut self.target, &object)?;
                }
            }
            self.target.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<Target> {
        Ok(self.target)
    }
}
