//! Replaying a changed policy.

use std::time::Duration;

use anyhow::{Context, Result};
use domain::alert::AlertId;
use domain::filter::Filter;
use domain::outcome::Outcome;
use domain::timestamp::Timestamp;
use futures::{StreamExt, TryStreamExt};
use store::alerts::AlertedBetween;
use store::outcomes::{RelabelProgress, RelabelQuery};
use store::{Rules, Store};

use crate::bench::Bench;
use crate::market::{Dice, START, alert, batch, look, minutes, new, token};
use crate::retention;

fn everything() -> RelabelQuery {
    RelabelQuery { window: AlertedBetween::default(), filter: Filter::everything(), approximate: false, dry_run: false }
}

/// Another policy: nearly every label is made otherwise.
fn changed(rules: &Rules) -> Rules {
    let mut rules = rules.clone();
    rules.policy.version = 2;
    rules.policy.hygiene.hold_beyond_factor = 9.0;
    rules.policy.peak.pump_gain_pct = 30.0;
    rules.policy.exit.trailing_stop_pct = 25.0;
    rules.policy.rug.collapse_to_share = 0.35;
    rules.policy.rug.collapse_stays_seconds = 600;
    rules.policy.seal.after_seconds = 7_200;
    rules
}

async fn run(store: &Store, query: RelabelQuery, rules: &Rules, now: Timestamp) -> Result<RelabelProgress> {
    let all: Vec<_> = store.outcomes().relabel(query, rules, move || now).try_collect().await?;
    assert!(all.iter().rev().skip(1).all(|one| !one.done));
    all.last().copied().filter(|last| last.done).context("it ends, and says so")
}

async fn outcome(bench: &Bench, id: AlertId) -> Result<Outcome> {
    Ok(bench.store.alerts().get(id).await?.context("recorded")?.outcome)
}

async fn equals_a_fresh_fold(bench: &Bench, id: AlertId, rules: &Rules) -> Result<()> {
    let refold = bench.store.outcomes().refold(id, rules).await?.context("recorded")?;
    assert_eq!(refold.stored_state, refold.fresh_state);
    assert_eq!(refold.stored, refold.fresh);
    Ok(())
}

/// The same alerts twice, on tokens of their own: followed under `rules`, and under other ones. Some windows are over, some
/// sealed, some open.
async fn twins(bench: &Bench, rules: [&Rules; 2], now: Timestamp) -> Result<Vec<[AlertId; 2]>> {
    let mut twins = Vec::new();
    let mut dice = Dice::new(41);
    for number in 0..40 {
        let at = START.plus(minutes(dice.below(300)));
        let is_import = dice.below(3) == 0;
        let walk: Vec<_> = (0..dice.below(90))
            .map(|minute| {
                let usd = [0.1, 0.3, 0.9, 1.0, 1.1, 1.4, 1.6, 2.5, 7.0][usize::try_from(dice.below(9)).unwrap_or(0)];
                look(at.plus(minutes(minute * (1 + dice.below(2)))), usd)
            })
            .collect();
        let mut ids = Vec::new();
        for (side, rules) in (0..).zip(rules) {
            let token_number = number + 1_000 * side;
            let mut alert = alert(token_number, at);
            alert.tracking_window = is_import.then_some(minutes(60));
            ids.push(alert.id);
            let rules = Rules { tracking_window: Duration::from_hours(2), ..rules.clone() };
            bench.store.alerts().record(new(alert), &rules).await?;
            for some in walk.chunks(7) {
                let seen = some.iter().map(|seen| (token(token_number), seen.clone())).collect();
                bench.store.observations().record(batch(seen), now, &rules).await?;
            }
        }
        twins.push([ids[0], ids[1]]);
    }
    Ok(twins)
}

pub async fn relabelling_gives_what_the_policy_would_have_said_live(bench: &Bench) -> Result<()> {
    let new_rules = changed(&bench.rules);
    let now = START.plus(minutes(300));
    let twins = twins(bench, [&bench.rules, &new_rules], now).await?;
    // Sealing by each policy of its own: by the new one it is due later.
    while !bench.store.outcomes().seal_due(now, 100, &bench.rules).await?.is_empty() {}
    let progress = run(&bench.store, everything(), &new_rules, now).await?;
    assert_eq!((progress.alerts, progress.examined, progress.policy_version), (80, 80, 2));
    assert!(progress.changed > 10, "{progress:?}");
    assert!(progress.pumps_lost > 0 && progress.rugs_gained > 0, "{progress:?}");
    let mut open = 0;
    for [relabelled, live] in twins {
        let (relabelled_outcome, live_outcome) = (outcome(bench, relabelled).await?, outcome(bench, live).await?);
        assert_eq!(relabelled_outcome, live_outcome);
        assert_eq!(relabelled_outcome.policy_version, 2);
        open += u32::from(relabelled_outcome.sealed_at.is_none());
        for id in [relabelled, live] {
            equals_a_fresh_fold(bench, id, &new_rules).await?;
        }
    }
    assert!(open > 0, "some are open");
    Ok(())
}

