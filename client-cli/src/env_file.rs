//! The bot's config as it stands in its .env file.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use crate::failure::{Outcome, usage};

pub mod edit;
pub mod replace;

/// Reads the settings of a file of KEY=VALUE lines; of two of one key the last.
///
/// # Errors
/// When it cannot be read, or a usage failure that names the line that is none.
pub fn read(file: &Path) -> Outcome<BTreeMap<String, String>> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("reading the bot's config from {}", file.display()))?;
    let mut values = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        if let Some((key, value)) =
            setting(line).map_err(|error| usage(format!("{}, line {}: {error}", file.display(), number + 1)))?
        {
            values.insert(key, value);
        }
    }
    Ok(values)
}

/// Takes the secrets out, by the last words of their names (`TELEGRAM_BOT_TOKEN`, `BIRDEYE_API_KEY`); returns their names.
pub fn without_secrets(values: &mut BTreeMap<String, String>) -> Vec<String> {
    let secret: Vec<String> =
        values.iter().filter(|(key, value)| is_secret(key, value)).map(|(key, _)| key.clone()).collect();
    values.retain(|key, _| !secret.contains(key));
    secret
}

fn is_secret(key: &str, value: &str) -> bool {
    const LAST_WORDS: [&str; 10] =
        ["KEY", "KEYS", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS", "MNEMONIC", "DSN", "WEBHOOK"];
    const ANYWHERE: [&str; 4] = ["SECRET", "PASSWORD", "PRIVATE", "SESSION"];
    let words: Vec<String> = key.split('_').map(str::to_ascii_uppercase).collect();
    words.last().is_some_and(|last| LAST_WORDS.contains(&last.as_str()))
        || words.iter().any(|word| ANYWHERE.contains(&word.as_str()))
        // https://user:password@host
        || value.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')))
}

/// A line of an .env file: nothing, a remark, or KEY=VALUE with the value perhaps in quotes.
fn setting(line: &str) -> Result<Option<(String, String)>, String> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    if line.is_empty() || line.starts_with('#') { Ok(None) } else { key_value(line).map(Some) }
}

/// Reads KEY=VALUE.
///
/// # Errors
/// What was expected.
pub fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("expected KEY=VALUE, not \"{text}\""))?;
    let value = value.trim();
    let bare = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)).map(|(inside, _)| inside));
    // An unquoted value ends where a remark begins.
    let value = bare.unwrap_or_else(|| value.split_once(" #").map_or(value, |(value, _)| value.trim_end()));
    match key.trim() {
        "" => Err(format!("expected KEY=VALUE, not \"{text}\"")),
        key => Ok((key.to_owned(), value.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_env_file_is_read_line_by_line() {
        let read = |line| setting(line).unwrap();
        assert_eq!(read("# remark"), None);
        assert_eq!(
            read("export MIN_LIQUIDITY_USD=\"20000\" # low"),
            Some(("MIN_LIQUIDITY_USD".into(), "20000".into()))
        );
        assert_eq!(read("GENERAL_CYCLE_MIN_SCORE = 7 # was 9"), Some(("GENERAL_CYCLE_MIN_SCORE".into(), "7".into())));
        assert_eq!(read("EMPTY="), Some(("EMPTY".into(), String::new())));
        assert!(setting("nonsense").is_err());
    }

    #[test]
    fn secrets_are_left_out_by_their_names() {
        let pairs = [
            ("TELEGRAM_BOT_TOKEN", "1"),
            ("BIRDEYE_API_KEY", "2"),
            ("WALLET_PRIVATE_SEED", "3"),
            ("REDIS_URL", "redis://me:secret@host/0"),
            ("MIN_LIQUIDITY_USD", "20000"),
            ("TOKEN_AGE_MIN_MINUTES", "5"),
            ("RPC_URL", "https://host/path@v2"),
        ];
        let mut values: BTreeMap<String, String> = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let secret = without_secrets(&mut values);
        assert_eq!(secret, ["BIRDEYE_API_KEY", "REDIS_URL", "TELEGRAM_BOT_TOKEN", "WALLET_PRIVATE_SEED"]);
        assert_eq!(values.into_keys().collect::<Vec<_>>(), ["MIN_LIQUIDITY_USD", "RPC_URL", "TOKEN_AGE_MIN_MINUTES"]);
    }
}
