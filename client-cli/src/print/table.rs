//! Aligned columns that adapt to the width of the terminal: what matters least is left out first.

use comfy_table::{Cell, CellAlignment, ContentArrangement};

use super::paint;

/// One column of a [`Table`].
#[derive(Clone, Debug)]
pub struct Column {
    title: String,
    right: bool,
    /// Left out in this order on a narrow screen, highest first; 0 always stays.
    rank: u8,
}

impl Column {
    /// Aligned to the left.
    #[must_use]
    pub fn text(title: &str) -> Self {
        Self { title: title.to_owned(), right: false, rank: 0 }
    }

    /// Aligned to the right.
    #[must_use]
    pub fn number(title: &str) -> Self {
        Self { title: title.to_owned(), right: true, rank: 0 }
    }

    /// May be left out on a narrow screen; a higher rank goes first.
    #[must_use]
    pub const fn optional(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }
}

/// Rows of cells, each of them on one line.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    indent: usize,
}

/// The room between two columns.
const GAP: usize = 2;

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new(), indent: 0 }
    }

    /// Sets how many columns it stands in from the left.
    #[must_use]
    pub const fn indented(mut self, columns: usize) -> Self {
        self.indent = columns;
        self
    }

    /// Adds a row; cells may be painted. Missing ones are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        let mut row: Vec<String> = cells.into_iter().map(Into::into).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// Whether it has no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, the heading first, for a screen of `width` columns; `None` leaves nothing out.
    #[must_use]
    pub fn lines(&self, width: Option<usize>) -> Vec<String> {
        let shown = self.fitting(width);
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        if shown.iter().any(|&index| !self.columns[index].title.is_empty()) {
            table.set_header(shown.iter().map(|&index| Cell::new(paint::faint(&self.columns[index].title))));
        }
        for row in &self.rows {
            table.add_row(shown.iter().map(|&index| Cell::new(&row[index])));
        }
        for (place, &index) in shown.iter().enumerate() {
            if let Some(column) = table.column_mut(place) {
                column.set_padding((0, if place + 1 == shown.len() { 0 } else { GAP as u16 }));
                if self.columns[index].right {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        let indent = " ".repeat(self.indent);
        table.lines().map(|line| format!("{indent}{line}").trim_end().to_owned()).collect()
    }

    /// The lines as one text, each ended.
    #[must_use]
    pub fn render(&self, width: Option<usize>) -> String {
        self.lines(width).iter().fold(String::new(), |text, line| text + line + "\n")
    }

    /// Which columns to show: all with any content, then without the most dispensable until the rest fits.
    fn fitting(&self, width: Option<usize>) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..self.columns.len())
            .filter(|&index| self.columns[index].rank == 0 || self.rows.iter().any(|row| !row[index].is_empty()))
            .collect();
        let Some(width) = width else { return shown };
        let widths: Vec<usize> = (0..self.columns.len()).map(|index| self.width_of(index)).collect();
        loop {
            let total: usize = self.indent + shown.iter().map(|&index| widths[index] + GAP).sum::<usize>();
            let dispensable = shown.iter().enumerate().max_by_key(|&(_, &index)| self.columns[index].rank);
            match dispensable {
                Some((place, &index)) if total > width + GAP && self.columns[index].rank > 0 => {
                    shown.remove(place);
                }
                _ => return shown,
            }
        }
    }

    fn width_of(&self, index: usize) -> usize {
        let cells = self.rows.iter().map(|row| textwrap::core::display_width(&row[index]));
        cells.max().unwrap_or(0).max(textwrap::core::display_width(&self.columns[index].title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Table {
        let mut table = Table::new([
            Column::text("TOKEN"),
            Column::number("GAIN"),
            Column::text("DEX").optional(1),
            Column::text("FEED").optional(2),
        ]);
        table.row(["MOON", "+287.3 %", "raydium", "cielo"]);
        table.row([paint::bad("RUG"), "−99.0 %".to_owned(), "orca".to_owned(), "cielo".to_owned()]);
        table
    }

    #[test]
    fn columns_are_aligned_whatever_is_painted() {
        let plain: Vec<String> =
            tokens().lines(None).iter().map(|l| anstream::adapter::strip_str(l).to_string()).collect();
        assert_eq!(
            plain,
            ["TOKEN      GAIN  DEX      FEED", "MOON   +287.3 %  raydium  cielo", "RUG     −99.0 %  orca     cielo"]
        );
    }

    #[test]
    fn a_narrow_screen_drops_what_matters_least() {
        let heads = |width| anstream::adapter::strip_str(&tokens().lines(Some(width))[0]).to_string();
        assert_eq!(heads(31), "TOKEN      GAIN  DEX      FEED");
        assert_eq!(heads(30), "TOKEN      GAIN  DEX");
        assert_eq!(heads(20), "TOKEN      GAIN");
        assert_eq!(heads(3), "TOKEN      GAIN");
    }
}
