//! A market as a test writes it down: prices at minutes after the alert.

use std::sync::Arc;
use std::time::Duration;

use domain::alert::RecordedPeak;
use domain::observation::Observation;
use domain::outcome::{Fold, Happening, Outcome, Policy, Subject};
use domain::quantity::{AmountUsd, PriceUsd};
use domain::timestamp::Timestamp;

pub const HOUR: f64 = 60.0;
pub const WINDOW: f64 = 48.0 * HOUR;

/// The alert's moment.
pub const ALERT: Timestamp = Timestamp::from_seconds(1_760_000_000);

/// So many minutes after the alert.
pub fn at(minutes: f64) -> Timestamp {
    Timestamp::from_millis(ALERT.millis() + (minutes * 60_000.0).round() as i64)
}

pub fn price(usd: f64) -> PriceUsd {
    PriceUsd::new(usd).unwrap()
}

pub fn look(minutes: f64, usd: f64) -> Observation {
    Observation {
        observed_at: at(minutes),
        source: "dexscreener".into(),
        price_usd: price(usd),
        market_cap_usd: None,
        liquidity_usd: None,
        volume_24h_usd: None,
        holder_count: None,
        dex_name: Some("raydium".into()),
        pool: Some("pool-a".into()),
    }
}

/// One alert and what was observed of it.
#[derive(Clone, Debug)]
pub struct Tape {
    pub subject: Subject,
    pub policy: Policy,
    pub observations: Vec<Observation>,
}

impl Tape {
    /// An alert that is followed for 48 hours, one look a minute, quoted by the bot at 1 USD.
    pub fn new() -> Self {
        Self {
            subject: Subject {
                alerted_at: ALERT,
                window: Duration::from_secs(48 * 3_600),
                expected_interval: Some(Duration::from_secs(60)),
                quoted_price_usd: Some(price(1.0)),
                trusted_peak: None,
                recorded_at: ALERT,
            },
            policy: Policy::default(),
            observations: Vec::new(),
        }
    }

    /// An alert that another tracker followed for 24 hours.
    pub fn import() -> Self {
        let mut tape = Self::new();
        tape.subject.window = Duration::from_secs(24 * 3_600);
        tape.subject.expected_interval = None;
        tape
    }

    pub fn unquoted(mut self) -> Self {
        self.subject.quoted_price_usd = None;
        self
    }

    pub fn trusting(mut self, usd: f64, minutes: Option<f64>) -> Self {
        self.subject.trusted_peak = Some(RecordedPeak { price_usd: price(usd), at: minutes.map(at) });
        self
    }

    pub fn look(self, minutes: f64, usd: f64) -> Self {
        self.seen(look(minutes, usd))
    }

    pub fn seen(mut self, observation: Observation) -> Self {
        self.observations.push(observation);
        self
    }

    /// Prices at the given minutes.
    pub fn looks(self, looks: &[(f64, f64)]) -> Self {
        looks.iter().fold(self, |tape, &(minutes, usd)| tape.look(minutes, usd))
    }

    /// One look a minute from the first minute to the one before `until`.
    pub fn steady(self, from: f64, until: f64, usd: f64) -> Self {
        self.each_minute(from, until, |_| usd)
    }

    pub fn each_minute(mut self, from: f64, until: f64, usd: impl Fn(f64) -> f64) -> Self {
        let mut minutes = from;
        while minutes < until {
            self.observations.push(look(minutes, usd(minutes)));
            minutes += 1.0;
        }
        self
    }

    /// Changes the observations from one minute up to before another.
    pub fn with(mut self, from: f64, until: f64, change: impl Fn(&mut Observation)) -> Self {
        for observation in &mut self.observations {
            if observation.observed_at >= at(from) && observation.observed_at < at(until) {
                change(observation);
            }
        }
        self
    }

    /// Known liquidity of the pool from one minute up to before another.
    pub fn liquidity(self, from: f64, until: f64, usd: f64) -> Self {
        self.with(from, until, |observation| observation.liquidity_usd = AmountUsd::new(usd).ok())
    }

    pub fn pool(self, from: f64, until: f64, pool: &str) -> Self {
        let pool: Arc<str> = pool.into();
        self.with(from, until, |observation| observation.pool = Some(Arc::clone(&pool)))
    }

    /// Replaces the price of one minute.
    pub fn tick(self, minutes: f64, usd: f64) -> Self {
        self.with(minutes, minutes + 0.001, |observation| observation.price_usd = price(usd))
    }

    pub fn fold(&self) -> (Fold, Vec<Happening>) {
        let mut fold = Fold::begin(self.subject.clone(), &self.policy);
        let mut happenings = Vec::new();
        for observation in &self.observations {
            fold.observe(&self.policy, observation, &mut happenings).unwrap();
        }
        (fold, happenings)
    }

    pub fn open(&self) -> Outcome {
        self.fold().0.outcome(&self.policy)
    }

    pub fn sealed_fold(&self) -> (Fold, Vec<Happening>) {
        let (mut fold, mut happenings) = self.fold();
        fold.seal(&self.policy, fold.seal_due(&self.policy), &mut happenings);
        (fold, happenings)
    }

    pub fn sealed(&self) -> Outcome {
        self.sealed_fold().0.outcome(&self.policy)
    }

    pub fn happenings(&self) -> Vec<Happening> {
        self.sealed_fold().1
    }
}

/// Equal but for the last few bits.
#[track_caller]
pub fn close(actual: Option<f64>, expected: f64) {
    let actual = actual.unwrap_or_else(|| panic!("unknown, expected {expected}"));
    assert!((actual - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{actual}, expected {expected}");
}
