use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Command;

use super::*;

const KEYS: &[&dyn AnyKey] = &[
    &keys::DATABASE_URL,
    &keys::TRACKER_LISTEN_ADDR,
    &keys::POLL_INTERVAL,
    &keys::JUPITER_API_KEY,
    &keys::DEXSCREENER_URL,
    &keys::LOG,
];

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn refusal(sources: Sources) -> String {
    match Settings::read(KEYS, sources) {
        Ok(_) => panic!("it was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_flag_goes_before_the_environment_before_the_file_before_the_default() {
    let file =
        file("poll_interval = \"3s\"\ndexscreener_url = \"http://in.file/\"\ndatabase_url = \"sqlite://in-file.db\"");
    let sources = Sources::default()
        .with_file(file.path())
        .unwrap()
        .with_environment(environment(&[
            ("PERFTRACK_POLL_INTERVAL", "2s"),
            ("PERFTRACK_DATABASE_URL", "sqlite://in-environment.db"),
        ]))
        .with_flag("poll_interval", "500ms");
    let settings = Settings::read(KEYS, sources).unwrap();
    assert_eq!(settings.get(&keys::POLL_INTERVAL), Ok(Duration::from_millis(500)));
    assert_eq!(settings.get(&keys::DATABASE_URL).unwrap().expose(), "sqlite://in-environment.db");
    assert_eq!(settings.get(&keys::DEXSCREENER_URL).unwrap().as_str(), "http://in.file");
    assert_eq!(settings.get(&keys::TRACKER_LISTEN_ADDR), Ok(SocketAddr::from(([127, 0, 0, 1], 50_051))));
    assert_eq!(settings.get_optional(&keys::JUPITER_API_KEY), Ok(None));
}

#[test]
fn flags_follow_from_the_keys() {
    let command = with_flags(Command::new("tracker-svc"), KEYS);
    let matches = command.get_matches_from(["tracker-svc", "--listen", "[::1]:0", "--poll-interval=1m"]);
    let settings = Settings::read(KEYS, Sources::of_process(&matches, KEYS).unwrap()).unwrap();
    assert_eq!(settings.get(&keys::TRACKER_LISTEN_ADDR).unwrap().to_string(), "[::1]:0");
    assert_eq!(settings.get(&keys::POLL_INTERVAL), Ok(Duration::from_secs(60)));
}

#[test]
fn the_help_names_the_variable_and_the_default() {
    let help = with_flags(Command::new("tracker-svc"), KEYS).render_long_help().to_string();
    assert!(help.contains("PERFTRACK_POLL_INTERVAL"), "{help}");
    assert!(help.contains("default: 60s"), "{help}");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_name() {
    let file = file("pol_interval = \"3s\"");
    let said = refusal(Sources::default().with_file(file.path()).unwrap());
    assert!(said.contains("`pol_interval` in "), "{said}");
    assert!(said.ends_with("is not known; did you mean poll_interval?"), "{said}");

    let said = refusal(Sources::default().with_environment(environment(&[("PERFTRACK_POLLINTERVAL", "3s")])));
    assert_eq!(
        said,
        "the environment variable PERFTRACK_POLLINTERVAL is not known; did you mean PERFTRACK_POLL_INTERVAL?"
    );
}

#[test]
fn what_only_another_program_reads_is_no_error() {
    let others = environment(&[
        ("PERFTRACK_GATES_FILE", "gates.toml"),
        ("PERFTRACK_TRACKER_URL", "http://127.0.0.1:1"),
        ("PERFTRACK_TRACKER_SERVICE_HOST", "10.0.0.1"),
        ("PERFTRACK_TRACKER_SERVICE_PORT_GRPC", "50051"),
        ("PERFTRACK_TRACKER_PORT", "tcp://10.0.0.1:50051"),
        ("PERFTRACK_TRACKER_PORT_50051_TCP_ADDR", "10.0.0.1"),
        ("PATH", "/bin"),
    ]);
    assert!(Settings::read(KEYS, Sources::default().with_environment(others)).is_ok());
    let said = refusal(Sources::default().with_environment(environment(&[("PERFTRACK_LISTEN_PORT", "50051")])));
    assert!(said.contains("PERFTRACK_LISTEN_PORT is not known"), "{said}");
}

#[test]
fn a_bad_value_says_which_where_what_and_what_is_expected() {
    let said = refusal(Sources::default().with_environment(environment(&[("PERFTRACK_POLL_INTERVAL", "60")])));
    assert!(said.starts_with("the environment variable PERFTRACK_POLL_INTERVAL is \"60\": "), "{said}");
    assert!(said.ends_with("; expected a duration such as 500ms, 60s, 90m or 48h"), "{said}");

    let file = file("poll_interval = [1, 2]");
    let said = refusal(Sources::default().with_file(file.path()).unwrap());
    assert!(said.contains("is of type array: not a single value; expected a duration"), "{said}");
}

#[test]
fn a_value_out_of_bounds_is_refused() {
    let said = refusal(Sources::default().with_flag("poll_interval", "0s"));
    assert!(said.starts_with("the flag --poll-interval is \"0s\": not between 10ms and 1h"), "{said}");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let said = refusal(
        Sources::default()
            .with_flag("poll_interval", "soon")
            .with_flag("listen_addr", "localhost")
            .with_environment(environment(&[("PERFTRACK_NOTHING", "1")])),
    );
    assert!(said.starts_with("3 settings are wrong:\n"), "{said}");
    for part in ["PERFTRACK_NOTHING", "--poll-interval", "--listen"] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_missing_setting_says_every_way_to_give_it() {
    let settings = Settings::read(KEYS, Sources::default()).unwrap();
    let said = settings.get(&keys::DATABASE_URL).unwrap_err().to_string();
    for part in ["--database-url", "PERFTRACK_DATABASE_URL", "`database_url`", "postgres://"] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_file_that_is_missing_or_broken_is_named() {
    let Err(error) = Sources::default().with_file(std::path::Path::new("/nowhere/perftrack.toml")) else { panic!() };
    assert!(error.to_string().starts_with("the configuration file /nowhere/perftrack.toml cannot be read: "));
    let broken = file("poll_interval = ");
    let Err(error) = Sources::default().with_file(broken.path()) else { panic!() };
    assert!(error.to_string().contains("is not valid TOML: line 1, column 17: "), "{error}");
}

#[test]
fn secrets_never_show() {
    let key = "pcQ7Zk-secret";
    let secret = Secret::parse(key).unwrap();
    assert!(!format!("{secret:?}").contains(key));
    let said = refusal(Sources::default().with_flag("jupiter_api_key", format!("{key} ")));
    assert!(!said.contains(key), "{said}");

    for bad in ["mysql://bot:hunter2@db/x", "postgres://bot:hunter2@db:99999/x", "postgres://bot:hunt@hunter2@/"] {
        let said = Settings::read(KEYS, Sources::default().with_flag("database_url", bad))
            .map_or_else(|error| error.to_string(), |s| format!("{:?}", s.get(&keys::DATABASE_URL)));
        assert!(!said.contains("hunt"), "{said}");
    }
    let url = DatabaseUrl::parse("postgres://bot:hunter2@db:5432/perftrack?password=hunter2").unwrap();
    assert_eq!(format!("{url} {url:?}"), "postgres://…@db:5432/perftrack postgres://…@db:5432/perftrack");
}

#[test]
fn every_default_is_a_good_value_and_every_key_has_its_own_names() {
    let all = keys::all();
    for key in &all {
        assert_eq!(key.default_text().and_then(|text| key.problem(text)), None, "{}", key.name());
        let twins = all.iter().filter(|other| other.name() == key.name() || other.flag() == key.flag());
        assert_eq!(twins.count(), 1, "{}", key.name());
    }
}

#[test]
fn a_policy_file_is_read_and_checked_with_the_other_settings() {
    const KEYS: &[&dyn AnyKey] = &[&keys::POLICY_FILE];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, "version = 2\n[exit]\nhard_stop_pct = 25\n").unwrap();
    let given = || Sources::default().with_flag("policy_file", path.display().to_string());
    let file = Settings::read(KEYS, given()).unwrap().get(&keys::POLICY_FILE).unwrap();
    assert_eq!((file.policy.version, file.policy.exit.hard_stop_pct), (2, 25.0));

    std::fs::write(&path, "version = 2\n[exit]\nhard_stop = 25\n").unwrap();
    let said = Settings::read(KEYS, given()).err().unwrap().to_string();
    assert!(
        said.starts_with("the flag --policy-file is ") && said.contains("did you mean \"exit.hard_stop_pct\"?"),
        "{said}"
    );
    std::fs::remove_file(&path).unwrap();
    assert!(Settings::read(KEYS, given()).err().unwrap().to_string().contains("it cannot be read"));
}

#[test]
fn a_secret_can_be_given_by_the_name_of_a_file_that_holds_it() {
    let secret = file("pcQ7Zk-secret\n");
    let path = secret.path().to_str().unwrap();
    for sources in [
        Sources::default().with_environment(environment(&[("PERFTRACK_JUPITER_API_KEY_FILE", path)])),
        Sources::default().with_flag("jupiter_api_key_file", path),
        Sources::default().with_file(file(&format!("jupiter_api_key_file = {path:?}")).path()).unwrap(),
    ] {
        let settings = Settings::read(KEYS, sources).unwrap();
        assert_eq!(settings.get(&keys::JUPITER_API_KEY).unwrap().expose(), "pcQ7Zk-secret");
    }
    let said = refusal(Sources::default().with_flag("jupiter_api_key_file", "/nowhere/key"));
    assert!(said.contains("/nowhere/key") && said.contains("the file cannot be read"), "{said}");
    let both = [("PERFTRACK_JUPITER_API_KEY_FILE", path), ("PERFTRACK_JUPITER_API_KEY", "another")];
    let said = refusal(Sources::default().with_environment(environment(&both)));
    assert!(said.ends_with("are both given: leave one of them out"), "{said}");
    // The environment goes before the file, whichever of the two names each uses.
    let lower = file("jupiter_api_key = \"from-toml\"");
    let sources = Sources::default().with_file(lower.path()).unwrap().with_environment(environment(&both[..1]));
    let settings = Settings::read(KEYS, sources).unwrap();
    assert_eq!(settings.get(&keys::JUPITER_API_KEY).unwrap().expose(), "pcQ7Zk-secret");
}

#[test]
fn no_secret_stands_on_a_command_line() {
    let command = || with_flags(Command::new("tracker-svc"), KEYS);
    assert!(command().try_get_matches_from(["tracker-svc", "--jupiter-api-key", "x"]).is_err());
    let matches = command().get_matches_from(["tracker-svc", "--database-url", "postgres://bot:hunter2@db/x"]);
    let said = Sources::of_process(&matches, KEYS).err().unwrap().to_string();
    assert!(said.contains("PERFTRACK_DATABASE_URL") && !said.contains("hunter2"), "{said}");
    let matches = command().get_matches_from(["tracker-svc", "--database-url", "postgres://bot@db/x"]);
    assert!(Sources::of_process(&matches, KEYS).is_ok());
}

#[test]
fn the_settings_in_force_are_shown_with_their_origins_and_without_secrets() {
    let path = file("poll_interval = \"3s\"");
    let sources = Sources::default()
        .with_file(path.path())
        .unwrap()
        .with_environment(environment(&[
            ("PERFTRACK_DATABASE_URL", "postgres://bot:hunter2@db/perftrack"),
            ("PERFTRACK_JUPITER_API_KEY", "pcQ7Zk-secret"),
        ]))
        .with_flag("listen_addr", "127.0.0.1:0");
    let text = Settings::read(KEYS, sources).unwrap().effective(KEYS).unwrap();
    for line in [
        "# database_url = \"postgres://…@db/perftrack\"  # the environment variable PERFTRACK_DATABASE_URL",
        "listen_addr = \"127.0.0.1:0\"  # the flag --listen",
        &format!("poll_interval = \"3s\"  # `poll_interval` in {}", path.path().display()),
        "# jupiter_api_key = (secret)  # the environment variable PERFTRACK_JUPITER_API_KEY",
        "dexscreener_url = \"https://api.dexscreener.com\"  # default",
        "# log is not set (PERFTRACK_LOG)",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("pcQ7Zk"), "{text}");
    assert!(text.parse::<toml::Table>().is_ok(), "it could be read back: {text}");
}

#[test]
fn the_committed_schema_is_that_of_the_settings() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/settings.schema.json");
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == schema(), "write it anew: tracker-svc config schema > service/settings.schema.json");
}

#[test]
fn every_setting_of_a_program_is_in_the_catalogue() {
    let all: Vec<&str> = keys::all().iter().map(|key| key.name()).collect();
    for (program, keys) in keys::PROGRAMS {
        for key in keys() {
            assert!(all.contains(&key.name()), "{} of {program}", key.name());
        }
    }
}

#[test]
fn a_certificate_without_its_key_is_refused() {
    let keys = keys::tracker_svc();
    let given =
        |name: &'static str| Sources::default().with_flag("database_url", "sqlite://x.db").with_flag(name, "/a.pem");
    let said = |name| {
        let settings = Settings::read(&keys, given(name)).unwrap();
        ServerConfig::read(&settings, &keys::TRACKER_LISTEN_ADDR).unwrap_err().to_string()
    };
    assert_eq!(said("tls_cert_file"), "tls_cert_file is set without its tls_key_file");
    assert_eq!(said("tls_key_file"), "tls_key_file is set without its tls_cert_file");
    assert!(said("tls_client_ca_file").contains("there is no TLS without"));
}

#[test]
fn a_server_waits_for_its_tables_on_postgres_and_makes_them_itself_on_sqlite() {
    let keys = keys::analysis_svc();
    let migrate = |url: &str, more: Option<&'static str>| {
        let sources = Sources::default().with_flag("database_url", url);
        let sources = match more {
            Some(text) => sources.with_flag("migrate", text),
            None => sources,
        };
        ServerConfig::read(&Settings::read(&keys, sources).unwrap(), &keys::ANALYSIS_LISTEN_ADDR).unwrap().migrate
    };
    assert_eq!(migrate("postgres://db/x", None), Migrate::Wait);
    assert_eq!(migrate("sqlite://x.db", None), Migrate::Auto);
    assert_eq!(migrate("postgres://db/x", Some("auto")), Migrate::Auto);
    assert_eq!(migrate("sqlite://x.db", Some("wait")), Migrate::Wait);
}
