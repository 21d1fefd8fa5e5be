//! What changes what is kept: configs, deleting, and what is told of it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::fixture;
use crate::perfctl::Dev;

fn record(dev: &Dev, n: u8) -> String {
    let address = fixture::address(n);
    let recorded =
        dev.run(&["-o", "json", "alerts", "record", "--token", &address, "--symbol", "MOON", "--price", "0.5"]);
    recorded.done().json()["alert_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_config_is_recorded_without_its_secrets_and_listed_with_what_it_changed() {
    let dev = Dev::start();
    let file = dev.folder.path().join(".env");
    std::fs::write(&file, "GENERAL_CYCLE_MIN_SCORE=9\nTELEGRAM_BOT_TOKEN=123:abc\nMIN_LIQUIDITY_USD=20000 # low\n")
        .unwrap();
    let file = file.to_str().unwrap();
    let first = dev.run(&["-o", "json", "config", "record", file, "--effective-at", "2026-10-01"]).done();
    assert_eq!(first.json()["values"], json!({"GENERAL_CYCLE_MIN_SCORE": "9", "MIN_LIQUIDITY_USD": "20000"}));
    assert!(first.stderr.contains("TELEGRAM_BOT_TOKEN") && !first.stderr.contains("123:abc"), "{}", first.stderr);
    let changed = ["config", "record", file, "GENERAL_CYCLE_MIN_SCORE=8", "--revision", "r2"];
    let second = dev.run(&changed).done();
    assert!(second.stdout.contains("r2"), "{}", second.stdout);
    dev.run(&changed).done();

    let listed = dev.run(&["config", "list"]).done().stdout;
    assert!(listed.contains("GENERAL_CYCLE_MIN_SCORE 9 → 8"), "{listed}");
    let list = dev.run(&["-o", "json", "config", "list"]).done().json();
    assert_eq!(list["configs"][0]["revision"], "r2");
    assert_eq!(list["configs"].as_array().unwrap().len(), 2, "the same again changes nothing: {list}");
}

#[test]
fn an_alert_is_deleted_only_when_somebody_says_so() {
    let dev = Dev::start();
    let (one, other) = (record(&dev, 1), record(&dev, 2));
    let asked = dev.run(&["alerts", "delete", &one]);
    assert_eq!(asked.code, 2, "{}", asked.stderr);
    assert!(asked.stderr.contains("--yes"), "{}", asked.stderr);
    dev.run(&["alerts", "show", &one]).done();
    dev.run(&["alerts", "delete", "--yes", &one]).done();
    assert_eq!(dev.run(&["alerts", "show", &one]).code, 1);
    assert_eq!(dev.run(&["alerts", "delete", "--yes", &one]).code, 1, "it is gone already");
    dev.run(&["alerts", "show", &other]).done();
}

#[test]
fn what_happens_is_seen_from_a_cursor_on() {
    let dev = Dev::start();
    let mut watch = dev.command(&["-o", "jsonl", "watch", "--count", "2"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    // Somebody who watches may still be on the way to the service: alerts are recorded until one is seen.
    let (sender, seen) = std::sync::mpsc::channel();
    std::thread::spawn(move || lines.by_ref().map_while(Result::ok).for_each(|line| sender.send(line).unwrap()));
    let mut recorded = Vec::new();
    let first: Value = loop {
        recorded.push(record(&dev, u8::try_from(recorded.len()).unwrap()));
        if let Ok(line) = seen.recv_timeout(std::time::Duration::from_millis(200)) {
            break serde_json::from_str(&line).unwrap();
        }
    };
    recorded.push(record(&dev, 90));
    assert_eq!(first["event"]["type"], "EVENT_TYPE_ALERT_RECORDED");
    let place = recorded.iter().position(|id| *id == first["event"]["alert_id"]).expect("one that was recorded");
    let second: Value = serde_json::from_str(&seen.recv().unwrap()).unwrap();
    assert_eq!(second["event"]["alert_id"], recorded[place + 1].as_str());
    assert_eq!(watch.wait().unwrap().code(), Some(0));

    let cursor = first["cursor"].as_str().unwrap();
    let again = dev.run(&["watch", "--cursor", cursor, "--count", "1"]).done().stdout;
    assert!(again.contains(&recorded[place + 1]) && again.contains("MOON"), "{again}");
    assert_eq!(dev.run(&["watch", "--cursor", "nonsense"]).code, 1);
}
