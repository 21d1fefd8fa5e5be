//! Every token is seen, whatever goes wrong at a source, and never at a price that nobody named.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::observation::Observation;
use domain::timestamp::Timestamp;
use domain::token::TokenAddress;
use service::clock::Clock;
use simulator::draw::Seed;
use simulator::exchange::{Exchange, Limits};
use simulator::faults::{Fault, Faults, Source, Spoil, When};
use simulator::market::Market;
use simulator::scenario::Scenario;
use simulator::token::SimulatedToken;
use store::pools::PinnedPool;
use tokio::sync::mpsc;
use tracker_svc::feed::cascade::key;
use tracker_svc::feed::look::{LookReport, Onward, Wanted, Way};
use tracker_svc::feed::pool_choice::PoolRules;
use tracker_svc::feed::{Endpoint, FeedSettings, Feeds};

pub const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// A market of flat tokens, its exchange, and feeds that ask it, all on one simulated clock.
pub struct Played {
    pub clock: Clock,
    pub market: Market,
    pub faults: Faults,
    pub exchange: Exchange,
    pub feeds: Arc<Feeds>,
    pub tokens: Vec<TokenAddress>,
}

/// What was seen, by token.
pub type Prices = BTreeMap<TokenAddress, Observation>;

/// What was seen in one look, in the order of delivery, and what is to be pinned.
pub type Looked = (Vec<(TokenAddress, Observation)>, BTreeMap<TokenAddress, PinnedPool>, LookReport);

/// A token that was just alerted.
pub fn wanted(token: TokenAddress) -> Wanted {
    Wanted { token: key(token), pool: None, young: true, left_out: false }
}

impl Played {
    pub async fn new(tokens: usize) -> Self {
        Self::with(tokens, Limits::default(), |token| token).await
    }

    pub async fn with(tokens: usize, limits: Limits, change: impl Fn(SimulatedToken) -> SimulatedToken) -> Self {
        let (clock, market, faults) = (Clock::simulated(START), Market::new(), Faults::none());
        let tokens = (0..tokens)
            .map(|i| market.list(change(SimulatedToken::draw(Seed(i as u64), START, Scenario::Flat))).token.address)
            .collect();
        let now = {
            let clock = clock.clone();
            move || clock.now()
        };
        let exchange = Exchange::start(market.clone(), faults.clone(), limits, now).await.unwrap();
        let settings = settings(&exchange);
        let rules = PoolRules::new(Duration::from_secs(60), vec!["pumpfun".to_owned()]);
        let feeds = Arc::new(Feeds::new(&settings, rules, clock.clone()).unwrap());
        Self { clock, market, faults, exchange, feeds, tokens }
    }

    /// The same with feeds that remember nothing.
    pub fn restarted(self) -> Self {
        let rules = PoolRules::new(Duration::from_secs(60), vec!["pumpfun".to_owned()]);
        let feeds = Arc::new(Feeds::new(&settings(&self.exchange), rules, self.clock.clone()).unwrap());
        Self { feeds, ..self }
    }

    /// One look at all tokens, within a minute.
    pub async fn look(&self) -> (Prices, LookReport) {
        let wanted = self
            .tokens
            .iter()
            .map(|token| Wanted { token: key(*token), pool: None, young: true, left_out: false })
            .collect();
        let (prices, _, report) = self.look_at(wanted).await;
        (prices, report)
    }

    /// One look at all tokens that waits for nothing.
    pub async fn look_at_once(&self) -> (Prices, LookReport) {
        let wanted = self.tokens.iter().copied().map(wanted).collect();
        let (seen, _, report) = self.look_until(wanted, self.clock.now()).await;
        (seen.into_iter().collect(), report)
    }

    pub async fn look_at(&self, wanted: Vec<Wanted>) -> (Prices, BTreeMap<TokenAddress, PinnedPool>, LookReport) {
        let (seen, pools, report) = self.look_closely(wanted).await;
        let mut prices = Prices::new();
        for (token, observation) in seen {
            assert!(prices.insert(token, observation).is_none(), "seen twice in one look");
        }
        (prices, pools, report)
    }

    pub async fn look_closely(&self, wanted: Vec<Wanted>) -> Looked {
        self.look_until(wanted, self.clock.now().plus(Duration::from_secs(55))).await
    }

