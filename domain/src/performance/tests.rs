use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::alert::ExtraValue;
use crate::outcome::OutcomeStatus;
use crate::record::AlertRecord;
use crate::sample;

fn gained(max_gain_pct: f64) -> AlertRecord {
    let mut record = sample::record();
    record.outcome.max_gain_pct = Some(max_gain_pct);
    record
}

fn with_status(status: OutcomeStatus, mut record: AlertRecord) -> AlertRecord {
    record.outcome.status = status;
    record
}

fn grouped(records: &[AlertRecord], fields: &[&str]) -> Performance {
    let mut accumulator = Accumulator::new(Grouping::parse(fields).unwrap());
    records.iter().for_each(|record| accumulator.add(record));
    accumulator.finish().unwrap()
}

/// The levels of each group, and its number of alerts.
fn sizes(performance: &Performance) -> Vec<(String, u32)> {
    let key = |group: &Group| group.key.iter().map(|(_, level)| level.to_string()).collect::<Vec<_>>().join(" ");
    performance.groups.iter().map(|group| (key(group), group.summary.alerts)).collect()
}

#[test]
fn means_of_nothing_are_unknown_and_not_zero() {
    let summary = Summary::of(&[]);
    assert_eq!(summary, Summary::default());
    assert_eq!(summary.pumps_50.rate(), None);
    assert_eq!(summary.lost.rate(), None);
    assert_eq!(
        (summary.max_gain_pct.mean, summary.max_gain_pct.median, summary.median_time_to_peak),
        (None, None, None)
    );
}

#[test]
fn a_pump_and_its_tiers_begin_above_their_number() {
    let summary = Summary::of(&[gained(50.0), gained(100.0), gained(400.0), gained(900.0), gained(900.1)]);
    let counts = [summary.pumps_50, summary.pumps_100, summary.pumps_400, summary.pumps_900].map(|tally| tally.count);
    assert_eq!(counts, [4, 3, 2, 1]);
    assert_eq!(summary.pumps_50.rate(), Some(0.8));
}

#[test]
fn young_and_lost_alerts_enter_no_rate_but_what_they_did_is_counted_beside() {
    let records = [
        gained(10.0),
        with_status(OutcomeStatus::Tracking, gained(60.0)),
        with_status(OutcomeStatus::Tracking, gained(0.0)),
        with_status(OutcomeStatus::Lost, gained(70.0)),
        with_status(OutcomeStatus::NoData, sample::record()),
    ];
    let summary = Summary::of(&records);
    assert_eq!(summary.pumps_50, Tally { count: 0, known: 1, besides: 2 });
    assert_eq!(summary.pumps_50.rate(), Some(0.0));
    assert_eq!((summary.alerts, summary.matured, summary.pending, summary.no_data), (5, 1, 2, 1));
    assert_eq!(summary.lost.rate(), Some(1.0 / 3.0));
    assert_eq!(summary.max_gain_pct, Centre { known: 1, mean: Some(10.0), median: Some(10.0) });
}

#[test]
fn an_alert_is_tracked_once_a_price_was_accepted() {
    let mut seen = with_status(OutcomeStatus::Tracking, sample::record());
    seen.outcome.snapshot_count = 1;
    let summary = Summary::of(&[seen, sample::record()]);
    assert_eq!((summary.tracked.count, summary.tracked.rate()), (1, Some(0.5)));
}

#[test]
fn a_label_counts_only_where_it_is_known() {
    let mut rug = sample::record();
    rug.outcome.is_rug = Some(true);
    let mut no_rug = sample::record();
    no_rug.outcome.is_rug = Some(false);
    let summary = Summary::of(&[rug, no_rug, sample::record(), sample::record()]);
    assert_eq!(summary.rugs, Tally { count: 1, known: 2, besides: 0 });
    assert_eq!(summary.pumps_50.rate(), None, "an unknown gain is no gain of 0");
}

