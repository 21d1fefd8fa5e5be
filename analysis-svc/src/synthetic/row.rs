//! One made-up alert.

use std::time::Duration;

use domain::feature::Feature;
use domain::field::{AlertField, Field, Value};
use domain::timestamp::Timestamp;

use super::draw::Draw;
use super::outcome::Fate;
use super::{BEGIN, DAYS};

const CONVICTIONS: [&str; 4] = ["High Confidence (Strict)", "High Confidence", "Moderate", "Speculative"];
const FEEDS: [&str; 5] = ["trending", "new_pairs", "smart_wallets", "boosted", "volume"];
const EXCHANGES: [&str; 6] = ["raydium", "pumpswap", "orca", "meteora", "pumpfun", "launchlab"];
/// How many wallets are known for their gains.
const WALLETS: u64 = 400;

/// An alert with everything that is known of it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: u128,
    pub token: u64,
    alerted_at: Timestamp,
    is_shadow: bool,
    config: u64,
    quote: [Option<f64>; 4],
    scores: [Option<u64>; 4],
    flags: [Option<bool>; 6],
    wallet: Option<(u64, f64)>,
    percents: [Option<f64>; 3],
    age_minutes: Option<f64>,
    holders: Option<u64>,
    traders: Option<u64>,
    sol_price_usd: Option<f64>,
    words: [Option<&'static str>; 3],
    fate: Fate,
}

impl Row {
    /// The alert of this number, of so many in [`DAYS`] days.
    pub fn of(number: u64, alerts: u64) -> Self {
        let mut draw = Draw::of(number);
        let span = DAYS * 86_400_000_000;
        // Alerts of one moment and of the next, but never out of order.
        let step = span as f64 / alerts.max(1) as f64;
        let alerted_at = BEGIN.plus(Duration::from_micros(((number as f64 + draw.share()) * step) as u64));
        let day = alerted_at.since(BEGIN).as_secs_f64() / 86_400.0;
        let id = u128::from(draw.bits()) << 64 | u128::from(draw.bits());
        let token = if draw.chance(0.25) { number - draw.below((number / 4).min(40_000) + 1) } else { number };
        let smart = draw.chance(0.4);
        let liquidity = draw.around(30_000.0);
        let (velocity, locked) = (draw.below(11), draw.chance(0.6));
        // Days are good and bad, week by week.
        let mood = 0.06 * (day * 0.9).sin();
        let pump_rate = 0.19 + mood + if locked { 0.03 } else { -0.03 } - if velocity >= 8 { 0.05 } else { 0.0 };
        let rug_rate = if liquidity < 20_000.0 { 0.22 } else { 0.09 };
        let mut percent = |middle: f64| draw.around(middle).min(100.0);
        let percents = [percent(22.0), percent(8.0), percent(6.0)];
        let numbers = [draw.around(240.0), draw.around(900.0), draw.around(60.0)];
        let is_open = day > DAYS as f64 - 2.0;
        let (final_score, is_shadow) = (draw.below(11), draw.chance(0.08));
        let flags = [locked, draw.chance(0.85), draw.chance(0.5), draw.chance(0.3), draw.chance(0.7)];
        let market = [draw.around(0.000_3), liquidity * (2.0 + 6.0 * draw.share()), liquidity, draw.around(60_000.0)];
        let (feed, exchange) = (FEEDS[draw.below(5) as usize], EXCHANGES[draw.below(6) as usize]);
        let preliminary = final_score / 2 + draw.below(5);
        let sol = 150.0 + 20.0 * (day * 0.7).sin() + draw.share();
        Self {
            id,
            token,
            alerted_at,
            is_shadow,
            config: (day / 9.0) as u64,
            quote: market.map(|value| draw.known(0.03, value)),
            scores: [preliminary, final_score, velocity, velocity / 4].map(|value| draw.known(0.02, value)),
            wallet: (smart && draw.chance(0.9)).then(|| (draw.below(WALLETS), draw.around(40_000.0) - 9_000.0)),
            flags: [
                draw.known(0.01, smart),
                draw.known(0.68, flags[0]),
                draw.known(0.25, flags[1]),
                draw.known(0.05, flags[2]),
                draw.known(0.05, flags[3]),
                draw.known(0.3, flags[4]),
            ],
            percents: percents.map(|value| draw.known(0.15, value)),
            age_minutes: draw.known(0.05, numbers[0]),
            holders: draw.known(0.1, numbers[1] as u64),
            traders: draw.known(0.1, numbers[2] as u64),
            sol_price_usd: draw.known(0.02, sol),
            words: [
                draw.known(0.1, CONVICTIONS[(final_score / 3).min(3) as usize]),
                draw.known(0.05, feed),
                draw.known(0.02, exchange),
            ],
            fate: Fate::of(&mut draw, alerted_at, is_open, pump_rate, rug_rate),
        }
    }