    async fn look_until(&self, wanted: Vec<Wanted>, deadline: Timestamp) -> Looked {
        let (seen, pools, report, _) = self.look_on(Way::Whole(wanted), deadline).await;
        (seen, pools, report)
    }

    /// A part of the way. Returns whose goes on.
    async fn look_along(&self, way: Way) -> (Vec<(TokenAddress, Observation)>, LookReport, Vec<Onward>) {
        let (seen, _, report, onward) = self.look_on(way, self.clock.now().plus(Duration::from_secs(15))).await;
        (seen, report, onward)
    }

    async fn look_on(
        &self,
        way: Way,
        deadline: Timestamp,
    ) -> (Vec<(TokenAddress, Observation)>, BTreeMap<TokenAddress, PinnedPool>, LookReport, Vec<Onward>) {
        let (deliver, mut deliveries) = mpsc::channel(100);
        let work = self.clock.work();
        let look = async {
            let (report, onward, _work) = self.feeds.look(way, deadline, work, &deliver).await;
            drop(deliver);
            (report, onward)
        };
        // Taken up at once: what is delivered holds the clock.
        let take_up = async {
            let (mut seen, mut pools) = (Vec::new(), BTreeMap::new());
            while let Some(delivery) = deliveries.recv().await {
                seen.extend(delivery.seen.observations.into_iter().map(|(token, seen)| (token.address, seen)));
                pools.extend(delivery.seen.pools.into_iter().map(|(token, pool)| (token.address, pool)));
            }
            (seen, pools)
        };
        let ((report, onward), (seen, pools)) = futures::join!(look, take_up);
        (seen, pools, report, onward)
    }

    /// Lets time pass until so long after the start.
    pub async fn until(&self, after: Duration) {
        drop(self.clock.sleep_until(START.plus(after)).await);
    }

    /// The observation's price is the token's own, at the moment of the observation.
    pub fn assert_true(&self, prices: &Prices) {
        for (token, observation) in prices {
            let truth = self.market.quote(token, observation.observed_at).price_usd.unwrap();
            assert_eq!(observation.price_usd, truth, "{token} by {}", observation.source);
        }
    }

    fn script(&self, when: When, fault: Fault) {
        self.faults.script(Source::DexScreener, when, fault);
    }
}

pub fn settings(exchange: &Exchange) -> FeedSettings {
    FeedSettings {
        dexscreener: Endpoint::open(exchange.url(Source::DexScreener)),
        jupiter: Endpoint::open(exchange.url(Source::Jupiter)),
        geckoterminal: Endpoint::open(exchange.url(Source::GeckoTerminal)),
        birdeye: Endpoint::open(exchange.url(Source::Birdeye)),
        // Silence is real time: long enough for a busy machine, short enough for a test.
        total_timeout: Duration::from_millis(1_500),
        ..FeedSettings::default()
    }
}

pub fn by(prices: &Prices, source: &str) -> usize {
    prices.values().filter(|observation| &*observation.source == source).count()
}

#[tokio::test]
async fn every_token_is_seen_at_its_own_price_though_answers_come_in_another_order() {
    let played = Played::new(100).await;
    let (prices, report) = played.look().await;
    assert_eq!((prices.len(), report.missing.len()), (100, 0));
    played.assert_true(&prices);
    assert_eq!(played.exchange.requests(Source::DexScreener), 4);
    assert_eq!(played.exchange.requests(Source::Jupiter), 0);
}

#[tokio::test]
async fn a_fault_that_passes_costs_a_retry_and_no_token() {
    for fault in [
        Fault::Status(502),
        Fault::Html,
        Fault::HtmlAsJson,
        Fault::HalfJson,
        Fault::HalfBody,
        Fault::Drop,
        Fault::Redirect,
        Fault::Bloated(9),
        Fault::Silence(Duration::from_secs(20)),
        Fault::TooManyRequests { retry_after: Duration::from_secs(1) },
    ] {
        let played = Played::new(60).await;
        played.script(When::Next(1), fault.clone());
        let (prices, _) = played.look().await;
        assert_eq!(by(&prices, "dexscreener"), 60, "{fault:?}");
        played.assert_true(&prices);
    }
}

#[tokio::test]
async fn while_a_source_stays_broken_the_next_one_tells_of_every_token() {
    for fault in [Fault::Status(500), Fault::Html, Fault::HalfJson, Fault::Status(403)] {
        let played = Played::new(60).await;
        played.script(When::Always, fault.clone());
        let (prices, _) = played.look().await;
        assert_eq!(by(&prices, "jupiter"), 60, "{fault:?}");
        played.assert_true(&prices);
    }
}

