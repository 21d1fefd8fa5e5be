//! `perfctl alerts import callsbot`: both forms of a recording, into both services.

use serde_json::{Value, json};

use crate::fixture;
use crate::perfctl::Dev;

const ALERTS: u8 = 12;

fn tally(summary: &Value, kind: &str) -> (u64, u64, u64) {
    let number = |name: &str| summary[kind][name].as_u64().unwrap();
    (number("taken"), number("duplicates"), number("refused"))
}

#[tokio::test]
async fn a_second_run_doubles_nothing_in_whichever_form() {
    let dev = Dev::start();
    let database = fixture::database(dev.folder.path(), ALERTS).await;
    let first = dev.import(&database, &[]).done().json();
    assert_eq!(tally(&first, "alerts"), (12, 0, 0));
    assert_eq!(tally(&first, "prices"), (60, 0, 0));
    let stored = || dev.run(&["-o", "json", "alerts", "list"]).done().json();
    let outcomes = |list: &Value| {
        list["alerts"].as_array().unwrap().iter().map(|item| item["outcome"].clone()).collect::<Vec<_>>()
    };
    let before = stored();

    for file in [database, fixture::export(dev.folder.path(), ALERTS)] {
        let again = dev.import(&file, &[]).done().json();
        assert_eq!(tally(&again, "alerts"), (0, 12, 0));
        assert_eq!(tally(&again, "prices"), (0, 60, 0));
    }
    let after = stored();
    assert_eq!(after["alerts"].as_array().unwrap().len(), 12);
    assert_eq!(outcomes(&after), outcomes(&before));
    assert_eq!(after["alerts"][0]["outcome"]["snapshot_count"], json!(5));
}

#[tokio::test]
async fn a_recorded_peak_counts_only_where_it_is_trusted_also_on_a_second_run() {
    let dev = Dev::start();
    let export = fixture::export(dev.folder.path(), ALERTS);
    dev.import(&export, &[]).done();
    let pumps = || dev.run(&["-o", "json", "performance"]).done().json()["overall"]["pumps_50"].clone();
    assert_eq!(pumps(), json!(0));
    dev.import(&export, &["--trust-recorded"]).done();
    // One of the recorded peaks is missing.
    assert_eq!(pumps(), json!(11));
}

#[tokio::test]
async fn the_ancestors_verdicts_are_annotations_and_unknown_stays_unknown() {
    let dev = Dev::start();
    dev.import(&fixture::export(dev.folder.path(), 2), &[]).done();
    let list = dev.run(&["-o", "json", "alerts", "list", "--order-by", "alerted_at"]).done().json();
    let alert = &list["alerts"][0]["alert"];
    assert_eq!(alert["annotations"]["is_rug"], "True");
    assert_eq!(alert["annotations"]["outcome_label"], "winner");
    assert_eq!(
        alert["features"],
        json!({
            "final_score": 7, "conviction_type": "High Confidence (Strict)", "smart_money_involved": false,
        })
    );
    assert_eq!(alert["tracking_window"], "86400s");
}

#[tokio::test]
async fn what_is_refused_is_counted_with_its_reason() {
    let dev = Dev::start();
    let good = fixture::address(0);
    let text = format!(
        "ca,first_seen_ts,top10_concentration\n{good},2025-10-07 16:20:14,20\nnonsense,2025-10-07 16:20:14,20\n\
         {},2025-10-07 16:20:14,150\n{good},,20\n",
        fixture::address(1)
    );
    let file = fixture::write(dev.folder.path(), "mixed.csv", &text);
    let summary = dev.import(&file, &[]).done().json();
    assert_eq!(tally(&summary, "alerts"), (1, 0, 3));
    let reasons: Vec<&str> = summary["alerts"]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["reason"].as_str().unwrap())
        .collect();
    assert!(reasons.iter().any(|reason| reason.contains("alert.token.address")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("top10_concentration")), "{reasons:?}");
    assert!(reasons.contains(&"no alert time"), "{reasons:?}");

    let shown = dev.run(&["alerts", "import", "callsbot", file.to_str().unwrap()]).done();
    assert!(shown.stdout.contains("Alerts refused") && shown.stdout.contains("THERE ALREADY"), "{}", shown.stdout);
}

#[tokio::test]
async fn imported_alerts_enter_the_rates_at_once() {
    let dev = Dev::start();
    dev.import(&fixture::database(dev.folder.path(), ALERTS).await, &[]).done();
    let cohort = dev.run(&["-o", "json", "correlate"]).done().json()["cohort"].clone();
    assert_eq!((&cohort["alerts"], &cohort["pending"]), (&json!(12), &json!(0)));
}
