//! Old prices become bars, and nothing else changes.

use std::time::Duration;

use anyhow::{Context, Result};
use domain::alert::{Alert, RecordedPeak};
use domain::bar::PriceBar;
use domain::outcome::Outcome;
use domain::timestamp::Timestamp;
use futures::TryStreamExt;
use store::observations::{HistoryPlace, PricePiece, Reception};
use store::retention::{KeepRaw, OldWeek, Rolled};

use crate::bars::{MONDAY, five_minute_bars, prices};
use crate::bench::Bench;
use crate::market::{alert, batch, look, minutes, new, price, token};

/// At once, without waiting for history that may still come.
pub const KEEP: KeepRaw = KeepRaw { for_at_least: Duration::from_hours(30 * 24), noticed_before: Duration::ZERO };

/// When the week before [`MONDAY`] is old, and the one after it is not.
pub fn later() -> Timestamp {
    MONDAY.plus(Duration::from_hours(33 * 24))
}

/// An import whose window lies half before and half after [`MONDAY`], sealed, with a price a minute.
pub async fn followed(bench: &Bench, number: u32) -> Result<Alert> {
    let mut import = alert(number, MONDAY.minus(minutes(30)));
    import.tracking_window = Some(minutes(60));
    let recorded = store::alerts::NewAlert { recorded_at: MONDAY.plus(minutes(90)), ..new(import.clone()) };
    bench.store.alerts().record(recorded, &bench.rules).await?;
    let seen = prices().into_iter().map(|seen| (token(number), seen)).collect();
    bench.store.observations().record(batch(seen), MONDAY.plus(minutes(90)), &bench.rules).await?;
    assert!(outcome(bench, &import).await?.sealed_at.is_some());
    Ok(import)
}

pub async fn outcome(bench: &Bench, alert: &Alert) -> Result<Outcome> {
    Ok(bench.store.alerts().get(alert.id).await?.context("recorded")?.outcome)
}

async fn only_old_week(bench: &Bench) -> Result<OldWeek> {
    let old = bench.store.retention().old_weeks(later(), KEEP).await?;
    assert_eq!(old.len(), 1);
    assert_eq!(old[0].starts_at(), MONDAY.minus(Duration::from_hours(7 * 24)));
    Ok(old[0])
}

/// Everything before [`MONDAY`] becomes bars.
pub async fn roll_up(bench: &Bench) -> Result<Rolled> {
    let week = only_old_week(bench).await?;
    Ok(bench.store.retention().roll_up(week, later(), KEEP).await?)
}

async fn history(bench: &Bench) -> Result<Vec<PricePiece>> {
    let from = HistoryPlace::begin(MONDAY.minus(minutes(30)));
    Ok(bench.store.observations().history(token(1), from, MONDAY.plus(minutes(40))).try_collect().await?)
}

fn bars_then_observations() -> Vec<PricePiece> {
    let seen = prices();
    let bars: Vec<PriceBar> = five_minute_bars(&seen[..30]);
    assert_eq!(bars.len(), 6);
    bars.into_iter().map(PricePiece::Bar).chain(seen[30..].iter().cloned().map(PricePiece::Observation)).collect()
}

pub async fn an_old_week_becomes_bars_and_its_prices_go(bench: &Bench) -> Result<()> {
    let import = followed(bench, 1).await?;
    let before = outcome(bench, &import).await?;
    assert_eq!(bench.store.retention().raw_from().await?, None);
    assert_eq!(roll_up(bench).await?, Rolled::Dropped { bars: 6, observations: 30 });
    assert_eq!(bench.store.retention().raw_from().await?, Some(MONDAY));
    assert_eq!(history(bench).await?, bars_then_observations());
    assert_eq!(bench.count("price_snapshots").await?, 30);
    assert_eq!(outcome(bench, &import).await?, before);
    assert_eq!(bench.store.retention().old_weeks(later(), KEEP).await?, []);
    // A page that went on inside of a bar gets the bar.
    let inside = HistoryPlace::behind(MONDAY.minus(minutes(7)), "dexscreener");
    let rest: Vec<_> = bench.store.observations().history(token(1), inside, MONDAY).try_collect().await?;
    assert_eq!(rest, bars_then_observations()[4..6]);
    Ok(())
}

pub async fn a_closed_week_takes_no_prices_and_other_weeks_do(bench: &Bench) -> Result<()> {
    let import = followed(bench, 1).await?;
    roll_up(bench).await?;
    let before = outcome(bench, &import).await?;
    let late = vec![
        (token(1), look(MONDAY.minus(Duration::from_secs(630)), 9.0)),
        (token(1), look(MONDAY.plus(Duration::from_secs(630)), 9.0)),
        // A week before, that was never there: history may still be brought along.
        (token(1), look(MONDAY.minus(Duration::from_hours(9 * 24)), 9.0)),
        (token(1), look(MONDAY.minus(Duration::from_secs(630)), 9.0)),
    ];
    let report = bench.store.observations().record(batch(late), later(), &bench.rules).await?;
    use Reception::{Accepted, OutsideRetention};
    assert_eq!(report.receptions, [OutsideRetention, Accepted, Accepted, OutsideRetention]);
    assert_eq!(outcome(bench, &import).await?, before, "what is stored stands");
    assert_eq!(bench.store.outcomes().refold(import.id, &bench.rules).await?, None);
    Ok(())
}

