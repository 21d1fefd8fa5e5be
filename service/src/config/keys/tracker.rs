//! How the tracker follows alerts, and how long it keeps what it saw.

use std::time::Duration;

use super::{AnyKey, between};
use crate::config::{Key, PolicyFile};

/// The settings of this file.
pub const TRACKER: &[&dyn AnyKey] = &[
    &POLL_INTERVAL,
    &TRACKING_WINDOW,
    &SHADOW_SAMPLE_RATE,
    &POLICY_FILE,
    &LEASE,
    &INSTANCE,
    &RETENTION_RAW,
    &EVENT_RETENTION,
];

/// The time between two looks at a token.
pub const POLL_INTERVAL: Key<Duration> = Key::new(
    "poll_interval",
    "poll-interval",
    "DURATION",
    "Time between two looks at a token. Shorter: more load on the price sources. Over 2m: single ticks pass as peaks, and \
     fast rugs go unseen",
)
.default("60s")
.check(|interval| between(*interval, Duration::from_millis(10), Duration::from_secs(3_600)));

/// How long an alert is followed.
pub const TRACKING_WINDOW: Key<Duration> = Key::new(
    "tracking_window",
    "tracking-window",
    "DURATION",
    "How long an alert is followed. Shorter than 24h: the 24 h return stays unknown. Longer: more tokens to poll at once",
)
.default("48h")
.check(|window| between(*window, Duration::from_secs(1), Duration::from_secs(30 * 86_400)));

/// Which share of the shadow alerts is followed.
pub const SHADOW_SAMPLE_RATE: Key<f64> = Key::new(
    "shadow_sample_rate",
    "shadow-sample-rate",
    "SHARE",
    "Share of the shadow alerts that are followed, 0 to 1, drawn by their ids and stored with each. Too large: more tokens \
     than the price sources answer for. Too small: looser filters cannot be judged",
)
.default("1")
.check(|rate| if (0.0..=1.0).contains(rate) { Ok(()) } else { Err("not between 0 and 1".to_owned()) });

/// The outcome policy.
pub const POLICY_FILE: Key<PolicyFile> = Key::new(
    "policy_file",
    "policy-file",
    "FILE",
    "A TOML file with the outcome rules' parameters that differ from the built-in ones, and a version of their own. Where it \
     is changed, outcomes that are there already keep their old labels until they are relabelled",
);

/// How long a tracker's claim on its tokens lasts.
pub const LEASE: Key<Duration> = Key::new(
    "lease",
    "lease",
    "DURATION",
    "How long other trackers wait before they take over the tokens of one that fell silent. Shorter: a slow database makes \
     trackers lose tokens to each other. Longer: the tokens of one that died are unseen for longer",
)
.default("30s")
.check(|lease| between(*lease, Duration::from_secs(1), Duration::from_secs(300)));

/// Which tracker this is among those that share the database.
pub const INSTANCE: Key<String> = Key::new(
    "instance",
    "instance",
    "NAME",
    "This tracker's name among those that share the database. One that was killed and starts again under the same name \
     goes on with its tokens at once; under another name it waits until its leases expire. Two under one name at a time: \
     the start of each moves the other's tokens once (default: the host's name and the port; none where that is 0)",
);

/// How long prices are kept as they were observed.
pub const RETENTION_RAW: Key<Duration> = Key::new(
    "retention_raw",
    "retention-raw",
    "DURATION",
    "How long prices are kept as they were observed, by whole weeks; then as bars of 5 minutes. At least 3 days more than \
     the tracking window. Shorter: a changed policy can be replayed exactly over less of the past. Longer: a larger database",
)
.default("30d")
.check(|keep| between(*keep, Duration::from_secs(3 * 86_400), Duration::from_secs(3_650 * 86_400)));

/// How long events are kept.
pub const EVENT_RETENTION: Key<Duration> = Key::new(
    "event_retention",
    "event-retention",
    "DURATION",
    "How long events are kept for watchers to go on from. Shorter than they are away: they cannot go on where they were",
)
.default("7d")
.check(|keep| between(*keep, Duration::from_secs(60), Duration::from_secs(3_650 * 86_400)));
