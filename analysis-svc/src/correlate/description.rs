//! All that is told of the asked alerts before anything is judged: the cohort, each feature, the sides of each cut. They are
//! worked out side by side, what takes longest first. All but the census rests on the matured alerts alone, whatever window or
//! filter chose them, and holds for the next revision too as long as those are the same: most of what happens, happens to
//! alerts that are still followed.

use std::sync::Arc;

use super::cohort::Cohort;
use super::comparison::{self, Comparison};
use super::features;
use super::labelled::Labelled;
use super::questions::{CUTS, Cut, Sides};
use super::report::FeatureReport;
use super::selection::Selection;
use super::tabulate::layout::Layout;
use crate::dataset::Snapshot;
use crate::dataset::columns::{Column, Values};
use crate::dataset::snapshot::Features;
use crate::parallel::side_by_side;
use crate::statistics::split_sum::Split;

/// What is told.
#[derive(Clone, Debug)]
pub struct Description {
    /// Who is counted, and how they did.
    pub cohort: Cohort,
    /// The features that are known of any, in the order of the dataset.
    pub features: Vec<FeatureReport>,
    /// Smart money against the general cycle.
    pub smart_money: Option<Comparison>,
    /// The sides of the cuts that are asked about.
    pub sides: [Option<Sides>; CUTS.len()],
}

/// A part of it that is to be worked out.
enum Asked<'a> {
    Cohort,
    SmartMoney,
    Cut(usize, Cut),
    Feature(usize, &'a Column),
}

/// The part.
enum Told {
    Cohort(Box<Cohort>),
    SmartMoney(Option<Comparison>),
    Sides(usize, Option<Sides>),
    Feature(FeatureReport),
}

/// What it rests on beside the matured alerts: the features, and where gains are split to be summed.
#[derive(PartialEq)]
pub(super) struct Described(Features, Split);

impl Described {
    /// Of a revision.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        Self(snapshot.features(), Layout::gain_split(snapshot))
    }
}

impl Description {
    /// Of the selection; `recorded` are the features with their places. What was told of the same matured alerts before is told
    /// again.
    #[must_use]
    pub fn of(snapshot: &Snapshot, selection: &Selection, recorded: Vec<(usize, &Column)>) -> Self {
        let question = Described::of(snapshot);
        let (derived, rows) = (snapshot.derived(), &selection.matured);
        let told = derived.resting_on(rows, &question).unwrap_or_else(|| {
            let told = Arc::new(Self::anew(snapshot, selection, recorded));
            derived.keep_resting_on(rows.clone(), question, Arc::clone(&told));
            told
        });
        let mut told = Self::clone(&told);
        told.cohort.count_others(snapshot, selection);
        told
    }

    fn anew(snapshot: &Snapshot, selection: &Selection, recorded: Vec<(usize, &Column)>) -> Self {
        let labelled = Labelled::of(snapshot, &selection.matured);
        let layout = Layout::of(snapshot);
        let mut asked: Vec<Asked<'_>> =
            recorded.into_iter().map(|(place, column)| Asked::Feature(place, column)).collect();
        asked.extend(CUTS.into_iter().enumerate().map(|(place, cut)| Asked::Cut(place, cut)));
        asked.extend([Asked::Cohort, Asked::SmartMoney]);
        // Who works takes the last one first.
        asked.sort_by_key(length);
        let told = side_by_side(snapshot.len(), asked, |asked| match asked {
            Asked::Cohort => Told::Cohort(Box::new(Cohort::of(snapshot, &layout, &labelled, selection))),
            Asked::SmartMoney => Told::SmartMoney(comparison::smart_money(snapshot, &layout, &labelled, selection)),
            Asked::Cut(place, cut) => Told::Sides(place, Sides::of(snapshot, &layout, &labelled, cut)),
            Asked::Feature(place, column) => {
                Told::Feature(features::report(snapshot, &layout, &labelled, place, column))
            }
        });
        let (mut cohort, mut smart_money, mut sides, mut features) =
            (None, None, [const { None }; CUTS.len()], Vec::new());
        for told in told {
            match told {
                Told::Cohort(told) => cohort = Some(*told),
                Told::SmartMoney(told) => smart_money = told,
                Told::Sides(place, told) => sides[place] = told,
                Told::Feature(told) => features.push(told),
            }
        }
        features.sort_by_key(|report| report.column);
        let cohort = cohort.unwrap_or_else(|| Cohort::of(snapshot, &layout, &labelled, selection));
        Self { cohort, features, smart_money, sides }
    }
}

/// How long a part takes, as far as it is told apart.
fn length(asked: &Asked<'_>) -> usize {
    match asked {
        Asked::Cut(..) => 1,
        Asked::SmartMoney => 2,
        Asked::Cohort => 3,
        Asked::Feature(_, column) => match &column.values {
            Values::Flags(_) => 0,
            Values::Categories(_) => 4,
            Values::Numbers(numbers) if numbers.measures.is_few() => 5,
            Values::Numbers(_) => 6,
        },
    }
}
