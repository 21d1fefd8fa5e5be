//! Which conditions there are: settled by how often features are known and by their values on the earlier part, never by
//! outcomes.

use std::collections::BTreeMap;

use domain::field::Field;
use domain::filter::{Comparator, Expression, Literal};

use super::layout::Layout;
use super::{phrase, search};
use crate::dataset::columns::{Categories, Column, Flags, Numbers, Values};
use crate::dataset::{Bitmap, Snapshot};
use crate::parallel::in_parallel;
use crate::progress::{Stopped, Watch};
use crate::statistics::quantile_bins::QuantileBins;

/// How many conditions are joined with one another at the most: a third of a million combinations of three.
pub const MOST_CONDITIONS: usize = 128;
/// How many words of one category make conditions, the most frequent first.
const MOST_WORDS: usize = 10;
/// The fewest known values that are cut into so many bins.
const BINS: [(usize, usize); 3] = [(3_000, 5), (300, 3), (0, 2)];

/// A condition on one feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// In the filter language.
    pub filter: String,
    /// As people say it.
    pub phrase: String,
}

/// The conditions, and the alerts of the earlier part that meet each.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// What they say.
    pub conditions: Vec<Condition>,
    /// The same, as they are counted.
    pub counted: Vec<search::Condition>,
    /// Features for which there was no room, or that the filter language cannot compare.
    pub left_out: Vec<String>,
}

/// A feature parted into conditions that leave one another out.
struct Parting<'a> {
    conditions: Vec<Condition>,
    part: Part<'a>,
}

enum Part<'a> {
    Flags(&'a Flags),
    Bins(&'a Numbers, QuantileBins),
    Words(&'a Categories, BTreeMap<u32, usize>),
}

impl Part<'_> {
    /// The condition that a row meets; `None` where the feature is unknown, or a word that makes none.
    fn of(&self, row: usize) -> Option<usize> {
        match self {
            Self::Flags(flags) => flags.get(row).map(|value| usize::from(!value)),
            Self::Bins(numbers, bins) => numbers.get(row).and_then(|value| bins.bin_of(value)),
            Self::Words(categories, words) => words.get(&categories.code(row)).copied(),
        }
    }
}

impl Vocabulary {
    /// The conditions of all features on the rows `earlier`, which `layout` has. A word makes one if `floor` alerts have it.
    pub fn of(
        snapshot: &Snapshot,
        layout: &Layout,
        earlier: &Bitmap,
        floor: u32,
        watch: &Watch,
    ) -> Result<Self, Stopped> {
        let columns: Vec<&Column> =
            snapshot.columns().iter().filter(|column| column.count_known(earlier) > 0).collect();
        watch.stage("laying conditions out", Some(columns.len() as u64))?;
        let bins = most_bins(&columns);
        let parted = in_parallel(columns.into_iter(), watch, |watch, column| {
            let parting = parting(column, earlier, floor, bins);
            let sets =
                parting.as_ref().map(|parting| layout.parted(parting.conditions.len(), |row| parting.part.of(row)));
            let _ = watch.advance(1);
            vec![(column.name.clone(), parting.map(|parting| parting.conditions), sets)]
        })?;
        let mut vocabulary = Self::default();
        for (feature, (name, conditions, sets)) in parted.into_iter().enumerate() {
            let fits = |conditions: &Vec<Condition>| vocabulary.conditions.len() + conditions.len() <= MOST_CONDITIONS;
            match conditions.filter(fits).zip(sets) {
                Some((conditions, sets)) => {
                    vocabulary.conditions.extend(conditions);
                    vocabulary.counted.extend(sets.into_iter().map(|words| search::Condition { feature, words }));
                }
                None => vocabulary.left_out.push(name),
            }
        }
        Ok(vocabulary)
    }
}

/// How finely numbers may be cut if all conditions are to find room.
fn most_bins(columns: &[&Column]) -> usize {
    let others: usize = columns
        .iter()
        .map(|column| match &column.values {
            Values::Flags(_) => 2,
            Values::Numbers(_) => 0,
            Values::Categories(words) => words.levels.len().min(MOST_WORDS),
        })
        .sum();
    let numbers = columns.iter().filter(|column| matches!(column.values, Values::Numbers(_))).count();
    MOST_CONDITIONS.saturating_sub(others).checked_div(numbers).unwrap_or(2).max(2)
}

/// `None` where the filter language has no word for it.
fn parting<'a>(column: &'a Column, earlier: &Bitmap, floor: u32, most_bins: usize) -> Option<Parting<'a>> {
    let field = Field::parse(&column.name).ok().filter(|_| !column.is_mixed)?;
    Some(match &column.values {
        Values::Flags(flags) => Parting {
            conditions: [true, false].map(|value| flag(&field, &column.name, value)).to_vec(),
            part: Part::Flags(flags),
        },
        Values::Numbers(numbers) => {
            let order = numbers.order();
            let rows: Vec<u32> = order.rows().iter().copied().filter(|&row| earlier.contains(row as usize)).collect();
            let wanted = BINS.iter().find(|(least, _)| rows.len() >= *least).map_or(2, |(_, bins)| *bins);
            let value = |place: usize| numbers.value(rows[place] as usize);
            let (bins, _) = QuantileBins::of_rising(rows.len(), value, wanted.min(most_bins))?;
            Parting { conditions: bins_of(&field, &column.name, &bins), part: Part::Bins(numbers, bins) }
        }
        Values::Categories(categories) => {
            let codes = frequent(categories, earlier, floor);
            let conditions = codes
                .iter()
                .filter_map(|code| categories.levels.get(*code as usize))
                .map(|word| self::word(&field, &column.name, word))
                .collect();
            Parting { conditions, part: Part::Words(categories, codes.into_iter().zip(0..).collect()) }
        }
    })
}

