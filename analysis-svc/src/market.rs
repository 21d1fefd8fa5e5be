//! Tests only: a simulated market whose truth is known, so that what is called an effect can be held against it.
//!
//! Everything that misleads an operator is in it: good and bad days, features that drift with them, tokens that are alerted
//! again and fare alike, gains with a Pareto tail, features that are unknown now and then. The same seed is the same market.

mod draw;
mod features;

use std::time::Duration;

use domain::alert::Alert;
use domain::feature::AlertFeatures;
use domain::outcome::{Outcome, OutcomeStatus};
use domain::quote::Quote;
use domain::record::AlertRecord;
use domain::timestamp::Timestamp;
use domain::token::{Chain, Token, TokenAddress, TokenKey};
use uuid::Uuid;

use crate::sample::{BEGIN, alert};

pub use draw::Draw;

/// What a market is like.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    /// For how many days it is watched.
    pub days: u32,
    /// How many alerts a day.
    pub alerts_per_day: u32,
    /// The share of pumps (gains over 50 %) on a usual day.
    pub pump_rate: f64,
    /// The share of rugs on a usual day.
    pub rug_rate: f64,
    /// By how much the log-odds of pumps and rugs wander from day to day (the standard deviation over many days).
    pub drift: f64,
    /// By how much the log-odds of a pump fall from the first day to the last.
    pub fall: f64,
    /// The share of alerts that are on a token alerted before.
    pub again: f64,
    /// The share of unknown values in each feature.
    pub unknown: f64,
    /// What is true of it; `None` where no feature means anything.
    pub planted: Option<Planted>,
}

/// An effect that is there: `lp_locked` moves the chance of a pump, and that of a rug the other way.
#[derive(Clone, Copy, Debug)]
pub struct Planted {
    /// The rate of pumps with it less the rate without, as a fraction.
    pub pump_difference: f64,
    /// The same of rugs.
    pub rug_difference: f64,
}

impl Market {
    /// Sixty days, 40 alerts a day, 25 features that mean nothing.
    pub const NOISE: Self = Self {
        days: 60,
        alerts_per_day: 40,
        pump_rate: 0.2,
        rug_rate: 0.14,
        drift: 0.4,
        fall: 0.0,
        again: 0.15,
        unknown: 0.1,
        planted: None,
    };

    /// All its alerts with their outcomes, in the order in which they were raised. Pumps net what a trailing stop leaves of
    /// a Pareto(1.2) gain, the others lose; over all, with single nets capped at 400 %, the bot loses money.
    pub fn alerts(&self, seed: u64) -> Vec<AlertRecord> {
        let mut draw = Draw::of(seed);
        let mut level = Level::default();
        let mut raised: Vec<AlertRecord> = Vec::with_capacity((self.days * self.alerts_per_day) as usize);
        for day in 0..self.days {
            level.next(self.drift, &mut draw);
            let mut moments: Vec<u64> = (0..self.alerts_per_day).map(|_| draw.below(86_400_000_000)).collect();
            moments.sort_unstable();
            for moment in moments {
                let alerted_at = BEGIN.plus(Duration::from_micros(u64::from(day) * 86_400_000_000 + moment));
                let record = self.alert(&raised, (day, alerted_at), &level, &mut draw);
                raised.push(record);
            }
        }
        raised
    }

    fn alert(
        &self,
        raised: &[AlertRecord],
        (day, at): (u32, Timestamp),
        level: &Level,
        draw: &mut Draw,
    ) -> AlertRecord {
        let number = raised.len() as u64;
        let recent = raised.len().min(6 * self.alerts_per_day as usize);
        if recent > 0 && draw.chance(self.again) {
            let before = &raised[raised.len() - 1 - draw.below(recent as u64) as usize];
            let token = before.alert.token.clone();
            // A token keeps most of what it is, and often of how it fares.
            let features = before.alert.features.clone();
            let fate =
                if draw.chance(0.5) { Fate::of(&before.outcome) } else { self.fate(&features, day, level, draw) };
            return record(number, at, token, features, before.alert.entry, fate, draw);
        }
        let (features, entry) = features::draw(self.unknown, level, draw);
        let fate = self.fate(&features, day, level, draw);
        record(number, at, token(number, draw), features, entry, fate, draw)
    }

