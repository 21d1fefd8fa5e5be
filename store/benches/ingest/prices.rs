//! Prices, with outcomes kept up to date, against `COPY` of the same snapshots.

use std::time::Instant;

use anyhow::{Result, ensure};
use domain::token::TokenKey;
use futures::{StreamExt, TryStreamExt, stream};
use store::observations::{Batch, Reception};
use store::{Rules, Store};
use throwaway_postgres::Cluster;

use crate::market::{look, new_alert};
use crate::reference::copy_rate;
use crate::{migrated, print};

const TOKENS: usize = 20_000;
const OBSERVATIONS: usize = 200_000;
const IN_A_BATCH: usize = 1_000;
const IN_FLIGHT: usize = 3;

/// Each batch brings so many prices of each of its tokens.
pub async fn compare(cluster: &Cluster, per_token: usize) -> Result<()> {
    let database = cluster.database().await?;
    let store = migrated(database.url()).await?;
    let tokens = followed(&store).await?;
    let batches = batches(&tokens, per_token);
    let started = Instant::now();
    let recording = batches.into_iter().map(|batch| {
        let store = store.clone();
        let now = crate::market::START.plus(std::time::Duration::from_hours(3));
        tokio::spawn(async move { store.observations().record(batch, now, &Rules::default()).await })
    });
    let recorded = stream::iter(recording).buffered(IN_FLIGHT).map_err(anyhow::Error::from);
    recorded
        .try_for_each(|report| async move {
            let all = report?.receptions.iter().all(|reception| *reception == Reception::Accepted);
            ensure!(all, "not all were accepted");
            Ok(())
        })
        .await?;
    let rate = OBSERVATIONS as f64 / started.elapsed().as_secs_f64();
    store.close().await;
    let columns = "token_id, observed_at, source, price_usd, market_cap_usd, liquidity_usd, volume_24h_usd, \
                   holder_count, dex_name, pool";
    let theirs = copy_rate(cluster, database.url(), "price_snapshots", columns).await?;
    print(&format!("prices, {per_token} per token"), "prices/s", rate, "COPY", theirs);
    Ok(())
}

pub async fn followed(store: &Store) -> Result<Vec<TokenKey>> {
    let mut tokens = Vec::with_capacity(TOKENS);
    while tokens.len() < TOKENS {
        let alerts: Vec<_> = (0..IN_A_BATCH).map(|_| new_alert()).collect();
        tokens.extend(alerts.iter().map(|new| new.alert.token.key));
        store.alerts().record_many(alerts, &Rules::default()).await?;
    }
    Ok(tokens)
}

/// Round by round over all tokens, as they are polled, or pushed after a while.
fn batches(tokens: &[TokenKey], per_token: usize) -> Vec<Batch> {
    let rounds = OBSERVATIONS / TOKENS / per_token;
    let mut batches = Vec::new();
    for round in 0..rounds {
        for some in tokens.chunks(IN_A_BATCH / per_token) {
            let minutes = (round * per_token..(round + 1) * per_token).map(|minute| minute as u64);
            let observations = minutes.flat_map(|minute| some.iter().map(move |token| look(*token, minute))).collect();
            batches.push(Batch { observations, ..Batch::default() });
        }
    }
    batches
}
