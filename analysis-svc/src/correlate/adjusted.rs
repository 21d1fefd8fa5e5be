//! Is it the feature, or what comes with it? The same effect among alerts that are alike otherwise, in two ways:
//!
//! - Mantel and Haenszel's difference over strata of UTC day × dex × score band;
//! - Firth's logistic regression on the feature beside the score, the dex and how good the day was, where there are ten events
//!   and ten non-events or more per parameter. A number's odds ratio is per standard deviation, a category's that of the level
//!   that stands out most.

use std::collections::BTreeMap;

use super::effect::Outcome;
use super::labelled::Labelled;
use crate::dataset::Snapshot;
use crate::dataset::columns::{Categories, Column, Flags, Values};
use crate::inference::Target;
use crate::inference::family::LEAST_TOKENS;
use crate::progress::{Stopped, Watch};
use crate::statistics::confidence::{Confidence, Estimate, Interval};
use crate::statistics::firth::{Cases, Firth};
use crate::statistics::mantel_haenszel;
use crate::statistics::proportion::TwoByTwo;
use crate::statistics::quantile_bins::QuantileBins;

/// An effect among alerts that are alike otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjusted {
    /// The feature.
    pub feature: String,
    /// On what.
    pub outcome: Outcome,
    /// The difference over strata, for a flag or a level against the rest; a number has none.
    pub difference: Option<Estimate>,
    /// How many strata have both sides.
    pub strata: u64,
    /// The odds ratio of the regression.
    pub odds_ratio: Option<Estimate>,
    /// Its p-value.
    pub p_value: Option<f64>,
    /// How many parameters it has.
    pub parameters: u64,
    /// What the odds ratio is of, or why there is none.
    pub note: String,
}

/// Events, and non-events, per parameter below which nothing is fitted.
const EVENTS_PER_PARAMETER: u64 = 10;
/// With more cases the profile's interval is Wald's, and takes five times as long.
const MOST_PROFILED: usize = 50_000;
/// How many bands of the score strata have.
const SCORE_BANDS: usize = 5;
/// How many dexes have a parameter of their own.
const DEXES: usize = 6;

/// What is held alike.
pub struct Alike<'a> {
    snapshot: &'a Snapshot,
    labelled: &'a Labelled,
    score: Vec<Option<f64>>,
    bands: Vec<u32>,
    dexes: Vec<u32>,
    dex_count: usize,
}

