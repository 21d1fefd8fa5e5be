//! What the analysis says on the command line: patterns, simulations, recommendations, and the bot's config file.

use std::fs;

use crate::fixture;
use crate::perfctl::{Dev, run};

async fn imported() -> Dev {
    let dev = Dev::start();
    dev.import(&fixture::export(dev.folder.path(), 12), &[]).done();
    dev
}

#[tokio::test]
async fn each_question_is_answered_as_a_table_and_as_json() {
    let dev = imported().await;
    for question in
        [&["patterns"][..], &["simulate", "--set", "MIN_LIQUIDITY_USD=20000"], &["recommend"], &["correlate"]]
    {
        let table = dev.run(question).done();
        assert!(table.stdout.lines().count() > 2, "{question:?}: {}", table.stdout);
        let json = dev.run(&[&["-o", "json"], question].concat()).done().json();
        assert!(json["revision"]["id"].is_string(), "{question:?}: {json}");
    }
    let ledger = dev.run(&["-o", "json", "recommendations"]).done().json();
    assert!(ledger["entries"].is_array(), "{ledger}");
}

#[tokio::test]
async fn a_config_file_that_has_nothing_certified_stays_as_it_is() {
    let dev = imported().await;
    let file = dev.folder.path().join("bot.env");
    let text = "TELEGRAM_BOT_TOKEN=123:abc\nMIN_LIQUIDITY_USD=\"0\" # low\n";
    fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let ran = dev.run(&["recommend", "--write", path, "--yes"]).done();
    assert!(ran.stderr.contains("Nothing is certified"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let backups = fs::read_dir(dev.folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".bak"));
    assert_eq!(backups.count(), 0);
}

#[tokio::test]
async fn lines_to_paste_are_remarks_where_nothing_is_certified() {
    let dev = imported().await;
    let ran = dev.run(&["-o", "env", "recommend"]).done();
    assert!(ran.stdout.lines().all(|line| line.is_empty() || line.starts_with('#')), "{}", ran.stdout);
    let elsewhere = dev.run(&["-o", "env", "performance"]);
    assert_eq!(elsewhere.code, 2);
    assert!(elsewhere.stderr.contains("only `perfctl recommend`"), "{}", elsewhere.stderr);
}

#[tokio::test]
async fn a_misspelt_key_is_refused_with_the_nearest_known_one() {
    let dev = imported().await;
    let ran = dev.run(&["simulate", "--set", "MIN_LIQUIDTY_USD=20000"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("MIN_LIQUIDITY_USD"), "{}", ran.stderr);
    let wrong = dev.run(&["simulate", "--set", "MIN_LIQUIDITY_USD=plenty"]);
    assert_eq!(wrong.code, 1, "{}", wrong.stdout);
}

#[test]
fn a_simulation_of_nothing_says_what_to_type() {
    let ran = run(&["simulate"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--set MIN_LIQUIDITY_USD=20000"), "{}", ran.stderr);
}
