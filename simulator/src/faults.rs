//! What goes wrong between a price source and its client: scripted for tests, random for a lifelike market.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenAddress;

use crate::draw::Seed;

/// The four sources that the exchange answers as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// DexScreener.
    DexScreener,
    /// Jupiter.
    Jupiter,
    /// GeckoTerminal.
    GeckoTerminal,
    /// Birdeye.
    Birdeye,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::DexScreener, Self::Jupiter, Self::GeckoTerminal, Self::Birdeye];
}

/// What a spoiled answer looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// 429. The headers are the source's own: none, `x-ratelimit-reset`, `retry-after: 0`, `Retry-After`.
    TooManyRequests {
        /// For the sources that say when they will answer again.
        retry_after: Duration,
    },
    /// An error status with an HTML body.
    Status(u16),
    /// 200 with an HTML page that calls itself HTML.
    Html,
    /// 200 with an HTML page that calls itself JSON.
    HtmlAsJson,
    /// 200 and valid HTTP, but the JSON ends in the middle.
    HalfJson,
    /// The connection breaks in the middle of the body.
    HalfBody,
    /// The connection breaks before the body.
    Drop,
    /// No answer for this long, in real time.
    Silence(Duration),
    /// A redirect to nowhere.
    Redirect,
    /// A valid answer behind so many megabytes of white space.
    Bloated(usize),
    /// Spoils the entry of one token, or of every token in the answer.
    Entry(Option<TokenAddress>, Spoil),
}

/// What a spoiled entry of an answer looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spoil {
    /// Not there.
    Missing,
    /// Its price is this text (as a string where the source sends strings, else as a bare JSON value): `NaN`, `0`, `null`.
    Price(&'static str),
    /// Its price is this many times the true one.
    Factor(f64),
    /// It is of another token at a hundred times the price.
    OtherToken,
    /// It stands 30 times, and nothing else stands in the answer.
    Crowd,
    /// It is no object but a number.
    Malformed,
    /// Its liquidity is zero.
    NoLiquidity,
    /// Its numbers are objects and its texts are numbers.
    WrongTypes,
}

/// When a scripted fault happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// At the next so many requests that it fits.
    Next(u32),
    /// From the first moment (of the exchange's clock) until before the second.
    Between(Timestamp, Timestamp),
    /// At every request until it is cleared.
    Always,
}

/// How often random faults happen, each as a share of the requests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// [`Fault::TooManyRequests`].
    pub too_many_requests: f64,
    /// [`Fault::Status`] 502.
    pub server_error: f64,
    /// [`Fault::Html`].
    pub html: f64,
    /// [`Fault::HalfJson`].
    pub half_json: f64,
    /// [`Fault::Drop`].
    pub drop: f64,
    /// One entry is [`Spoil::Missing`].
    pub missing_entry: f64,
    /// One entry's price is `NaN`.
    pub nan_price: f64,
    /// One entry's price is six times, or a sixth of, the true one; but not while another source lies about all of them by
    /// script.
    pub wrong_price: f64,
    /// [`Fault::Silence`] of a fifth of a second.
    pub slow: f64,
}

impl Rates {
    /// Rates of a source on a bad day: one request in fifty goes wrong.
    #[must_use]
    pub const fn bad_day() -> Self {
        Self {
            too_many_requests: 0.004,
            server_error: 0.004,
            html: 0.002,
            half_json: 0.002,
            drop: 0.002,
            missing_entry: 0.004,
            nan_price: 0.002,
            wrong_price: 0.0,
            slow: 0.0,
        }
    }
}

/// The faults of an exchange. Clones share one script.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Script>);

#[derive(Debug, Default)]
struct Script {
    random: Option<(Seed, Rates)>,
    scripted: Mutex<Vec<(Source, When, Fault)>>,
    any_scripted: AtomicBool,
}

impl Faults {
    /// Nothing goes wrong until a fault is scripted.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Faults at `rates`, drawn from `seed` and the request (source, time, first token), so that two runs are alike.
    #[must_use]
    pub fn random(seed: Seed, rates: Rates) -> Self {
        Self(Arc::new(Script { random: Some((seed, rates)), ..Script::default() }))
    }