#[test]
fn a_dump_stands_at_minus_20_after_24_hours() {
    let returned = |percent| {
        let mut record = sample::record();
        record.outcome.return_24h_pct = Some(percent);
        record
    };
    let summary = Summary::of(&[returned(-20.0), returned(-19.9), returned(5.0)]);
    assert_eq!(summary.dumps_20.count, 1);
    assert_eq!(summary.return_24h_pct.median, Some(-19.9));
}

#[test]
fn the_time_to_the_peak_is_that_of_those_that_rose() {
    let peaked = |gain, minutes: u64| {
        let mut record = gained(gain);
        record.outcome.peak_at = Some(record.alert.alerted_at.plus(Duration::from_secs(minutes * 60)));
        record
    };
    let summary = Summary::of(&[peaked(0.0, 1), peaked(5.0, 30), peaked(80.0, 90)]);
    assert_eq!(summary.median_time_to_peak, Some(Duration::from_secs(3_600)));
}

#[test]
fn one_tick_of_146145_percent_moves_the_mean_and_not_the_median() {
    let summary = Summary::of(&[gained(0.0), gained(5.0), gained(10.0), gained(146_145.0)]);
    assert_eq!(summary.max_gain_pct, Centre { known: 4, mean: Some(36_540.0), median: Some(7.5) });
}

#[test]
fn scores_are_grouped_by_value_and_the_unknown_is_a_group_of_its_own() {
    let scored = |score| {
        let mut record = sample::record();
        record.alert.features.final_score = score;
        record
    };
    let records = [scored(Some(9)), scored(None), scored(Some(10)), scored(Some(9))];
    let performance = grouped(&records, &["final_score"]);
    assert_eq!(sizes(&performance), [("9".to_owned(), 2), ("10".to_owned(), 1), ("unknown".to_owned(), 1)]);
    assert_eq!(performance.overall.alerts, 4);
}

#[test]
fn other_numbers_are_grouped_by_quantile_bins() {
    let records: Vec<_> = (0..100).map(|number| gained(f64::from(number) * 1.5)).collect();
    let labels: Vec<_> = sizes(&grouped(&records, &["max_gain_pct"]));
    let expected = ["[0, 30)", "[30, 60)", "[60, 90)", "[90, 120)", "[120, 148.5]"];
    assert_eq!(labels, expected.map(|label| (label.to_owned(), 20)));
}

#[test]
fn flags_texts_enums_and_days_are_groups_as_they_are() {
    let mut records = vec![sample::record(); 4];
    records[0].alert.features.lp_locked = Some(true);
    records[1].alert.features.lp_locked = Some(false);
    records[2].alert.features.dex_name = Some("raydium".to_owned());
    records[3].alert.alerted_at = records[3].alert.alerted_at.plus(Duration::from_secs(86_400));
    let of = |field| sizes(&grouped(&records, &[field])).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
    assert_eq!(of("lp_locked"), ["true", "false", "unknown"]);
    assert_eq!(of("dex_name"), ["raydium", "unknown"]);
    assert_eq!(of("status"), ["OUTCOME_STATUS_COMPLETE"]);
    assert_eq!(of("alerted_at"), ["2025-10-07", "2025-10-08"]);
}

#[test]
fn fields_are_crossed_and_only_groups_with_alerts_are_shown() {
    let mut records = vec![sample::record(); 3];
    records[0].alert.features.lp_locked = Some(true);
    records[0].alert.features.final_score = Some(9);
    records[1].alert.features.final_score = Some(8);
    let performance = grouped(&records, &["lp_locked", "final_score"]);
    let expected = [("true 9", 1), ("unknown 8", 1), ("unknown unknown", 1)];
    assert_eq!(sizes(&performance), expected.map(|(label, size)| (label.to_owned(), size)));
}

#[test]
fn a_bots_own_feature_can_be_of_several_sorts() {
    let with = |value| {
        let mut record = sample::record();
        record.alert.extra.insert("x".to_owned(), value);
        record
    };
    let records =
        [with(ExtraValue::Text("a".to_owned())), with(ExtraValue::Number(1.0)), with(ExtraValue::Boolean(false))];
    assert_eq!(sizes(&grouped(&records, &["extra.x"])).len(), 3);
}

