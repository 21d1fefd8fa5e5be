//! What holds of every gate.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;
use crate::alert::Alert;
use crate::quantity::{AmountUsd, Finite, Percent};
use crate::sample;

fn alert() -> impl Strategy<Value = Alert> {
    let flags = prop::collection::vec(any::<Option<bool>>(), 3);
    let percents = prop::collection::vec(prop::option::of(0..=100_u8), 3);
    let amounts = prop::collection::vec(prop::option::of(0..100_u8), 3);
    (flags, percents, amounts, prop::option::of(0..12_i32), prop::option::of(0..100_i32), prop::option::of(-50..50_i32))
        .prop_map(|(flags, percents, amounts, final_score, holder_count, pnl)| {
            let percent = |index: usize| percents[index].and_then(|value| Percent::new(f64::from(value)).ok());
            let amount = |index: usize| amounts[index].and_then(|value| AmountUsd::new(f64::from(value)).ok());
            let mut alert = sample::record().alert;
            alert.features.smart_money_involved = flags[0];
            alert.features.lp_locked = flags[1];
            alert.features.mint_revoked = flags[2];
            alert.features.top10_concentration = percent(0);
            alert.features.bundlers_percent = percent(1);
            alert.features.insiders_percent = percent(2);
            alert.entry.liquidity_usd = amount(0);
            alert.entry.volume_24h_usd = amount(1);
            alert.entry.market_cap_usd = amount(2);
            alert.features.final_score = final_score;
            alert.features.holder_count = holder_count;
            alert.features.smart_wallet_pnl = pnl.and_then(|value| Finite::new(f64::from(value)).ok());
            alert
        })
}

/// A value that the knob takes, or none where it can do without.
fn value(knob: &Knob) -> BoxedStrategy<Option<Setting>> {
    let values = match knob.kind {
        SettingKind::Boolean => any::<bool>().prop_map(Setting::Boolean).boxed(),
        SettingKind::Number => {
            let least = if knob.at_least.is_some() { 0 } else { -3 };
            let most = if knob.key.contains("SCORE") { 12 } else { 100 };
            (least..most).prop_map(|number: i32| Setting::Number(f64::from(number))).boxed()
        }
    };
    if knob.needs_value { values.prop_map(Some).boxed() } else { prop::option::of(values).boxed() }
}

fn config() -> impl Strategy<Value = FilterConfig> {
    let catalogue = Catalogue::callsbot();
    let values: Vec<_> = catalogue.knobs().iter().map(value).collect();
    values.prop_map(move |values| {
        let settings = catalogue.knobs().iter().zip(values);
        settings.fold(FilterConfig::defaults(catalogue), |config, (knob, value)| {
            config.with(catalogue, &knob.key, value).unwrap()
        })
    })
}

/// A knob and two values for it.
fn turn() -> impl Strategy<Value = (Knob, Option<Setting>, Option<Setting>)> {
    let knobs = Catalogue::callsbot().knobs().to_vec();
    prop::sample::select(knobs)
        .prop_flat_map(|knob| (value(&knob), value(&knob)).prop_map(move |(a, b)| (knob.clone(), a, b)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn tightening_a_gate_never_adds_an_alert(alert in alert(), config in config(), (knob, a, b) in turn()) {
        let catalogue = Catalogue::callsbot();
        let passes = |value| decide(catalogue, &config.with(catalogue, &knob.key, value).unwrap(), &alert).failed.is_empty();
        let (a_passes, b_passes) = (passes(a), passes(b));
        match knob.compare_tightness(a, b) {
            Ordering::Greater => prop_assert!(!a_passes || b_passes),
            Ordering::Less => prop_assert!(a_passes || !b_passes),
            Ordering::Equal => prop_assert_eq!(a_passes, b_passes),
        }
    }

    #[test]
    fn an_alert_passes_exactly_where_no_gate_fails_it(alert in alert(), config in config()) {
        let catalogue = Catalogue::callsbot();
        let screen = Screen::new(catalogue, &config);
        prop_assert_eq!(screen.passes(&alert), screen.decide(&alert).failed.is_empty());
    }

    #[test]
    fn candidates_grow_tighter_and_the_knob_takes_them((knob, current, _) in turn(), mut observed in prop::collection::vec(-1e6..1e6_f64, 0..50)) {
        observed.sort_by(f64::total_cmp);
        let candidates: Vec<_> = knob.tighter_candidates(current, &observed).into_iter().map(Some).collect();
        let values: Vec<_> = std::iter::once(current).chain(candidates).collect();
        for pair in values.windows(2) {
            prop_assert_eq!(knob.compare_tightness(pair[1], pair[0]), Ordering::Greater);
            prop_assert_eq!(knob.check(pair[1]), Ok(()));
        }
    }

    #[test]
    fn no_text_makes_the_catalogue_panic(text in "(\\[\\[(gate|setting)\\]\\]\n|[a-z_]{1,8} = (\"[A-Za-z_.]{0,12}\"|[0-9]{1,3}|true)\n){0,8}") {
        let _ = Catalogue::parse(&text);
    }
}
