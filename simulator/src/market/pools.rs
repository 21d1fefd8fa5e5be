//! The pools of a token as the sources see them.

use domain::timestamp::Timestamp;

use super::Listing;

/// The mint of wrapped SOL.
pub const WRAPPED_SOL: &str = "So11111111111111111111111111111111111111112";
/// The mint of USDC.
pub const USDC: &str = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
/// A mint that nobody should price a token in.
const EXOTIC: &str = "7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9GHdC8uHYmW2hr";

/// One pool at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Pool<'a> {
    /// The exchange.
    pub dex: &'static str,
    /// Its address.
    pub address: &'a str,
    /// The mint and the ticker that are priced.
    pub base: (&'a str, &'a str),
    /// The mint and the ticker that they are priced in.
    pub quote: (&'a str, &'a str),
    /// USD per base token, bad ticks included.
    pub price_usd: f64,
    /// `None` on the bonding curve.
    pub liquidity_usd: Option<f64>,
    /// Price times supply.
    pub market_cap_usd: f64,
    /// Traded in the last 24 hours.
    pub volume_24h_usd: f64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Listing {
    /// Every pool of the token at `at`, the one that a source would show first in front.
    pub fn pools(&self, at: Timestamp, mut visit: impl FnMut(Pool<'_>)) {
        let (token, state) = (&self.token, self.token.state(at));
        let price_usd = state.price_usd * token.bad_tick(at);
        let base = (self.mint.as_str(), token.symbol.as_str());
        let sol = (WRAPPED_SOL, "SOL");
        let made = token.begins_at.minus(std::time::Duration::from_secs(3_600));
        let main = Pool {
            dex: token.dex,
            address: &self.addresses[0],
            base,
            quote: sol,
            price_usd,
            liquidity_usd: Some(state.liquidity_usd),
            market_cap_usd: price_usd * token.supply,
            volume_24h_usd: state.volume_24h_usd,
            created_at: made,
        };
        let curve = Pool { dex: "pumpfun", address: &self.addresses[1], liquidity_usd: None, ..main };
        match token.quirks.migrates_after {
            Some(_) if state.on_curve => visit(curve),
            Some(after) => {
                let moved = token.begins_at.plus(after);
                visit(Pool { dex: "pumpswap", created_at: moved, ..main });
                // The old curve lingers, drained, at the last price that it saw.
                let price_usd = token.state(moved).price_usd;
                visit(Pool { price_usd, liquidity_usd: Some(0.0), ..curve });
            }
            None => visit(main),
        }
        if token.quirks.decoys {
            let liquidity_usd = Some(20.0 * token.begin_liquidity_usd);
            let exotic = Pool {
                dex: "orca",
                address: &self.addresses[2],
                quote: (EXOTIC, "XOTIC"),
                price_usd: 5_000.0 * price_usd,
                liquidity_usd,
                ..main
            };
            visit(exotic);
            visit(Pool {
                address: &self.addresses[3],
                base: (WRAPPED_SOL, "SOL"),
                quote: base,
                price_usd: 150.0,
                ..exotic
            });
        }
    }

    /// The pool that a source shows of the token.
    pub fn main_pool<T>(&self, at: Timestamp, read: impl FnOnce(Pool<'_>) -> T) -> Option<T> {
        let (mut read, mut answer) = (Some(read), None);
        self.pools(at, |pool| {
            if let Some(read) = read.take() {
                answer = Some(read(pool));
            }
        });
        answer
    }
}
