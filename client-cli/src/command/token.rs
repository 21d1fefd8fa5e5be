//! `perfctl token`: the tokens that servers let callers in with.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::json;
use service::auth::{Role, create};

use super::Session;
use crate::cli::Format;
use crate::failure::{Outcome, usage};

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token: its hashed line, for the server's file of tokens, goes to stdout; the token itself, which nothing shows
    /// again, to --save, or to the screen.
    Create(CreateArgs),
}

/// Arguments of `perfctl token create`.
#[derive(Clone, Debug, Args)]
pub struct CreateArgs {
    /// Whose it is: one word.
    pub name: String,
    /// What it allows: reader asks, writer also records, admin also deletes and relabels.
    #[arg(long, value_name = "ROLE")]
    pub role: Role,
    /// How long it is good for, such as 90d, or never.
    #[arg(long, value_name = "DURATION", default_value = "365d", value_parser = lifetime)]
    pub expires: Lifetime,
    /// A new file for the token, which only its owner can read.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// How long a token is good for.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime(Option<std::time::Duration>);

fn lifetime(text: &str) -> Result<Lifetime, String> {
    match text {
        "never" => Ok(Lifetime(None)),
        text => humantime::parse_duration(text).map(|time| Lifetime(Some(time))).map_err(|error| error.to_string()),
    }
}

/// Does what the arguments say.
///
/// # Errors
/// When the name cannot be used, or the file cannot be written.
pub fn run(session: &Session, command: TokenCommand) -> Outcome {
    let TokenCommand::Create(args) = command;
    let expires_at = args.expires.0.map(|time| DateTime::<Utc>::from(std::time::SystemTime::now() + time));
    let (token, line) = create(&args.name, args.role, expires_at).map_err(usage)?;
    if let Some(path) = &args.save {
        save(path, &token)?;
        session.output.remark(&format!("The token is in {}. ", path.display()));
    }
    match session.output.format {
        Format::Table | Format::Env => {
            session.output.text(&format!("{line}\n"))?;
            if args.save.is_none() {
                session.output.remark(&format!("The token, which nothing shows again:\n{token}\n"));
            }
            session
                .output
                .remark("Add the line to the server's tokens_file; a running server reads it within seconds.\n");
            Ok(())
        }
        Format::Json | Format::Jsonl => {
            let shown = if args.save.is_some() { json!({"line": line}) } else { json!({"line": line, "token": token}) };
            session.output.text(&format!("{shown}\n"))
        }
    }
}

fn save(path: &Path, token: &str) -> Outcome {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("making {}", path.display()))?;
    writeln!(file, "{token}").with_context(|| format!("writing {}", path.display()))?;
    Ok(())
}
