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
    let mut taken_out: Vec<(u64, usize)> = Vec::new();
    let mut put_in: Vec<PutIn> = Vec::new();
    let mut put = |row: usize, before: usize| {
        if let (Some(key), Ok(row)) = (key(after, row), u32::try_from(row)) {
            put_in.push((key, before, row));
        }
    };
    let mut take = |row: usize| taken_out.extend(key(before, row).map(|key| (key, row)));
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
        return sorted(after);
    }
    let mut taken_out = places(order, before, &taken_out);
    taken_out.sort_unstable();
    put_in.sort_unstable();
    Arc::new(merged(order, before, after, &taken_out, &put_in, plan))
}

/// The order of a column, sorted: by counting where there are few different numbers.
#[must_use]
pub fn sorted(measures: &Measures) -> Arc<Order> {
    Arc::new(match measures.few() {
        Some((codes, place_of)) => {
            let placed = || measures.known().rows().map(|row| (row as u32, place_of[usize::from(codes.at(row))]));
            Order::of_placed(placed)
        }
        None => Order::of_known(measures.len(), || measures.known_values(), |row| measures.value(row as usize)),
    })
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
    let entries: Vec<(u64, usize)> = put_in.iter().map(|&(key, at, _)| (key, at)).collect();
    for (&(_, _, row), place) in put_in.iter().zip(places(order, before, &entries)) {
        keep_until(&mut merging, place);
        merging.push(row);
    }
    keep_until(&mut merging, order.len());
    merging.finish()
}

/// Where the first entry stands that is not before each of these. All are looked for side by side: their looks at memory, none of
/// which is near another, do not wait for one another then.
fn places(order: &Order, measures: &Measures, entries: &[(u64, usize)]) -> Vec<usize> {
    let rows = order.rows();
    let is_before = |place: usize, entry: (u64, usize)| {
        rows.get(place).is_some_and(|&row| (measures.get(row as usize).map_or(0, sort_key), row as usize) < entry)
    };
    let mut places = vec![0; entries.len()];
    let mut size = rows.len();
    while size > 0 {
        // What is looked for is among the `size` entries from the place on, or right behind them.
        let half = size.div_ceil(2);
        for (place, &entry) in places.iter_mut().zip(entries) {
            if is_before(*place + half - 1, entry) {
                *place += half;
            }
        }
        size -= half;
    }
    places
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