#[tokio::test]
async fn a_source_that_stays_broken_is_left_alone_and_then_tried_again() {
    let played = Played::new(60).await;
    played.script(When::Between(START, START.plus(Duration::from_secs(300))), Fault::Status(500));
    for _ in 0..5 {
        played.look().await;
        drop(played.clock.sleep(Duration::from_secs(20)).await);
    }
    let tried = played.exchange.requests(Source::DexScreener);
    assert!(tried <= 2 * 3 + 2, "{tried} requests to a broken source");
    drop(played.clock.sleep(Duration::from_secs(600)).await);
    let (prices, _) = played.look().await;
    assert!(by(&prices, "dexscreener") >= 30, "it is trusted again");
    assert_eq!(prices.len(), 60);
}

#[tokio::test]
async fn a_spoiled_entry_costs_no_other_token_its_price_and_makes_no_false_one() {
    for spoil in [
        Spoil::Missing,
        Spoil::Price("NaN"),
        Spoil::Price("0"),
        Spoil::Price("null"),
        Spoil::Price("-1"),
        Spoil::Price("1e999"),
        Spoil::Price("abc"),
        Spoil::OtherToken,
        Spoil::Malformed,
        Spoil::WrongTypes,
    ] {
        let played = Played::new(30).await;
        played.script(When::Always, Fault::Entry(Some(played.tokens[3]), spoil));
        let (prices, _) = played.look().await;
        assert_eq!(prices.len(), 30, "{spoil:?}");
        assert_eq!(by(&prices, "dexscreener"), 29, "{spoil:?}");
        assert_eq!(&*prices[&played.tokens[3]].source, "jupiter", "{spoil:?}");
        played.assert_true(&prices);
    }
}

#[tokio::test]
async fn thirty_pairs_of_one_token_do_not_hide_the_others() {
    let played = Played::new(30).await;
    played.script(When::Always, Fault::Entry(Some(played.tokens[3]), Spoil::Crowd));
    let (prices, _) = played.look().await;
    assert_eq!((by(&prices, "dexscreener"), by(&prices, "jupiter")), (1, 29));
    played.assert_true(&prices);
}

#[tokio::test]
async fn a_deep_pool_in_an_exotic_quote_prices_nothing() {
    let played = Played::with(30, Limits::default(), |mut token| {
        token.quirks.decoys = true;
        token
    })
    .await;
    let (prices, _) = played.look().await;
    assert_eq!(by(&prices, "dexscreener"), 30);
    played.assert_true(&prices);
}

#[tokio::test]
async fn what_is_indexed_nowhere_but_at_the_last_source_is_seen_there() {
    let played = Played::with(10, Limits::default(), |mut token| {
        token.quirks.dexscreener_after = Duration::from_secs(600);
        token.quirks.jupiter_after = Duration::from_secs(600);
        token
    })
    .await;
    let (prices, report) = played.look().await;
    assert_eq!(by(&prices, "geckoterminal"), 10);
    assert_eq!(report.seen, [("dexscreener", 0), ("jupiter", 0), ("geckoterminal", 10)]);
    played.assert_true(&prices);
}

#[tokio::test]
async fn a_source_that_leaves_a_token_out_for_once_is_asked_for_it_in_the_very_next_look() {
    let played = Played::with(10, Limits::default(), |mut token| {
        token.quirks.dexscreener_after = Duration::from_secs(600);
        token.quirks.jupiter_after = Duration::from_secs(600);
        token
    })
    .await;
    played.look().await;
    let slip = Fault::Entry(Some(played.tokens[3]), Spoil::Missing);
    played.faults.script(Source::GeckoTerminal, When::Next(1), slip);
    let (prices, report) = played.look().await;
    assert_eq!((by(&prices, "geckoterminal"), report.missing.len()), (9, 1));
    let (prices, report) = played.look().await;
    assert_eq!((by(&prices, "geckoterminal"), report.missing.len()), (10, 0));
    played.assert_true(&prices);
}

#[tokio::test]
async fn a_token_that_nobody_knows_is_missing_and_that_is_no_error() {
    let mut played = Played::new(3).await;
    played.tokens.push(TokenAddress::from_bytes([9; 32]));
    let (prices, report) = played.look().await;
    assert_eq!((prices.len(), report.missing.len()), (3, 1));
}