    /// Adds a fault to the script.
    pub fn script(&self, source: Source, when: When, fault: Fault) {
        self.scripted().push((source, when, fault));
        self.0.any_scripted.store(true, Ordering::Release);
    }

    /// Forgets the script; random faults go on.
    pub fn clear(&self) {
        self.scripted().clear();
    }

    /// What goes wrong with this request: at most one fault of the whole answer, and any number of its entries.
    pub(crate) fn of(&self, source: Source, now: Timestamp, tokens: &[TokenAddress]) -> Vec<Fault> {
        let (mut faults, mut another_lies) = (Vec::new(), false);
        if self.0.any_scripted.load(Ordering::Acquire) {
            self.scripted().retain_mut(|(of, when, fault)| {
                let lies = matches!((&fault, &when), (Fault::Entry(None, Spoil::Factor(_)), When::Between(start, end))
                    if now >= *start && now < *end);
                another_lies |= lies && *of != source;
                let fits = *of == source
                    && match fault {
                        Fault::Entry(Some(token), _) => tokens.contains(token),
                        _ => true,
                    };
                match when {
                    When::Next(left) if fits => {
                        faults.push(fault.clone());
                        *left = left.saturating_sub(1);
                        *left > 0
                    }
                    When::Between(start, end) if fits && now >= *start && now < *end => {
                        faults.push(fault.clone());
                        true
                    }
                    When::Always if fits => {
                        faults.push(fault.clone());
                        true
                    }
                    _ => true,
                }
            });
        }
        if let Some((seed, rates)) = self.0.random {
            let drawn = drawn(seed, rates, source, now, tokens);
            // Two sources that say nearly the same are believed, and rightly so.
            faults.extend(drawn.filter(|fault| !another_lies || !matches!(fault, Fault::Entry(_, Spoil::Factor(_)))));
        }
        faults
    }

    fn scripted(&self) -> std::sync::MutexGuard<'_, Vec<(Source, When, Fault)>> {
        self.0.scripted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drawn(seed: Seed, rates: Rates, source: Source, now: Timestamp, tokens: &[TokenAddress]) -> Option<Fault> {
    let first = tokens.first()?;
    let mut eight = [0; 8];
    eight.copy_from_slice(&first.as_bytes()[..8]);
    let seed = seed.at(source as u64).at(now.micros() as u64).at(u64::from_le_bytes(eight));
    let one = tokens.get(seed.at(1).0 as usize % tokens.len()).copied();
    let faults = [
        (rates.too_many_requests, Fault::TooManyRequests { retry_after: Duration::from_secs(5) }),
        (rates.server_error, Fault::Status(502)),
        (rates.html, Fault::Html),
        (rates.half_json, Fault::HalfJson),
        (rates.drop, Fault::Drop),
        (rates.missing_entry, Fault::Entry(one, Spoil::Missing)),
        (rates.nan_price, Fault::Entry(one, Spoil::Price("NaN"))),
        (rates.wrong_price, Fault::Entry(one, Spoil::Factor(if seed.chance(2, 0.5) { 6.0 } else { 1.0 / 6.0 }))),
        (rates.slow, Fault::Silence(Duration::from_millis(200))),
    ];
    let mut left = seed.unit(0);
    for (rate, fault) in faults {
        if left < rate {
            return Some(fault);
        }
        left -= rate;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_one_source_lies_by_script_no_other_is_wrong_by_chance() {
        let faults = Faults::random(Seed(1), Rates { wrong_price: 1.0, ..Rates::default() });
        let hour = |hours: i64| Timestamp::from_seconds(1_790_000_000 + hours * 3_600);
        let lie = Fault::Entry(None, Spoil::Factor(4.0));
        faults.script(Source::Jupiter, When::Between(hour(1), hour(2)), lie.clone());
        let tokens = [TokenAddress::from_bytes([7; 32])];
        let wrong = |source, hours| faults.of(source, hour(hours), &tokens).len();
        assert_eq!([0, 1, 2].map(|hours| wrong(Source::DexScreener, hours)), [1, 0, 1]);
        assert_eq!(faults.of(Source::Jupiter, hour(1), &tokens).first(), Some(&lie));
    }
}
