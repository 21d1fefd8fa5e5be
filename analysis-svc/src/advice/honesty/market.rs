//! A market as plain columns: thousands of them are made in the time that one takes as alerts. Good and bad days, tokens that
//! come again and fare alike, a Pareto(1.2) tail, and 25 keys with three tighter values each that mean nothing; half of what
//! they read drifts with the days.

use domain::gate::Setting;

use crate::advice::certification::split::Split;
use crate::advice::search::cases::{Cases, Labels};
use crate::advice::search::ladder::Ladder;
use crate::inference::checkpoint::Checkpoint;
use crate::market::Draw;

/// What a market is like. Exits are in percent.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    pub days: u32,
    pub alerts_per_day: u32,
    /// The standard deviation of the days' levels.
    pub drift: f64,
    /// By how much the level falls from the first day to the last.
    pub fall: f64,
    /// The share of alerts on a token that was alerted before.
    pub again: f64,
    /// By how much less the lowest third nets of what [`PLANTED`] reads.
    pub planted: f64,
}

pub const NOISE: Market = Market { days: 60, alerts_per_day: 40, drift: 8.0, fall: 0.0, again: 0.15, planted: 0.0 };

/// The key that a planted effect belongs to.
pub const PLANTED: &str = "KEY_00";
const KEYS: usize = 25;
const TIGHTER: usize = 3;

/// All matured alerts of a market, in the order of time, which is that in which they matured.
pub struct Alerts {
    cases: Cases,
    /// What each key reads of each alert.
    readings: Vec<[f32; KEYS]>,
}

impl Alerts {
    pub fn of(market: Market, seed: u64) -> Self {
        let mut draw = Draw::of(seed ^ 0x5EED_0F5E_ED05_EED0);
        let mut alerts = Self { cases: Cases::default(), readings: Vec::new() };
        let mut level = 0.0;
        // What was alerted two days ago or less has not matured, or is a repeat.
        for day in 0..market.days.saturating_sub(2) {
            level = 0.7 * level + market.drift * (1.0_f64 - 0.49).sqrt() * draw.normal();
            let falling = market.fall * f64::from(day) / f64::from(market.days);
            for _ in 0..market.alerts_per_day {
                alerts.raise(market, day as i32, level, falling, &mut draw);
            }
        }
        alerts
    }

    fn raise(&mut self, market: Market, day: i32, level: f64, falling: f64, draw: &mut Draw) {
        // A token comes again two to eight days later, with the same features, and half of the time fares as before.
        let per_day = market.alerts_per_day as usize;
        let from = self.cases.len().checked_sub(2 * per_day).filter(|&from| from > 0 && draw.chance(market.again));
        let before = from.map(|from| from - 1 - draw.below(from.min(6 * per_day) as u64) as usize);
        let mut readings = before.map_or([0.0; KEYS], |before| self.readings[before]);
        if before.is_none() {
            for (key, reading) in readings.iter_mut().enumerate() {
                let drift = if key % 2 == 1 { level / market.drift.max(1.0) } else { 0.0 };
                *reading = (draw.normal() + 0.5 * drift) as f32;
            }
        }
        let fresh = {
            let pumped = draw.chance(0.2);
            let net = if pumped {
                0.85 * (150.0 * draw.unit().powf(-1.0 / 1.2) - 100.0) * draw.unit() - 15.0
            } else {
                -45.0 * draw.unit()
            };
            // The lowest third of a normal reading.
            let loss = if f64::from(readings[0]) < -0.43 { market.planted } else { 0.0 };
            (net + level - falling - loss).max(-100.0)
        };
        let alike = before.filter(|_| draw.chance(0.5));
        let exit = alike.map_or(fresh, |before| self.cases.exits[before]);
        let token = before.map_or(self.cases.len() as u32, |before| self.cases.tokens[before]);
        self.cases.days.push(day);
        self.cases.tokens.push(token);
        self.cases.exits.push(exit);
        self.cases.labels.push(Labels { pump: Some(exit > 50.0), rug: Some(exit < -60.0) });
        self.readings.push(readings);
    }

    pub fn matured(&self) -> u64 {
        self.cases.len() as u64
    }

    pub fn has_two_parts(&self, checkpoint: Checkpoint) -> bool {
        Split::of(&self.cases.days[..checkpoint.tokens() as usize]).is_some()
    }

    /// The tokens of a checkpoint, with keys whose values are where they would turn away three, four or five tenths.
    pub fn first(&self, checkpoint: Checkpoint) -> (Cases, Vec<Ladder>) {
        let tokens = checkpoint.tokens() as usize;
        let cases = Cases {
            days: self.cases.days[..tokens].to_vec(),
            tokens: self.cases.tokens[..tokens].to_vec(),
            exits: self.cases.exits[..tokens].to_vec(),
            labels: self.cases.labels[..tokens].to_vec(),
        };
        let ladders = (0..KEYS).map(|key| {
            let mut sorted: Vec<f32> = self.readings[..tokens].iter().map(|readings| readings[key]).collect();
            sorted.sort_unstable_by(f32::total_cmp);
            let values: [f32; TIGHTER] = [3, 4, 5].map(|tenths| sorted[tokens * tenths / 10]);
            let passed = self.readings[..tokens]
                .iter()
                .map(|readings| values.iter().take_while(|&&value| readings[key] >= value).count() as u8);
            Ladder {
                key: format!("KEY_{key:02}"),
                from: None,
                passed: passed.collect(),
                values: values.iter().map(|&value| Setting::Number(f64::from(value))).collect(),
                gates: vec![key],
            }
        });
        (cases, ladders.collect())
    }
}