fn flag(field: &Field, name: &str, value: bool) -> Condition {
    let filter = Expression::Compare(field.clone(), Comparator::Equal, Literal::Boolean(value)).to_string();
    Condition { filter, phrase: phrase::flag(name, value) }
}

fn word(field: &Field, name: &str, word: &str) -> Condition {
    let filter = Expression::Compare(field.clone(), Comparator::Equal, Literal::Text(word.to_owned())).to_string();
    Condition { filter, phrase: phrase::word(name, word) }
}

/// The outermost bins are open: there a value beyond all that were seen belongs too. A single bin is no condition.
fn bins_of(field: &Field, name: &str, bins: &QuantileBins) -> Vec<Condition> {
    let cuts = bins.cuts();
    if cuts.is_empty() {
        return Vec::new();
    }
    let compare = |comparator, bound| Expression::Compare(field.clone(), comparator, Literal::Number(bound));
    (0..bins.count())
        .map(|bin| {
            let low = bin.checked_sub(1).and_then(|cut| cuts.get(cut)).copied();
            let high = cuts.get(bin).copied();
            let low_side = low.map(|low| compare(Comparator::GreaterOrEqual, low));
            let sides: Vec<String> = low_side
                .into_iter()
                .chain(high.map(|high| compare(Comparator::Less, high)))
                .map(|side| side.to_string())
                .collect();
            Condition { filter: sides.join(" AND "), phrase: phrase::range(name, low, high) }
        })
        .collect()
}

/// The words that `floor` alerts have, the most frequent first.
fn frequent(categories: &Categories, earlier: &Bitmap, floor: u32) -> Vec<u32> {
    let mut counts = vec![0_u32; categories.levels.len()];
    for row in earlier.and(&categories.known).rows() {
        if let Some(count) = counts.get_mut(categories.code(row) as usize) {
            *count += 1;
        }
    }
    let mut codes: Vec<(u32, u32)> = counts.into_iter().zip(0..).filter(|(count, _)| *count >= floor.max(1)).collect();
    codes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    codes.into_iter().take(MOST_WORDS).map(|(_, code)| code).collect()
}
