//! The `RecordPrices` stream, which keeps outcomes up to date, against `COPY` of the same snapshots into the same table: one
//! observation of each token at a time, and ten.

use std::time::{Duration, Instant};

use futures::StreamExt;
use perftrack::v1::{PriceObservation, RecordAlertsRequest, RecordPricesRequest};
use service::wire::timestamp_message;
use throwaway_postgres::{Cluster, Database};

use crate::postgres::{copy, migrate, rows_of, run};
use crate::requests::{alert, mint, now, price};
use crate::tracker::Tracker;
use crate::{say, setting};

/// Observations in one message.
const MESSAGE: usize = 5_000;
const TOKENS: u64 = 10_000;

pub async fn compare(cluster: &Cluster) {
    for together in [1, 10] {
        let looks = setting("ROWS", 60_000).div_ceil(TOKENS).next_multiple_of(together);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            let database = cluster.database().await.unwrap();
            let tracker = Tracker::start(&database).await;
            follow(&tracker, TOKENS).await;
            // The first look begins every outcome; what comes after it is what is usual.
            push(&tracker, messages(TOKENS, 1, 1, Duration::from_mins(9))).await;
            let seconds = push(&tracker, messages(TOKENS, looks, together, Duration::from_mins(8))).await;
            ours.push((looks * TOKENS) as f64 / seconds);
            tracker.stop().await;

            let rows = rows_of(&database, "price_snapshots").await;
            let count = rows.count;
            let alone = cluster.database().await.unwrap();
            migrate(&alone).await;
            partition(&alone).await;
            theirs.push(count as f64 / copy(&alone, &[rows]).await);
        }
        let what = format!("RecordPrices, {together} per token");
        say(&what, "COPY of the same into price_snapshots", &ours, &theirs);
    }
}

/// The one partition that all of it lies in.
async fn partition(database: &Database) {
    let sql = "CREATE TABLE price_snapshots_all PARTITION OF price_snapshots FOR VALUES FROM ('2020-01-01') TO ('2100-01-01')";
    run(database, sql.to_owned()).await;
}

/// Alerts so many tokens, ten minutes ago.
pub async fn follow(tracker: &Tracker, tokens: u64) {
    let request = |sequence| {
        let alerted_at = Some(timestamp_message(now().minus(Duration::from_mins(10))));
        let alert = Some(perftrack::v1::Alert { alerted_at, ..alert(mint(sequence)) });
        RecordAlertsRequest { sequence, alert, trust_recorded_peak: false }
    };
    let requests = tokio_stream::iter((0..tokens).map(request));
    let mut answers = tracker.client().await.record_alerts(requests).await.unwrap().into_inner();
    while let Some(answer) = answers.next().await {
        assert_eq!(answer.unwrap().error, None);
    }
}

/// So many looks at each token, from `ago` on, a few seconds apart; `together` of a token stand next to each other.
pub fn messages(tokens: u64, looks: u64, together: u64, ago: Duration) -> Vec<RecordPricesRequest> {
    let now = now();
    let apart = ago.min(Duration::from_mins(5)) / u32::try_from(looks).unwrap();
    let mut observations: Vec<PriceObservation> = Vec::new();
    for round in 0..looks.div_ceil(together) {
        for token in 0..tokens {
            let address = mint(token);
            let of_round = round * together..((round + 1) * together).min(looks);
            observations.extend(of_round.map(|look| price(&address, now, ago - apart * u32::try_from(look).unwrap())));
        }
    }
    let message = |(sequence, some): (u64, &[_])| RecordPricesRequest { sequence, observations: some.to_vec() };
    (1..).zip(observations.chunks(MESSAGE)).map(message).collect()
}

/// Sends all and waits until all is durable; returns the seconds that it took.
pub async fn push(tracker: &Tracker, messages: Vec<RecordPricesRequest>) -> f64 {
    let mut client = tracker.client().await;
    let began = Instant::now();
    let mut answers = client.record_prices(tokio_stream::iter(messages)).await.unwrap().into_inner();
    while let Some(answer) = answers.next().await {
        let answer = answer.unwrap();
        assert_eq!((answer.rejected, answer.duplicates, answer.error), (0, 0, None));
    }
    began.elapsed().as_secs_f64()
}
