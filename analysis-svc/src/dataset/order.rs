//! The sorted order of a column's next revision: the present one with what changed taken out and put in, in one pass.

use std::ops::Range;
use std::sync::Arc;

use super::bitmap::Bitmap;
use super::measures::Measures;
use super::plan::Plan;
use crate::statistics::rank::order::{Order, sort_key};

/// Where more than one of so many rows changes, sorting anew is cheaper.
const FEW: usize = 8;

/// A row to be put in: its value, before which row of the present revision it stands, and its own.
type PutIn = (u64, usize, u32);

/// The order of `after`, of which `before` was the present revision and `order` its order.
#[must_use]
pub fn spliced(order: &Arc<Order>, before: &Measures, after: &Measures, plan: &Plan) -> Arc<Order> {
    let key = |measures: &Measures, row: usize| measures.get(row).map(sort_key);
    let mut taken_out: Vec<usize> = Vec::new();
    let mut put_in: Vec<PutIn> = Vec::new();
    let mut put = |row: usize, before: usize| {
        if let (Some(key), Ok(row)) = (key(after, row), u32::try_from(row)) {
            put_in.push((key, before, row));
        }
    };
    let mut take = |row: usize| taken_out.extend(key(before, row).and_then(|key| place(order, before, (key, row))));
    plan.removed().iter().for_each(|&row| take(row));
    plan.inserted().for_each(|new| put(new.row, new.before));
    for change in plan.overwritten() {
        if key(before, change.before) != key(after, change.row) {
            take(change.before);
            put(change.row, change.before);
        }
    }
    if taken_out.is_empty() && put_in.is_empty() && plan.unmoved() == before.len() {
        return Arc::clone(order);
    }
    if (taken_out.len() + put_in.len()) * FEW > order.len() {
        return Arc::new(Order::of_known(after.known_values()));
    }
    taken_out.sort_unstable();
    put_in.sort_unstable();
    Arc::new(merged(order, before, after, &taken_out, &put_in, plan))
}

fn merged(
    order: &Order,
    before: &Measures,
    after: &Measures,
    taken_out: &[usize],
    put_in: &[PutIn],
    plan: &Plan,
) -> Order {
    let mut merging = Merging::new(order, after, plan, before.len(), put_in.len());
    let mut taken_out = taken_out.iter().copied().peekable();
    let mut from = 0;
    let mut keep_until = |merging: &mut Merging<'_>, until: usize| {
        while let Some(gone) = taken_out.next_if(|&gone| gone < until) {
            merging.keep(from..gone);
            from = gone + 1;
        }
        merging.keep(from..until.max(from));
        from = until.max(from);
    };
    for &(key, at, row) in put_in {
        keep_until(&mut merging, first_not_before(order, before, (key, at)));
        merging.push(row);
    }
    keep_until(&mut merging, order.len());
    merging.finish()
}

/// Where an entry of the order stands.
fn place(order: &Order, measures: &Measures, entry: (u64, usize)) -> Option<usize> {
    let at = first_not_before(order, measures, entry);
    (order.rows().get(at).map(|&row| row as usize) == Some(entry.1)).then_some(at)
}

fn first_not_before(order: &Order, measures: &Measures, entry: (u64, usize)) -> usize {
    let key = |row: u32| measures.get(row as usize).map_or(0, sort_key);
    order.rows().partition_point(|&row| (key(row), row as usize) < entry)
}

/// Where a row stands in the next revision.
fn place_of(moved: &[u32], unmoved: usize, row: u32) -> u32 {
    (row as usize).checked_sub(unmoved).map_or(row, |index| moved.get(index).copied().unwrap_or(row))
}

/// An order that grows from the pieces of another.
struct Merging<'a> {
    order: &'a Order,
    after: &'a Measures,
    unmoved: usize,
    moved: Vec<u32>,
    ends_before: Bitmap,
    rows: Vec<u32>,
    /// Which entries are the last of their value.
    ends: Bitmap,
}

impl<'a> Merging<'a> {
    fn new(order: &'a Order, after: &'a Measures, plan: &Plan, rows_before: usize, more: usize) -> Self {
        Self {
            unmoved: plan.unmoved(),
            moved: plan.moved(rows_before),
            ends_before: Bitmap::from_words(order.ends().to_vec(), order.len()),
            rows: Vec::with_capacity(order.len() + more),
            ends: Bitmap::default(),
            order,
            after,
        }
    }

    /// Entries of the other order.
    fn keep(&mut self, entries: Range<usize>) {
        let kept = &self.order.rows()[entries.clone()];
        let Some(&first) = kept.first() else { return };
        self.seam(self.new_place(first));
        if self.moved.is_empty() {
            self.rows.extend_from_slice(kept);
        } else {
            let (moved, unmoved) = (&self.moved, self.unmoved);
            self.rows.extend(kept.iter().map(|&row| place_of(moved, unmoved, row)));
        }
        self.ends.extend_from(&self.ends_before, entries);
    }

    fn new_place(&self, row: u32) -> u32 {
        place_of(&self.moved, self.unmoved, row)
    }

    /// One entry.
    fn push(&mut self, row: u32) {
        self.seam(row);
        self.rows.push(row);
        self.ends.push(true);
    }

    /// What comes next decides whether the present last entry is the last of its value.
    fn seam(&mut self, next: u32) {
        if let Some(&last) = self.rows.last() {
            let key = |row: u32| self.after.get(row as usize).map(sort_key);
            self.ends.set(self.rows.len() - 1, key(last) != key(next));
        }
    }

    fn finish(mut self) -> Order {
        if let Some(last) = self.rows.len().checked_sub(1) {
            self.ends.insert(last);
        }
        Order::from_sorted(self.rows, self.ends.into_words())
    }
}
