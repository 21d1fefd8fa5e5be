//! What the bot will alert, when: drawn beforehand, so that one seed is one demo.

use std::time::Duration;

use domain::timestamp::Timestamp;
use simulator::draw::Seed;
use simulator::token::SimulatedToken;

use super::reasons::Reasons;

/// How long the bot raises alerts. The last of them mature two days later.
pub const ALERTING: Duration = Duration::from_secs(3 * 86_400);
/// The share of alerts on a token that was alerted some hours before: counted, not analysed.
const REPEATS: f64 = 0.03;

/// One alert to be.
#[derive(Clone, Debug)]
pub struct Call {
    /// When the bot raises it.
    pub at: Timestamp,
    /// Its place in the plan; part of its id.
    pub number: u64,
    /// What is alerted. Its story begins at the token's first alert.
    pub token: SimulatedToken,
    /// Why.
    pub reasons: Reasons,
}

/// Draws `count` alerts over [`ALERTING`] from `start` on, in the order of time.
#[must_use]
pub fn draw(seed: Seed, count: u64, start: Timestamp) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for number in 0..count {
        let of_this = seed.at(number);
        let repeats = of_this.chance(0, REPEATS) && !calls.is_empty();
        if repeats {
            let first = calls[of_this.at(1).0 as usize % calls.len()].clone();
            let later = Duration::from_secs_f64(3_600.0 * of_this.between(2, 1.0, 20.0));
            calls.push(Call { at: first.at.plus(later), number, ..first });
            continue;
        }
        // To the second, as a bot would note it.
        let after = Duration::from_secs(of_this.between(3, 0.0, ALERTING.as_secs_f64()) as u64);
        calls.push(call(of_this.at(4), number, start.plus(after)));
    }
    calls.sort_by_key(|call| (call.at, call.number));
    calls
}

fn call(seed: Seed, number: u64, at: Timestamp) -> Call {
    // The token is drawn first for its exchange, then given the story that its reasons call for.
    let drawn = SimulatedToken::draw(seed.at(0), at, simulator::scenario::Scenario::Flat);
    let reasons = Reasons::draw(seed.at(1), drawn.dex);
    let scenario = reasons.mix().draw(seed.at(2));
    let mut token =
        SimulatedToken { scenario, begin_liquidity_usd: reasons.liquidity_usd, ..drawn }.with_usual_quirks();
    // A story of its own: the feature that was drawn as its exchange must stay true.
    token.quirks.migrates_after = None;
    Call { at, number, token, reasons }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_is_one_demo() {
        let plan = |seed| {
            let calls = draw(Seed(seed), 200, Timestamp::from_seconds(1_767_571_200));
            calls.iter().map(|call| (call.at, call.token.address, call.reasons.clone())).collect::<Vec<_>>()
        };
        assert_eq!(plan(7), plan(7));
        assert_ne!(plan(7)[0].1, plan(8)[0].1);
        assert!(plan(7).is_sorted_by_key(|call| call.0));
        let mut tokens: Vec<_> = plan(7).iter().map(|call| call.1).collect();
        tokens.sort();
        tokens.dedup();
        assert!(tokens.len() < 200 && tokens.len() > 180, "{} tokens", tokens.len());
    }
}
