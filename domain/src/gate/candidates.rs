//! Which tighter values of a knob are worth a look.

use super::catalogue::{Knob, Setting, SettingKind, Tighter};

/// Values are tried where they would turn away a tenth, two tenths, … of the alerts.
const PARTS: usize = 10;

impl Knob {
    /// Values tighter than `current`, the least tight first: the other position of a switch; for a bound the deciles of
    /// `observed` (what the field that it reads was in the alerts, known and ascending), as round as people set them; for
    /// a bonus every whole number below it. Chosen without a look at outcomes.
    #[must_use]
    pub fn tighter_candidates(&self, current: Option<Setting>, observed: &[f64]) -> Vec<Setting> {
        let values: Vec<Setting> = match (self.kind, current) {
            (SettingKind::Boolean, _) => vec![Setting::Boolean(self.tighter == Tighter::True)],
            (SettingKind::Number, Some(Setting::Number(points))) if self.needs_value => below(points),
            (SettingKind::Number, _) => self.deciles(observed).map(Setting::Number).collect(),
        };
        let mut candidates: Vec<Setting> = Vec::new();
        for value in values {
            let last = candidates.last().copied().or(current);
            if self.check(Some(value)).is_ok() && self.compare_tightness(Some(value), last).is_gt() {
                candidates.push(value);
            }
        }
        candidates
    }

    /// From the loosest to the tightest.
    fn deciles<'a>(&self, observed: &'a [f64]) -> impl Iterator<Item = f64> + use<'a> {
        let descends = self.tighter == Tighter::Lower;
        (1..PARTS).filter_map(move |part| {
            let index = part * observed.len() / PARTS;
            let index = if descends { observed.len().checked_sub(index + 1)? } else { index };
            observed.get(index).map(|value| two_digits(*value))
        })
    }
}

fn below(points: f64) -> Vec<Setting> {
    (1..PARTS)
        .map_while(|step| u8::try_from(step).ok())
        .map(|step| Setting::Number(points - f64::from(step)))
        .take_while(|value| matches!(value, Setting::Number(points) if *points >= 0.0))
        .collect()
}

/// Rounded to two significant digits.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}
