//! What the analysis alone reads.

use std::path::PathBuf;
use std::time::Duration;

use super::{AnyKey, between, from_to};
use crate::config::Key;

/// The settings of this file.
pub const ANALYSIS: &[&dyn AnyKey] = &[&GATES_FILE, &DATASET_MEMORY_MB, &DATASET_REFRESH, &RECOMMENDATION_COOLDOWN];

/// The catalogue file of the gates.
pub const GATES_FILE: Key<PathBuf> =
    Key::new("gates_file", "gates-file", "FILE", "A TOML catalogue of gates that takes the place of the built-in one");

/// How much memory the analysis's alerts may take.
pub const DATASET_MEMORY_MB: Key<u32> = Key::new(
    "dataset_memory_mb",
    "dataset-memory-mb",
    "MEBIBYTES",
    "Memory that the analysis may hold alerts in, about 0.5 KiB each. Too little: it refuses to answer. Too much: the host \
     ends the process",
)
.default("4096")
.check(|mebibytes| from_to(*mebibytes, 1, 1 << 20));

/// How often the dataset is brought up to date without being asked.
pub const DATASET_REFRESH: Key<Duration> = Key::new(
    "dataset_refresh",
    "dataset-refresh",
    "DURATION",
    "How often new alerts and outcomes are read, and the standing question answered, before anybody asks; seldomer where that \
     takes over a twentieth of the time. 0s: only when asked, and who asks waits for it",
)
.default("5s")
.check(|every| between(*every, Duration::ZERO, Duration::from_secs(3_600)));

/// How long a key of the bot that was just turned gets no further recommendation.
pub const RECOMMENDATION_COOLDOWN: Key<Duration> = Key::new(
    "recommendation_cooldown",
    "recommendation-cooldown",
    "DURATION",
    "How long a key of the bot that was just turned gets no further recommendation, and until 100 tokens have matured since. \
     Too short: thresholds wander with the noise. Too long: a real need waits",
)
.default("7d")
.check(|wait| between(*wait, Duration::ZERO, Duration::from_secs(365 * 86_400)));
