//! One field of every row, as it was read.

use domain::field::{Field, Kind};
use store::dataset::Cells;

use super::categories::{Categories, CategoriesBuilder};
use super::columns::Flags;
use super::measures::{Measures, MeasuresBuilder};
use super::plan::Plan;

/// The values of a field, one per row.
#[derive(Clone, Debug)]
pub enum Raw {
    /// True or false.
    Flags(Flags),
    /// Numbers.
    Measures(Measures),
    /// Words.
    Categories(Categories),
}

impl Raw {
    /// The values of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        match self {
            Self::Flags(flags) => Self::Flags(flags.gather(rows)),
            Self::Measures(measures) => Self::Measures(measures.gather(rows)),
            Self::Categories(categories) => Self::Categories(categories.gather(rows)),
        }
    }

    /// The values of the next revision: `fresh` are those of the rows that changed, of the same sort.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, fresh: &Self) -> Self {
        match (self, fresh) {
            (Self::Flags(flags), Self::Flags(fresh)) => Self::Flags(flags.spliced(plan, fresh)),
            (Self::Measures(measures), Self::Measures(fresh)) => Self::Measures(measures.spliced(plan, fresh)),
            (Self::Categories(categories), Self::Categories(fresh)) => {
                Self::Categories(categories.spliced(plan, fresh))
            }
            // The sort of a field is the same in every revision.
            _ => self.clone(),
        }
    }

    /// The memory that it takes, in bytes, shared or not.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Flags(flags) => flags.bytes(),
            Self::Measures(measures) => measures.bytes(),
            Self::Categories(categories) => categories.bytes(),
        }
    }
}

/// A column that grows.
#[derive(Debug)]
pub enum RawBuilder {
    /// True or false.
    Flags(Flags),
    /// Numbers.
    Measures(MeasuresBuilder),
    /// Words.
    Categories(CategoriesBuilder),
}

impl RawBuilder {
    /// No value yet of `field`.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        match field.kind() {
            Kind::Boolean => Self::Flags(Flags::default()),
            Kind::Number | Kind::Timestamp => Self::Measures(MeasuresBuilder::default()),
            Kind::Text | Kind::Enum(_) | Kind::Any => Self::Categories(CategoriesBuilder::default()),
        }
    }

    /// The rows of a batch.
    pub fn extend(&mut self, cells: &Cells) {
        match (self, cells) {
            (Self::Flags(flags), Cells::Flags(cells)) => cells.iter().for_each(|&flag| flags.push(flag)),
            (Self::Measures(measures), Cells::Numbers(cells)) => {
                cells.iter().for_each(|&number| measures.push(Some(number)));
            }
            (Self::Categories(words), Cells::Words(cells)) => cells.iter().for_each(|word| words.push(word)),
            // The sort of a field is the same here and there.
            _ => {}
        }
    }

    /// About how much memory it will take, in bytes, with its sorted order.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Flags(flags) => flags.bytes(),
            Self::Measures(measures) => measures.bytes(),
            Self::Categories(words) => words.bytes(),
        }
    }

    /// The column.
    #[must_use]
    pub fn finish(self) -> Raw {
        match self {
            Self::Flags(flags) => Raw::Flags(flags),
            Self::Measures(measures) => Raw::Measures(measures.finish()),
            Self::Categories(words) => Raw::Categories(words.finish()),
        }
    }
}
