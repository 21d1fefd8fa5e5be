//! The bot's configs.

use anyhow::{Context, Result};
use domain::timestamp::Timestamp;
use store::StoreError;
use store::configs::{ConfigPosition, ConfigRecording, NewConfig};

use crate::bench::Bench;
use crate::market::{START, minutes};

fn config(revision: &str, minimum: u32, effective_at: Option<Timestamp>) -> NewConfig {
    let values = [("GENERAL_CYCLE_MIN_SCORE", minimum.to_string()), ("NOTE", "\"ä\" 🦀".to_owned())];
    let values = values.map(|(key, value)| (key.to_owned(), value)).into();
    NewConfig { revision: revision.to_owned(), values, effective_at }
}

async fn in_force(bench: &Bench, at: Timestamp) -> Result<Option<String>> {
    Ok(bench.store.configs().in_force(at).await?.map(|config| config.revision))
}

pub async fn a_config_is_in_force_from_its_moment_on(bench: &Bench) -> Result<()> {
    let configs = bench.store.configs();
    let (later, now) = (START.plus(minutes(60)), START.plus(minutes(90)));
    assert_eq!(configs.record(config("b", 8, Some(later)), now).await?, ConfigRecording::New);
    assert_eq!(configs.record(config("a", 9, Some(START)), now).await?, ConfigRecording::New);
    assert_eq!(configs.record(config("c", 7, None), now).await?, ConfigRecording::New);
    let before = START.minus(minutes(1));
    for (at, revision) in [(before, None), (START, Some("a")), (later, Some("b")), (now, Some("c"))] {
        assert_eq!(in_force(bench, at).await?.as_deref(), revision, "{at}");
    }
    let read = configs.get("a").await?.context("recorded")?;
    assert_eq!((read.values, read.effective_at, read.recorded_at), (config("a", 9, None).values, START, now));
    assert_eq!(configs.get("z").await?, None);
    Ok(())
}

pub async fn the_same_config_again_changes_nothing_until_another_was_in_force(bench: &Bench) -> Result<()> {
    let configs = bench.store.configs();
    let at = |minute| START.plus(minutes(minute));
    assert_eq!(configs.record(config("a", 9, None), at(0)).await?, ConfigRecording::New);
    assert_eq!(configs.record(config("a", 9, None), at(1)).await?, ConfigRecording::Duplicate);
    assert_eq!(configs.record(config("a", 9, Some(at(0))), at(2)).await?, ConfigRecording::Duplicate);
    assert_eq!(configs.get("a").await?.context("recorded")?.effective_at, at(0));
    assert_eq!(configs.record(config("b", 8, None), at(3)).await?, ConfigRecording::New);
    assert_eq!(configs.record(config("a", 9, None), at(4)).await?, ConfigRecording::New);
    for (minute, revision) in [(2, "a"), (3, "b"), (4, "a")] {
        assert_eq!(in_force(bench, at(minute)).await?.as_deref(), Some(revision));
    }
    Ok(())
}

pub async fn other_values_under_a_revision_are_refused(bench: &Bench) -> Result<()> {
    let configs = bench.store.configs();
    configs.record(config("a", 9, None), START).await?;
    assert_eq!(configs.record(config("a", 8, Some(START.plus(minutes(9)))), START).await?, ConfigRecording::Conflict);
    assert_eq!(configs.list(None, 10).await?.len(), 1);
    assert_eq!(configs.get("a").await?.context("recorded")?.values, config("a", 9, None).values);
    for nul in [config("\0", 1, None), NewConfig { values: [("k".into(), "\0".into())].into(), ..config("n", 1, None) }]
    {
        assert!(matches!(configs.record(nul, START).await, Err(StoreError::NulInText { .. })));
    }
    Ok(())
}

pub async fn configs_are_listed_the_latest_first_page_by_page(bench: &Bench) -> Result<()> {
    let configs = bench.store.configs();
    for number in 0..7_u32 {
        // Two at the same moment, to be told apart by their revisions.
        let at = START.plus(minutes(u64::from(number / 2)));
        configs.record(config(&format!("r{number}"), number, Some(at)), START).await?;
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = configs.list(after, 2).await?;
        let Some(last) = page.last() else { break };
        after = Some(ConfigPosition { effective_at: last.effective_at, revision: last.revision.clone() });
        listed.extend(page.into_iter().map(|config| config.revision));
    }
    assert_eq!(listed, ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]);
    Ok(())
}
