//! Exit codes where no service is needed, and where none is there.

use crate::perfctl::{Ran, command, run};

#[test]
fn wrong_usage_is_code_2_and_says_what_would_be_right() {
    for (arguments, says) in [
        (vec!["performence"], "performance"),
        (vec!["performance", "--since", "yesterday"], "expected a date"),
        (vec!["correlate", "--output", "xml"], "jsonl"),
        (vec!["call", "TrackingService.GetAlerts"], "did you mean TrackingService.GetAlert?"),
        (vec!["call", "GetAlert", "{\"alertid\": 1}"], "did you mean alert_id?"),
        (vec!["call", "GetAlert", "{"], "no GetAlertRequest as JSON"),
        (vec!["alerts", "record", "--token", "A", "--feature", "final_scor=8"], "did you mean final_score?"),
        (vec!["alerts", "record"], "--token"),
        (vec!["--tracker", "ftp://host", "performance"], "expected such as http://127.0.0.1:50051"),
        (vec!["-o", "json", "demo"], "for people"),
        (vec!["recommend", "--max-rug-rate", "150"], "0 to 100"),
        (vec!["dev", "--poll-interval", "never"], "poll"),
    ] {
        let ran = run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{arguments:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_service_that_is_not_there_is_code_3_and_the_answer_says_how_to_start_it() {
    for arguments in [
        ["--tracker", "http://127.0.0.1:9", "performance"].as_slice(),
        &["--tracker", "127.0.0.1:9", "alerts", "list"],
        &["--analysis", "http://127.0.0.1:9", "correlate"],
        &["--analysis", "http://127.0.0.1:9", "call", "Correlate"],
    ] {
        let ran = run(arguments);
        assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("http://127.0.0.1:9"), "{}", ran.stderr);
        assert!(ran.stderr.contains("perfctl dev"), "{}", ran.stderr);
        assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    }
}

#[test]
fn a_token_is_made_before_the_files_of_a_service_to_ask_are_there() {
    let mut command = command();
    command.envs([("PERFTRACK_TOKEN_FILE", "/nowhere/token"), ("PERFTRACK_CA_FILE", "/nowhere/ca.pem")]);
    let made: Ran = command.args(["token", "create", "bot", "--role", "writer"]).output().unwrap().into();
    assert!(made.done().stdout.starts_with("bot"));
}

#[test]
fn a_token_goes_in_the_clear_to_no_other_machine_unless_that_was_allowed() {
    // An address of RFC 5737 that nobody has.
    const ELSEWHERE: &str = "http://192.0.2.1:50051";
    let asks = |url: &str, arguments: &[&str], environment: &[(&str, &str)]| -> Ran {
        let mut command = command();
        command.args(["--tracker", url, "--timeout", "100ms"]).args(arguments).arg("performance");
        command.env("PERFTRACK_TOKEN", "ptk_secret").envs(environment.iter().copied()).output().unwrap().into()
    };
    let refused = asks(ELSEWHERE, &[], &[]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains(ELSEWHERE) && refused.stderr.contains("https://"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--allow-plaintext-token"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("ptk_secret"), "{}", refused.stderr);

    // Where it goes out, nobody is there.
    let folder = tempfile::tempdir().unwrap();
    let contexts = folder.path().join("contexts.toml");
    std::fs::write(&contexts, "[contexts.mesh]\nallow_plaintext_token = true\n").unwrap();
    let contexts = contexts.to_str().unwrap();
    for (url, arguments, environment) in [
        ("http://127.0.0.1:9", &[][..], &[][..]),
        (ELSEWHERE, &["--allow-plaintext-token"], &[]),
        (ELSEWHERE, &[], &[("PERFTRACK_ALLOW_PLAINTEXT_TOKEN", "1")]),
        (ELSEWHERE, &["--context", "mesh"], &[("PERFTRACK_CONTEXTS_FILE", contexts)]),
        (ELSEWHERE, &[], &[("PERFTRACK_TOKEN", " ")]),
    ] {
        let ran = asks(url, arguments, environment);
        assert_eq!(ran.code, 3, "{url} {arguments:?} {environment:?}: {}", ran.stderr);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_code_1() {
    let ran = run(&["alerts", "import", "callsbot", "/nowhere/at/all.db"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("/nowhere/at/all.db"), "{}", ran.stderr);
}

#[test]
fn help_and_the_list_of_calls_go_to_stdout() {
    let help = run(&["--help"]).done();
    assert!(help.stdout.contains("demo") && help.stdout.contains("exit codes") || help.stdout.contains("Exit codes"));
    let calls = run(&["call"]).done();
    assert!(calls.stdout.contains("TrackingService.RecordAlert "), "{}", calls.stdout);
    assert!(!calls.stdout.contains('\u{1b}'));
}

#[test]
fn colour_can_be_asked_for_and_is_refused_by_no_color() {
    let forced = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = command();
        command.env("CLICOLOR_FORCE", "1").args(arguments);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(forced(&["call"], None).contains('\u{1b}'));
    assert!(!forced(&["call", "--no-color"], None).contains('\u{1b}'));
}
