//! `perfctl call`: RPCs by name, by their descriptors alone.

use serde_json::{Value, json};

use crate::fixture;
use crate::perfctl::Dev;

#[test]
fn an_alert_goes_in_and_comes_back_by_name() {
    let dev = Dev::start();
    let alert = json!({"alert": {
        "token": {"address": fixture::address(1), "symbol": "MOON"},
        "features": {"smart_money_involved": false, "final_score": 8},
        "extra": {"mentions": 12.5, "night": true, "mood": "calm"},
    }});
    let recorded = dev.run(&["call", "TrackingService.RecordAlert", &alert.to_string()]).done().json();
    assert_eq!(recorded["duplicate"], json!(false));

    let question = json!({"alert_id": recorded["alert_id"]}).to_string();
    for name in ["GetAlert", "perftrack.v1.TrackingService/GetAlert"] {
        let shown = dev.run_with_stdin(&["call", name, "-"], &question).done().json();
        assert_eq!(shown["alert"]["features"], json!({"smart_money_involved": false, "final_score": 8}));
        assert_eq!(shown["alert"]["extra"], alert["alert"]["extra"]);
        assert_eq!(shown["outcome"]["status"], "OUTCOME_STATUS_TRACKING");
    }
}

#[test]
fn a_request_can_stand_in_a_file_and_be_left_out() {
    let dev = Dev::start();
    let file = dev.folder.path().join("request.json");
    std::fs::write(&file, r#"{"pageSize": 5}"#).unwrap();
    let list = dev.run(&["call", "ListAlerts", &format!("@{}", file.display())]).done();
    assert_eq!(list.json()["alerts"], json!([]));
    let gates = dev.run(&["call", "AnalysisService.ListGates"]).done().json();
    assert!(gates["gates"].as_array().is_some_and(|gates| !gates.is_empty()));
}

#[test]
fn a_stream_takes_and_gives_json_lines() {
    let dev = Dev::start();
    let address = fixture::address(2);
    dev.run(&["alerts", "record", "--token", &address]).done();
    let at = chrono::Utc::now().to_rfc3339();
    let batch = |sequence: u32, price: f64| {
        json!({"sequence": sequence, "observations": [
            {"token": {"address": address}, "observed_at": at, "price_usd": price, "source": format!("mine{sequence}")},
        ]})
    };
    let lines = format!("{}\n{}\n", batch(1, 0.5), batch(2, -1.0));
    let answers = dev.run_with_stdin(&["call", "RecordPrices", "-"], &lines).done();
    let answers: Vec<Value> = answers.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2);
    assert_eq!((&answers[0]["sequence"], &answers[0]["accepted"]), (&json!("1"), &json!(1)));
    assert_eq!((&answers[1]["rejected"], &answers[1]["errors"][0]["index"]), (&json!(1), &json!(0)));
}

#[test]
fn a_refusal_is_code_1_with_its_standard_name() {
    let dev = Dev::start();
    let id = json!({"alert_id": "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a"}).to_string();
    let missing = dev.run(&["call", "GetAlert", &id]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("NOT_FOUND"), "{}", missing.stderr);
    let empty = dev.run(&["call", "RecordAlert"]);
    assert_eq!(empty.code, 1);
    assert!(empty.stderr.contains("INVALID_ARGUMENT"), "{}", empty.stderr);
}
