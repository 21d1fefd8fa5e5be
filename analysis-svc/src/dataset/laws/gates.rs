use std::cmp::Ordering;

use domain::gate::{Catalogue, FilterConfig, Knob, Screen, Setting, SettingKind};
use proptest::prelude::*;

use super::records;
use crate::dataset::gates::{compared, passing, passing_gate};
use crate::sample::snapshot;

/// callsbot's gates, and some on what its gates never read.
fn catalogue() -> Catalogue {
    const MORE: &str = r#"
[[gate]]
key = "MIN_X"
description = "a feature of the bot's own, with points for another sort of its values"
minimum = "extra.x"
bonus = { key = "X_BONUS", where = "smart_money_involved" }
unknown = "fails"

[[gate]]
key = "REQUIRE_X"
description = "the same as a flag"
require = "extra.x"
default = false

[[gate]]
key = "MAX_PRICE"
description = "a price"
maximum = "entry.price_usd"

[[setting]]
key = "X_BONUS"
description = "points"
default = -1
"#;
    let callsbot = include_str!("../../../../domain/src/gate/callsbot.toml");
    Catalogue::parse(&format!("{callsbot}{MORE}")).expect("a catalogue")
}

fn value(knob: &Knob) -> BoxedStrategy<Option<Setting>> {
    let values = match knob.kind {
        SettingKind::Boolean => any::<bool>().prop_map(Setting::Boolean).boxed(),
        SettingKind::Number => {
            let least = if knob.at_least.is_some() { 0 } else { -3 };
            (least..12_i8).prop_map(|number| Setting::Number(f64::from(number))).boxed()
        }
    };
    if knob.needs_value { values.prop_map(Some).boxed() } else { prop::option::weighted(0.3, values).boxed() }
}

fn config() -> impl Strategy<Value = FilterConfig> {
    let catalogue = catalogue();
    let values: Vec<_> = catalogue.knobs().iter().map(value).collect();
    values.prop_map(move |values| {
        let settings = catalogue.knobs().iter().zip(values);
        settings.fold(FilterConfig::defaults(&catalogue), |config, (knob, value)| {
            config.with(&catalogue, &knob.key, value).expect("a value that it takes")
        })
    })
}

fn turn() -> impl Strategy<Value = (Knob, Option<Setting>, Option<Setting>)> {
    prop::sample::select(catalogue().knobs().to_vec())
        .prop_flat_map(|knob| (value(&knob), value(&knob)).prop_map(move |(a, b)| (knob.clone(), a, b)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_config_lets_the_rows_through_whose_alerts_pass_it(records in records(), config in config()) {
        let catalogue = catalogue();
        let snapshot = snapshot(records.clone());
        let screen = Screen::new(&catalogue, &config);
        let rows = passing(&snapshot, &catalogue, &config);
        for record in &records {
            let row = snapshot.row_of(record).expect("a row");
            let ruling = screen.decide(&record.alert);
            prop_assert_eq!(rows.contains(row), screen.passes(&record.alert));
            for gate in catalogue.gates() {
                let passes = passing_gate(&snapshot, gate, &config).is_none_or(|rows| rows.contains(row));
                prop_assert_eq!(passes, !ruling.failed.iter().any(|failed| failed.key == gate.key), "{}", &gate.key);
            }
        }
    }

    #[test]
    fn tightening_never_adds_an_alert(records in records(), config in config(), (knob, a, b) in turn()) {
        let catalogue = catalogue();
        let snapshot = snapshot(records);
        let rows = |value| {
            let turned = config.with(&catalogue, &knob.key, value).expect("a value that it takes");
            passing(&snapshot, &catalogue, &turned)
        };
        let (a_rows, b_rows) = (rows(a), rows(b));
        match knob.compare_tightness(a, b) {
            Ordering::Greater => prop_assert!(a_rows.and_not(&b_rows).is_empty()),
            Ordering::Less => prop_assert!(b_rows.and_not(&a_rows).is_empty()),
            Ordering::Equal => prop_assert_eq!(a_rows, b_rows),
        }
    }

    #[test]
    fn a_minimum_compares_the_number_with_its_bonus(records in records(), config in config()) {
        let catalogue = catalogue();
        let snapshot = snapshot(records);
        for gate in catalogue.gates() {
            let Some(Setting::Number(bound)) = config.get(&gate.key) else { continue };
            let Some(rows) = passing_gate(&snapshot, gate, &config) else { continue };
            for row in 0..snapshot.len() {
                let gets_known = gate.bonus.as_ref().is_none_or(|bonus| {
                    snapshot.flags_of(&bonus.field).and_then(|flags| flags.get(row)).is_some()
                });
                if let Some(number) = compared(&snapshot, row, &config, gate).filter(|_| gets_known) {
                    let within = match gate.rule {
                        domain::gate::Rule::Maximum => number <= bound,
                        domain::gate::Rule::Minimum | domain::gate::Rule::Require => number >= bound,
                    };
                    prop_assert_eq!(rows.contains(row), within);
                }
            }
        }
    }
}
