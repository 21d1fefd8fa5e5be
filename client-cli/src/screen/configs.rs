//! The bot's configs, each with what it changed.

use std::collections::{BTreeMap, BTreeSet};

use perftrack::v1::Config;

use crate::print::number::counted_noun;
use crate::print::text::{cut, hanging, tame};
use crate::print::{paint, time};

/// Columns that a value may take.
const VALUE: usize = 40;

/// The first `limit` of `configs`, which are in order, the newest first. One more is there to compare the last with.
#[must_use]
pub fn show(configs: &[Config], limit: usize, width: Option<usize>) -> String {
    if configs.is_empty() {
        return format!(
            "{}  {}\n",
            paint::strong("No configs"),
            paint::faint("record the bot's: perfctl config record .env")
        );
    }
    let mut text = String::new();
    for (index, config) in configs.iter().take(limit).enumerate() {
        let since = time::minute(config.effective_at.as_ref());
        let count = counted_noun(i64::try_from(config.values.len()).unwrap_or(i64::MAX), "setting");
        text += &format!("{}  {}  {}\n", paint::name(&tame(&config.revision)), since, paint::faint(&count));
        let Some(before) = configs.get(index + 1) else { continue };
        for change in changes(&before.values, &config.values) {
            text += &(hanging("  ", &change, width) + "\n");
        }
    }
    text
}

/// One line for each key with another value than before.
fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |value: &String| cut(&tame(value), VALUE);
    keys.into_iter()
        .filter_map(|key| {
            let name = tame(key);
            match (before.get(key), after.get(key)) {
                (Some(old), Some(new)) if old == new => None,
                (Some(old), Some(new)) => Some(format!("{name} {} → {}", value(old), paint::strong(&value(new)))),
                (None, Some(new)) => Some(format!("{name} {}", paint::good(&format!("+ {}", value(new))))),
                (Some(old), None) => Some(format!("{name} {}", paint::bad(&format!("− {}", value(old))))),
                (None, None) => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(revision: &str, values: &[(&str, &str)]) -> Config {
        let values = values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let effective_at = Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 });
        Config { revision: revision.to_owned(), values, effective_at, recorded_at: None }
    }

    #[test]
    fn each_config_says_what_it_changed() {
        let configs = [config("r2", &[("A", "2"), ("C", "x")]), config("r1", &[("A", "1"), ("B", "y")])];
        let text = anstream::adapter::strip_str(&show(&configs, 1, None)).to_string();
        assert_eq!(text, "r2  2026-09-21 14:13  2 settings\n  A 1 → 2\n  B − y\n  C + x\n");
    }
}
