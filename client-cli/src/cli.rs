//! The arguments: flags for every command, and the commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, ValueEnum};
use tonic::transport::Uri;

use crate::command::Command;

/// Records what a bot alerted and why, shows how it did, finds what goes with pumps and with rugs, and says what to change.
#[derive(Debug, Parser)]
#[command(name = "perfctl", version, about, arg_required_else_help = true)]
#[command(after_help = "Try it without a bot: perfctl demo\n\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 service unreachable.")]
pub struct Cli {
    /// Flags for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the services are, and how results are written.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Where TrackingService is; http://127.0.0.1:50051 where nothing says otherwise.
    #[arg(long, global = true, value_name = "URL", env = "PERFTRACK_TRACKER_URL", value_parser = service_url)]
    pub tracker: Option<Uri>,
    /// Where AnalysisService is; http://127.0.0.1:50052 where nothing says otherwise.
    #[arg(long, global = true, value_name = "URL", env = "PERFTRACK_ANALYSIS_URL", value_parser = service_url)]
    pub analysis: Option<Uri>,
    /// Which services of perftrack/contexts.toml in the configuration folder; without it, the current ones there.
    #[arg(long, global = true, value_name = "NAME", env = "PERFTRACK_CONTEXT")]
    pub context: Option<String>,
    /// A file that holds the token to show to the services (PERFTRACK_TOKEN may hold the token itself).
    #[arg(long, global = true, value_name = "FILE", env = "PERFTRACK_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Show the token to other machines over http:// too, where something else encrypts the way (a tunnel, a mesh).
    #[arg(long, global = true, env = "PERFTRACK_ALLOW_PLAINTEXT_TOKEN", value_parser = FalseyValueParser::new())]
    pub allow_plaintext_token: bool,
    /// The authorities of the services' certificates, as PEM; the system's without.
    #[arg(long, global = true, value_name = "FILE", env = "PERFTRACK_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// A certificate of one's own for services that ask for one, as PEM; goes with --client-key-file.
    #[arg(long, global = true, value_name = "FILE", env = "PERFTRACK_CLIENT_CERT_FILE")]
    pub client_cert_file: Option<PathBuf>,
    /// The private key of --client-cert-file.
    #[arg(long, global = true, value_name = "FILE", env = "PERFTRACK_CLIENT_KEY_FILE")]
    pub client_key_file: Option<PathBuf>,
    /// How results are written.
    #[arg(short, long, global = true, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    pub output: Format,
    /// Never colour (NO_COLOR does the same).
    #[arg(long, global = true)]
    pub no_color: bool,
    /// How long to wait for an answer, such as 500ms, 30s, 2m.
    #[arg(long, global = true, value_name = "DURATION", default_value = "30s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: aligned, coloured on a terminal.
    Table,
    /// One JSON document: the proto3 mapping of the answer, with the field names of the proto files.
    Json,
    /// One JSON object a line: an item of a list or stream, or the whole answer.
    Jsonl,
    /// KEY=VALUE lines to paste into the bot's .env: of `perfctl recommend` alone.
    Env,
}

/// `http://HOST:PORT` or `https://HOST:PORT`; a bare `HOST:PORT` is taken for the first.
pub(crate) fn service_url(text: &str) -> Result<Uri, String> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let uri: Uri = full.parse().map_err(|error| format!("{error}; expected such as http://127.0.0.1:50051"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(uri),
        (Some("http" | "https"), _) => Err("it names no host; expected such as http://127.0.0.1:50051".to_owned()),
        _ => Err("only http:// and https:// are spoken here; expected such as http://127.0.0.1:50051".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_host_and_port_is_a_url() {
        assert_eq!(service_url("127.0.0.1:7000").unwrap().to_string(), "http://127.0.0.1:7000/");
        assert!(service_url("ftp://127.0.0.1").is_err());
        assert!(service_url("http://").is_err());
    }
}