    fn fate(&self, features: &AlertFeatures, day: u32, level: &Level, draw: &mut Draw) -> Fate {
        let falling = self.fall * f64::from(day) / f64::from(self.days.max(2) - 1);
        let shift = |rate: f64, difference: f64| match features.lp_locked {
            Some(true) => rate + difference / 2.0,
            Some(false) => rate - difference / 2.0,
            None => rate,
        };
        let planted = self.planted.unwrap_or(Planted { pump_difference: 0.0, rug_difference: 0.0 });
        let pump = shift(moved(self.pump_rate, level.pump - falling), planted.pump_difference);
        let rug = shift(moved(self.rug_rate, level.rug), planted.rug_difference);
        let is_pump = draw.chance(pump);
        // 1 + gain is Pareto(1.2), cut at the pump threshold on either side.
        let gain = if is_pump {
            1.5 * draw.unit().powf(-1.0 / 1.2) - 1.0
        } else {
            (0.6 * draw.unit().powf(-1.0 / 1.2)).min(1.5) - 1.0
        };
        Fate { max_gain_pct: 100.0 * gain.max(0.0), is_rug: draw.chance(rug) }
    }
}

/// How good a day is, in log-odds: it wanders, and forgets a third of itself overnight.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    pump: f64,
    rug: f64,
    /// What features drift with.
    mood: f64,
}

impl Level {
    fn next(&mut self, drift: f64, draw: &mut Draw) {
        const KEPT: f64 = 0.7;
        let fresh = drift * (1.0 - KEPT * KEPT).sqrt();
        let common = draw.normal();
        let half = 0.5_f64.sqrt();
        self.mood = KEPT * self.mood + fresh * common;
        self.pump = KEPT * self.pump + fresh * half * (common + draw.normal());
        self.rug = KEPT * self.rug + fresh * half * (draw.normal() - common);
    }
}

/// A rate moved by log-odds.
fn moved(rate: f64, by: f64) -> f64 {
    let odds = rate / (1.0 - rate) * by.exp();
    odds / (1.0 + odds)
}

#[derive(Clone, Copy, Debug)]
struct Fate {
    max_gain_pct: f64,
    is_rug: bool,
}

impl Fate {
    fn of(outcome: &Outcome) -> Self {
        Self { max_gain_pct: outcome.max_gain_pct.unwrap_or(0.0), is_rug: outcome.is_rug == Some(true) }
    }
}

fn token(number: u64, draw: &mut Draw) -> Token {
    let mut address = [11; 32];
    address[..8].copy_from_slice(&number.to_le_bytes());
    address[8..16].copy_from_slice(&draw.bits().to_le_bytes());
    let key = TokenKey { chain: Chain::Solana, address: TokenAddress::from_bytes(address) };
    Token { key, name: String::new(), symbol: String::new() }
}

fn record(
    number: u64,
    alerted_at: Timestamp,
    token: Token,
    features: AlertFeatures,
    entry: Quote,
    fate: Fate,
    draw: &mut Draw,
) -> AlertRecord {
    let is_pump = fate.max_gain_pct > 50.0;
    let exit_return_pct = if fate.is_rug {
        -60.0 - 40.0 * draw.unit()
    } else if is_pump {
        0.85 * fate.max_gain_pct * draw.unit() - 15.0
    } else {
        -40.0 * draw.unit() - 2.0
    };
    let hours = |hours: f64| alerted_at.plus(Duration::from_secs_f64(hours * 3_600.0));
    AlertRecord {
        alert: Alert { entry, features, ..alert(Uuid::from_u64_pair(draw.bits(), number), token, alerted_at) },
        recorded_at: alerted_at,
        outcome: Outcome {
            status: OutcomeStatus::Complete,
            sealed_at: Some(hours(48.0).plus(Duration::from_secs(600))),
            max_gain_pct: Some(fate.max_gain_pct),
            pumped_at: is_pump.then(|| hours(12.0 * draw.unit())),
            is_rug: Some(fate.is_rug),
            rug_hit_at: fate.is_rug.then(|| hours(48.0 * draw.unit())),
            exit_return_pct: Some(exit_return_pct),
            policy_version: 1,
            ..Outcome::default()
        },
    }
}

/// What is known at the end of `days`: what has matured by then, and what is still followed.
pub fn as_of_day(alerts: &[AlertRecord], days: u32) -> Vec<AlertRecord> {
    let now = BEGIN.plus(Duration::from_secs(u64::from(days) * 86_400));
    let raised = alerts.iter().filter(|record| record.alert.alerted_at < now).cloned();
    raised
        .map(|mut record| {
            if record.outcome.sealed_at.is_none_or(|sealed| sealed > now) {
                record.outcome = Outcome { policy_version: 1, ..Outcome::default() };
            }
            record
        })
        .collect()
}

/// Asks `about` every seed from 0, on two threads; the answers in the order of the seeds.
pub fn over_seeds<Found: Send>(seeds: u64, about: impl Fn(u64) -> Found + Sync) -> Vec<Found> {
    let half = seeds / 2;
    let run = |seeds: std::ops::Range<u64>| seeds.map(&about).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| run(half..seeds));
        let mut found = run(0..half);
        found.extend(second.join().expect("no seed fails"));
        found
    })
}

#[cfg(test)]
mod tests;
