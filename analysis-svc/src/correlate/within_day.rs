//! A number's rows within each UTC day: of each day they are sorted anew, in little memory, by where they stand among all.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::code::{self, COMBINATIONS};
use super::labelled::Labelled;
use crate::dataset::places::Places;
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::Target;
use crate::statistics::rank::mann_whitney::{MannWhitney, TieGroup};
use crate::statistics::rank::pairs::Pairs;

/// Pumps against others, and rugs against others, of one day.
pub type OfDay = [MannWhitney; 2];

/// The days of which all matured alerts are asked: of each number they are worked out once for a revision.
#[derive(Debug)]
pub struct WholeDays {
    /// By feature and day.
    cells: Vec<Vec<OnceLock<OfDay>>>,
}

impl WholeDays {
    /// Of a revision.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Arc<Self> {
        snapshot.derived().once(|| {
            let days = || (0..snapshot.day_count()).map(|_| OnceLock::new()).collect();
            Self { cells: snapshot.columns().iter().map(|_| days()).collect() }
        })
    }
}

/// A row: where those with its value begin among all, and in the lowest bits what became of it.
type Entry = u64;
/// How many bits what became of it takes.
const LABEL_BITS: u32 = 8;
/// Fewer rows are compared, more are parted by the digits of their places.
const FEW: usize = 256;

/// Of each combination of outcomes: whether it is a pump or is none, and whether it is a rug or is none.
const SIDES: [[(u64, u64); 2]; COMBINATIONS] = {
    let mut table = [[(0, 0); 2]; COMBINATIONS];
    let mut combination = 0;
    while combination < COMBINATIONS {
        table[combination] =
            [code::sides(combination as u32, Target::Pump), code::sides(combination as u32, Target::Rug)];
        combination += 1;
    }
    table
};

/// Pumps against others, and rugs against others, by day, with how the placements spread. `rows` are asked, and all of them have
/// a place.
#[must_use]
pub fn with_spread(places: &Places, rows: &Bitmap, labelled: &Labelled) -> Vec<OfDay> {
    let mut sorting = Sorting::default();
    let days = labelled.day_rows().iter();
    days.map(|day| of_day::<true>(sorting.sorted(places, rows, labelled, day.clone()))).collect()
}

/// The same without how they spread, for the feature of this place in the dataset.
#[must_use]
pub fn of_feature(feature: usize, places: &Places, rows: &Bitmap, labelled: &Labelled) -> Vec<OfDay> {
    let mut sorting = Sorting::default();
    let mut of = |day: &Range<usize>| of_day::<false>(sorting.sorted(places, rows, labelled, day.clone()));
    let kept = labelled.whole_days().cells.get(feature);
    let days = labelled.day_rows().iter().enumerate();
    days.map(|(place, day)| match kept.and_then(|kept| kept.get(place)).filter(|_| labelled.is_whole(place)) {
        Some(kept) => *kept.get_or_init(|| of(day)),
        None => of(day),
    })
    .collect()
}

/// Room to sort days in.
#[derive(Default)]
struct Sorting {
    entries: Vec<Entry>,
    room: Vec<Entry>,
}

impl Sorting {
    /// The rows of a day by place.
    fn sorted(&mut self, places: &Places, rows: &Bitmap, labelled: &Labelled, day: Range<usize>) -> &[Entry] {
        self.entries.clear();
        self.entries.extend(rows.rows_within(day).map(|row| {
            let first = places.first(places.of_rows()[row]);
            Entry::from(first) << LABEL_BITS | Entry::from(labelled.combinations()[row])
        }));
        sort(&mut self.entries, &mut self.room, places.len());
        &self.entries
    }
}

fn of_day<const SPREAD: bool>(entries: &[Entry]) -> OfDay {
    let mut pairs = [Pairs::<SPREAD>::default(); 2];
    let sides = |entry: Entry| SIDES[entry as usize % COMBINATIONS];
    let mut place = 0;
    while let Some(&entry) = entries.get(place) {
        let first = entry >> LABEL_BITS;
        let next = entries.get(place + 1).map(|next| next >> LABEL_BITS);
        if next != Some(first) {
            let sides = sides(entry);
            pairs.iter_mut().zip(sides).for_each(|(pairs, (yes, no))| pairs.add_single(yes, no));
            place += 1;
            continue;
        }
        let mut groups = [TieGroup::default(); 2];
        while let Some(&entry) = entries.get(place).filter(|&&entry| entry >> LABEL_BITS == first) {
            for (group, (yes, no)) in groups.iter_mut().zip(sides(entry)) {
                group.positives += yes;
                group.negatives += no;
            }
            place += 1;
        }
        pairs.iter_mut().zip(groups).for_each(|(pairs, group)| pairs.add(group));
    }
    pairs.map(Pairs::finish)
}

/// Sorts by place, all of which are below `places`; `room` is what may be written to.
fn sort(entries: &mut Vec<Entry>, room: &mut Vec<Entry>, places: usize) {
    if entries.len() < FEW {
        entries.sort_unstable();
        return;
    }
    // Two digits, the lower one first.
    let bits = (usize::BITS - places.leading_zeros()).div_ceil(2);
    room.clear();
    room.resize(entries.len(), 0);
    let mut begins = vec![0_usize; 1 << bits];
    for shift in [LABEL_BITS, LABEL_BITS + bits] {
        let digit = |entry: Entry| (entry >> shift) as usize & ((1 << bits) - 1);
        begins.fill(0);
        entries.iter().for_each(|&entry| begins[digit(entry)] += 1);
        let mut begin = 0;
        for count in &mut begins {
            begin += std::mem::replace(count, begin);
        }
        for &entry in entries.iter() {
            let at = &mut begins[digit(entry)];
            room[*at] = entry;
            *at += 1;
        }
        std::mem::swap(entries, room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parted_by_digits_they_stand_as_when_they_are_compared(
            places in prop::collection::vec((0_u32..100_000, 0_u64..32), 0..900), more in 0_usize..1_000_000,
        ) {
            let mut entries: Vec<Entry> =
                places.iter().map(|&(place, of)| Entry::from(place) << LABEL_BITS | of).collect();
            let mut expected: Vec<Entry> = entries.iter().map(|entry| entry >> LABEL_BITS).collect();
            expected.sort_unstable();
            sort(&mut entries, &mut vec![7; 3], 100_000 + more);
            prop_assert_eq!(entries.iter().map(|entry| entry >> LABEL_BITS).collect::<Vec<_>>(), expected);
        }
    }
}
