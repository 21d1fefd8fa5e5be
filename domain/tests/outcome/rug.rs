use std::time::Duration;

use domain::outcome::{Outcome, RugReason};
use domain::quantity::AmountUsd;

use crate::tape::{HOUR, Tape, WINDOW, at, look};

const END: f64 = WINDOW;

fn drained(usd: f64) -> Tape {
    Tape::new().steady(0.0, END, 1.0).liquidity(0.0, 100.0, 20_000.0).liquidity(100.0, END, usd)
}

fn is_removed(outcome: &Outcome) -> bool {
    outcome.rug_reason == Some(RugReason::LiquidityRemoved)
}

#[test]
fn liquidity_that_falls_by_over_80_pct_and_stays_there_was_removed() {
    let outcome = drained(3_999.0).sealed();
    assert_eq!(outcome.is_rug, Some(true));
    assert_eq!(outcome.rug_reason, Some(RugReason::LiquidityRemoved));
    assert_eq!(outcome.rug_hit_at, Some(at(100.0)), "the first breach");
    assert_eq!(outcome.rug_at, Some(at(102.0)), "the third observation, 2 min later");
    assert_eq!(outcome.rug_after_pump, Some(false));
    assert_eq!(drained(4_001.0).sealed().is_rug, Some(false));
}

#[test]
fn it_takes_3_observations_over_at_least_2_min() {
    let down_for = |looks: &[f64]| {
        let mut tape = Tape::new().steady(0.0, 100.0, 1.0);
        for &minutes in looks {
            tape = tape.look(minutes, 1.0);
        }
        tape.liquidity(0.0, 100.0, 20_000.0).liquidity(100.0, END, 10.0).open()
    };
    assert_eq!(down_for(&[100.0, 101.0]).is_rug, Some(false));
    assert_eq!(down_for(&[100.0, 103.0]).is_rug, Some(false), "two are too few, however far apart");
    assert_eq!(down_for(&[100.0, 100.5, 101.0, 101.9]).is_rug, Some(false), "four within 2 min are too quick");
    assert_eq!(down_for(&[100.0, 100.5, 102.0]).is_rug, Some(true));
}

#[test]
fn liquidity_that_comes_back_was_not_removed() {
    let outcome = drained(10.0).liquidity(102.0, END, 15_000.0).sealed();
    assert_eq!((outcome.is_rug, outcome.rug_hit_at), (Some(false), None));
}

#[test]
fn one_bad_liquidity_tick_makes_no_rug() {
    for bad in [0.0, 1.0, 200_000.0, 1e9] {
        let tape = Tape::new().steady(0.0, END, 1.0).liquidity(0.0, END, 20_000.0).liquidity(100.0, 100.5, bad);
        assert_eq!(tape.sealed().is_rug, Some(false), "{bad}");
    }
}

#[test]
fn one_bad_liquidity_tick_after_an_outage_makes_no_rug() {
    let mut tape = Tape::new().steady(0.0, END, 1.0).liquidity(0.0, END, 20_000.0).liquidity(100.0, 100.5, 1e9);
    tape.observations.retain(|look| look.observed_at < at(90.0) || look.observed_at >= at(100.0));
    assert_eq!(tape.sealed().is_rug, Some(false));
}

#[test]
fn liquidity_that_is_taken_out_within_a_minute_of_the_first_look_was_removed() {
    let outcome = Tape::new().steady(0.0, END, 1.0).liquidity(0.0, END, 10.0).liquidity(0.0, 0.5, 50_000.0).sealed();
    assert!(is_removed(&outcome));
    assert_eq!(outcome.rug_hit_at, Some(at(1.0)));
}

#[test]
fn a_drained_pool_is_not_forgotten_for_others_that_come_into_sight() {
    let mut tape = drained(5.0);
    for (index, pool) in ["pool-b", "pool-c", "pool-d", "pool-e"].into_iter().enumerate() {
        let mut other = look(100.3 + index as f64 / 10.0, 1.0);
        other.pool = Some(pool.into());
        other.liquidity_usd = AmountUsd::new(50.0).ok();
        tape = tape.seen(other);
    }
    tape.observations.sort_by_key(|look| look.observed_at);
    assert_eq!(tape.sealed().rug_at, Some(at(102.0)));
}

#[test]
fn the_maximum_is_that_of_the_trailing_hour() {
    let bled = |minutes: f64| {
        Tape::new()
            .steady(0.0, END, 1.0)
            .liquidity(0.0, 100.0, 20_000.0)
            .liquidity(100.0, 100.0 + minutes, 6_000.0)
            .liquidity(100.0 + minutes, END, 2_000.0)
            .sealed()
    };
    assert!(is_removed(&bled(55.0)), "20,000 was less than an hour ago");
    assert_eq!(bled(65.0).is_rug, Some(false), "6,000 → 2,000 is no 80 %");
}

