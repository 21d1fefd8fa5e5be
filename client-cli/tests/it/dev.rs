//! `perfctl dev`.

use std::fs::File;

use serde_json::json;

use crate::fixture;
use crate::perfctl::{self, Dev};

#[test]
fn it_says_where_it_serves_in_one_line() {
    let dev = Dev::start();
    let parts: Vec<&str> = dev.ready.split_whitespace().collect();
    assert_eq!(parts[0], "ready");
    assert!(parts[1].starts_with("tracker=127.0.0.1:") && parts[2].starts_with("analysis=127.0.0.1:"), "{}", dev.ready);
    assert_eq!(parts.len(), 3);
}

#[test]
fn it_stops_when_asked_and_keeps_what_it_was_told() {
    let dev = Dev::start();
    let alert = json!({"token": {"address": fixture::address(0)}}).to_string();
    let id = dev.run(&["-o", "json", "alerts", "record", &alert]).done().json()["alert_id"].clone();
    let (code, folder) = dev.stop();
    assert_eq!(code, 0);
    let again = Dev::start_in(folder);
    let shown = again.run(&["-o", "json", "alerts", "show", id.as_str().unwrap()]).done();
    assert_eq!(shown.json()["alert"]["token"]["address"], fixture::address(0));
}

#[test]
fn settings_of_serving_hold_and_those_of_other_programs_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let tokens = folder.path().join("tokens");
    let made = perfctl::run(&["token", "create", "me", "--role", "reader"]).done();
    std::fs::write(&tokens, made.stdout).unwrap();
    let environment =
        [("PERFTRACK_TOKENS_FILE", tokens.to_str().unwrap()), ("PERFTRACK_MIGRATE", "wait"), ("PERFTRACK_LOG", "warn")];
    let dev = Dev::start_with(folder, &environment, File::create(&log).unwrap().into());
    let refused = dev.run(&["alerts", "list"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("token"), "{}", refused.stderr);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("PERFTRACK_MIGRATE changes nothing here"), "{log}");
    assert!(!log.contains("TOKENS_FILE"), "{log}");
}

#[test]
fn an_address_in_use_is_named_with_the_flag_that_chooses_another() {
    let dev = Dev::start();
    let taken = dev.tracker.trim_start_matches("http://");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("perftrack.db");
    let ran = perfctl::run(&["dev", "--tracker-listen", taken, "--db-file", file.to_str().unwrap(), "--log", "error"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains(taken) && ran.stderr.contains("--tracker-listen"), "{}", ran.stderr);
}