pub async fn a_peak_that_is_trusted_later_counts_without_the_prices(bench: &Bench) -> Result<()> {
    let mut import = followed(bench, 1).await?;
    roll_up(bench).await?;
    let before = outcome(bench, &import).await?;
    import.recorded_peak = Some(RecordedPeak { price_usd: price(50.0), at: None });
    import.trust_recorded_peak = true;
    bench.store.alerts().record(new(import.clone()), &bench.rules).await?;
    let after = outcome(bench, &import).await?;
    assert_eq!(after.peak_price_usd, Some(price(50.0)));
    assert_eq!((after.snapshot_count, after.exit_return_pct), (before.snapshot_count, before.exit_return_pct));
    Ok(())
}

pub async fn another_policy_leaves_outcomes_without_prices_as_they_are(bench: &Bench) -> Result<()> {
    let import = followed(bench, 1).await?;
    roll_up(bench).await?;
    let before = outcome(bench, &import).await?;
    let mut rules = bench.rules.clone();
    rules.policy.version = 2;
    rules.policy.exit.fee_pct = 5.0;
    let late = vec![(token(1), look(MONDAY.plus(Duration::from_secs(630)), 9.0))];
    bench.store.observations().record(batch(late), later(), &rules).await?;
    assert_eq!(outcome(bench, &import).await?, before);
    Ok(())
}

pub async fn a_week_that_an_open_outcome_needs_is_kept(bench: &Bench) -> Result<()> {
    followed(bench, 1).await?;
    let open = alert(2, MONDAY.minus(minutes(10)));
    bench.store.alerts().record(new(open), &bench.rules).await?;
    assert_eq!(roll_up(bench).await?, Rolled::Needed { unsealed: 1 });
    let late = vec![(token(1), look(MONDAY.minus(Duration::from_secs(630)), 2.0))];
    let report = bench.store.observations().record(batch(late), later(), &bench.rules).await?;
    assert_eq!(report.receptions, [Reception::Accepted], "it is still open");
    bench.store.outcomes().seal_due(later(), 10, &bench.rules).await?;
    assert_eq!(roll_up(bench).await?, Rolled::Dropped { bars: 6, observations: 31 });
    Ok(())
}

pub async fn history_that_is_being_brought_along_is_not_closed_in_the_middle(bench: &Bench) -> Result<()> {
    followed(bench, 1).await?;
    let keep = KeepRaw { noticed_before: Duration::from_hours(24), ..KEEP };
    let retention = bench.store.retention();
    let old = retention.old_weeks(later(), keep).await?;
    assert_eq!(retention.roll_up(old[0], later(), keep).await?, Rolled::JustNoticed);
    let next_day = later().plus(Duration::from_hours(24));
    assert_eq!(retention.old_weeks(next_day, keep).await?, old);
    assert!(matches!(retention.roll_up(old[0], next_day, keep).await?, Rolled::Dropped { .. }));
    Ok(())
}

pub async fn a_run_that_was_killed_is_taken_up_where_it_was(bench: &Bench) -> Result<()> {
    followed(bench, 1).await?;
    let week = only_old_week(bench).await?;
    // Killed after closing, with a bar or two written; then after all bars were.
    bench.behind_its_back("UPDATE price_weeks SET closed_at = noticed_at").await?;
    let old = bench.store.retention().old_weeks(later(), KEEP).await?;
    assert_eq!(old, [week]);
    assert_eq!(roll_up(bench).await?, Rolled::Dropped { bars: 6, observations: 30 });
    bench.behind_its_back("UPDATE price_weeks SET dropped_at = NULL").await?;
    assert_eq!(bench.store.retention().old_weeks(later(), KEEP).await?, [week]);
    assert_eq!(roll_up(bench).await?, Rolled::Dropped { bars: 0, observations: 0 });
    assert_eq!(history(bench).await?, bars_then_observations());
    Ok(())
}

pub async fn two_that_roll_one_week_at_once_leave_the_same_bars(bench: &Bench) -> Result<()> {
    for number in 1..4 {
        followed(bench, number).await?;
    }
    let week = only_old_week(bench).await?;
    let other = bench.another().await?;
    let (here, there) = (bench.store.retention(), other.retention());
    let (one, two) = tokio::join!(here.roll_up(week, later(), KEEP), there.roll_up(week, later(), KEEP));
    for rolled in [one?, two?] {
        assert!(matches!(rolled, Rolled::Dropped { .. } | Rolled::Busy), "{rolled:?}");
    }
    assert_eq!(history(bench).await?, bars_then_observations());
    assert_eq!((bench.count("price_bars").await?, bench.count("price_snapshots").await?), (18, 90));
    Ok(())
}
