//! Work that is the same for many columns or many batches, done on all processors, with a result that does not depend on how
//! many there are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

use crate::progress::{Stopped, Watch};

/// Columns of fewer rows are done before a thread is begun.
const FEW_ROWS: usize = 20_000;

/// Does `work` to each item, which stands for so many rows; the results stand in the order of the items. The last items are
/// begun first, and at most as many at once as there are processors, so that little memory is held in between.
pub fn side_by_side<T: Send, R: Send>(rows: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    side_by_side_with(rows, items, || (), |(), item| work(item))
}

/// The same where whoever works has something at hand from `make`, which each item leaves for the next: room that is filled
/// anew is faster than new room.
pub fn side_by_side_with<T: Send, R: Send, S>(
    rows: usize,
    items: Vec<T>,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> R + Sync,
) -> Vec<R> {
    if rows < FEW_ROWS {
        let mut at_hand = make();
        return items.into_iter().map(|item| work(&mut at_hand, item)).collect();
    }
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    let waiting: Mutex<Vec<(usize, T)>> = Mutex::new(items.into_iter().enumerate().collect());
    let done: Mutex<Vec<(usize, R)>> = Mutex::default();
    let run = || {
        let mut at_hand = make();
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((index, item)) = next else { break };
            let result = work(&mut at_hand, item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(run);
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Works on the batches, and puts the results together in their order.
///
/// # Errors
/// [`Stopped`] when nobody waits for it any more.
pub fn in_parallel<Batch: Send + Sync, Out: Send>(
    batches: impl Iterator<Item = Batch>,
    watch: &Watch,
    work: impl Fn(&Watch, &Batch) -> Vec<Out> + Sync,
) -> Result<Vec<Out>, Stopped> {
    let batches: Vec<Batch> = batches.collect();
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match batches.get(index) {
                Some(batch) if watch.check().is_ok() => done.push((index, work(watch, batch))),
                _ => return done,
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from).min(batches.len());
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(worker)).collect();
        let mut done = worker();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
        }
        done
    });
    watch.check()?;
    done.sort_unstable_by_key(|(index, _)| *index);
    Ok(done.into_iter().flat_map(|(_, out)| out).collect())
}

/// Does two things at once.
pub fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        (one, other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)))
    })
}
