//! A small number for each token: which alerts are on the same one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The numbers of all tokens that were ever seen. All revisions share one: a token keeps its number.
#[derive(Debug, Default)]
pub struct Tokens {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Ascending, as the store numbers them: the place is the number here.
    first: Box<[i64]>,
    /// Those that came later.
    later: HashMap<i64, u32>,
}

impl Tokens {
    /// Numbers the tokens of these rows, given as the store numbers them.
    #[must_use]
    pub fn number(rows: &[i64]) -> (Self, Vec<u32>) {
        let mut first = rows.to_vec();
        first.sort_unstable();
        first.dedup();
        let tokens = Self { inner: Mutex::new(Inner { first: first.into(), later: HashMap::new() }) };
        let numbers = tokens.numbers_of(rows);
        (tokens, numbers)
    }

    /// The number of each of these, new where it has none yet.
    #[must_use]
    pub fn numbers_of(&self, rows: &[i64]) -> Vec<u32> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { first, later } = &mut *inner;
        let number_of = |token: &i64| {
            let number = first.binary_search(token).unwrap_or_else(|_| {
                let next = first.len() + later.len();
                *later.entry(*token).or_insert_with(|| u32::try_from(next).unwrap_or(u32::MAX)) as usize
            });
            u32::try_from(number).unwrap_or(u32::MAX)
        };
        rows.iter().map(number_of).collect()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.first.len() + inner.later.len()
    }

    /// The memory that they take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.first.len() * size_of::<i64>() + inner.later.capacity() * 18
    }
}
