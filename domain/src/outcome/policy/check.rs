//! Which policies make sense: what each number may be, and which numbers have to fit one another.

use std::fmt::Display;

use super::{Exit, Happenings, Hygiene, Peak, Policy, Rug, Seal};

/// Longer than any alert is followed, in seconds: 30 days.
const LONGEST_SECONDS: u32 = 30 * 86_400;
/// An outcome that is sealed later than this after its window keeps its prices from being rolled up in time.
const LONGEST_SEAL_SECONDS: u32 = 86_400;

/// One number that makes no sense, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The parameter, such as `exit.hard_stop_pct`.
    pub key: String,
    /// What is wrong, as the end of a sentence that begins with the key.
    pub problem: String,
}

impl Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.key, self.problem)
    }
}

impl Policy {
    /// Everything in it that makes no sense; empty for a policy that outcomes can be made with.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Found::default();
        if self.version < 1 {
            found.add("version", format!("is {}: versions count from 1", self.version));
        }
        hygiene(&self.hygiene, &mut found);
        found.seconds("entry.observed_within_seconds", self.entry.observed_within_seconds, 1, LONGEST_SECONDS);
        peak(&self.peak, &mut found);
        let returns = &self.returns;
        found.seconds("returns.fresh_at_1h_seconds", returns.fresh_at_1h_seconds, 1, 3_600);
        found.seconds("returns.fresh_at_6h_seconds", returns.fresh_at_6h_seconds, 1, 6 * 3_600);
        found.seconds("returns.fresh_at_24h_seconds", returns.fresh_at_24h_seconds, 1, 24 * 3_600);
        exit(&self.exit, &mut found);
        rug(&self.rug, &mut found);
        seal(&self.seal, &mut found);
        happenings(&self.happening, &mut found);
        found.0
    }
}

fn hygiene(hygiene: &Hygiene, found: &mut Found) {
    let (hold, confirm) = (hygiene.hold_beyond_factor, hygiene.confirm_within_factor);
    let known = found.above("hygiene.hold_beyond_factor", hold, 1.0, "a price is never nearer to another than 1×")
        & found.at_least("hygiene.confirm_within_factor", confirm, 1.0, "nothing lies within less than 1× of a price");
    if known && confirm > hold {
        let why = format!(
            "is {confirm}, more than hygiene.hold_beyond_factor ({hold}): what is too far from the last price to be \
             believed would confirm another"
        );
        found.add("hygiene.confirm_within_factor", why);
    }
    found.seconds("hygiene.confirm_after_seconds", hygiene.confirm_after_seconds, 0, LONGEST_SECONDS);
    let gap = hygiene.fall_accepted_after_gap_seconds;
    found.seconds("hygiene.fall_accepted_after_gap_seconds", gap, 0, LONGEST_SECONDS);
}

fn peak(peak: &Peak, found: &mut Found) {
    found.seconds("peak.neighbour_within_seconds", peak.neighbour_within_seconds, 0, LONGEST_SECONDS);
    found.above("peak.pump_gain_pct", peak.pump_gain_pct, 0.0, "every alert gains 0 % or more");
    found.above("peak.round_trip_gain_pct", peak.round_trip_gain_pct, 0.0, "every alert gains 0 % or more");
}

fn exit(exit: &Exit, found: &mut Found) {
    found.seconds("exit.buy_after_seconds", exit.buy_after_seconds, 0, LONGEST_SECONDS);
    found.share("exit.trailing_stop_pct", exit.trailing_stop_pct, 100.0);
    found.at_least("exit.trailing_stop_armed_at_pct", exit.trailing_stop_armed_at_pct, 0.0, "the peak is never lower");
    found.share("exit.hard_stop_pct", exit.hard_stop_pct, 100.0);
    if found.at_least("exit.fee_pct", exit.fee_pct, 0.0, "nobody is paid for trading") && exit.fee_pct >= 100.0 {
        found.add("exit.fee_pct", format!("is {}: it has to leave something of the stake", exit.fee_pct));
    }
    found.above("exit.stake_usd", exit.stake_usd, 0.0, "a return is a share of what is spent");
    found.above("exit.assumed_liquidity_usd", exit.assumed_liquidity_usd, 0.0, "without liquidity nothing is bought");
}

