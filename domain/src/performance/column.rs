//! One field of the alerts that are grouped, and the levels that its values fall into.

use std::collections::HashMap;

use super::bins::{index_of, quantile_bins};
use super::grouping::Level;
use crate::field::Value;

/// Whole numbers within this span of each other are levels of their own; others are cut into bins.
const WIDEST_SPAN_BY_VALUE: f64 = 32.0;
/// Into how many.
const BINS: usize = 5;

/// The values of one field, in the order in which the alerts came.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    cells: Vec<Cell>,
    texts: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Boolean(bool),
    Number(f64),
    Day(i64),
    Text(usize),
    Unknown,
}

impl Column {
    pub(super) fn push(&mut self, value: Option<Value<'_>>) {
        let cell = match value {
            None => Cell::Unknown,
            Some(Value::Boolean(value)) => Cell::Boolean(value),
            // -0 and 0 are one level.
            Some(Value::Number(value)) => Cell::Number(value + 0.0),
            Some(Value::Timestamp(at)) => Cell::Day(at.utc_day()),
            Some(Value::Text(text)) => Cell::Text(self.code_of(&text)),
            Some(Value::Enum(name)) => Cell::Text(self.code_of(name)),
        };
        self.cells.push(cell);
    }

    fn code_of(&mut self, text: &str) -> usize {
        if let Some(code) = self.texts.get(text) {
            return *code;
        }
        let code = self.texts.len();
        self.texts.insert(text.to_owned(), code);
        code
    }

    /// The levels in the order of the tables, and for every alert which of them it has.
    pub(super) fn into_levels(self) -> (Vec<Level>, Vec<usize>) {
        let mut numbers: Vec<f64> = self
            .cells
            .iter()
            .filter_map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None })
            .collect();
        numbers.sort_unstable_by(f64::total_cmp);
        let bins = if are_scores(&numbers) { Vec::new() } else { quantile_bins(&numbers, BINS) };
        let mut texts = vec![String::new(); self.texts.len()];
        for (text, code) in self.texts {
            texts[code] = text;
        }
        let level = |cell: Cell| match cell {
            Cell::Boolean(value) => Level::Boolean(value),
            Cell::Number(number) if bins.is_empty() => Level::Number(number),
            Cell::Number(number) => Level::Bin(bins[index_of(&bins, number)]),
            Cell::Day(day) => Level::Day(day),
            Cell::Text(code) => Level::Text(texts[code].clone()),
            Cell::Unknown => Level::Unknown,
        };
        let mut by_level: Vec<(Level, usize)> =
            self.cells.iter().enumerate().map(|(alert, cell)| (level(*cell), alert)).collect();
        by_level.sort_by(|a, b| a.0.compare(&b.0));
        let mut levels: Vec<Level> = Vec::new();
        let mut ranks = vec![0; by_level.len()];
        for (level, alert) in by_level {
            if levels.last().is_none_or(|last| last.compare(&level).is_ne()) {
                levels.push(level);
            }
            ranks[alert] = levels.len() - 1;
        }
        (levels, ranks)
    }
}

/// Whole numbers that lie close together.
fn are_scores(sorted: &[f64]) -> bool {
    let span = sorted.last().zip(sorted.first()).map_or(0.0, |(highest, lowest)| highest - lowest);
    span <= WIDEST_SPAN_BY_VALUE && sorted.iter().all(|number| number.fract() == 0.0)
}
