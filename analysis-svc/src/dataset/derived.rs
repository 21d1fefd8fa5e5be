//! What others work out from a revision alone, or from it and what was asked: once, by whoever asks first. What rests on a few
//! rows only is handed on to the next revision, as far as those stand there unchanged.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::bitmap::Bitmap;

type Cell = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

/// Values that depend on nothing but the revision, one of each type.
#[derive(Debug, Default)]
pub struct Derived {
    cells: Mutex<HashMap<TypeId, Cell>>,
    /// The one that was kept or asked for last at the end.
    resting: Mutex<Vec<Resting>>,
}

/// A value that rests on some rows alone.
#[derive(Clone, Debug)]
struct Resting {
    rows: Bitmap,
    question: Arc<dyn Any + Send + Sync>,
    value: Arc<dyn Any + Send + Sync>,
}

/// How many values of one type are kept, beside what they were made for, or what they rest on.
const RECENT: usize = 4;

/// The latest values of one type, each with its question, the one asked last at the end.
type Recent<K, V> = Mutex<Vec<(K, Arc<OnceLock<Arc<V>>>)>>;

impl Derived {
    /// The value of this type, made by `make` if it is not there yet. Who comes while it is made waits for it.
    pub fn once<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(TypeId::of::<T>()).or_default())
        };
        let value = cell.get_or_init(|| Arc::new(make()));
        #[expect(clippy::expect_used, reason = "a cell is found by the type of what is in it")]
        Arc::clone(value).downcast().expect("a value of this type")
    }

    /// The value of this type that answers `question`, made by `make` unless it is among those that were asked for last.
    pub fn recent<K, V>(&self, question: K, make: impl FnOnce(&K) -> V) -> Arc<V>
    where
        K: Any + Send + Sync + Clone + PartialEq,
        V: Any + Send + Sync,
    {
        let kept = self.once(Recent::<K, V>::default);
        let cell = {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let cell = match kept.iter().position(|(other, _)| *other == question) {
                Some(place) => kept.remove(place).1,
                None => Arc::default(),
            };
            if kept.len() == RECENT {
                kept.remove(0);
            }
            kept.push((question.clone(), Arc::clone(&cell)));
            cell
        };
        Arc::clone(cell.get_or_init(|| Arc::new(make(&question))))
    }
}

impl Derived {
    /// What was kept of `question` on exactly these rows, now or in an earlier revision, if nothing of them changed since.
    pub fn resting_on<K, V>(&self, rows: &Bitmap, question: &K) -> Option<Arc<V>>
    where
        K: Any + Send + Sync + PartialEq,
        V: Any + Send + Sync,
    {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_asked = |kept: &Resting| kept.question.downcast_ref::<K>() == Some(question) && kept.rows == *rows;
        let place = resting.iter().position(is_asked)?;
        let kept = resting.remove(place);
        let value = Arc::clone(&kept.value);
        resting.push(kept);
        value.downcast().ok()
    }

    /// Keeps what was found to `question` and rests on these rows alone: on none of the others, and on nothing else that the next
    /// revision may have otherwise. Of each type of question the latest few are kept.
    pub fn keep_resting_on<K, V>(&self, rows: Bitmap, question: K, value: Arc<V>)
    where
        K: Any + Send + Sync,
        V: Any + Send + Sync,
    {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let of_its_type = |(place, kept): (usize, &Resting)| kept.question.is::<K>().then_some(place);
        let places: Vec<usize> = resting.iter().enumerate().filter_map(of_its_type).collect();
        if let Some(&longest_ago) = places.first().filter(|_| places.len() == RECENT) {
            resting.remove(longest_ago);
        }
        resting.push(Resting { rows, question: Arc::new(question), value });
    }

    /// What the next revision begins with: `rows` says where a set of rows stands there, without those that changed or went.
    #[must_use]
    pub fn handed_on(&self, rows: impl Fn(&Bitmap) -> Bitmap) -> Self {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // What lost a row is asked for by nobody any more.
        let moved = resting.into_iter().filter_map(|kept| {
            let moved = rows(&kept.rows);
            (moved.count() == kept.rows.count()).then_some(Resting { rows: moved, ..kept })
        });
        Self { resting: Mutex::new(moved.collect()), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_of_value_is_made_once() {
        let derived = Derived::default();
        assert_eq!(*derived.once(|| 7_u8), 7);
        assert_eq!(*derived.once(|| 8_u8), 7);
        assert_eq!(*derived.once(|| "other".to_owned()), "other");
    }

    #[test]
    fn of_several_questions_the_answers_that_were_asked_for_last_are_kept() {
        let derived = Derived::default();
        let made = std::cell::Cell::new(0);
        let ask = |question: u32| {
            let answer = derived.recent(question, |question| {
                made.set(made.get() + 1);
                u64::from(*question) * 2
            });
            (*answer, made.get())
        };
        assert_eq!([1, 2, 3, 4].map(ask), [(2, 1), (4, 2), (6, 3), (8, 4)]);
        // The first is asked again, so that the second is the one that goes when there is a fifth.
        assert_eq!([1, 5, 1, 3].map(ask), [(2, 4), (10, 5), (2, 5), (6, 5)]);
        assert_eq!(ask(2), (4, 6));
    }

    #[test]
    fn what_rests_on_rows_is_handed_on_as_long_as_they_stand_unchanged() {
        let (first, rows) = (Derived::default(), Bitmap::of_range(9, 2..5));
        first.keep_resting_on(rows.clone(), "question", Arc::new(7_u8));
        let found = |derived: &Derived, rows: &Bitmap, question| derived.resting_on::<&str, u8>(rows, &question);
        assert_eq!(found(&first, &rows, "question").as_deref(), Some(&7));
        assert_eq!(
            (found(&first, &rows, "another"), found(&first, &Bitmap::of_range(9, 2..6), "question")),
            (None, None)
        );
        // One row more comes before them, then one of them changes.
        let moved = Bitmap::of_range(10, 3..6);
        let next = first.handed_on(|_| moved.clone());
        assert_eq!((found(&next, &moved, "question").as_deref(), found(&next, &rows, "question")), (Some(&7), None));
        let changed = next.handed_on(|_| Bitmap::of_range(10, 3..5));
        assert_eq!(found(&changed, &Bitmap::of_range(10, 3..5), "question"), None);
    }

    #[test]
    fn of_what_rests_on_rows_that_is_kept_longest_which_was_asked_for_last() {
        let derived = Derived::default();
        let rows = |first: usize| Bitmap::of_range(9, first..9);
        let keep = |first: usize| derived.keep_resting_on(rows(first), "question", Arc::new(first));
        let is_kept = |first: usize| derived.resting_on::<&str, usize>(&rows(first), &"question").is_some();
        (0..RECENT).for_each(keep);
        assert!(is_kept(0));
        keep(RECENT);
        assert_eq!([0, 1, RECENT].map(is_kept), [true, false, true]);
    }
}
