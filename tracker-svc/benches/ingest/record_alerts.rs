//! The `RecordAlerts` stream, against `COPY` of the rows that it wrote into the same tables and indexes.

use std::time::Instant;

use futures::StreamExt;
use perftrack::v1::RecordAlertsRequest;
use throwaway_postgres::Cluster;

use crate::postgres::{Rows, copy, migrate, rows_of};
use crate::requests::{alert, mint};
use crate::tracker::Tracker;
use crate::{say, setting};

const TABLES: [&str; 5] = ["tokens", "alert_ids", "alerts", "outcomes", "events"];

pub async fn compare(cluster: &Cluster) {
    let count = setting("ROWS", 60_000);
    let (mut ours, mut theirs, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..2 {
        let (rate, tables) = over_grpc(cluster, count).await;
        ours.push(rate);
        let [_, _, alerts, ..] = &tables;
        let database = cluster.database().await.unwrap();
        migrate(&database).await;
        theirs.push(count as f64 / copy(&database, &tables).await);
        // The alerts alone, on tokens that are there.
        let database = cluster.database().await.unwrap();
        migrate(&database).await;
        copy(&database, &tables[..1]).await;
        alone.push(count as f64 / copy(&database, std::slice::from_ref(alerts)).await);
    }
    say("RecordAlerts, one stream", "COPY of the same rows into the same tables", &ours, &theirs);
    say("RecordAlerts, one stream", "COPY of the rows of `alerts` alone", &ours, &alone);
}

async fn over_grpc(cluster: &Cluster, count: u64) -> (f64, [Rows; 5]) {
    let database = cluster.database().await.unwrap();
    let tracker = Tracker::start(&database).await;
    let mut client = tracker.client().await;
    // Prepared beforehand, as the rows of COPY are.
    let request =
        |sequence| RecordAlertsRequest { sequence, alert: Some(alert(mint(sequence))), trust_recorded_peak: false };
    let requests: Vec<_> = (0..count).map(request).collect();
    let began = Instant::now();
    let mut answers = client.record_alerts(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let mut answered = 0;
    while let Some(answer) = answers.next().await {
        assert_eq!(answer.unwrap().error, None);
        answered += 1;
    }
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(answered, count);
    drop((answers, client));
    tracker.stop().await;
    let mut tables = Vec::new();
    for table in TABLES {
        tables.push(rows_of(&database, table).await);
    }
    (count as f64 / seconds, tables.try_into().unwrap_or_else(|_| unreachable!("as many as there are names")))
}
