//! Work on every core, with a result that does not depend on how many there are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

use crate::progress::{Stopped, Watch};

/// Works on the batches with every core, and puts the results together in their order.
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
