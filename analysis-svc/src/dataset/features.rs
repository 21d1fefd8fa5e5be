//! Which things about an alert are analysed: the features of the contract, the market at its entry, and the bot's own
//! (`extra.x`). All of them were known when the alert was raised. Annotations, outcomes and identities never are.

use super::columns::{Column, Numbers, Values};
use super::plan::Plan;
use super::raw::Raw;
use super::table::{Table, feature_fields};
use crate::parallel::side_by_side;

/// The names of all features that are not the bot's own, in the order of the contract.
#[must_use]
pub fn built_in() -> Vec<String> {
    feature_fields().map(|field| field.to_string()).collect()
}

/// The columns of all rows: those of the contract first, then the bot's own by name.
#[must_use]
pub fn columns(table: &Table) -> Vec<Column> {
    side_by_side(table.len(), sources(table), |(name, raw, is_mixed)| {
        let values = match raw {
            Raw::Flags(flags) => Values::Flags(flags),
            Raw::Measures(measures) => Values::Numbers(Numbers::feature(measures)),
            Raw::Categories(categories) => Values::Categories(categories),
        };
        Column { name, values, is_mixed }
    })
}

/// The columns of the next revision, which is `after`.
#[must_use]
pub fn spliced(present: &[Column], after: &Table, plan: &Plan) -> Vec<Column> {
    side_by_side(after.len(), sources(after), |(name, raw, is_mixed)| {
        let values = match raw {
            Raw::Flags(flags) => Values::Flags(flags),
            Raw::Categories(categories) => Values::Categories(categories),
            Raw::Measures(measures) => {
                let present = present.iter().find(|column| column.name == name).map(|column| &column.values);
                Values::Numbers(match present {
                    Some(Values::Numbers(numbers)) => numbers.next(measures, plan),
                    _ => Numbers::feature(measures),
                })
            }
        };
        Column { name, values, is_mixed }
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
