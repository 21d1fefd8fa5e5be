use domain::outcome::ExitReason;

use crate::tape::{Tape, WINDOW, at, close};

const END: f64 = WINDOW;

/// What fee and impact leave of one side, in a pool of that liquidity.
fn side(liquidity: f64) -> f64 {
    0.99 * (1.0 - 100.0 / (liquidity / 2.0 + 100.0))
}

fn net(bought: f64, sold: f64, liquidity: f64) -> f64 {
    (sold / bought * side(liquidity) * side(liquidity) - 1.0) * 100.0
}

fn in_pool(tape: Tape) -> Tape {
    tape.liquidity(0.0, END, 20_000.0)
}

#[test]
fn bought_at_the_first_observation_60_s_or_more_after_the_alert() {
    let outcome = in_pool(Tape::new().looks(&[(0.0, 1.0), (0.99, 1.1), (1.0, 1.25)]).steady(2.0, END, 1.3)).sealed();
    close(outcome.exit_return_pct, net(1.25, 1.3, 20_000.0));
    assert_eq!(outcome.exit_reason, Some(ExitReason::WindowEnd));
    assert_eq!(outcome.exit_at, Some(at(END - 1.0)));
    assert!(!outcome.exit_liquidity_assumed);
}

#[test]
fn a_fee_of_1_pct_a_side_and_the_price_impact_of_100_usd() {
    let outcome = Tape::new().steady(0.0, END, 1.0).liquidity(0.0, END, 1_800.0).sealed();
    // 100 / (900 + 100) = 10 % a side.
    close(outcome.exit_return_pct, (0.99 * 0.9 * 0.99 * 0.9 - 1.0) * 100.0);
}

#[test]
fn sold_at_the_observation_after_the_trailing_stop_15_pct_below_the_peak() {
    let outcome = in_pool(
        Tape::new()
            .steady(0.0, 10.0, 1.0)
            .steady(10.0, 20.0, 2.0)
            .look(20.0, 1.71)
            .look(21.0, 1.70)
            .look(22.0, 1.5)
            .steady(23.0, END, 9.0),
    )
    .sealed();
    assert_eq!(outcome.exit_reason, Some(ExitReason::TrailingStop));
    assert_eq!(outcome.exit_at, Some(at(22.0)));
    close(outcome.exit_return_pct, net(1.0, 1.5, 20_000.0));
}

#[test]
fn the_trailing_stop_is_armed_at_plus_10_pct() {
    let fallen = |peak: f64| {
        in_pool(Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, peak).steady(20.0, END, 0.9)).sealed()
    };
    assert_eq!(fallen(1.09).exit_reason, Some(ExitReason::WindowEnd));
    assert_eq!(fallen(1.1).exit_reason, Some(ExitReason::TrailingStop));
}

#[test]
fn a_tick_that_nobody_could_have_sold_at_moves_no_stop() {
    let outcome = in_pool(Tape::new().steady(0.0, END, 1.0).tick(50.0, 4.0)).sealed();
    assert_eq!(outcome.exit_reason, Some(ExitReason::WindowEnd));
}

#[test]
fn the_hard_stop_is_at_minus_40_pct() {
    let outcome = in_pool(
        Tape::new().steady(0.0, 10.0, 1.0).look(10.0, 0.61).look(11.0, 0.6).look(12.0, 0.55).steady(13.0, END, 2.0),
    )
    .sealed();
    assert_eq!(outcome.exit_reason, Some(ExitReason::HardStop));
    assert_eq!(outcome.exit_at, Some(at(12.0)));
    close(outcome.exit_return_pct, net(1.0, 0.55, 20_000.0));
}

#[test]
fn a_fall_through_both_stops_was_stopped_by_the_higher_one() {
    let outcome = in_pool(Tape::new().steady(0.0, 10.0, 1.0).steady(10.0, 20.0, 1.5).steady(20.0, END, 0.4)).sealed();
    assert_eq!(outcome.exit_reason, Some(ExitReason::TrailingStop));
    close(outcome.exit_return_pct, net(1.0, 0.4, 20_000.0));
}

#[test]
fn unknown_liquidity_is_taken_as_10000_usd_and_flagged() {
    let unknown = Tape::new().steady(0.0, END, 1.0).sealed();
    assert!(unknown.exit_liquidity_assumed);
    close(unknown.exit_return_pct, net(1.0, 1.0, 10_000.0));
    let at_sale = Tape::new().steady(0.0, END, 1.0).liquidity(0.0, 5.0, 10_000.0).sealed();
    assert!(at_sale.exit_liquidity_assumed);
    close(at_sale.exit_return_pct, net(1.0, 1.0, 10_000.0));
}

#[test]
fn zero_liquidity_on_a_bonding_curve_is_unknown_liquidity() {
    let outcome = Tape::new()
        .steady(0.0, END, 1.0)
        .liquidity(0.0, END, 0.0)
        .with(0.0, END, |look| look.dex_name = Some("pumpfun".into()))
        .sealed();
    assert!(outcome.exit_liquidity_assumed);
    close(outcome.exit_return_pct, net(1.0, 1.0, 10_000.0));
}

#[test]
fn everything_is_lost_where_the_liquidity_is_gone() {
    let removed = Tape::new().steady(0.0, END, 1.0).liquidity(0.0, 100.0, 20_000.0).liquidity(100.0, END, 5.0).sealed();
    assert_eq!((removed.exit_reason, removed.exit_return_pct), (Some(ExitReason::LiquidityGone), Some(-100.0)));
    assert_eq!(removed.exit_at, removed.rug_at);
    let at_sale = Tape::new()
        .steady(0.0, 10.0, 1.0)
        .steady(10.0, END, 0.5)
        .liquidity(0.0, 11.0, 20_000.0)
        .liquidity(11.0, END, 0.0)
        .sealed();
    assert_eq!((at_sale.exit_reason, at_sale.exit_return_pct), (Some(ExitReason::LiquidityGone), Some(-100.0)));
    assert_eq!(at_sale.exit_at, Some(at(11.0)));
}

#[test]
fn what_was_sold_before_the_liquidity_went_keeps_its_return() {
    let outcome = Tape::new()
        .steady(0.0, 10.0, 1.0)
        .steady(10.0, END, 0.5)
        .liquidity(0.0, 100.0, 20_000.0)
        .liquidity(100.0, END, 0.0)
        .sealed();
    assert_eq!(outcome.exit_reason, Some(ExitReason::HardStop));
}

#[test]
fn unsold_at_the_end_is_the_last_price() {
    let outcome = in_pool(Tape::new().steady(0.0, END - 1.0, 1.0).look(END - 1.0, 1.05)).sealed();
    close(outcome.exit_return_pct, net(1.0, 1.05, 20_000.0));
    // A stop that nobody could execute any more.
    let stopped = in_pool(Tape::new().steady(0.0, END - 1.0, 1.0).look(END - 1.0, 0.5)).sealed();
    assert_eq!(stopped.exit_reason, Some(ExitReason::WindowEnd));
    close(stopped.exit_return_pct, net(1.0, 0.5, 20_000.0));
}

#[test]
fn an_open_position_has_no_return_yet() {
    let tape = in_pool(Tape::new().steady(0.0, 100.0, 1.0));
    assert_eq!((tape.open().exit_return_pct, tape.open().exit_reason), (None, None));
    let sold = in_pool(Tape::new().steady(0.0, 100.0, 1.0).steady(100.0, 103.0, 0.5));
    assert_eq!(sold.open().exit_reason, Some(ExitReason::HardStop));
}