#[test]
fn the_maximum_is_frozen_at_the_breach() {
    // Three looks down, 40 min apart: by the third the maximum is out of the trailing hour.
    let outcome = Tape::new()
        .steady(0.0, 100.0, 1.0)
        .looks(&[(130.0, 1.0), (170.0, 1.0), (210.0, 1.0)])
        .liquidity(0.0, 100.0, 20_000.0)
        .liquidity(100.0, END, 100.0)
        .open();
    assert!(is_removed(&outcome));
    assert_eq!(outcome.rug_hit_at, Some(at(130.0)));
}

#[test]
fn it_must_have_stood_at_1000_usd_or_more() {
    let from =
        |usd: f64| Tape::new().steady(0.0, END, 1.0).liquidity(0.0, 100.0, usd).liquidity(100.0, END, 1.0).sealed();
    assert!(is_removed(&from(1_000.0)));
    assert_eq!(from(999.0).is_rug, Some(false));
}

#[test]
fn a_move_to_another_pool_is_a_migration_and_no_rug() {
    let outcome = drained(2_000.0).pool(100.0, END, "pool-b").sealed();
    assert_eq!(outcome.is_rug, Some(false));
}

#[test]
fn a_drained_pool_beside_the_one_that_took_its_liquidity_is_a_migration() {
    let mut tape = drained(5.0);
    for minute in 100..400 {
        let mut other = look(f64::from(minute) + 0.5, 1.0);
        other.pool = Some("pool-b".into());
        other.liquidity_usd = AmountUsd::new(18_000.0).ok();
        tape = tape.seen(other);
    }
    tape.observations.sort_by_key(|look| look.observed_at);
    // The old pool lingers for a day after the last look at the new one.
    assert_eq!(tape.sealed().is_rug, Some(false));
}

#[test]
fn two_sources_that_take_turns_do_not_hide_a_drained_pool() {
    let mut tape = drained(5.0);
    for minute in 0..2_880 {
        let mut other = look(f64::from(minute) + 0.5, 1.0);
        other.source = "jupiter".into();
        other.pool = None;
        other.liquidity_usd = AmountUsd::new(if minute < 100 { 21_000.0 } else { 6.0 }).ok();
        tape = tape.seen(other);
    }
    tape.observations.sort_by_key(|look| look.observed_at);
    let outcome = tape.sealed();
    assert!(is_removed(&outcome));
    assert_eq!(outcome.rug_hit_at, Some(at(100.0)));
}

#[test]
fn two_sources_that_mean_different_liquidity_are_not_compared() {
    let mut tape = Tape::new().steady(0.0, END, 1.0).liquidity(0.0, END, 900_000.0);
    for (index, look) in tape.observations.iter_mut().enumerate() {
        if index % 7 > 2 {
            look.source = "jupiter".into();
            look.pool = None;
            look.liquidity_usd = AmountUsd::new(5_000.0).ok();
        }
    }
    assert_eq!(tape.sealed().is_rug, Some(false));
}

#[test]
fn zero_or_missing_liquidity_on_a_bonding_curve_dex_is_no_evidence() {
    let on_curve = |dex: &'static str, liquidity: Option<f64>| {
        drained(0.0)
            .with(0.0, END, move |look| look.dex_name = Some(dex.into()))
            .with(100.0, END, move |look| look.liquidity_usd = liquidity.and_then(|usd| AmountUsd::new(usd).ok()))
            .sealed()
    };
    assert_eq!(on_curve("pumpfun", Some(0.0)).is_rug, Some(false));
    assert_eq!(on_curve("PumpFun", Some(0.0)).is_rug, Some(false));
    assert_eq!(on_curve("pumpfun", None).is_rug, Some(false));
    assert!(is_removed(&on_curve("pumpswap", Some(0.0))));
    assert!(is_removed(&on_curve("pumpfun", Some(50.0))), "what is not zero is evidence");
}

#[test]
fn unknown_liquidity_is_no_evidence_anywhere() {
    let gaps = drained(5.0).with(101.0, 150.0, |look| look.liquidity_usd = None);
    let outcome = gaps.sealed();
    assert!(is_removed(&outcome), "nor does it end a breach");
    assert_eq!(outcome.rug_at, Some(at(151.0)));
    let vanished = drained(5.0).with(100.0, END, |look| look.liquidity_usd = None);
    assert_eq!(vanished.sealed().is_rug, Some(false));
}

#[test]
fn a_removal_is_never_taken_back() {
    let outcome = drained(5.0).liquidity(200.0, END, 50_000.0).sealed();
    assert!(is_removed(&outcome));
}

