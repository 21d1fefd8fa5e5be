//! Which things about an alert are analysed: the features of the contract, the market at its entry, and the bot's own
//! (`extra.x`). All of them were known when the alert was raised. Annotations, outcomes and identities never are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::columns::{Column, Numbers, Values};
use super::order;
use super::plan::Plan;
use super::raw::Raw;
use super::table::{Table, feature_fields};

/// The names of all features that are not the bot's own, in the order of the contract.
#[must_use]
pub fn built_in() -> Vec<String> {
    feature_fields().map(|field| field.to_string()).collect()
}

/// The columns of all rows: those of the contract first, then the bot's own by name.
#[must_use]
pub fn columns(table: &Table) -> Vec<Column> {
    side_by_side(&sources(table), |(name, raw, is_mixed)| {
        let values = match raw {
            Raw::Flags(flags) => Values::Flags(flags.clone()),
            Raw::Measures(measures) => Values::Numbers(Numbers::sorted(measures.clone())),
            Raw::Categories(categories) => Values::Categories(categories.clone()),
        };
        Column { name: name.clone(), values, is_mixed: *is_mixed }
    })
}

/// The columns of the next revision, which is `after`.
#[must_use]
pub fn spliced(present: &[Column], after: &Table, plan: &Plan) -> Vec<Column> {
    side_by_side(&sources(after), |(name, raw, is_mixed)| {
        let values = match raw {
            Raw::Flags(flags) => Values::Flags(flags.clone()),
            Raw::Categories(categories) => Values::Categories(categories.clone()),
            Raw::Measures(measures) => {
                let present = present.iter().find(|column| column.name == *name).map(|column| &column.values);
                Values::Numbers(match present {
                    Some(Values::Numbers(numbers)) => Numbers {
                        order: order::spliced(&numbers.order, &numbers.measures, measures, plan),
                        measures: measures.clone(),
                    },
                    _ => Numbers::sorted(measures.clone()),
                })
            }
        };
        Column { name: name.clone(), values, is_mixed: *is_mixed }
    })
}

/// Name, values, and whether they are mixed.
type Source = (String, Raw, bool);

fn sources(table: &Table) -> Vec<Source> {
    let built_in = feature_fields().zip(table.features()).map(|(field, raw)| (field.to_string(), raw.clone(), false));
    let own = table.extra().iter();
    let own = own.filter_map(|(key, extra)| Some((format!("extra.{key}"), extra.values()?, extra.is_mixed())));
    built_in.chain(own).collect()
}

/// Does `work` for each item on all processors; the results stand in the order of the items.
fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            items.get(index).map(|item| (index, item))
        } {
            let result = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        (1..processors.min(items.len())).for_each(|_| {
            scope.spawn(run);
        });
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
