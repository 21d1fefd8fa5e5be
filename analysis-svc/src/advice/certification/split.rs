//! The earlier part, which finds, and the later part, which judges.
//!
//! The later part is the last max(7 days, 40 % of days); the earlier one ends 48 hours before it, when all of its windows are
//! sealed, and has 7 days or more. A token is in its first part only, and counts once in the later one: what its later
//! alerts do is no news of it.

use crate::advice::search::cases::Cases;

/// The fewest days of either part.
pub const LEAST_DAYS: i32 = 7;
/// The later part's share of the days.
const LATER_SHARE: f64 = 0.4;
/// Days between the parts.
const GAP_DAYS: i32 = 2;
/// The fewest days that there is a split of.
pub const LEAST_DAYS_IN_ALL: i32 = 2 * LEAST_DAYS + GAP_DAYS;

/// UTC days since the epoch, each range from its first to its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The days on which gates are found.
    pub earlier: (i32, i32),
    /// The days on which they are judged.
    pub later: (i32, i32),
}

impl Split {
    /// The split of alerts raised on these days; `None` where there are too few.
    #[must_use]
    pub fn of(days: &[i32]) -> Option<Self> {
        let (first, last) = (*days.iter().min()?, *days.iter().max()?);
        let all = last - first + 1;
        let later_days = LEAST_DAYS.max((f64::from(all) * LATER_SHARE).ceil() as i32);
        let later_first = last - later_days + 1;
        let earlier_last = later_first - GAP_DAYS - 1;
        let split = Self { earlier: (first, earlier_last), later: (later_first, last) };
        (earlier_last - first + 1 >= LEAST_DAYS).then_some(split)
    }

    /// How many days the earlier part has.
    #[must_use]
    pub const fn earlier_days(&self) -> i32 {
        self.earlier.1 - self.earlier.0 + 1
    }

    /// How many days the later part has.
    #[must_use]
    pub const fn later_days(&self) -> i32 {
        self.later.1 - self.later.0 + 1
    }

    /// The cases of the earlier and of the later part.
    #[must_use]
    pub fn rows(&self, cases: &Cases) -> (Vec<u32>, Vec<u32>) {
        let within = |(first, last): (i32, i32), row: &u32| (first..=last).contains(&cases.days[*row as usize]);
        let rows = 0..cases.len() as u32;
        let earlier: Vec<u32> = rows.clone().filter(|row| within(self.earlier, row)).collect();
        let tokens = cases.tokens.iter().max().map_or(0, |&last| last as usize + 1);
        let mut seen = vec![false; tokens];
        earlier.iter().for_each(|&row| seen[cases.tokens[row as usize] as usize] = true);
        let is_news = |row: &u32| !std::mem::replace(&mut seen[cases.tokens[*row as usize] as usize], true);
        let later = rows.filter(|row| within(self.later, row)).filter(is_news).collect();
        (earlier, later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_days_are_the_fewest() {
        let days = |count: i32| (100..100 + count).collect::<Vec<_>>();
        assert_eq!((Split::of(&[]), Split::of(&days(15))), (None, None));
        assert_eq!(LEAST_DAYS_IN_ALL, 16);
        assert_eq!(Split::of(&days(16)), Some(Split { earlier: (100, 106), later: (109, 115) }));
        // 40 % of 60 days are 24.
        assert_eq!(Split::of(&days(60)), Some(Split { earlier: (100, 133), later: (136, 159) }));
    }

    #[test]
    fn a_token_is_in_its_first_part_only_and_once_in_the_later() {
        let days: Vec<i32> = (0..16).chain([15, 15]).collect();
        // The token of day 2 comes again on day 10, the one of day 9 on the last day.
        let mut tokens: Vec<u32> = (0..16).chain([9, 20]).collect();
        tokens[10] = 2;
        let cases = Cases { days, tokens, ..Cases::default() };
        let (earlier, later) = Split::of(&cases.days).expect("enough").rows(&cases);
        assert_eq!(earlier, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(later, [9, 11, 12, 13, 14, 15, 17]);
    }
}
