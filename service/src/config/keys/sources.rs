//! Where the tracker's prices come from, and how much each source answers.

use super::{AnyKey, from_to};
use crate::config::{HttpUrl, Key, Secret};

/// The settings of this file.
pub const SOURCES: &[&dyn AnyKey] = &[
    &DEXSCREENER_URL,
    &DEXSCREENER_REQUESTS_PER_MINUTE,
    &JUPITER_URL,
    &JUPITER_API_KEY,
    &JUPITER_REQUESTS_PER_MINUTE,
    &GECKOTERMINAL_URL,
    &GECKOTERMINAL_REQUESTS_PER_MINUTE,
    &BIRDEYE_URL,
    &BIRDEYE_API_KEY,
    &BIRDEYE_REQUESTS_PER_MINUTE,
];

/// More than any plan of a source answers.
const MOST_REQUESTS: u32 = 1_000_000;

/// DexScreener's base URL.
pub const DEXSCREENER_URL: Key<HttpUrl> =
    Key::new("dexscreener_url", "dexscreener-url", "URL", "Base URL of DexScreener, the first price source")
        .default("https://api.dexscreener.com");

/// How many requests a minute DexScreener answers.
pub const DEXSCREENER_REQUESTS_PER_MINUTE: Key<u32> = Key::new(
    "dexscreener_requests_per_minute",
    "dexscreener-requests-per-minute",
    "REQUESTS",
    "Requests a minute that DexScreener answers all trackers of one database together, where a plan or a proxy of your own allows \
     another number than the public's (300). Too many: it refuses some, and is asked less for a while. Too few: \
     tokens are looked at less often",
)
.check(|rate| from_to(*rate, 1, MOST_REQUESTS));

/// Jupiter's base URL.
pub const JUPITER_URL: Key<HttpUrl> =
    Key::new("jupiter_url", "jupiter-url", "URL", "Base URL of Jupiter, asked for what DexScreener does not know")
        .default("https://api.jup.ag");

/// The key to Jupiter.
pub const JUPITER_API_KEY: Key<Secret> =
    Key::new("jupiter_api_key", "jupiter-api-key", "KEY", "Key to Jupiter; without one its rate limit is half");

/// How many requests a minute Jupiter answers.
pub const JUPITER_REQUESTS_PER_MINUTE: Key<u32> = Key::new(
    "jupiter_requests_per_minute",
    "jupiter-requests-per-minute",
    "REQUESTS",
    "Requests a minute that Jupiter answers all trackers of one database together, where a plan or a proxy of your own allows \
     another number than the public's (30, with a key 60). Too many: it refuses some, and is asked less for a while. Too few: \
     tokens are looked at less often",
)
.check(|rate| from_to(*rate, 1, MOST_REQUESTS));

/// GeckoTerminal's base URL.
pub const GECKOTERMINAL_URL: Key<HttpUrl> = Key::new(
    "geckoterminal_url",
    "geckoterminal-url",
    "URL",
    "Base URL of GeckoTerminal, asked last, for tokens still on the bonding curve",
)
.default("https://api.geckoterminal.com/api/v2");

/// How many requests a minute GeckoTerminal answers.
pub const GECKOTERMINAL_REQUESTS_PER_MINUTE: Key<u32> = Key::new(
    "geckoterminal_requests_per_minute",
    "geckoterminal-requests-per-minute",
    "REQUESTS",
    "Requests a minute that GeckoTerminal answers all trackers of one database together, where a plan or a proxy of your own allows \
     another number than the public's (about 8). Too many: it refuses some, and is asked less for a while. Too few: \
     tokens are looked at less often",
)
.check(|rate| from_to(*rate, 1, MOST_REQUESTS));

/// Birdeye's base URL.
pub const BIRDEYE_URL: Key<HttpUrl> =
    Key::new("birdeye_url", "birdeye-url", "URL", "Base URL of Birdeye").default("https://public-api.birdeye.so");

/// The key to Birdeye.
pub const BIRDEYE_API_KEY: Key<Secret> =
    Key::new("birdeye_api_key", "birdeye-api-key", "KEY", "Key to Birdeye; it is asked only where this is set");

/// How many requests a minute Birdeye answers.
pub const BIRDEYE_REQUESTS_PER_MINUTE: Key<u32> = Key::new(
    "birdeye_requests_per_minute",
    "birdeye-requests-per-minute",
    "REQUESTS",
    "Requests a minute that Birdeye answers all trackers of one database together, where your plan allows another number \
     than the smallest (about 50). Too many: it refuses some, and is asked less for a while. Too few: \
     tokens are looked at less often",
)
.check(|rate| from_to(*rate, 1, MOST_REQUESTS));