/// At 1 USD until `fall`, then at `low`.
fn collapsed(fall: f64, low: f64) -> Tape {
    Tape::new().steady(0.0, fall, 1.0).steady(fall, END, low)
}

#[test]
fn a_price_collapse_is_from_half_of_entry_to_under_a_fifth_within_60_min_and_under_it_for_60_min() {
    let outcome = collapsed(100.0, 0.1).sealed();
    assert_eq!(outcome.rug_reason, Some(RugReason::PriceCollapse));
    assert_eq!(outcome.rug_hit_at, Some(at(100.0)));
    assert_eq!(outcome.rug_at, Some(at(160.0)));
    assert_eq!(outcome.is_dead, Some(false));
    assert_eq!(outcome.fell_80, Some(true));
    assert_eq!(collapsed(100.0, 0.21).sealed().is_rug, Some(false));
}

#[test]
fn a_fall_from_half_within_60_min_counts_and_a_slower_one_is_dead() {
    let through = |minutes: f64| {
        Tape::new()
            .steady(0.0, 100.0, 1.0)
            .look(100.0, 0.5)
            .steady(101.0, 101.0 + minutes, 0.3)
            .steady(101.0 + minutes, END, 0.15)
            .tick(99.0, 0.5)
            .sealed()
    };
    let fast = through(58.0);
    assert_eq!((fast.is_rug, fast.is_dead), (Some(true), Some(false)));
    let slow = through(60.0);
    assert_eq!((slow.is_rug, slow.is_dead, slow.fell_80), (Some(false), Some(true), Some(true)));
    assert_eq!(slow.rug_hit_at, None);
}

#[test]
fn under_it_for_less_than_60_min_is_no_collapse() {
    let outcome = collapsed(100.0, 0.1).with(159.0, END, |look| look.price_usd = crate::tape::price(0.45)).sealed();
    assert_eq!((outcome.is_rug, outcome.is_dead, outcome.fell_80), (Some(false), Some(false), Some(true)));
}

#[test]
fn one_bad_tick_saves_no_collapse() {
    for bad in [0.4, 0.21] {
        let outcome = collapsed(100.0, 0.1).tick(130.0, bad).sealed();
        assert_eq!(outcome.rug_at, Some(at(160.0)), "a tick of {bad}");
    }
}

#[test]
fn one_bad_tick_up_does_not_make_a_slow_death_a_collapse() {
    let bled = Tape::new().each_minute(0.0, END, |minutes| (1.0 - minutes / 300.0).max(0.15));
    assert_eq!((bled.sealed().is_rug, bled.sealed().is_dead), (Some(false), Some(true)));
    let ticked = bled.tick(250.0, 0.6).sealed();
    assert_eq!((ticked.is_rug, ticked.is_dead), (Some(false), Some(true)));
}

#[test]
fn observations_too_far_apart_to_tell_are_dead_and_no_rug() {
    let unseen_fall = Tape::import().looks(&[(1.0, 1.0), (HOUR, 0.9), (24.0 * HOUR, 0.05)]).sealed();
    assert_eq!((unseen_fall.is_rug, unseen_fall.is_dead, unseen_fall.fell_80), (Some(false), Some(true), Some(true)));
    let unseen_stay = Tape::import().looks(&[(1.0, 1.0), (20.0, 0.1), (24.0 * HOUR, 0.05)]).sealed();
    assert_eq!((unseen_stay.is_rug, unseen_stay.is_dead), (Some(false), Some(true)));
}

#[test]
fn the_bots_price_is_no_height_to_fall_from() {
    let outcome = Tape::new().steady(16.0, END, 0.1).sealed();
    assert_eq!((outcome.is_rug, outcome.is_dead), (Some(false), Some(true)));
}

#[test]
fn a_fall_that_the_windows_end_cuts_short_is_dead_and_no_rug() {
    let outcome = collapsed(END - 30.0, 0.1).sealed();
    assert_eq!((outcome.is_rug, outcome.is_dead), (Some(false), Some(true)));
}

#[test]
fn sixty_min_above_half_of_entry_take_a_collapse_back() {
    let recovered = |minutes: f64| {
        Tape::new()
            .steady(0.0, 100.0, 1.0)
            .steady(100.0, 300.0, 0.15)
            .steady(300.0, 300.0 + minutes, 0.6)
            .steady(300.0 + minutes, END, 0.3)
            .sealed()
    };
    let cleared = recovered(61.0);
    assert_eq!((cleared.is_rug, cleared.rug_reason, cleared.rug_at), (Some(false), None, None));
    assert_eq!(cleared.rug_hit_at, Some(at(100.0)), "the first breach stays");
    assert_eq!(cleared.rug_after_pump, Some(false));
    let too_short = recovered(60.0);
    assert_eq!(too_short.is_rug, Some(true));
}