pub async fn a_relabelling_that_is_broken_off_goes_on_where_it_was(bench: &Bench) -> Result<()> {
    let new_rules = changed(&bench.rules);
    let now = START.plus(Duration::from_hours(100));
    twins(bench, [&bench.rules, &bench.rules], now).await?;
    let dry = RelabelQuery { dry_run: true, ..everything() };
    let would = run(&bench.store, dry.clone(), &new_rules, now).await?;
    assert_eq!((would.alerts, would.examined), (80, 80));
    assert!(would.changed > 0);
    assert_eq!(run(&bench.store, dry, &new_rules, now).await?, would, "nothing was changed");
    // Broken off after the first alerts.
    let stream = bench.store.outcomes().relabel(everything(), &new_rules, move || now);
    let first: Vec<_> = stream.take(3).try_collect().await?;
    let first = first.last().context("told")?;
    assert!(first.examined < 80 && first.changed > 0 && !first.done, "{first:?}");
    let rest = run(&bench.store, everything(), &new_rules, now).await?;
    assert_eq!((rest.examined, rest.changed), (80, would.changed - first.changed));
    assert_eq!(rest.rugs_gained, would.rugs_gained - first.rugs_gained);
    let again = run(&bench.store, everything(), &new_rules, now).await?;
    assert_eq!((again.examined, again.changed), (80, 0));
    Ok(())
}

pub async fn two_relabellings_and_late_prices_at_once_leave_no_outcome_wrong(bench: &Bench) -> Result<()> {
    let new_rules = changed(&bench.rules);
    let now = START.plus(Duration::from_hours(100));
    let twins = twins(bench, [&bench.rules, &bench.rules], now).await?;
    let other = bench.another().await?;
    let late = async {
        for number in 0..40_u32 {
            let at = START.plus(Duration::from_secs(u64::from(number) * 97 + 3));
            let seen = vec![(token(number), look(at, 1.3)), (token(1_000 + number), look(at, 1.3))];
            bench.store.observations().record(batch(seen), now, &new_rules).await?;
        }
        anyhow::Ok(())
    };
    let (one, two, late) = tokio::join!(
        run(&bench.store, everything(), &new_rules, now),
        run(&other, everything(), &new_rules, now),
        late,
    );
    late?;
    assert!(one?.done && two?.done);
    for id in twins.into_iter().flatten() {
        assert_eq!(outcome(bench, id).await?.policy_version, 2);
        equals_a_fresh_fold(bench, id, &new_rules).await?;
    }
    Ok(())
}

pub async fn only_the_alerts_asked_for_are_relabelled(bench: &Bench) -> Result<()> {
    let new_rules = changed(&bench.rules);
    let now = START.plus(Duration::from_hours(100));
    for number in 0..4 {
        let mut alert = alert(number, START.plus(minutes(u64::from(number))));
        alert.features.final_score = Some(i32::try_from(number)?);
        bench.store.alerts().record(new(alert), &bench.rules).await?;
    }
    let window = AlertedBetween { start: Some(START.plus(minutes(1))), end: None };
    let query = RelabelQuery { window, filter: Filter::parse("final_score < 3")?, ..everything() };
    let progress = run(&bench.store, query, &new_rules, now).await?;
    assert_eq!((progress.alerts, progress.examined), (2, 2));
    let all: Vec<_> = bench.store.alerts().stream(AlertedBetween::default()).try_collect().await?;
    let versions: Vec<_> = all.iter().map(|record| record.outcome.policy_version).collect();
    assert_eq!(versions, [1, 2, 2, 1]);
    Ok(())
}

pub async fn beyond_retention_only_bars_are_replayed_and_only_where_asked_for(bench: &Bench) -> Result<()> {
    let new_rules = changed(&bench.rules);
    let import = retention::followed(bench, 1).await?;
    retention::roll_up(bench).await?;
    let before = outcome(bench, import.id).await?;
    let progress = run(&bench.store, everything(), &new_rules, retention::later()).await?;
    assert_eq!((progress.examined, progress.beyond_retention, progress.changed), (1, 1, 0));
    assert_eq!(outcome(bench, import.id).await?, before);

    let approximate = RelabelQuery { approximate: true, ..everything() };
    let progress = run(&bench.store, approximate.clone(), &new_rules, retention::later()).await?;
    assert_eq!((progress.examined, progress.beyond_retention, progress.approximated), (1, 0, 1));
    let after = outcome(bench, import.id).await?;
    assert!(after.approximate && !before.approximate);
    assert_eq!((after.policy_version, after.snapshot_count, after.status), (2, 60, before.status));
    // The extremes of bars are those of the prices.
    assert_eq!(after.max_gain_pct, Some(600.0));
    assert_eq!(after.entry_price_usd, before.entry_price_usd);
    let kept = bench.store.alerts().stream(AlertedBetween::default());
    let kept: Vec<_> = kept.try_filter(|one| std::future::ready(one.outcome.approximate)).try_collect().await?;
    assert_eq!(kept.len(), 1);
    let again = run(&bench.store, approximate, &new_rules, retention::later()).await?;
    assert_eq!((again.approximated, again.changed), (0, 0));
    Ok(())
}
