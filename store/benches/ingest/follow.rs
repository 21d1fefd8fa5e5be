//! The list of what to follow, when there is much.

use std::time::Instant;

use anyhow::{Result, ensure};
use store::Rules;
use store::observations::Batch;
use throwaway_postgres::Cluster;

use crate::market::{START, look, new_alert};
use crate::{migrated, print};

const TOKENS: usize = 100_000;

pub async fn measure(cluster: &Cluster) -> Result<()> {
    let database = cluster.database().await?;
    let store = migrated(database.url()).await?;
    for _ in 0..TOKENS / 1_000 {
        let alerts: Vec<_> = (0..1_000).map(|_| new_alert()).collect();
        let observations = alerts.iter().map(|new| look(new.alert.token.key, 1)).collect();
        store.alerts().record_many(alerts, &Rules::default()).await?;
        let batch = Batch { observations, ..Batch::default() };
        store.observations().record(batch, START, &Rules::default()).await?;
    }
    let started = Instant::now();
    let followed = store.outcomes().follow_list(START).await?;
    let rate = followed.len() as f64 / started.elapsed().as_secs_f64();
    ensure!(followed.len() == TOKENS, "{} are followed", followed.len());
    store.close().await;
    print("tokens listed to be followed", "tokens/s", rate, "wanted in 1 s", TOKENS as f64);
    Ok(())
}
