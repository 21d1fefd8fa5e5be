//! `RecordAlert` by 64 callers, against `pgbench` with 64 clients that write the same rows (token, identity, alert, outcome
//! and event) in one transaction each.

use std::process::Command;
use std::time::{Duration, Instant};

use futures::future::join_all;
use perftrack::v1::RecordAlertRequest;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use throwaway_postgres::Cluster;
use uuid::Uuid;

use crate::requests::{alert, mint};
use crate::tracker::Tracker;
use crate::{say, setting};

const CALLERS: usize = 64;
/// The callers share so many connections, as the threads of a few bots do.
const CONNECTIONS: usize = 4;

pub async fn compare(cluster: &Cluster) {
    let time = Duration::from_secs(setting("SECONDS", 8));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        ours.push(over_grpc(cluster, time).await);
        theirs.push(with_pgbench(cluster, time).await);
    }
    say("RecordAlert, 64 callers", "pgbench, 64 clients, the same transaction", &ours, &theirs);
}

async fn over_grpc(cluster: &Cluster, time: Duration) -> f64 {
    let database = cluster.database().await.unwrap();
    let tracker = Tracker::start(&database).await;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(tracker.client().await);
    }
    let began = Instant::now();
    let callers = (0..CALLERS).map(|caller| {
        let mut client = clients[caller % CONNECTIONS].clone();
        tokio::spawn(async move {
            let mut recorded = 0_u32;
            while began.elapsed() < time {
                let alert = Some(alert(mint(Uuid::new_v4().as_u64_pair().0)));
                let request = RecordAlertRequest { alert, trust_recorded_peak: false };
                assert!(!client.record_alert(request).await.unwrap().into_inner().duplicate);
                recorded += 1;
            }
            recorded
        })
    });
    let recorded: u32 = join_all(callers).await.into_iter().map(Result::unwrap).sum();
    let rate = f64::from(recorded) / began.elapsed().as_secs_f64();
    drop(clients);
    tracker.stop().await;
    rate
}

async fn with_pgbench(cluster: &Cluster, time: Duration) -> f64 {
    let database = cluster.database().await.unwrap();
    let tracker = Tracker::start(&database).await;
    let request = RecordAlertRequest { alert: Some(alert(mint(1))), trust_recorded_peak: false };
    tracker.client().await.record_alert(request).await.unwrap();
    tracker.stop().await;
    let script = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(script.path(), script_of(database.url()).await).unwrap();
    let mut command = Command::new(cluster.binaries().join("pgbench"));
    command
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={CALLERS}"))
        .arg(format!("--time={}", time.as_secs()))
        .arg("--file")
        .arg(script.path())
        .arg(database.url());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap()
}

/// One transaction with the rows that the tracker has written for one alert, the keys apart.
async fn script_of(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let mut script = "BEGIN;\n".to_owned();
    for table in ["tokens", "alert_ids", "alerts", "outcomes", "events"] {
        // Where the tracker has written several, so does the script.
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let columns: Vec<(String, String, bool)> = sqlx::query_as(
            "SELECT attname::text, format_type(atttypid, NULL), attidentity <> '' FROM pg_attribute
             WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        )
        .bind(table)
        .fetch_all(&mut connection)
        .await
        .unwrap();
        for row in 0..rows {
            let (mut names, mut values) = (Vec::new(), Vec::new());
            for (name, kind, made) in &columns {
                if *made {
                    continue;
                }
                names.push(name.as_str());
                values.push(match name.as_str() {
                    "token_id" => ":token_id".to_owned(),
                    "alert_id" => ":alert_id".to_owned(),
                    "address" => {
                        "left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 44)".to_owned()
                    }
                    "dataset_change" | "written_by" => "pg_current_xact_id()::text::bigint".to_owned(),
                    _ => {
                        // pgbench takes the colons in a time of day for its variables.
                        let moment = kind == "timestamp with time zone";
                        let value = if moment { format!("extract(epoch FROM {name})") } else { name.clone() };
                        let sql = format!("SELECT quote_nullable({value}) FROM {table} OFFSET {row} LIMIT 1");
                        let value: String =
                            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
                        if moment { format!("to_timestamp({value}::float8)") } else { format!("{value}::{kind}") }
                    }
                });
            }
            script += &format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "));
            script +=
                if table == "tokens" { " RETURNING token_id, gen_random_uuid() AS alert_id \\gset\n" } else { ";\n" };
        }
    }
    script += "COMMIT;\n";
    script
}
