//! `perfctl alerts export`: the same alerts in every form.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use crate::fixture;
use crate::perfctl::Dev;

const ALERTS: u8 = 12;

async fn imported() -> Dev {
    let dev = Dev::start();
    let database = fixture::database(dev.folder.path(), ALERTS).await;
    dev.import(&database, &[]).done();
    dev
}

fn export(dev: &Dev, name: &str, more: &[&str]) -> std::path::PathBuf {
    let file = dev.folder.path().join(name);
    let done = dev.run(&[&["alerts", "export", file.to_str().unwrap()], more].concat()).done();
    assert_eq!(done.stdout, "", "what is said goes to stderr");
    file
}

fn csv_rows(file: &Path) -> Vec<std::collections::HashMap<String, String>> {
    csv::Reader::from_path(file).unwrap().deserialize().collect::<Result<_, _>>().unwrap()
}

fn json_lines(file: &Path) -> Vec<Value> {
    std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn parquet_rows(file: &Path) -> Vec<std::collections::HashMap<String, Field>> {
    let reader = SerializedFileReader::new(File::open(file).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().into_columns().into_iter().collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_the_same_in_every_form() {
    let dev = imported().await;
    let csv = csv_rows(&export(&dev, "alerts.csv", &[]));
    let lines = json_lines(&export(&dev, "alerts.jsonl", &[]));
    let parquet = parquet_rows(&export(&dev, "alerts.parquet", &[]));
    assert_eq!([csv.len(), lines.len(), parquet.len()], [usize::from(ALERTS); 3]);
    for ((csv, line), parquet) in csv.iter().zip(&lines).zip(&parquet) {
        let (alert, outcome) = (&line["alert"], &line["outcome"]);
        assert_eq!(csv["alert_id"], alert["alert_id"].as_str().unwrap());
        assert_eq!(parquet["alert_id"], Field::Str(csv["alert_id"].clone()));
        assert_eq!(csv["token.address"], alert["token"]["address"].as_str().unwrap());
        assert_eq!(csv["alerted_at"], alert["alerted_at"].as_str().unwrap());
        assert_eq!(csv["smart_money_involved"], alert["features"]["smart_money_involved"].to_string());
        assert_eq!(csv["status"], outcome["status"].as_str().unwrap());
        // Unknown is empty in one, left out in another, null in the third.
        assert_eq!(csv["mint_revoked"], "");
        assert_eq!(alert["features"].get("mint_revoked"), None);
        assert_eq!(parquet["mint_revoked"], Field::Null);
        // To the last bit.
        let gain: f64 = csv["max_gain_pct"].parse().unwrap();
        assert_eq!(Some(gain), outcome["max_gain_pct"].as_f64());
        assert_eq!(parquet["max_gain_pct"], Field::Double(gain));
    }
    assert!(matches!(parquet[0]["alerted_at"], Field::TimestampMicros(at) if at == fixture::alerted_at(0) * 1_000_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_what_was_asked_for() {
    let dev = imported().await;
    let all = csv_rows(&export(&dev, "all.csv", &[]));
    let smart = csv_rows(&export(&dev, "smart.csv", &["--filter", "smart_money_involved = true"]));
    assert_eq!(smart.len(), all.iter().filter(|row| row["smart_money_involved"] == "true").count());
    assert!(!smart.is_empty() && smart.len() < all.len());

    let taken = dev.folder.path().join("all.csv");
    let again = dev.run(&["alerts", "export", taken.to_str().unwrap()]);
    assert_eq!(again.code, 2, "a file that is there is not overwritten unasked: {}", again.stderr);
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    export(&dev, "all.csv", &["--force"]);
    assert_eq!(dev.run(&["alerts", "export", "alerts.xlsx"]).code, 2, "no form is guessed");

    let stdout = dev.run(&["alerts", "export", "-", "--format", "jsonl", "--filter", "lp_lockd = true"]);
    assert_eq!((stdout.code, stdout.stdout.as_str()), (1, ""));
    assert!(stdout.stderr.contains("lp_locked"), "{}", stdout.stderr);
    let refused = dev.folder.path().join("refused.csv");
    dev.run(&["alerts", "export", refused.to_str().unwrap(), "--filter", "lp_lockd = true"]);
    assert!(!refused.exists(), "what failed leaves no file");
}
