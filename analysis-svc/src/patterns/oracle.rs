//! Every conjunction to depth 3, counted as pysubgroup counts it (`fixtures/patterns.py`).

use std::collections::BTreeMap;

use domain::filter::Filter;
use domain::record::AlertRecord;

use super::layout::{Case, Layout};
use super::search::{Condition, Search};
use crate::inference::Target;
use crate::progress::Watch;
use crate::sample::record;
use crate::statistics::oracle::{assert_close, fixture};

#[derive(serde::Deserialize)]
struct Table {
    conditions: Vec<Named>,
    rows: Vec<Row>,
    /// Which conditions, how many rows meet them, how many of those pumped, and WRAcc.
    found: Vec<(Vec<u16>, u32, u32, f64)>,
}

#[derive(serde::Deserialize)]
struct Named {
    feature: String,
    filter: String,
}

#[derive(serde::Deserialize)]
struct Row {
    smart_money_involved: Option<bool>,
    lp_locked: Option<bool>,
    mint_revoked: Option<bool>,
    dex_name: Option<String>,
    final_score: Option<f64>,
    pump: bool,
}

impl Row {
    fn record(&self) -> AlertRecord {
        let mut record = record(0);
        let features = &mut record.alert.features;
        features.smart_money_involved = self.smart_money_involved;
        features.lp_locked = self.lp_locked;
        features.mint_revoked = self.mint_revoked;
        features.dex_name.clone_from(&self.dex_name);
        features.final_score = self.final_score.map(|score| score as i32);
        record
    }
}

#[test]
fn every_combination_has_the_counts_and_the_quality_that_pysubgroup_finds() {
    let table: Table = fixture(include_str!("../../fixtures/patterns.json")).remove(0);
    let records: Vec<AlertRecord> = table.rows.iter().map(Row::record).collect();
    let cases =
        (0..).zip(&table.rows).map(|(row, given)| Case { row, day: row % 7, pump: Some(given.pump), rug: None });
    let layout = Layout::of(cases.collect());
    let mut features: Vec<&str> = table.conditions.iter().map(|named| named.feature.as_str()).collect();
    features.dedup();
    let conditions: Vec<Condition> = table
        .conditions
        .iter()
        .map(|named| {
            let filter = Filter::parse(&named.filter).expect("a filter");
            let words = layout.parted(1, |row| filter.keeps(&records[row]).then_some(0)).remove(0);
            let feature = features.iter().position(|feature| *feature == named.feature).expect("known");
            Condition { feature, words }
        })
        .collect();
    let search = Search { layout: &layout, conditions: &conditions, depth: 3, floor: 1 };
    let found: BTreeMap<Vec<u16>, (u32, u32, f64)> = search
        .run(&Watch::default(), |combination, counts, counted| {
            let pumps = counts.of(Target::Pump);
            let quality = pumps.weighted_relative_accuracy(counted.all().of(Target::Pump)).expect("defined");
            (combination.conditions().to_vec(), (counts.alerts, pumps.events, quality))
        })
        .expect("nobody stops it")
        .into_iter()
        .collect();
    assert_eq!(found.len(), table.found.len());
    for (combination, alerts, pumps, quality) in table.found {
        let ours = found[&combination];
        assert_eq!((ours.0, ours.1), (alerts, pumps), "{combination:?}");
        assert_close(ours.2, quality, 1e-12, &combination);
    }
}
