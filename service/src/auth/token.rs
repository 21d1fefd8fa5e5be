//! The file of tokens: one on each line, as NAME ROLE EXPIRY HASH. It holds no secret.
//!
//! ```text
//! # name   role    expiry                 hash
//! bot      writer  2027-06-30T00:00:00Z   sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! grafana  reader  never                  sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
//! ```
//!
//! A token is 256 random bits, which nobody guesses however fast their hash is computed: SHA-256 is enough.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};

use super::hash::{self, Hash};
use super::{Caller, Role};

/// What every token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "ptk_";

/// A token as the server knows it.
#[derive(Clone, Debug)]
pub(super) struct Token {
    name: String,
    role: Role,
    /// `None` never.
    expires_at: Option<DateTime<Utc>>,
    hash: Hash,
}

/// Why a caller is not let through.
pub(super) enum Refused {
    /// There is no such token, or it has expired.
    Unknown,
    /// There is one, of too low a role.
    RoleTooLow(Caller),
}

impl Token {
    /// When it ends; `None` never.
    pub(super) fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at.map(SystemTime::from)
    }

    pub(super) fn caller(&self) -> Caller {
        Caller { name: self.name.clone(), role: self.role }
    }
}

/// All tokens of a file.
#[derive(Clone, Debug, Default)]
pub struct Tokens(Vec<Token>);

/// Why a file of tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// It cannot be read.
    #[error("the file of tokens {} cannot be read: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// A line is none.
    #[error("line {line} of the file of tokens {}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong; never what stands there, which may be a token by mistake.
        problem: String,
    },
}

impl Tokens {
    /// Reads what the file at `path` holds.
    ///
    /// # Errors
    /// [`TokensError::Line`]
    pub fn parse(text: &str, path: &Path) -> Result<Self, TokensError> {
        let mut tokens = Vec::new();
        let mut names = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            let content = line.split('#').next().unwrap_or_default().trim();
            if content.is_empty() {
                continue;
            }
            let wrong = |problem| TokensError::Line { path: path.to_owned(), line: index + 1, problem };
            let token = parse(content).map_err(wrong)?;
            if !names.insert(token.name.clone()) {
                return Err(wrong("another token has this name already".to_owned()));
            }
            tokens.push(token);
        }
        Ok(Self(tokens))
    }

    /// The token with this hash, if it is good for `needed` at `now`. Takes the same time whichever it is, and if there is
    /// none.
    pub(super) fn allows(&self, hash: &Hash, needed: Role, now: SystemTime) -> Result<&Token, Refused> {
        let token = self.known(hash, now).ok_or(Refused::Unknown)?;
        if token.role < needed { Err(Refused::RoleTooLow(token.caller())) } else { Ok(token) }
    }

    fn known(&self, hash: &Hash, now: SystemTime) -> Option<&Token> {
        let token = self.0.get(hash::position(self.0.iter().map(|token| &token.hash), hash)?)?;
        token.expires_at.is_none_or(|at| DateTime::<Utc>::from(now) < at).then_some(token)
    }
}

fn parse(line: &str) -> Result<Token, String> {
    let parts: Vec<&str> = line.split_whitespace().collect();
    let [name, role, expiry, hash] = parts.as_slice() else {
        return Err(format!("it has {} words; expected NAME ROLE EXPIRY HASH", parts.len()));
    };
    let role = role.parse().map_err(|_| "the role is neither reader, writer nor admin".to_owned())?;
    let expires_at = match *expiry {
        "never" => None,
        text => Some(moment(text).ok_or("the expiry is neither never nor such as 2027-06-30T00:00:00Z")?),
    };
    let hash = Hash::parse(hash).ok_or("the hash is not sha256: and 64 hexadecimal digits")?;
    Ok(Token { name: (*name).to_owned(), role, expires_at, hash })
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// Makes a new token: its text, for the caller alone, and the line for the server's file.
///
/// # Errors
/// When `name` cannot stand in the file.
pub fn create(name: &str, role: Role, expires_at: Option<DateTime<Utc>>) -> Result<(String, String), String> {
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '#') {
        return Err(format!("{name:?} cannot be a token's name: one word without # is needed"));
    }
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    let expiry = expires_at.map_or_else(|| "never".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let line = format!("{name} {role} {expiry} {}", Hash::of(&text).text());
    Ok((text, line))
}
