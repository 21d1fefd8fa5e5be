//! `perfctl dev`.

use serde_json::json;

use crate::fixture;
use crate::perfctl::Dev;

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
