//! CSV (RFC 4180), in UTF-8.

use super::target::Target;
use super::{Column, Row, Sink};

/// See the module.
pub(super) struct Csv {
    writer: csv::Writer<Target>,
}

impl Csv {
    pub(super) fn new(columns: &[Column], target: Target) -> anyhow::Result<Self> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(columns.iter().map(|column| column.name.as_str()))?;
        Ok(Self { writer })
    }
}

impl Sink for Csv {
    fn write(&mut self, rows: Vec<Row>) -> anyhow::Result<()> {
        for row in rows {
            self.writer.write_record(row.cells.iter().map(super::Cell::written))?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<Target> {
        self.writer.into_inner().map_err(|error| error.into_error().into())
    }
}