fn rug(rug: &Rug, found: &mut Found) {
    found.share("rug.liquidity_fall_pct", rug.liquidity_fall_pct, 100.0);
    found.at_least("rug.liquidity_from_usd", rug.liquidity_from_usd, 0.0, "liquidity is never lower");
    if rug.liquidity_gone_observations < 1 {
        found.add("rug.liquidity_gone_observations", "is 0: it takes at least the one that shows the fall".to_owned());
    }
    found.seconds("rug.liquidity_gone_seconds", rug.liquidity_gone_seconds, 0, LONGEST_SECONDS);
    for dex in &rug.bonding_curve_dexes {
        if dex.trim().is_empty() || dex.trim() != dex {
            found.add("rug.bonding_curve_dexes", format!("names {dex:?}, which no exchange is called"));
        }
    }
    let (from, to) = (rug.collapse_from_share, rug.collapse_to_share);
    if found.share("rug.collapse_from_share", from, 1.0) & found.share("rug.collapse_to_share", to, 1.0) && to >= from {
        let why = format!("is {to}, not below rug.collapse_from_share ({from}): a collapse goes from one to the other");
        found.add("rug.collapse_to_share", why);
    }
    found.seconds("rug.collapse_within_seconds", rug.collapse_within_seconds, 1, LONGEST_SECONDS);
    found.seconds("rug.collapse_stays_seconds", rug.collapse_stays_seconds, 0, LONGEST_SECONDS);
    found.seconds("rug.collapse_gap_seconds", rug.collapse_gap_seconds, 1, LONGEST_SECONDS);
    found.seconds("rug.recovery_seconds", rug.recovery_seconds, 0, LONGEST_SECONDS);
    found.share("rug.fell_pct", rug.fell_pct, 100.0);
}

fn seal(seal: &Seal, found: &mut Found) {
    found.seconds("seal.after_seconds", seal.after_seconds, 0, LONGEST_SEAL_SECONDS);
    if !(0.0..=1.0).contains(&seal.coverage_at_least) {
        found.add("seal.coverage_at_least", format!("is {}: a share goes from 0 to 1", seal.coverage_at_least));
    }
    found.seconds("seal.last_price_within_seconds", seal.last_price_within_seconds, 0, LONGEST_SECONDS);
}

fn happenings(happening: &Happenings, found: &mut Found) {
    let (moved, rearms) = (happening.move_pct, happening.move_rearms_below_pct);
    let known = found.above("happening.move_pct", moved, 0.0, "every price moves by 0 % or more")
        & found.above("happening.move_rearms_below_pct", rearms, 0.0, "no move is smaller than 0 %");
    if known && rearms > moved {
        let why =
            format!("is {rearms}, more than happening.move_pct ({moved}): one move would be told again and again");
        found.add("happening.move_rearms_below_pct", why);
    }
    found.at_least("happening.new_peak_step_pct", happening.new_peak_step_pct, 0.0, "a new peak is a higher one");
}

#[derive(Default)]
struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, key: &str, problem: String) {
        self.0.push(Problem { key: key.to_owned(), problem });
    }

    fn seconds(&mut self, key: &str, value: u32, least: u32, most: u32) {
        if !(least..=most).contains(&value) {
            self.add(key, format!("is {value}: it takes {least} to {most} seconds"));
        }
    }

    /// NaN is above nothing.
    fn above(&mut self, key: &str, value: f64, bound: f64, why: &str) -> bool {
        self.bounded(key, value, value > bound, &format!("has to be greater than {bound}, for {why}"))
    }

    fn at_least(&mut self, key: &str, value: f64, bound: f64, why: &str) -> bool {
        self.bounded(key, value, value >= bound, &format!("has to be {bound} or more, for {why}"))
    }

    fn share(&mut self, key: &str, value: f64, whole: f64) -> bool {
        let right = value > 0.0 && value <= whole;
        self.bounded(key, value, right, &format!("has to be greater than 0 and at most {whole}"))
    }

    fn bounded(&mut self, key: &str, value: f64, right: bool, rule: &str) -> bool {
        let right = right && value.is_finite();
        if !right {
            let rule = if value.is_infinite() { "has to be a finite number" } else { rule };
            self.add(key, format!("is {value}: it {rule}"));
        }
        right
    }
}
