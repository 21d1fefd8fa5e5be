//! One feature of every alert, laid out for counting: bits for yes/no, a small code for a word, the values and their
//! sorted order for a number. A value and whether it is known are two things: unknown is never false and never 0.

use std::sync::{Arc, OnceLock};

use domain::feature::FeatureKind;

use super::bitmap::Bitmap;
pub use super::categories::Categories;
use super::measures::{Measures, splice};
use super::order;
use super::places::Places;
use super::plan::Plan;
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
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The rows where it is known to be true.
    pub yes: Bitmap,
    /// The rows where it is known to be false.
    pub no: Bitmap,
}

/// A column of numbers.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// By row.
    pub measures: Measures,
    /// The known rows by rising value, sorted once for all questions. Of few different numbers it is not kept: counting
    /// sorts them as fast as it could be read.
    order: Option<Arc<Order>>,
    /// Where each row stands in that order, once that was asked.
    places: Arc<OnceLock<Places>>,
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
            Values::Numbers(numbers) => rows.count_and(numbers.known()),
            Values::Categories(categories) => rows.count_and(&categories.known),
        }
    }

    /// The memory that it takes, in bytes, shared or not.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.values {
            Values::Flags(flags) => flags.bytes(),
            Values::Numbers(numbers) => numbers.bytes(),
            Values::Categories(categories) => categories.bytes(),
        }
    }
}

impl Flags {
    /// From one value per row.
    #[must_use]
    pub fn of(values: &[Option<bool>]) -> Self {
        values.iter().copied().collect()
    }

    /// Unknown in all of `len` rows.
    #[must_use]
    pub fn unknown(len: usize) -> Self {
        Self { yes: Bitmap::none(len), no: Bitmap::none(len) }
    }

    /// One row more, the last.
    pub fn push(&mut self, value: Option<bool>) {
        self.yes.push(value == Some(true));
        self.no.push(value == Some(false));
    }

    /// The rows of which it is known.
    #[must_use]
    pub fn known(&self) -> Bitmap {
        self.yes.or(&self.no)
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

    /// The same, as if of no row outside `rows` anything were known.
    #[must_use]
    pub fn only(&self, rows: &Bitmap) -> Self {
        Self { yes: self.yes.and(rows), no: self.no.and(rows) }
    }

    /// The values of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        rows.iter().map(|&row| self.get(row as usize)).collect()
    }

    /// The values of the next revision: `fresh` are those of the rows that changed.
    #[must_use]
    pub fn spliced(&self, plan: &Plan, fresh: &Self) -> Self {
        Self { yes: splice(&self.yes, plan, &fresh.yes), no: splice(&self.no, plan, &fresh.no) }
    }

    /// The memory that it takes, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.yes.bytes() + self.no.bytes()
    }
}

/// One value per row.
impl FromIterator<Option<bool>> for Flags {
    fn from_iter<I: IntoIterator<Item = Option<bool>>>(values: I) -> Self {
        let mut flags = Self::default();
        values.into_iter().for_each(|value| flags.push(value));
        flags
    }
}

impl Numbers {
    /// From one value per row; what is not finite is unknown.
    #[must_use]
    pub fn of(values: &[Option<f64>]) -> Self {
        Self::feature(values.iter().copied().collect())
    }

    /// Sorts them, however few different ones there are: for what is read for every question of every feature.
    #[must_use]
    pub fn label(measures: Measures) -> Self {
        Self { order: Some(order::sorted(&measures)), measures, places: Arc::default() }
    }

    /// Sorts them, unless there are few different ones.
    #[must_use]
    pub fn feature(measures: Measures) -> Self {
        let order = (!measures.is_few()).then(|| order::sorted(&measures));
        Self { order, measures, places: Arc::default() }
    }

    /// The known rows by rising value; rows of equal value by rising row.
    #[must_use]
    pub fn order(&self) -> Arc<Order> {
        self.order.as_ref().map_or_else(|| order::sorted(&self.measures), Arc::clone)
    }

    /// The same where it is kept: not of few different numbers.
    #[must_use]
    pub fn kept_order(&self) -> Option<&Order> {
        self.order.as_deref()
    }

    /// Where each row stands in the order of the known rows; worked out when it is asked for the first time.
    #[must_use]
    pub fn places(&self) -> &Places {
        self.places.get_or_init(|| Places::of(&self.order(), self.measures.len()))
    }

    /// The rows of which the number is known.
    #[must_use]
    pub const fn known(&self) -> &Bitmap {
        self.measures.known()
    }

    /// The value of a row, where it is known.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        self.measures.get(row)
    }

    /// The value of a row; NaN where it is unknown.
    #[must_use]
    pub fn value(&self, row: usize) -> f64 {
        self.measures.value(row)
    }

    /// The next revision, whose numbers are `after`.
    #[must_use]
    pub fn next(&self, after: Measures, plan: &Plan) -> Self {
        match &self.order {
            Some(order) if self.measures.is_few() || !after.is_few() => {
                let next = order::spliced(order, &self.measures, &after, plan);
                // What nothing changed stands where it stood.
                let places = if Arc::ptr_eq(order, &next) { Arc::clone(&self.places) } else { Arc::default() };
                Self { order: Some(next), measures: after, places }
            }
            _ => Self::feature(after),
        }
    }

    /// The memory that it takes, in bytes, shared or not.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.measures.bytes() + self.order_bytes() + self.places_bytes()
    }

    /// The memory that its rows' places take, in bytes: before they are made too, for the first question makes them.
    fn places_bytes(&self) -> usize {
        let expected = || if self.order.is_some() { self.measures.len() * size_of::<u32>() } else { 0 };
        self.places.get().map_or_else(expected, Places::bytes)
    }

    /// The memory that its order takes, in bytes, where it is kept.
    #[must_use]
    pub fn order_bytes(&self) -> usize {
        self.order.as_ref().map_or(0, |order| order.bytes())
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
        assert!(numbers.known().rows().eq([0, 3]));
        assert_eq!((numbers.get(1), numbers.get(3), numbers.order().rows()), (None, Some(0.0), &[3, 0][..]));
    }

    #[test]
    fn as_many_different_numbers_as_a_byte_tells_apart_stand_in_their_order() {
        let values: Vec<Option<f64>> = (0..600).map(|row| Some(f64::from(row * 7 % 256))).collect();
        let numbers = Numbers::of(&values);
        assert!(numbers.measures.is_few());
        let order = numbers.order();
        let rising: Vec<(f64, u32)> = order.rows().iter().map(|&row| (numbers.value(row as usize), row)).collect();
        assert!(rising.len() == 600 && rising.is_sorted() && order.groups().count() == 256);
    }

    #[test]
    fn words_are_coded_in_their_own_order_whatever_the_rows() {
        let categories = Categories::of(&[Some("raydium"), None, Some("orca"), Some("raydium")]);
        assert_eq!(&categories.levels[..], ["orca", "raydium"]);
        assert!(categories.codes().eq([1, Categories::UNKNOWN, 0, 1]));
        assert!(categories.rows(1).rows().eq([0, 3]));
    }
}
