//! On which tokens the verdicts rest, and when they may change.

use perftrack::v1::Checkpoint;

use crate::print::number::{count, counted_noun};
use crate::print::time;

/// `Verdicts rest on the first 1,132 tokens (matured by 20 Jan 2026); the next on 1,600, in about 4 days.`
pub fn line(checkpoint: &Checkpoint) -> String {
    let so_far = if checkpoint.tokens == 0 {
        format!("No verdict yet: {} matured.", counted_noun(checkpoint.matured_tokens, "token"))
    } else {
        let matured = checkpoint.reached_at.as_ref().map(|at| format!(" (matured by {})", time::day(Some(at))));
        format!("Verdicts rest on the first {} tokens{}.", count(checkpoint.tokens), matured.unwrap_or_default())
    };
    if checkpoint.next_tokens == 0 {
        return so_far;
    }
    let days = checkpoint.days_to_next.map(|days| match days.ceil() {
        days if days <= 1.0 => ", in about a day".to_owned(),
        days => format!(", in about {days:.0} days"),
    });
    {
        let first = if checkpoint.tokens == 0 { "The first come" } else { "They may change" };
        format!("{so_far} {first} at {}{}.", count(checkpoint.next_tokens), days.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_say_on_what_they_rest_and_when_they_may_change() {
        let reached = Checkpoint {
            matured_tokens: 1_214,
            tokens: 1_132,
            next_tokens: 1_600,
            days_to_next: Some(3.5),
            ..Default::default()
        };
        assert_eq!(
            line(&reached),
            "Verdicts rest on the first 1,132 tokens. They may change at 1,600, in about 4 days."
        );
        let none = Checkpoint { matured_tokens: 60, next_tokens: 100, ..Default::default() };
        assert_eq!(line(&none), "No verdict yet: 60 tokens matured. The first come at 100.");
    }
}
