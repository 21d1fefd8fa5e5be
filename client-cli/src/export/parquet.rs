//! Parquet: every column optional and typed, text as UTF-8, moments as microseconds in UTC.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::target::Target;
use super::{Cell, Column, Kind, Row, Sink};

/// Rows of one row group: what readers take in at once, and what waits in memory here.
const GROUP: usize = 32_768;

/// See the module.
pub(super) struct Parquet {
    columns: Vec<Column>,
    waiting: Vec<Vec<Cell>>,
    writer: SerializedFileWriter<Target>,
}

impl Parquet {
    pub(super) fn new(columns: Vec<Column>, target: Target) -> anyhow::Result<Self> {
        let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("schema").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("perfctl ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = SerializedFileWriter::new(target, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { columns, waiting: Vec::new(), writer })
    }

    fn write_group(&mut self) -> anyhow::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut rows = std::mem::take(&mut self.waiting);
        let mut group = self.writer.next_row_group()?;
        let mut index = 0;
        while let Some(mut column) = group.next_column()? {
            let cells = rows.iter_mut().map(|row| row.get_mut(index).map(std::mem::take).unwrap_or_default());
            write_column(self.columns[index].kind, &mut column, cells)?;
            column.close()?;
            index += 1;
        }
        group.close()?;
        Ok(())
    }
}

impl Sink for Parquet {
    fn write(&mut self, rows: Vec<Row>) -> anyhow::Result<()> {
        for row in rows {
            self.waiting.push(row.cells);
            if self.waiting.len() >= GROUP {
                self.write_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<Target> {
        self.write_group()?;
        Ok(self.writer.into_inner()?)
    }
}

fn field(column: &Column) -> Result<TypePtr, parquet::errors::ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Boolean => (Physical::BOOLEAN, None),
        Kind::Integer => (Physical::INT32, None),
        Kind::Double => (Physical::DOUBLE, None),
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Timestamp => (Physical::INT64, Some(LogicalType::timestamp(true, parquet::basic::TimeUnit::MICROS))),
    };
    let builder = Type::primitive_type_builder(&column.name, physical);
    builder.with_repetition(Repetition::OPTIONAL).with_logical_type(logical).build().map(Arc::new)
}

fn write_column(
    kind: Kind,
    column: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = Cell>,
) -> anyhow::Result<()> {
    match kind {
        Kind::Boolean => values::<BoolType>(column, cells, |cell| match cell {
            Cell::Boolean(value) => Some(value),
            _ => None,
        }),
        Kind::Integer => values::<Int32Type>(column, cells, |cell| match cell {
            Cell::Integer(value) => Some(value),
            _ => None,
        }),
        Kind::Double => values::<DoubleType>(column, cells, |cell| match cell {
            Cell::Double(value) => Some(value),
            _ => None,
        }),
        Kind::Text => values::<ByteArrayType>(column, cells, |cell| match cell {
            Cell::Text(text) => Some(ByteArray::from(text.into_bytes())),
            _ => None,
        }),
        Kind::Timestamp => values::<Int64Type>(column, cells, |cell| match cell {
            Cell::Timestamp(micros) => Some(micros),
            _ => None,
        }),
    }
}

/// Writes the known values, and for each row whether it has one.
fn values<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = Cell>,
    value: impl Fn(Cell) -> Option<T::T>,
) -> anyhow::Result<()> {
    let mut known = Vec::new();
    let levels: Vec<i16> = cells
        .map(|cell| match value(cell) {
            Some(value) => {
                known.push(value);
                1
            }
            None => 0,
        })
        .collect();
    column.typed::<T>().write_batch(&known, Some(&levels), None)?;
    Ok(())
}
