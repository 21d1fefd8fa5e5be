//! All sources, in the order in which they are asked: each for what those before it did not tell.
//!
//! A source is one file that implements [`Feed`] and one line here. Prices that a user pushes over `RecordPrices` are a
//! source too, one that asks us: they go to the store under a name of their own, without limits of ours.

use super::Feed;
use super::birdeye::Birdeye;
use super::dexscreener::DexScreener;
use super::geckoterminal::GeckoTerminal;
use super::http::Http;
use super::jupiter::Jupiter;
use super::settings::FeedSettings;

/// Makes a source; `None` where it cannot be asked with these settings (a key is missing).
type Make = fn(&Http, &FeedSettings) -> Option<Box<dyn Feed>>;

const SOURCES: &[Make] = &[
    |http, settings| source(DexScreener::new(http.clone(), settings.dexscreener.clone())),
    |http, settings| source(Jupiter::new(http.clone(), settings.jupiter.clone())),
    |http, settings| Birdeye::new(http.clone(), settings.birdeye.clone()).and_then(source),
    |http, settings| source(GeckoTerminal::new(http.clone(), settings.geckoterminal.clone())),
];

fn source(feed: impl Feed + 'static) -> Option<Box<dyn Feed>> {
    Some(Box::new(feed))
}

/// Every source that can be asked with these settings.
#[must_use]
pub fn sources(http: &Http, settings: &FeedSettings) -> Vec<Box<dyn Feed>> {
    SOURCES.iter().filter_map(|make| make(http, settings)).collect()
}