    /// The value of a field, where it is known.
    pub fn value(&self, field: &Field) -> Option<Value<'_>> {
        match field {
            Field::Alert(field) => self.alert_value(*field),
            Field::Feature(feature) => self.feature_value(*feature),
            Field::Outcome(field) => self.fate.value(*field),
            Field::Extra(_) => None,
        }
    }

    fn alert_value(&self, field: AlertField) -> Option<Value<'_>> {
        let text = |text: String| Some(Value::Text(text.into()));
        match field {
            AlertField::AlertId => None,
            AlertField::TokenChain => Some(Value::Text("solana".into())),
            AlertField::TokenAddress => text(address(self.token)),
            AlertField::TokenSymbol => text(format!("T{}", self.token)),
            AlertField::TokenName => text(format!("Token {}", self.token)),
            AlertField::AlertedAt | AlertField::RecordedAt => Some(Value::Timestamp(self.alerted_at)),
            AlertField::Decision => {
                Some(Value::Enum(if self.is_shadow { "ALERT_DECISION_SHADOW" } else { "ALERT_DECISION_ALERTED" }))
            }
            AlertField::ShadowSampleRate => self.is_shadow.then_some(Value::Number(0.1)),
            AlertField::ConfigRevision => text(format!("r{}", self.config)),
            AlertField::EntryPriceUsd => self.quote[0].map(Value::Number),
            AlertField::EntryMarketCapUsd => self.quote[1].map(Value::Number),
            AlertField::EntryLiquidityUsd => self.quote[2].map(Value::Number),
            AlertField::EntryVolume24hUsd => self.quote[3].map(Value::Number),
        }
    }

    fn feature_value(&self, feature: Feature) -> Option<Value<'_>> {
        let count = |value: Option<u64>| value.map(|value| Value::Number(value as f64));
        let word = |word: Option<&'static str>| word.map(|word| Value::Text(word.into()));
        match feature {
            Feature::PreliminaryScore => count(self.scores[0]),
            Feature::FinalScore => count(self.scores[1]),
            Feature::VelocityScore15m => count(self.scores[2]),
            Feature::VelocityBonus => count(self.scores[3]),
            Feature::ConvictionType => word(self.words[0]),
            Feature::FeedSource => word(self.words[1]),
            Feature::DexName => word(self.words[2]),
            Feature::SmartMoneyInvolved => self.flags[0].map(Value::Boolean),
            Feature::LpLocked => self.flags[1].map(Value::Boolean),
            Feature::MintRevoked => self.flags[2].map(Value::Boolean),
            Feature::PassedJuniorStrict => self.flags[3].map(Value::Boolean),
            Feature::PassedSeniorStrict => self.flags[4].map(Value::Boolean),
            Feature::PassedDebate => self.flags[5].map(Value::Boolean),
            Feature::SmartWalletAddress => self.wallet.map(|(wallet, _)| Value::Text(address(wallet).into())),
            Feature::SmartWalletPnl => self.wallet.map(|(_, pnl)| Value::Number(pnl)),
            Feature::Top10Concentration => self.percents[0].map(Value::Number),
            Feature::BundlersPercent => self.percents[1].map(Value::Number),
            Feature::InsidersPercent => self.percents[2].map(Value::Number),
            Feature::TokenAgeMinutes => self.age_minutes.map(Value::Number),
            Feature::HolderCount => count(self.holders),
            Feature::UniqueTraders15m => count(self.traders),
            Feature::SolPriceUsd => self.sol_price_usd.map(Value::Number),
        }
    }
}

/// As base 58 writes 32 bytes: 43 letters or 44. This one is made up.
fn address(number: u64) -> String {
    const LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut draw = Draw::of(number ^ 0x0add_2e55);
    (0..43).map(|_| char::from(LETTERS[draw.below(58) as usize])).collect()
}
