//! What was taken, what was there already, what was refused and why.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::failure::Refusal;
use crate::print::number::{count, counted_noun};
use crate::print::paint;
use crate::print::table::{Column, Table};
use crate::print::text::{hanging, tame};

/// How one kind of thing fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Recorded now.
    pub taken: u64,
    /// There already; of prices also those that another form of the same recording brought along, which stand.
    pub duplicates: u64,
    /// Not taken.
    pub refused: u64,
    /// Why, with how many and the first of them.
    pub reasons: Vec<Reason>,
}

/// Why some were not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// In words.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: String,
}

/// The whole import.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The file.
    pub file: String,
    /// Its form.
    pub form: String,
    /// The alerts.
    pub alerts: Tally,
    /// The prices.
    pub prices: Tally,
    /// What was changed on the way.
    pub notes: Vec<Reason>,
    /// How long it took.
    pub elapsed_seconds: f64,
}

/// Counts by reason, in the order in which each was first met.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    places: BTreeMap<String, usize>,
    reasons: Vec<Reason>,
}

impl Reasons {
    /// Adds one.
    pub fn add(&mut self, reason: &str, which: &str) {
        self.add_many(reason, which, 1);
    }

    /// Adds `count` of them, of which `which` is the first.
    pub fn add_many(&mut self, reason: &str, which: &str, count: u64) {
        if count == 0 {
            return;
        }
        let place = *self.places.entry(reason.to_owned()).or_insert_with(|| {
            self.reasons.push(Reason { reason: reason.to_owned(), count: 0, first: which.to_owned() });
            self.reasons.len() - 1
        });
        self.reasons[place].count += count;
    }

    /// The most frequent first.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Reason> {
        self.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        self.reasons
    }
}

/// The kinds of reasons in a refusal, without the values that differ from one to the next.
#[must_use]
pub fn kinds(refusal: &Refusal) -> Vec<String> {
    if refusal.violations.is_empty() {
        return vec![general(&refusal.message)];
    }
    let kind = |field: &str, description: &str| {
        let field = field.rsplit_once("].").map_or(field, |(_, field)| field);
        if field.is_empty() { general(description) } else { format!("{field}: {}", general(description)) }
    };
    refusal.violations.iter().map(|violation| kind(&violation.field, &violation.description)).collect()
}

/// A sentence up to where it quotes what was given.
fn general(sentence: &str) -> String {
    let end = sentence.find(", not ").or_else(|| sentence.find(" (at ")).unwrap_or(sentence.len());
    sentence[..end].to_owned()
}

impl Summary {
    /// For people.
    #[must_use]
    pub fn show(&self, width: Option<usize>) -> String {
        let mut text = format!(
            "{} {} ({}): {} and {} in {:.1} s\n\n",
            paint::strong("Imported"),
            self.file,
            self.form,
            counted_noun(signed(self.alerts.total()), "alert"),
            counted_noun(signed(self.prices.total()), "price"),
            self.elapsed_seconds
        );
        let mut table = Table::new([
            Column::text(""),
            Column::number("TAKEN"),
            Column::number("THERE ALREADY"),
            Column::number("REFUSED"),
        ]);
        table.row([
            "alerts".to_owned(),
            number(self.alerts.taken),
            number(self.alerts.duplicates),
            refused(&self.alerts),
        ]);
        table.row([
            "prices".to_owned(),
            number(self.prices.taken),
            number(self.prices.duplicates),
            refused(&self.prices),
        ]);
        text += &table.render(width);
        for (title, reasons) in [
            ("Alerts refused", &self.alerts.reasons),
            ("Prices refused", &self.prices.reasons),
            ("Taken with a change", &self.notes),
        ] {
            if reasons.is_empty() {
                continue;
            }
            text += &format!("\n{}\n", paint::strong(title));
            for reason in reasons {
                let first =
                    if reason.first.is_empty() { String::new() } else { format!(" (first: {})", tame(&reason.first)) };
                let line = format!("{}{}", tame(&reason.reason), paint::faint(&first));
                text += &(hanging(&format!("{:>7}  ", number(reason.count)), &line, width) + "\n");
            }
        }
        text
    }
}

impl Tally {
    fn total(&self) -> u64 {
        self.taken + self.duplicates + self.refused
    }
}

fn number(value: u64) -> String {
    count(signed(value))
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn refused(tally: &Tally) -> String {
    let text = number(tally.refused);
    if tally.refused > 0 { paint::bad(&text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_by_kind() {
        let mut reasons = Reasons::default();
        for (value, token) in [("150", "A"), ("200", "B")] {
            reasons.add(&general(&format!("must be from 0 to 100, not {value}")), token);
        }
        reasons.add("no alert time", "C");
        let sorted = reasons.sorted();
        assert_eq!(sorted[0], Reason { reason: "must be from 0 to 100".into(), count: 2, first: "A".into() });
        assert_eq!(sorted.len(), 2);
    }
}
