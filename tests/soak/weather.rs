//! What goes wrong at the price sources.

use std::time::Duration;

use domain::timestamp::Timestamp;
use simulator::draw::Seed;
use simulator::faults::{Fault, Faults, Rates, Source, Spoil, When};

use crate::arguments::{Plan, START};

/// Each as a share of all requests; a request asks for thirty tokens.
const RATES: Rates = Rates {
    too_many_requests: 0.000_1,
    server_error: 0.003,
    html: 0.001,
    half_json: 0.002,
    drop: 0.002,
    missing_entry: 0.01,
    nan_price: 0.005,
    wrong_price: 0.005,
    slow: 0.000_1,
};
/// Of the time that an alert is followed at most: two sources that tell the same lie at once would be believed.
const LONGEST_LIE: f64 = 0.25;

/// Faults throughout, and an hour in which a source lies about every price, for each of the first two; never both at once.
pub fn faults(plan: &Plan) -> Faults {
    if plan.calm {
        return Faults::none();
    }
    let seed = plan.seed().at(1_000);
    let faults = Faults::random(seed, RATES);
    let lasts = Duration::from_hours(1).min(plan.window().mul_f64(LONGEST_LIE));
    for (source, lies_at) in [(Source::DexScreener, 0.3), (Source::Jupiter, 0.6)] {
        let begin = part(plan, seed, lies_at);
        // Not ten times: one of three tokens is then beyond belief, the others are plausible.
        faults.script(source, When::Between(begin, begin.plus(lasts)), Fault::Entry(None, Spoil::Factor(4.0)));
    }
    faults
}

fn part(plan: &Plan, seed: Seed, part: f64) -> Timestamp {
    START.plus(plan.window().mul_f64(part + seed.between(0, 0.0, 0.1)))
}
