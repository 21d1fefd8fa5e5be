//! A row of named cells, from which the known columns are taken until only the rest is left.

use std::collections::BTreeMap;

use super::cell::{Cell, Unreadable};

/// One row. Names are in lower case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    cells: BTreeMap<String, Cell>,
    notes: Vec<String>,
}

impl Row {
    /// Adds a column.
    pub fn set(&mut self, name: &str, cell: Cell) {
        self.cells.insert(name.trim().to_lowercase(), cell);
    }

    /// Adds a column unless it is there already with a known value.
    pub fn set_missing(&mut self, name: &str, cell: Cell) {
        if self.cells.get(name).is_none_or(Cell::is_unknown) {
            self.set(name, cell);
        }
    }

    /// Takes the first column of `names` that is known; the others of them are taken too, since they mean the same.
    pub fn cell(&mut self, names: &[&str]) -> Cell {
        let cells: Vec<Cell> = names.iter().filter_map(|name| self.cells.remove(*name)).collect();
        cells.into_iter().find(|cell| !cell.is_unknown()).unwrap_or(Cell::Null)
    }

    /// Takes a text; empty where unknown. A token may well be called "None".
    pub fn text(&mut self, names: &[&str]) -> String {
        let texts: Vec<Cell> = names.iter().filter_map(|name| self.cells.remove(*name)).collect();
        texts.iter().map(|cell| cell.text().trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Takes a text that is only shown, made fit to be kept: without NUL, and of at most `most` bytes.
    pub fn label(&mut self, names: &[&str], most: usize) -> String {
        let given = self.text(names);
        let column = names.first().copied().unwrap_or_default();
        let mut label = given.replace('\0', "").trim().to_owned();
        if label.len() != given.len() {
            self.notes.push(format!("{column} has NUL characters: left out"));
        }
        if label.len() > most {
            label.truncate(label.floor_char_boundary(most));
            self.notes.push(format!("{column} is longer than {most} bytes: cut"));
        }
        label
    }

    /// Takes a category: a text that is unknown where it says so.
    pub fn word(&mut self, names: &[&str]) -> Option<String> {
        let cell = self.cell(names);
        (!cell.is_unknown()).then(|| cell.text().trim().to_owned())
    }

    /// Takes a number.
    pub fn number(&mut self, names: &[&str]) -> Option<f64> {
        self.read(names, Cell::number)
    }

    /// Takes a whole number.
    pub fn whole(&mut self, names: &[&str]) -> Option<i32> {
        self.read(names, Cell::whole)
    }

    /// Takes a yes or no.
    pub fn flag(&mut self, names: &[&str]) -> Option<bool> {
        self.read(names, Cell::flag)
    }

    /// Takes a price or an amount: a number above 0. The ancestor wrote 0 where it knew none.
    pub fn positive(&mut self, names: &[&str]) -> Option<f64> {
        let number = self.number(names)?;
        if number > 0.0 {
            return Some(number);
        }
        let column = names.first().copied().unwrap_or_default();
        self.notes.push(format!("{column} is 0 or negative: taken for unknown"));
        None
    }

    fn read<T>(&mut self, names: &[&str], read: impl Fn(&Cell) -> Result<Option<T>, Unreadable>) -> Option<T> {
        let cell = self.cell(names);
        read(&cell).unwrap_or_else(|Unreadable| {
            let column = names.first().copied().unwrap_or_default();
            self.notes.push(format!("{column} cannot be read: taken for unknown"));
            None
        })
    }

    /// The columns whose name fits `pattern`, taken.
    pub fn take_where<T>(&mut self, pattern: impl Fn(&str) -> Option<T>) -> Vec<(T, Cell)> {
        let names: Vec<(String, T)> =
            self.cells.keys().filter_map(|name| pattern(name).map(|found| (name.clone(), found))).collect();
        names.into_iter().filter_map(|(name, found)| self.cells.remove(&name).map(|cell| (found, cell))).collect()
    }

    /// What is left, as texts, unknown ones left out; and what was taken for unknown on the way.
    #[must_use]
    pub fn rest(self) -> (BTreeMap<String, String>, Vec<String>) {
        let known = self.cells.into_iter().filter(|(_, cell)| !cell.is_unknown());
        (known.map(|(name, cell)| (name, cell.text())).collect(), self.notes)
    }
}
