//! The earlier part, on which patterns are found, and the later one, on which they have to hold.

use std::collections::HashSet;

use crate::dataset::{Bitmap, Snapshot};

/// The earlier part has this share of the alerts, as near as a midnight allows.
const SHARE: f64 = 2.0 / 3.0;
/// A midnight that leaves the earlier part with less than this is none to part at.
const LEAST_SHARE: f64 = 0.5;
/// Nor is one that leaves it with more.
const MOST_SHARE: f64 = 5.0 / 6.0;

/// Matured alerts in two parts by time. A token is in its first part only.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The first two thirds.
    pub earlier: Bitmap,
    /// What came after, less the tokens of the earlier part.
    pub later: Bitmap,
}

impl Parts {
    /// Parts `rows` at the midnight (UTC) nearest to two thirds of them, if that leaves between a half and five sixths to the
    /// earlier part; else between two alerts.
    #[must_use]
    pub fn of(snapshot: &Snapshot, rows: &Bitmap) -> Self {
        let ordered: Vec<usize> = rows.rows().collect();
        let cut = cut(&ordered, |row| snapshot.day(row));
        let (before, after) = ordered.split_at(cut);
        let seen: HashSet<u32> = before.iter().map(|&row| snapshot.token(row)).collect();
        let mut parts = Self { earlier: Bitmap::none(snapshot.len()), later: Bitmap::none(snapshot.len()) };
        before.iter().for_each(|&row| parts.earlier.insert(row));
        let is_new = |row: &&usize| !seen.contains(&snapshot.token(**row));
        after.iter().filter(is_new).for_each(|&row| parts.later.insert(row));
        parts
    }
}

/// How many of the rows, which are in the order of time, come first.
fn cut(rows: &[usize], day: impl Fn(usize) -> usize) -> usize {
    let wanted = rows.len() as f64 * SHARE;
    let bounds = rows.len() as f64 * LEAST_SHARE..=rows.len() as f64 * MOST_SHARE;
    let midnights = (1..rows.len()).filter(|&place| day(rows[place - 1]) != day(rows[place]));
    let off = |place: &usize| (*place as f64 - wanted).abs();
    midnights
        .filter(|&place| bounds.contains(&(place as f64)))
        .min_by(|a, b| off(a).total_cmp(&off(b)))
        .unwrap_or_else(|| wanted.round() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{record, snapshot};

    #[test]
    fn parts_at_the_midnight_nearest_to_two_thirds_and_else_between_two_alerts() {
        let rows: Vec<usize> = (0..90).collect();
        assert_eq!(cut(&rows, |row| row / 9), 63);
        assert_eq!(cut(&rows, |_| 0), 60);
        assert_eq!(cut(&rows, |row| usize::from(row > 80)), 60);
        assert_eq!(cut(&[], |_| 0), 0);
    }

    #[test]
    fn a_token_of_the_earlier_part_is_not_in_the_later_one() {
        let snapshot = snapshot((0..720).map(|number| {
            let mut record = record(number);
            record.alert.token = self::record(number % 500).alert.token;
            record
        }));
        let parts = Parts::of(&snapshot, &Bitmap::of(720, |_| true));
        assert_eq!((parts.earlier.count(), parts.later.count()), (504, 0));
        let parts = Parts::of(&snapshot, &Bitmap::of(720, |row| !(100..500).contains(&row)));
        assert!(parts.earlier.and(&parts.later).is_empty());
        let tokens = |rows: &Bitmap| rows.rows().map(|row| snapshot.token(row)).collect::<HashSet<_>>();
        assert!(tokens(&parts.earlier).is_disjoint(&tokens(&parts.later)));
    }
}