#[test]
fn a_faulty_grouping_is_refused_with_what_is_wrong() {
    for (fields, message) in [
        (vec!["dex"], "there is no field \"dex\""),
        (vec!["alert_id"], "alert_id is another for every alert"),
        (vec!["lp_locked", "features.lp_locked"], "lp_locked is named twice"),
        (vec!["lp_locked", "dex_name", "feed_source", "status"], "at most 3 fields"),
    ] {
        let error = Grouping::parse(&fields).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn more_groups_than_anybody_can_read_are_refused() {
    let mut accumulator = Accumulator::new(Grouping::parse(&["symbol"]).unwrap());
    for number in 0..=MOST_GROUPS {
        let mut record = sample::record();
        record.alert.token.symbol = number.to_string();
        accumulator.add(&record);
    }
    let error = accumulator.finish().unwrap_err();
    assert!(error.to_string().starts_with("grouping by token.symbol makes 10001 groups"), "{error}");
}

#[test]
fn a_run_of_equal_numbers_is_never_cut() {
    let numbers = |zeros: usize| [vec![0.0; zeros], vec![1.0, 2.0, 3.0, 4.0, 5.0]].concat();
    let labels = |sorted: &[f64]| quantile_bins(sorted, 5).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(labels(&numbers(95)), ["[0, 1)", "[1, 5]"]);
    assert_eq!(labels(&[7.0; 10]), ["[7, 7]"]);
    assert_eq!(labels(&[]), [""; 0]);
}

proptest! {
    #[test]
    fn every_number_falls_into_exactly_one_bin(mut numbers in prop::collection::vec((-20..20_i8).prop_map(f64::from), 1..80), bins in 1..8_usize) {
        numbers.sort_by(f64::total_cmp);
        let cut = quantile_bins(&numbers, bins);
        prop_assert!((1..=bins).contains(&cut.len()));
        for number in &numbers {
            prop_assert_eq!(cut.iter().filter(|bin| bin.contains(*number)).count(), 1);
            prop_assert!(cut[bins::index_of(&cut, *number)].contains(*number));
        }
        prop_assert!(cut.iter().all(|bin| numbers.iter().any(|number| bin.contains(*number))), "an empty bin");
    }

    #[test]
    fn groups_part_the_whole(gains in prop::collection::vec(prop::option::of(-3..300_i16), 0..60), field in prop::sample::select(vec!["max_gain_pct", "final_score", "lp_locked", "extra.x"])) {
        let records: Vec<_> = gains.iter().enumerate().map(|(index, gain)| {
            let mut record = sample::record();
            record.outcome.max_gain_pct = gain.map(f64::from);
            record.alert.features.lp_locked = [None, Some(true), Some(false)][index % 3];
            record.alert.features.final_score = gain.map(|gain| i32::from(gain % 4));
            record
        }).collect();
        let performance = grouped(&records, &[field]);
        prop_assert_eq!(&performance.overall, &Summary::of(&records));
        let sum = |count: fn(&Summary) -> u32| performance.groups.iter().map(|group| count(&group.summary)).sum::<u32>();
        prop_assert_eq!(sum(|summary| summary.alerts), performance.overall.alerts);
        prop_assert_eq!(sum(|summary| summary.pumps_50.count), performance.overall.pumps_50.count);
        prop_assert_eq!(sum(|summary| summary.pumps_50.known), performance.overall.pumps_50.known);
    }

    #[test]
    fn permuting_the_alerts_changes_nothing((gains, shuffled) in prop::collection::vec(-1e9..1e9_f64, 0..40).prop_flat_map(|gains| (Just(gains.clone()), Just(gains).prop_shuffle()))) {
        let summary = |gains: &[f64]| Summary::of(&gains.iter().copied().map(gained).collect::<Vec<_>>());
        prop_assert_eq!(summary(&gains), summary(&shuffled));
    }
}
