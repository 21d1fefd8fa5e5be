//! The 25 features of a simulated alert: six flags, fifteen numbers, four categories. Half of them drift with the day's
//! mood, as the rates do; within a day none of them says anything, unless it was planted.

use domain::feature::AlertFeatures;
use domain::quantity::{AmountUsd, Finite, NonNegative, Percent, PriceUsd};
use domain::quote::Quote;

use super::{Draw, Level, moved};

pub fn draw(unknown: f64, level: &Level, draw: &mut Draw) -> (AlertFeatures, Quote) {
    let mood = level.mood;
    let known = |draw: &mut Draw| !draw.chance(unknown);
    let flag = |share: f64, drift: f64, draw: &mut Draw| known(draw).then(|| draw.chance(moved(share, drift)));
    let score = |low: i32, values: u64, draw: &mut Draw| known(draw).then(|| low + draw.below(values) as i32);
    let spread = |scale: f64, drift: f64, draw: &mut Draw| known(draw).then(|| scale * (drift + draw.normal()).exp());
    let percent = |draw: &mut Draw| known(draw).then(|| Percent::new(100.0 * draw.unit() * draw.unit()).ok()).flatten();
    let word = |words: &[&str], draw: &mut Draw| {
        known(draw).then(|| words[(draw.below(words.len() as u64 * 2) as usize).saturating_sub(words.len())].to_owned())
    };
    let features = AlertFeatures {
        preliminary_score: score(3, 6, draw),
        final_score: score(4, 7, draw),
        conviction_type: word(&["High Confidence", "Smart Money", "Nuanced"], draw),
        smart_money_involved: flag(0.4, mood, draw),
        smart_wallet_address: known(draw).then(|| format!("wallet {}", draw.below(60) * draw.below(60) / 60)),
        smart_wallet_pnl: spread(20_000.0, mood, draw).and_then(|usd| Finite::new(usd - 15_000.0).ok()),
        velocity_score_15m: score(0, 11, draw),
        // Hardly ever anything but 0: a number that is nearly a flag.
        velocity_bonus: known(draw).then(|| if draw.chance(0.06) { 1 + draw.below(3) as i32 } else { 0 }),
        passed_junior_strict: flag(0.7, -mood, draw),
        passed_senior_strict: flag(0.25, 0.0, draw),
        passed_debate: flag(0.05, 0.0, draw),
        lp_locked: flag(0.5, mood, draw),
        mint_revoked: flag(0.9, 0.0, draw),
        top10_concentration: percent(draw),
        bundlers_percent: percent(draw),
        insiders_percent: percent(draw),
        token_age_minutes: spread(120.0, -mood, draw).and_then(|minutes| NonNegative::new(minutes).ok()),
        holder_count: spread(300.0, mood, draw).map(|count| count as i32),
        unique_traders_15m: spread(40.0, 0.0, draw).map(|count| count as i32),
        // One price for all of a day, give or take.
        sol_price_usd: PriceUsd::new(180.0 * (0.2 * mood + 0.002 * draw.normal()).exp()).ok(),
        feed_source: word(&["dexscreener", "pumpportal", "cielo", "birdeye", "telegram"], draw),
        dex_name: word(&["raydium", "orca", "meteora", "pumpswap"], draw),
    };
    let usd = |scale: f64, drift: f64, draw: &mut Draw| {
        spread(scale, drift, draw).and_then(|value| AmountUsd::new(value).ok())
    };
    let entry = Quote {
        price_usd: None,
        market_cap_usd: usd(80_000.0, mood, draw),
        liquidity_usd: usd(20_000.0, 0.0, draw),
        volume_24h_usd: usd(60_000.0, mood, draw),
    };
    (features, entry)
}
