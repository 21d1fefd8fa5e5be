//! One feature of every alert, laid out for counting: bits for yes/no, a small code for a word, the values and their
//! sorted order for a number. A value and whether it is known are two things: unknown is never false and never 0.

use domain::feature::FeatureKind;

use super::bitmap::Bitmap;
use crate::statistics::proportion::Proportion;
use crate::statistics::rank::order::Order;

/// A feature's values, one per row.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, as in filters: `final_score`, `entry.liquidity_usd`, `extra.x`.
    pub name: String,
    /// The values.
    pub values: Values,
    /// The bot sent it as more than one sort of value; it is read as words then.
    pub is_mixed: bool,
}

/// The values of a column.
#[derive(Clone, Debug)]
pub enum Values {
    /// True or false.
    Flags(Flags),
    /// Numbers.
    Numbers(Numbers),
    /// Words.
    Categories(Categories),
}

/// A yes/no column.
#[derive(Clone, Debug)]
pub struct Flags {
    /// The rows where it is known to be true.
    pub yes: Bitmap,
    /// The rows where it is known to be false.
    pub no: Bitmap,
}

/// A column of numbers.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// By row; NaN where unknown.
    pub values: Vec<f64>,
    /// The rows where it is known.
    pub known: Bitmap,
    /// The known rows by rising value, sorted once for all questions.
    pub order: Order,
}

/// A column of words.
#[derive(Clone, Debug)]
pub struct Categories {
    /// By row: an index into `levels`, or [`Categories::UNKNOWN`].
    pub codes: Vec<u32>,
    /// The words, in the order of their code points.
    pub levels: Vec<String>,
    /// The rows where it is known.
    pub known: Bitmap,
}

impl Categories {
    /// The code of an unknown value.
    pub const UNKNOWN: u32 = u32::MAX;

    /// The rows with the word of this code.
    #[must_use]
    pub fn rows(&self, code: u32) -> Bitmap {
        Bitmap::of(self.codes.len(), |row| self.codes[row] == code)
    }
}

impl Column {
    /// The sort of its values.
    #[must_use]
    pub const fn kind(&self) -> FeatureKind {
        match self.values {
            Values::Flags(_) => FeatureKind::Boolean,
            Values::Numbers(_) => FeatureKind::Number,
            Values::Categories(_) => FeatureKind::Category,
        }
    }

    /// How many of `rows` have a known value.
    #[must_use]
    pub fn count_known(&self, rows: &Bitmap) -> u32 {
        match &self.values {
            Values::Flags(flags) => rows.count_and(&flags.yes) + rows.count_and(&flags.no),
            Values::Numbers(numbers) => rows.count_and(&numbers.known),
            Values::Categories(categories) => rows.count_and(&categories.known),
        }
    }
}

impl Flags {
    /// From one value per row.
    #[must_use]
    pub fn of(values: &[Option<bool>]) -> Self {
        Self {
            yes: Bitmap::of(values.len(), |row| values[row] == Some(true)),
            no: Bitmap::of(values.len(), |row| values[row] == Some(false)),
        }
    }

    /// How many of `rows` are true, of those of which it is known.
    #[must_use]
    pub fn proportion(&self, rows: &Bitmap) -> Proportion {
        let yes = u64::from(rows.count_and(&self.yes));
        Proportion::new(yes, yes + u64::from(rows.count_and(&self.no))).unwrap_or_default()
    }

    /// Whether a row is true, where it is known.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<bool> {
        if self.yes.contains(row) { Some(true) } else { self.no.contains(row).then_some(false) }
    }
}

impl Numbers {
    /// From one value per row; what is not finite is unknown.
    #[must_use]
    pub fn of(values: &[Option<f64>]) -> Self {
        let values: Vec<f64> = values.iter().map(|value| value.filter(|v| v.is_finite()).unwrap_or(f64::NAN)).collect();
        Self { known: Bitmap::of(values.len(), |row| !values[row].is_nan()), order: Order::of(&values), values }
    }

    /// The value of a row, where it is known.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        self.values.get(row).copied().filter(|value| !value.is_nan())
    }
}

impl Categories {
    /// From one word per row.
    #[must_use]
    pub fn of<S: AsRef<str>>(values: &[Option<S>]) -> Self {
        let words: std::collections::BTreeSet<&str> = values.iter().flatten().map(AsRef::as_ref).collect();
        let levels: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let code = |word: &str| {
            levels.binary_search_by(|level| level.as_str().cmp(word)).ok().and_then(|code| u32::try_from(code).ok())
        };
        let codes: Vec<u32> = values
            .iter()
            .map(|word| word.as_ref().and_then(|word| code(word.as_ref())).unwrap_or(Self::UNKNOWN))
            .collect();
        let known = Bitmap::of(codes.len(), |row| codes[row] != Self::UNKNOWN);
        Self { codes, levels, known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_neither_yes_nor_no() {
        let flags = Flags::of(&[Some(true), None, Some(false), None]);
        assert!(flags.yes.rows().eq([0]));
        assert!(flags.no.rows().eq([2]));
    }

    #[test]
    fn a_number_that_is_none_is_unknown_and_not_zero() {
        let numbers = Numbers::of(&[Some(3.0), None, Some(f64::INFINITY), Some(0.0)]);
        assert!(numbers.known.rows().eq([0, 3]));
        assert_eq!((numbers.get(1), numbers.get(3), numbers.order.rows()), (None, Some(0.0), &[3, 0][..]));
    }

    #[test]
    fn words_are_coded_in_their_own_order_whatever_the_rows() {
        let categories = Categories::of(&[Some("raydium"), None, Some("orca"), Some("raydium")]);
        assert_eq!(categories.levels, ["orca", "raydium"]);
        assert_eq!(categories.codes, [1, Categories::UNKNOWN, 0, 1]);
        assert!(categories.rows(1).rows().eq([0, 3]));
    }
}