#[tokio::test]
async fn with_a_key_birdeye_is_asked_before_geckoterminal() {
    let played = Played::with(3, Limits::default(), |mut token| {
        token.quirks.dexscreener_after = Duration::from_secs(600);
        token.quirks.jupiter_after = Duration::from_secs(600);
        token
    })
    .await;
    let mut settings = settings(&played.exchange);
    settings.birdeye.api_key = Some("key".to_owned());
    let rules = PoolRules::new(Duration::from_secs(60), Vec::new());
    let feeds = Arc::new(Feeds::new(&settings, rules, played.clock.clone()).unwrap());
    let (prices, report) = Played { feeds, ..played }.look().await;
    assert_eq!(by(&prices, "birdeye"), 3);
    assert_eq!(report.missing.len(), 0);
}

#[tokio::test]
async fn the_real_limits_are_kept_with_seven_thousand_tokens_a_minute() {
    let played = Played::with(7_000, Limits::real(), |token| token).await;
    for _ in 0..3 {
        let began = played.clock.now();
        let (prices, _) = played.look().await;
        assert_eq!(prices.len(), 7_000);
        assert!(played.clock.now().since(began) <= Duration::from_secs(55));
        drop(played.clock.sleep_until(began.plus(Duration::from_secs(60))).await);
    }
    assert!(played.exchange.most_in_a_minute(Source::DexScreener) <= 300);
}

#[tokio::test]
async fn while_the_last_source_says_429_nobody_waits_for_it() {
    let limits = Limits { geckoterminal: Some(0), ..Limits::real() };
    let played = Played::with(40, limits, |mut token| {
        if token.seed.0 % 2 == 0 {
            token.quirks.dexscreener_after = Duration::from_secs(6_000);
            token.quirks.jupiter_after = Duration::from_secs(6_000);
        }
        token
    })
    .await;
    let (prices, report) = played.look().await;
    assert_eq!((prices.len(), report.missing.len()), (20, 20));
    assert_eq!(played.exchange.requests(Source::GeckoTerminal), 1, "65 s lie beyond the deadline");
    assert!(played.clock.now().since(START) < Duration::from_secs(5));
}

#[tokio::test]
async fn the_pinned_pool_is_found_where_the_answer_shows_another() {
    let played = Played::with(1, Limits::default(), |mut token| {
        token.quirks.decoys = true;
        token
    })
    .await;
    let token = played.tokens[0];
    let (_, pools, _) = played.look_at(vec![wanted(token)]).await;
    let pin = pools[&token].clone();
    // The batch answer holds no pool of the token but one of another token; the pin is looked up on its own.
    let gone = PinnedPool { address: Arc::from("GonePool"), ..pin };
    let (prices, pools, _) = played.look_at(vec![Wanted { pool: Some(gone), ..wanted(token) }]).await;
    assert_eq!(played.exchange.requests(Source::DexScreener), 3);
    let seen = &prices[&token];
    assert_eq!((&seen.pool, seen.liquidity_usd), (&None, None), "the price alone, for the pin may come back");
    assert!(pools.is_empty());
    played.assert_true(&prices);
}

#[tokio::test]
async fn what_the_first_source_leaves_open_in_several_looks_goes_on_to_the_others_together() {
    let played = Played::with(90, Limits::real(), |mut token| {
        if token.seed.at(7_777).0 % 3 == 0 {
            token.quirks.dexscreener_after = Duration::from_secs(60_000);
        }
        token
    })
    .await;
    let mut onward = Vec::new();
    for tokens in played.tokens.chunks(30) {
        let (seen, report, goes_on) = played.look_along(Way::First(tokens.iter().copied().map(wanted).collect())).await;
        assert_eq!((seen.len() + goes_on.len(), report.missing.len()), (30, 0));
        onward.extend(goes_on);
    }
    assert!(onward.len() > 10, "{}", onward.len());
    assert_eq!((played.exchange.requests(Source::DexScreener), played.exchange.requests(Source::Jupiter)), (3, 0));
    let left = onward.len();
    let (seen, report, goes_on) = played.look_along(Way::On(onward)).await;
    assert_eq!((seen.len(), report.missing.len(), goes_on.len()), (left, 0, 0));
    assert_eq!((played.exchange.requests(Source::DexScreener), played.exchange.requests(Source::Jupiter)), (3, 1));
}
