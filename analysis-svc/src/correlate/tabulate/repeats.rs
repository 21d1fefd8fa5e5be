//! The alerts on tokens that were alerted more than once: only of these has it to be found out how many tokens a group has.

use crate::dataset::{Bitmap, Snapshot};

/// The rows of tokens with several alerts.
#[derive(Clone, Debug, Default)]
pub struct Repeats {
    /// A row, and a small number for its token.
    rows: Vec<(u32, u32)>,
    tokens: usize,
}

/// How many levels can be told apart at once.
const LEVELS: usize = 32;

impl Repeats {
    /// Of all alerts.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        const ONCE: u32 = u32::MAX;
        const NEVER: u32 = u32::MAX - 1;
        let mut numbers = vec![NEVER; snapshot.token_count()];
        for token in snapshot.row_tokens() {
            let number = &mut numbers[token as usize];
            *number = if *number == NEVER { ONCE } else { 0 };
        }
        let mut next = 0;
        for number in numbers.iter_mut().filter(|number| **number == 0) {
            *number = next;
            next += 1;
        }
        let repeated = (0..).zip(snapshot.row_tokens()).map(|(row, token)| (row, numbers[token as usize]));
        Self { rows: repeated.filter(|&(_, number)| number < NEVER).collect(), tokens: next as usize }
    }

    /// Those of `rows` alone: the others of the same tokens count for nothing, and neither does who has no other among them.
    #[must_use]
    pub fn among(&self, rows: &Bitmap) -> Self {
        let asked = || self.rows.iter().filter(|&&(row, _)| rows.contains(row as usize));
        let mut alerts = vec![0_u32; self.tokens];
        asked().for_each(|&(_, token)| alerts[token as usize] += 1);
        let mut next = 0;
        let numbers: Vec<u32> = alerts
            .iter()
            .map(|&alerts| {
                next += u32::from(alerts > 1);
                next.saturating_sub(1)
            })
            .collect();
        let kept = asked().filter(|&&(_, token)| alerts[token as usize] > 1);
        Self { rows: kept.map(|&(row, token)| (row, numbers[token as usize])).collect(), tokens: next as usize }
    }

    /// How many alerts of each of `levels` levels are on a token that has another one in the same level before it.
    #[must_use]
    pub fn count(&self, levels: usize, level_of: &[u8]) -> Vec<u32> {
        let mut repeated = vec![0; levels];
        for first in (0..levels).step_by(LEVELS) {
            let mut seen = vec![0_u32; self.tokens];
            for &(row, token) in &self.rows {
                let level = usize::from(level_of[row as usize]);
                let Some(bit) = level.checked_sub(first).filter(|&bit| bit < LEVELS) else { continue };
                let seen = &mut seen[token as usize];
                repeated[level] += *seen >> bit & 1;
                *seen |= 1 << bit;
            }
        }
        repeated
    }

    /// The memory that they take, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<(u32, u32)>()
    }
}