#[test]
fn a_recovery_takes_a_slow_death_back_too() {
    let outcome = Tape::new()
        .each_minute(0.0, 600.0, |minutes| (1.0 - minutes / 300.0).max(0.15))
        .steady(600.0, END, 0.7)
        .sealed();
    assert_eq!((outcome.is_dead, outcome.fell_80), (Some(false), Some(true)));
}

#[test]
fn a_recovery_never_takes_a_removal_back_that_stands_beside_the_collapse() {
    let outcome = Tape::new()
        .steady(0.0, 100.0, 1.0)
        .steady(100.0, 300.0, 0.15)
        .steady(300.0, END, 0.9)
        .liquidity(0.0, 200.0, 20_000.0)
        .liquidity(200.0, END, 5.0)
        .sealed();
    assert!(is_removed(&outcome));
    assert_eq!(outcome.rug_hit_at, Some(at(100.0)));
}

#[test]
fn a_token_that_collapsed_again_after_it_recovered_is_a_rug_again() {
    let outcome = Tape::new()
        .steady(0.0, 100.0, 1.0)
        .steady(100.0, 300.0, 0.15)
        .steady(300.0, 500.0, 0.6)
        .steady(500.0, END, 0.1)
        .sealed();
    assert_eq!(outcome.rug_reason, Some(RugReason::PriceCollapse));
    assert_eq!(outcome.rug_at, Some(at(560.0)));
    assert_eq!(outcome.rug_hit_at, Some(at(100.0)));
}

#[test]
fn it_is_never_measured_from_the_peak() {
    let outcome = Tape::new().steady(0.0, 60.0, 1.0).steady(60.0, 120.0, 4.5).steady(120.0, END, 0.6).sealed();
    assert_eq!((outcome.is_rug, outcome.is_dead), (Some(false), Some(false)));
}

#[test]
fn a_rug_after_a_gain_over_50_pct_counts_in_both_rates() {
    let outcome = Tape::new().steady(0.0, 60.0, 1.0).steady(60.0, 100.0, 1.8).steady(100.0, END, 0.1).sealed();
    assert_eq!((outcome.is_rug, outcome.rug_after_pump), (Some(true), Some(true)));
    assert!(outcome.max_gain_pct.unwrap() > 50.0);
    let after = Tape::new()
        .steady(0.0, 100.0, 1.0)
        .steady(100.0, END, 2.0)
        .liquidity(0.0, 50.0, 20_000.0)
        .liquidity(50.0, END, 5.0)
        .sealed();
    assert_eq!((after.is_rug, after.rug_after_pump), (Some(true), Some(false)), "the gain came after the rug");
}

#[test]
fn a_round_trip_is_a_gain_of_100_pct_or_more_that_ended_at_or_below_entry_and_no_rug() {
    let ended = |peak: f64, end: f64| {
        let outcome = Tape::new().steady(0.0, 60.0, 1.0).steady(60.0, 100.0, peak).steady(100.0, END, end).sealed();
        assert_eq!(outcome.is_rug, Some(false));
        outcome.round_trip
    };
    assert_eq!(ended(2.0, 1.0), Some(true));
    assert_eq!(ended(1.99, 1.0), Some(false));
    assert_eq!(ended(2.0, 1.01), Some(false));
    assert_eq!(Tape::new().steady(0.0, 60.0, 1.0).steady(60.0, 100.0, 2.0).look(100.0, 0.9).open().round_trip, None);
}

#[test]
fn no_label_ever_stops_the_tracking() {
    let outcome = collapsed(100.0, 0.1).with(500.0, END, |look| look.price_usd = crate::tape::price(0.4)).sealed();
    let after = Tape::new().steady(0.0, 100.0, 1.0).steady(100.0, 500.0, 0.25).steady(500.0, END, 1.2);
    let winner = after.with(1_000.0, END, |look| look.price_usd = crate::tape::price(5.0));
    assert_eq!(outcome.snapshot_count, 2_880);
    assert!(winner.sealed().max_gain_pct.unwrap() > 399.0);
}

#[test]
fn an_import_of_a_week_keeps_its_minutes_apart() {
    let mut tape = Tape::import();
    tape.subject.window = Duration::from_secs(7 * 86_400);
    let tape = tape.steady(0.0, 7.0 * 24.0 * HOUR, 1.0).liquidity(0.0, 9_000.0, 5_000.0).liquidity(9_000.0, 1e5, 1.0);
    assert_eq!(tape.sealed().rug_hit_at, Some(at(9_000.0)));
}
