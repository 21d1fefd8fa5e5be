//! A writer that is killed.
//!
//! The writer is this test program itself, run again with the address of the database in its environment.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use domain::alert::AlertId;
use futures::TryStreamExt;
use store::Store;
use store::alerts::AlertedBetween;
use uuid::Uuid;

use crate::bench::{Bench, options};
use crate::market::{START, alert, batch, look, minutes, new, token};
use crate::observations::equals_a_fresh_fold;

const ADDRESS: &str = "PERFTRACK_STORE_TEST_WRITES_TO";

pub async fn what_was_acknowledged_survives_a_kill(bench: &Bench) -> Result<()> {
    for lines in [1, 7, 40] {
        let mut writer = Command::new(env::current_exe()?)
            .args(["kill::writes_until_it_is_killed", "--exact", "--nocapture"])
            .env(ADDRESS, &bench.url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = BufReader::new(writer.stdout.take().context("its output")?);
        let acknowledged: Vec<Uuid> =
            output.lines().filter_map(|line| line.ok()?.strip_prefix("recorded ")?.parse().ok()).take(lines).collect();
        writer.kill()?;
        writer.wait()?;
        assert_eq!(acknowledged.len(), lines);
        for id in acknowledged {
            let record = bench.store.alerts().get(AlertId(id)).await?.context("it was acknowledged")?;
            assert_eq!(record.outcome.snapshot_count, 1, "and so was its price");
        }
        let all: Vec<_> = bench.store.alerts().stream(AlertedBetween::default()).try_collect().await?;
        let rows = i64::try_from(all.len())?;
        for table in ["alerts", "outcomes", "alert_ids"] {
            assert_eq!(bench.count(table).await?, rows, "{table}");
        }
        for record in all {
            equals_a_fresh_fold(bench, record.alert.id).await?;
        }
    }
    Ok(())
}

/// The writer's side; does nothing where nobody asked for it.
#[tokio::test]
async fn writes_until_it_is_killed() -> Result<()> {
    let Ok(url) = env::var(ADDRESS) else { return Ok(()) };
    let store = Store::connect(options(&url)).await?;
    let rules = store::Rules::default();
    println!();
    // Long enough to be killed, and an end should nobody do so.
    for number in 0..20_000 {
        let alert = alert(number % 50, START.plus(Duration::from_millis(u64::from(number))));
        let (id, at) = (alert.id, alert.alerted_at);
        store.alerts().record(new(alert), &rules).await?;
        let seen = vec![(token(number % 50), look(at, 1.0))];
        store.observations().record(batch(seen), START.plus(minutes(60)), &rules).await?;
        println!("recorded {id}");
    }
    Ok(())
}
