//! How far an answer is proven, in words.

use perftrack::v1::{Effect, EffectOutcome, Signal, Verdict};

use crate::print::number::{count, probability};
use crate::print::paint;

/// The verdict, painted.
#[must_use]
pub fn words(effect: &Effect) -> String {
    let of_interest =
        effect.smallest_effect_of_interest.map_or_else(String::new, |size| format!(" > {:.0} pp", 100.0 * size));
    match effect.verdict() {
        Verdict::Supported => paint::good("SUPPORTED"),
        Verdict::Suggestive => paint::warn("SUGGESTIVE"),
        Verdict::NoEffectLargerThan => format!("none{of_interest}"),
        Verdict::NotEnoughData => paint::faint("not enough data"),
        Verdict::DescriptionOnly | Verdict::Unspecified => paint::faint("no verdict"),
    }
}

/// What stands behind the verdict: `q = .042`, or how much data it would take.
#[must_use]
pub fn behind(effect: &Effect) -> String {
    let q = effect.q_value.map(|q| format!("q {}", probability(q)));
    let p = || effect.p_value.or(effect.fisher_p_value).map(|p| format!("p {}", probability(p)));
    let more = match (effect.verdict(), effect.days_needed, effect.tokens_needed) {
        (Verdict::NotEnoughData, Some(days), _) if days >= 1.0 => {
            Some(format!("~{} more days", count(days.ceil() as i64)))
        }
        (Verdict::NotEnoughData, _, Some(tokens)) => Some(format!("needs {} tokens", count(tokens))),
        _ => None,
    };
    [q.or_else(p), more].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The outcome that an effect is about.
#[must_use]
pub const fn outcome(outcome: EffectOutcome) -> &'static str {
    match outcome {
        EffectOutcome::Unspecified => "?",
        EffectOutcome::Pump => "pump",
        EffectOutcome::Rug => "rug",
        EffectOutcome::Gain => "gain",
    }
}

/// An effect's text in the colour of what it means to the operator; plain where its interval holds `neutral`.
#[must_use]
pub fn tinted(effect: &Effect, neutral: f64, text: &str) -> String {
    let (Some(low), Some(high)) = (effect.low, effect.high) else { return text.to_owned() };
    let up = match (low > neutral, high < neutral) {
        (true, _) => true,
        (_, true) => false,
        _ => return text.to_owned(),
    };
    if up == (effect.outcome() != EffectOutcome::Rug) { paint::good(text) } else { paint::bad(text) }
}

/// The plain reading.
#[must_use]
pub fn signal(signal: Signal) -> String {
    match signal {
        Signal::Positive => paint::good("positive"),
        Signal::Negative => paint::bad("negative"),
        Signal::Mixed => paint::warn("mixed"),
        Signal::None | Signal::Unspecified => String::new(),
    }
}