impl<'a> Alike<'a> {
    /// Of the alerts that are asked.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot, labelled: &'a Labelled) -> Self {
        let rows = labelled.rows();
        let mut score = vec![None; snapshot.len()];
        let mut bands = vec![0; snapshot.len()];
        if let Some(Values::Numbers(numbers)) = snapshot.column("final_score").map(|column| &column.values) {
            rows.rows().for_each(|row| score[row] = numbers.get(row));
            let bins = QuantileBins::of(rows.rows().filter_map(|row| score[row]), SCORE_BANDS);
            for row in rows.rows() {
                let band = bins.as_ref().zip(score[row]).and_then(|(bins, value)| bins.bin_of(value));
                bands[row] = band.map_or(0, |band| band as u32 + 1);
            }
        }
        let mut dexes = vec![0; snapshot.len()];
        let mut dex_count = 0;
        if let Some(Values::Categories(words)) = snapshot.column("dex_name").map(|column| &column.values) {
            let codes = numbered(words, labelled);
            dex_count = codes.iter().copied().max().unwrap_or(0) as usize;
            for row in rows.rows() {
                dexes[row] = codes.get(words.code(row) as usize).copied().unwrap_or(0);
            }
        }
        Self { snapshot, labelled, score, bands, dexes, dex_count }
    }

    /// One feature's effects on pumps and on rugs.
    pub fn adjust(&self, column: &Column, watch: &Watch) -> Result<[Adjusted; 2], Stopped> {
        let [pump, rug] = Target::ALL;
        Ok([self.one(column, pump, watch)?, self.one(column, rug, watch)?])
    }

    fn one(&self, column: &Column, target: Target, watch: &Watch) -> Result<Adjusted, Stopped> {
        watch.check()?;
        let label = self.labelled.label(target);
        let (values, of) = self.values(column, target);
        let tables = self.strata(&values, label);
        let is_number = matches!(column.values, Values::Numbers(_));
        let difference =
            (!is_number).then(|| mantel_haenszel::risk_difference(&tables, Confidence::NINETY_FIVE)).flatten();
        let strata = tables.iter().filter(|table| mantel_haenszel::contribution(table).is_some()).count() as u64;
        let mut adjusted = Adjusted {
            feature: column.name.clone(),
            outcome: Outcome::from(target),
            difference,
            strata: if is_number { 0 } else { strata },
            odds_ratio: None,
            p_value: None,
            parameters: 0,
            note: of,
        };
        self.regress(&mut adjusted, column, &values, label, watch)?;
        Ok(adjusted)
    }

    /// The feature as one number a row: 1 and 0, standard deviations from the mean, or 1 for the foremost level.
    fn values(&self, column: &Column, target: Target) -> (Vec<(usize, f64)>, String) {
        let rows = self.labelled.rows();
        match &column.values {
            Values::Flags(flags) => {
                let values = rows.rows().filter_map(|row| Some((row, f64::from(u8::from(flags.get(row)?)))));
                (values.collect(), "with it against without it".to_owned())
            }
            Values::Numbers(numbers) => {
                let values: Vec<(usize, f64)> = rows.rows().filter_map(|row| Some((row, numbers.get(row)?))).collect();
                let count = values.len().max(1) as f64;
                let mean = values.iter().map(|(_, value)| value).sum::<f64>() / count;
                let spread = (values.iter().map(|(_, value)| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
                let scaled = values.into_iter().map(|(row, value)| (row, (value - mean) / spread));
                let usable = scaled.filter(|(_, value)| value.is_finite()).collect();
                (usable, "per standard deviation".to_owned())
            }
            Values::Categories(words) => {
                let place = usize::from(target == Target::Rug);
                let foremost = self.labelled.days(column)[place].foremost_level();
                let name = foremost.and_then(|level| self.labelled.level_name(column, level));
                let (levels, _) = self.labelled.pooled(words);
                let known = rows.rows().filter(|&row| words.code(row) != Categories::UNKNOWN);
                let of = |row: usize| {
                    let is_it =
                        foremost.is_some_and(|level| levels.get(words.code(row) as usize).copied() == Some(level));
                    (row, f64::from(u8::from(is_it)))
                };
                (known.map(of).collect(), format!("{} against the rest", name.unwrap_or_default()))
            }
        }
    }

    fn strata(&self, values: &[(usize, f64)], label: &Flags) -> Vec<TwoByTwo> {
        let mut counts: BTreeMap<(usize, u32, u32), [(u64, u64); 2]> = BTreeMap::new();
        let mut days = self.snapshot.days().iter().enumerate().peekable();
        for &(row, value) in values {
            while days.peek().is_some_and(|(_, day)| day.rows.end <= row) {
                days.next();
            }
            let day = days.peek().map_or(0, |(place, _)| *place);
            if let Some(had) = label.get(row) {
                let stratum = counts.entry((day, self.dexes[row], self.bands[row])).or_default();
                let side = &mut stratum[usize::from(value <= 0.0)];
                side.0 += u64::from(had);
                side.1 += 1;
            }
        }
        counts.into_values().filter_map(|[with, without]| TwoByTwo::new(with, without)).collect()
    }

    fn regress(
        &self,
        adjusted: &mut Adjusted,
        column: &Column,
        values: &[(usize, f64)],
        label: &Flags,
        watch: &Watch,
    ) -> Result<(), Stopped> {
        let with_score = column.name != "final_score" && self.score.iter().any(Option::is_some);
        let dexes = if column.name == "dex_name" { 0 } else { self.dex_count.saturating_sub(1) };
        let known =
            values.iter().filter(|&&(row, _)| label.get(row).is_some() && (!with_score || self.score[row].is_some()));
        let known: Vec<(usize, f64)> = known.copied().collect();
        let happened: Vec<bool> = known.iter().map(|&(row, _)| label.get(row) == Some(true)).collect();
        let events = happened.iter().filter(|&&had| had).count() as u64;
        let fewer = events.min(happened.len() as u64 - events);
        let width = 3 + usize::from(with_score) + dexes;
        adjusted.parameters = width as u64;
        if fewer < EVENTS_PER_PARAMETER * width as u64 {
            adjusted.note = format!("{fewer} events are too few for {width} parameters");
            return Ok(());
        }
        let level = self.day_levels(&known, &happened);
        let mut covariates = Vec::with_capacity(width * known.len());
        for (&(row, value), level) in known.iter().zip(level) {
            covariates.extend([1.0, value, level]);
            covariates.extend(self.score[row].filter(|_| with_score));
            covariates.extend((0..dexes).map(|dex| f64::from(u8::from(self.dexes[row] as usize == dex + 1))));
        }
        let cases = Cases { covariates: &covariates, width, happened: &happened };
        let wanted = || watch.check().is_ok();
        let fit = Firth::fit(cases, wanted);
        watch.check()?;
        let Some(fit) = fit else {
            "nothing can be told apart from the score, the dex and the day".clone_into(&mut adjusted.note);
            return Ok(());
        };
        let level = Confidence::NINETY_FIVE;
        let (log, p_value) = if happened.len() <= MOST_PROFILED {
            (fit.profiled(cases, 1, level, wanted), fit.p_value(cases, 1, wanted))
        } else {
            (fit.wald(1, level), fit.wald_p_value(1))
        };
        watch.check()?;
        adjusted.p_value = p_value;
        adjusted.odds_ratio = log.map(|log| Estimate {
            value: log.value.exp(),
            interval: Interval { low: log.interval.low.exp(), high: log.interval.high.exp() },
        });
        Ok(())
    }

    /// How good the day of each case was, without the case itself: the log-odds of the others' rate, drawn to that of all.
    fn day_levels(&self, known: &[(usize, f64)], happened: &[bool]) -> Vec<f64> {
        /// The weight of the rate of all days in the rate of one.
        const PRIOR: f64 = 5.0;
        let mut counts = vec![(0.0, 0.0); self.snapshot.day_count()];
        let days: Vec<usize> = known.iter().map(|&(row, _)| self.snapshot.day(row)).collect();
        for (&day, &had) in days.iter().zip(happened) {
            if let Some(count) = counts.get_mut(day) {
                count.0 += f64::from(u8::from(had));
                count.1 += 1.0;
            }
        }
        let all = happened.iter().filter(|&&had| had).count() as f64 / happened.len().max(1) as f64;
        let level = |(&day, &had): (&usize, &bool)| {
            let (events, cases) = counts.get(day).copied().unwrap_or_default();
            let rate = (events - f64::from(u8::from(had)) + PRIOR * all) / (cases - 1.0 + PRIOR);
            (rate / (1.0 - rate)).ln()
        };
        days.iter().zip(happened).map(level).collect()
    }
}

/// A number from 1 for each word with enough tokens, the most frequent first; the others share the last, and unknown is 0.
fn numbered(words: &Categories, labelled: &Labelled) -> Vec<u32> {
    let mut tokens = vec![0_u64; words.levels.len()];
    labelled.rows().rows().filter_map(|row| usize::try_from(words.code(row)).ok()).for_each(|code| {
        if let Some(count) = tokens.get_mut(code) {
            *count += 1;
        }
    });
    let mut large: Vec<usize> = (0..tokens.len()).filter(|&code| tokens[code] >= LEAST_TOKENS).collect();
    large.sort_by_key(|&code| std::cmp::Reverse(tokens[code]));
    large.truncate(DEXES);
    let rest = large.len() as u32 + 1;
    (0..tokens.len())
        .map(|code| large.iter().position(|&other| other == code).map_or(rest, |at| at as u32 + 1))
        .collect()
}
