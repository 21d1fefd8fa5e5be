//! What the demo's bot knows of a token, and how much of it matters.
//!
//! Three reasons matter, by 30 points or more; all others are drawn without a look at what becomes of the token, and
//! whoever finds something in them has found noise.

use perftrack::v1::AlertFeatures;
use simulator::draw::Seed;
use simulator::scenario::Mix;

/// What truly matters, and by how much.
pub const PLANTED: [&str; 3] = [
    "smart_money_involved: 12 % of the tokens without smart money rise, 67 % of those with it (where they are no rugs)",
    "lp_locked: 35 points more rugs where the liquidity is not locked",
    "entry.liquidity_usd: 35 points more rugs under $20,000 (and entry.volume_24h_usd, which goes with it)",
];

/// Below this liquidity a token of the demo is far more often a rug.
const LOW_LIQUIDITY_USD: f64 = 20_000.0;

/// What the bot knows when it alerts a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasons {
    /// As it tells them.
    pub features: AlertFeatures,
    /// The token's liquidity in USD.
    pub liquidity_usd: f64,
    /// A feature of the bot's own: how often the token was mentioned within the hour.
    pub mentions_1h: f64,
    /// Another one: it was raised by the bot's second instance.
    pub second_instance: bool,
    locked: bool,
}

impl Reasons {
    /// Draws what is known of a token. Some of it is unknown now and then, independently of everything.
    #[must_use]
    pub fn draw(seed: Seed, dex: &str) -> Self {
        let whole = |index, low: f64, high: f64| seed.between(index, low, high).floor() as i32;
        let one_of =
            |index, words: &[&str]| words[whole(index, 0.0, words.len() as f64) as usize % words.len()].to_owned();
        let known = |index: u64, share| seed.chance(100 + index, share);
        let liquidity_usd = if seed.chance(0, 0.35) {
            seed.scale_between(1, 6_000.0, 0.95 * LOW_LIQUIDITY_USD)
        } else {
            seed.scale_between(1, 1.1 * LOW_LIQUIDITY_USD, 250_000.0)
        };
        let locked = seed.chance(2, 0.6);
        let smart = seed.chance(3, 0.4);
        let preliminary = whole(4, 4.0, 8.0);
        let bonus = whole(5, 0.0, 4.0);
        let features = AlertFeatures {
            preliminary_score: Some(preliminary),
            final_score: Some((preliminary + bonus).min(10)),
            conviction_type: Some(one_of(6, &["High Confidence (Strict)", "Nuanced Conviction", "High Confidence"])),
            smart_money_involved: Some(smart),
            smart_wallet_address: None,
            smart_wallet_pnl: smart.then(|| seed.scale_between(7, 5_000.0, 900_000.0).round()),
            velocity_score_15m: Some(whole(8, 0.0, 11.0)),
            velocity_bonus: Some(bonus),
            passed_junior_strict: Some(seed.chance(9, 0.7)),
            passed_senior_strict: Some(seed.chance(10, 0.4)),
            passed_debate: None,
            lp_locked: known(0, 0.9).then_some(locked),
            mint_revoked: known(1, 0.9).then(|| seed.chance(11, 0.6)),
            top10_concentration: known(2, 0.8).then(|| rounded(seed.between(12, 8.0, 45.0))),
            bundlers_percent: known(3, 0.5).then(|| rounded(seed.between(13, 0.0, 30.0))),
            insiders_percent: known(4, 0.5).then(|| rounded(seed.between(14, 0.0, 25.0))),
            token_age_minutes: Some(seed.scale_between(15, 5.0, 3_000.0).round()),
            holder_count: Some(seed.scale_between(16, 60.0, 4_000.0) as i32),
            unique_traders_15m: Some(seed.scale_between(17, 10.0, 400.0) as i32),
            sol_price_usd: Some(rounded(seed.between(18, 140.0, 160.0))),
            feed_source: Some(one_of(19, &["cielo", "pumpportal", "dexscreener_trending"])),
            dex_name: Some(dex.to_owned()),
        };
        let mentions_1h = seed.scale_between(20, 1.0, 500.0).round();
        Self { features, liquidity_usd, mentions_1h, second_instance: seed.chance(21, 0.3), locked }
    }

    /// How likely each story is for a token of which this is known: here, and only here, reasons matter.
    #[must_use]
    pub fn mix(&self) -> Mix {
        let unlocked = if self.locked { 0.0 } else { 0.35 };
        let shallow = if self.liquidity_usd < LOW_LIQUIDITY_USD { 0.35 } else { 0.0 };
        let rug = 0.04 + unlocked + shallow;
        let rises = if self.features.smart_money_involved == Some(true) { 0.67 } else { 0.12 };
        Mix::with_rates(rises * (1.0 - rug), rug)
    }
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(
        reasons: &[Reasons],
        with: impl Fn(&Reasons) -> bool,
        counts: impl Fn(&simulator::scenario::Scenario) -> bool,
    ) -> f64 {
        let group: Vec<(usize, &Reasons)> = reasons.iter().enumerate().filter(|(_, reasons)| with(reasons)).collect();
        let hits = group.iter().filter(|(index, reasons)| counts(&reasons.mix().draw(Seed(*index as u64)))).count();
        hits as f64 / group.len() as f64
    }

    #[test]
    fn planted_reasons_matter_by_30_points_and_others_do_not() {
        use simulator::scenario::Scenario;
        let reasons: Vec<Reasons> = (0..20_000).map(|index| Reasons::draw(Seed(1).at(index), "raydium")).collect();
        let gap = |flag: fn(&Reasons) -> bool, counts: fn(&Scenario) -> bool| {
            share(&reasons, flag, counts) - share(&reasons, |reasons| !flag(reasons), counts)
        };
        assert!(gap(|r| r.features.smart_money_involved == Some(true), Scenario::pumps) > 0.30);
        assert!(gap(|r| !r.locked, Scenario::rugs) > 0.30);
        assert!(gap(|r| r.liquidity_usd < LOW_LIQUIDITY_USD, Scenario::rugs) > 0.30);
        for noise in [
            (|r: &Reasons| r.features.mint_revoked == Some(true)) as fn(&Reasons) -> bool,
            |r| r.features.final_score >= Some(8),
            |r| r.second_instance,
        ] {
            assert!(gap(noise, Scenario::pumps).abs() < 0.03);
            assert!(gap(noise, Scenario::rugs).abs() < 0.03);
        }
    }
}
