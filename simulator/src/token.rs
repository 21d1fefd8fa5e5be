//! A simulated token: where it begins, what becomes of it, and what is odd about its market.

use std::time::Duration;

use domain::timestamp::Timestamp;
use domain::token::TokenAddress;

use crate::draw::Seed;
use crate::scenario::Scenario;

/// One token of the simulated market. Everything that is ever asked of it follows from these values and the time.
#[derive(Clone, Debug)]
pub struct SimulatedToken {
    /// Its mint.
    pub address: TokenAddress,
    /// Its name.
    pub name: String,
    /// Its ticker.
    pub symbol: String,
    /// Of everything about it that is left to chance.
    pub seed: Seed,
    /// The moment that the scenario begins: when the bot alerts it.
    pub begins_at: Timestamp,
    /// USD per token at `begins_at`.
    pub begin_price_usd: f64,
    /// Liquidity of its main pool at `begins_at`, in USD.
    pub begin_liquidity_usd: f64,
    /// How many tokens there are.
    pub supply: f64,
    /// The exchange of its main pool, as DexScreener spells it.
    pub dex: &'static str,
    /// What becomes of it.
    pub scenario: Scenario,
    /// How far the price strays from the scenario: 0.1 is about 10 % either way.
    pub volatility: f64,
    /// What is odd about its market.
    pub quirks: Quirks,
}

/// What is odd about a token's market. The default is a market without surprises.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quirks {
    /// DexScreener knows it only this long after the scenario began.
    pub dexscreener_after: Duration,
    /// Jupiter knows it only this long after the scenario began.
    pub jupiter_after: Duration,
    /// GeckoTerminal knows it only this long after the scenario began.
    pub geckoterminal_after: Duration,
    /// The share of minutes in which a source says a hundred times the price, or a hundredth, for 25 seconds.
    pub bad_tick_rate: f64,
    /// Wrong prices at known moments: this long after the scenario began, for 25 seconds, the price times the factor.
    pub bad_ticks: Vec<(Duration, f64)>,
    /// It trades on pump.fun's bonding curve and moves to PumpSwap this long after the scenario began.
    pub migrates_after: Option<Duration>,
    /// Beside its main pool it has one in an exotic quote at 5,000 times the price, and one in which it is the quote.
    pub decoys: bool,
}

/// How long a bad tick lasts: shorter than the 30 s after which a second look may confirm a first one.
pub const BAD_TICK: Duration = Duration::from_secs(25);

impl SimulatedToken {
    /// A token with an address, a name, a price and a pool drawn from `seed`, and no quirks.
    #[must_use]
    pub fn draw(seed: Seed, begins_at: Timestamp, scenario: Scenario) -> Self {
        let (name, symbol) = christen(seed);
        let market_cap_usd = seed.scale_between(1, 20_000.0, 3_000_000.0);
        let supply = 1e9;
        Self {
            address: TokenAddress::from_bytes(seed.at(0).bytes()),
            name,
            symbol,
            seed,
            begins_at,
            begin_price_usd: market_cap_usd / supply,
            begin_liquidity_usd: market_cap_usd * seed.between(2, 0.1, 0.3),
            supply,
            dex: ["pumpswap", "raydium", "meteora", "orca"][seed.at(3).0 as usize % 4],
            scenario,
            volatility: seed.between(4, 0.02, 0.08),
            quirks: Quirks::default(),
        }
    }

    /// Gives it quirks at the rates at which they are met: one in ten not indexed for some minutes, one in eight still on
    /// the bonding curve, a bad tick in every 20 hours, decoys for one in four.
    #[must_use]
    pub fn with_usual_quirks(mut self) -> Self {
        let seed = self.seed.at(5);
        let minutes = |index, low, high| Duration::from_secs_f64(60.0 * seed.between(index, low, high));
        if seed.chance(0, 0.1) {
            self.quirks.dexscreener_after = minutes(1, 2.0, 9.0);
            self.quirks.jupiter_after = minutes(2, 1.0, 6.0);
            self.quirks.geckoterminal_after = minutes(3, 0.0, 2.0);
        }
        if seed.chance(4, 0.125) && !matches!(self.scenario, Scenario::RugByLiquidity { .. }) {
            self.quirks.migrates_after = Some(minutes(5, 10.0, 240.0));
        }
        self.quirks.bad_tick_rate = 1.0 / 500.0;
        self.quirks.decoys = seed.chance(6, 0.25);
        self
    }

    /// The address of its `index`th pool: 0 the main one, 1 the bonding curve, from 2 the decoys.
    #[must_use]
    pub fn pool(&self, index: u64) -> TokenAddress {
        TokenAddress::from_bytes(self.seed.at(100 + index).bytes())
    }
}

fn christen(seed: Seed) -> (String, String) {
    const FIRST: [&str; 16] = [
        "Moon", "Turbo", "Baby", "Giga", "Based", "Wrapped", "Sleepy", "Laser", "Golden", "Quantum", "Tiny", "Cosmic",
        "Angry", "Lucky", "Retro", "Silent",
    ];
    const SECOND: [&str; 16] = [
        "Frog", "Cat", "Dog", "Penguin", "Shark", "Wizard", "Goat", "Robot", "Banana", "Whale", "Otter", "Hamster",
        "Dragon", "Potato", "Ape", "Fox",
    ];
    let first = FIRST[seed.at(6).0 as usize % FIRST.len()];
    let second = SECOND[seed.at(7).0 as usize % SECOND.len()];
    let symbol = format!("{}{}", &first[..1], second).to_uppercase();
    (format!("{first} {second}"), symbol)
}
