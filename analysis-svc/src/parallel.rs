//! Work that is the same for many columns, done on all processors.

use std::sync::{Mutex, PoisonError};

/// Columns of fewer rows are done before a thread is begun.
const FEW_ROWS: usize = 20_000;

/// Does `work` to each item, which stands for so many rows; the results stand in the order of the items. The last items are
/// begun first, and at most as many at once as there are processors, so that little memory is held in between.
pub fn side_by_side<T: Send, R: Send>(rows: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if rows < FEW_ROWS {
        return items.into_iter().map(work).collect();
    }
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    let waiting: Mutex<Vec<(usize, T)>> = Mutex::new(items.into_iter().enumerate().collect());
    let done: Mutex<Vec<(usize, R)>> = Mutex::default();
    let run = || {
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((index, item)) = next else { break };
            let result = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(run);
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
