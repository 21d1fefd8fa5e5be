//! Alerts recorded, listed and shown, and the answers of an empty database.

use std::process::Stdio;

use serde_json::json;

use crate::fixture;
use crate::perfctl::Dev;

#[test]
fn an_empty_database_gives_empty_lists() {
    let dev = Dev::start();
    let list = dev.run(&["-o", "json", "alerts", "list"]).done();
    assert_eq!(list.json(), json!({"alerts": [], "next_page_token": ""}));
    assert_eq!(dev.run(&["-o", "jsonl", "alerts", "list"]).done().stdout, "");
    assert_eq!(dev.run(&["-o", "json", "performance"]).done().json()["groups"], json!([]));
    assert_eq!(dev.run(&["-o", "json", "correlate"]).done().json()["features"], json!([]));
    assert_eq!(dev.run(&["-o", "json", "performers"]).done().json()["best"], json!([]));
    dev.run(&["-o", "json", "recommend"]).done();
    for screen in ["performance", "correlate", "recommend", "performers"] {
        let shown = dev.run(&[screen]).done();
        assert!(!shown.stdout.is_empty());
        assert!(!shown.stdout.contains('\u{1b}'), "{}", shown.stdout);
    }
}

#[test]
fn an_alert_is_recorded_listed_and_shown_with_its_reasons() {
    let dev = Dev::start();
    let address = fixture::address(3);
    let recorded = dev.run(&[
        "-o",
        "json",
        "alerts",
        "record",
        "--token",
        &address,
        "--symbol",
        "MOON",
        "--price",
        "0.0000289",
        "--liquidity",
        "21531.4",
        "-f",
        "final_score=8",
        "-f",
        "smart_money_involved=false",
        "--extra",
        "night=true",
        "--annotation",
        "note=kept",
        "--alert-id",
        "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
    ]);
    let id = recorded.done().json()["alert_id"].as_str().unwrap().to_owned();

    let list = dev.run(&["-o", "jsonl", "alerts", "list", "--filter", "final_score >= 8"]).done();
    let line: serde_json::Value = serde_json::from_str(list.stdout.trim_end()).unwrap();
    assert_eq!(line["alert"]["features"]["smart_money_involved"], json!(false));
    assert_eq!(line["alert"]["features"].get("lp_locked"), None);

    let shown = dev.run(&["alerts", "show", &id]).done().stdout;
    for part in
        ["MOON", &address, "$0.00002890", "final_score", "extra.night", "unknown:", "lp_locked", "not analysed", "kept"]
    {
        assert!(shown.contains(part), "no {part} in:\n{shown}");
    }
}

#[test]
fn every_violation_has_a_line_of_its_own() {
    let dev = Dev::start();
    let ran = dev.run(&["alerts", "record", "--token", "not base58!", "--price", "-1"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout, "");
    let line = |field: &str| ran.stderr.lines().filter(|line| line.trim_start().starts_with(field)).count();
    assert_eq!(line("alert.token.address"), 1, "{}", ran.stderr);
    assert_eq!(line("alert.entry.price_usd"), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("INVALID_ARGUMENT"), "{}", ran.stderr);

    let unknown = dev.run(&["alerts", "list", "--filter", "final_scor >= 8"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("final_score"), "{}", unknown.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let dev = Dev::start();
    let mut child = dev.command(&["call"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
