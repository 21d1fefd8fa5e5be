//! What takes longer, and is worked out only where it is asked for.

use store::outcomes;

use super::Question;
use super::adjusted::{Adjusted, Alike};
use super::curves::{Curve, curves};
use super::labelled::Labelled;
use super::periods::{Period, periods};
use super::selection::Selection;
use super::young::Young;
use crate::dataset::Snapshot;
use crate::dataset::columns::Column;
use crate::progress::{Stopped, Watch};

/// What is asked for beside the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Include {
    /// The effects by day and by week.
    pub periods: bool,
    /// The effects among alerts that are alike otherwise.
    pub adjusted: bool,
    /// How soon pumps and rugs come.
    pub curves: bool,
}

/// What was asked for, each feature by its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// By day and by week.
    pub periods: Vec<(String, Vec<Period>)>,
    /// Among alerts that are alike otherwise.
    pub adjusted: Vec<Adjusted>,
    /// How soon.
    pub curves: Vec<(String, Vec<Curve>)>,
}

/// Works out what is asked for, for the features of the question that any matured alert has.
/// `open` are the alerts that are still followed, which curves count too; those that came with the first question about a
/// revision are kept with it, so that the same question has the same answer.
pub fn details(
    snapshot: &Snapshot,
    question: &Question,
    include: Include,
    open: Vec<outcomes::Young>,
    watch: &Watch,
) -> Result<Details, Stopped> {
    let mut details = Details::default();
    if include == Include::default() {
        return Ok(details);
    }
    let selection = Selection::of(snapshot, question.window, &question.kept);
    let labelled = Labelled::of(snapshot, &selection.matured);
    let shown = |column: &&Column| {
        (question.features.is_empty() || question.features.contains(&column.name))
            && column.count_known(&selection.matured) > 0
    };
    let columns: Vec<&Column> = snapshot.columns().iter().filter(shown).collect();
    let alike = include.adjusted.then(|| Alike::of(snapshot, &labelled));
    let young = include.curves.then(|| snapshot.derived().once(|| Young::of(snapshot, open)));
    watch.stage("working out details", Some(columns.len() as u64))?;
    for column in columns {
        if include.periods {
            details.periods.push((column.name.clone(), periods(snapshot, &labelled, column)));
        }
        if let Some(alike) = &alike {
            details.adjusted.extend(alike.adjust(column, watch)?);
        }
        if let Some(young) = &young {
            details.curves.push((column.name.clone(), curves(snapshot, &selection, young, column)));
        }
        watch.advance(1)?;
    }
    Ok(details)
}

#[cfg(test)]
mod tests;
