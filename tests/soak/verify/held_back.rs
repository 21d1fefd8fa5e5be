//! What the trackers themselves say they could not look at, because the limits of the sources left no request for it.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr as _;

use anyhow::Context as _;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;

/// When each token was held back, in the order of time.
#[derive(Default)]
pub struct HeldBack(HashMap<TokenAddress, Vec<Timestamp>>);

impl HeldBack {
    /// From the logs of all trackers.
    pub fn read(logs: &Path) -> anyhow::Result<Self> {
        let mut held_back = Self::default();
        for entry in std::fs::read_dir(logs).with_context(|| format!("listing {}", logs.display()))? {
            let path = entry.context("listing the logs")?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("tracker-")) {
                let log = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
                String::from_utf8_lossy(&log).lines().for_each(|line| held_back.take(line));
            }
        }
        held_back.0.values_mut().for_each(|times| times.sort_unstable());
        Ok(held_back)
    }

    /// A line such as `… held back at=2026-09-21T19:13:02Z named="… …"`; others are nothing.
    fn take(&mut self, line: &str) {
        let Some((_, told)) = line.split_once("held back at=") else { return };
        let Some((at, named)) = told.split_once(" named=") else { return };
        let Ok(at) = humantime::parse_rfc3339(at) else { return };
        let since_epoch = at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let at = Timestamp::EPOCH.plus(since_epoch);
        for name in named.trim_matches('"').split(' ') {
            if let Ok(token) = TokenAddress::from_str(name) {
                self.0.entry(token).or_default().push(at);
            }
        }
    }

    /// When the token was held back between these moments.
    pub fn between(&self, token: &TokenAddress, from: Timestamp, to: Timestamp) -> &[Timestamp] {
        let times = self.0.get(token).map(Vec::as_slice).unwrap_or_default();
        let first = times.partition_point(|at| *at <= from);
        let last = times.partition_point(|at| *at < to);
        &times[first..last.max(first)]
    }

    /// How often any token was held back.
    pub fn times(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}
