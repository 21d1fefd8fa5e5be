//! A config in force and another one, over the same alerts.

use perftrack::v1::SimulateResponse;

use super::{Scope, cohort, replay};
use crate::print::number::{count, counted_noun, probability};
use crate::print::paint;
use crate::print::text::{hanging, tame, wrapped};

/// What was turned, then both configs beside a random cut of the same size, then what it would have avoided and forgone.
#[must_use]
pub fn show(answer: &SimulateResponse, set: &[(String, String)], scope: &Scope, width: Option<usize>) -> String {
    let days = |days: f64| counted_noun(days.round() as i64, "day");
    let mut basis: Vec<String> = answer.days.map(days).into_iter().collect();
    basis.extend(cohort::data(answer.revision.as_ref()));
    let mut text = scope.head("What another config would have done", &basis, width);
    for (key, value) in set {
        text += &(turned(answer, key, value) + "\n");
    }
    for (key, reason) in &answer.refused {
        text += &(hanging(&format!("  {} not judged: ", paint::warn(&tame(key))), reason, width) + "\n");
    }
    let configs = [
        ("now", answer.current.as_ref()),
        ("would be", answer.proposed.as_ref()),
        ("random, same size", answer.random.as_ref()),
    ];
    let table = replay::table(configs.into_iter().filter_map(|(name, outcome)| Some((name, outcome?))));
    text += &format!("\n{}", table.render(width));
    text += &(wrapped(&verdict(answer), width) + "\n");
    let mut notes = answer.notes.clone();
    if !answer.in_force_source.is_empty() {
        notes.push(format!("the config in force: {}", tame(&answer.in_force_source)));
    }
    for note in &notes {
        text += &(paint::faint(&hanging("· ", note, width)) + "\n");
    }
    text
}

/// `  MIN_LIQUIDITY_USD  10000 → 20000`
fn turned(answer: &SimulateResponse, key: &str, value: &str) -> String {
    let off = |value: &str| if value.is_empty() { "off".to_owned() } else { tame(value) };
    let before = answer.in_force.as_ref().map(|config| off(config.values.get(key).map_or("", String::as_str)) + " → ");
    format!("  {}  {}{}", paint::name(&tame(key)), before.unwrap_or_default(), off(value))
}

fn verdict(answer: &SimulateResponse) -> String {
    let mut parts = Vec::new();
    if answer.dropped > 0 {
        parts.push(format!(
            "Drops {}: avoids {}, forgoes {}.",
            counted_noun(answer.dropped, "alert"),
            counted_noun(answer.rugs_avoided, "rug"),
            winners(answer)
        ));
    }
    if answer.shadow_admitted > 0 {
        let stands_for = answer.shadow_admitted_weight.map(|weight| format!(", which stand for about {weight:.0}"));
        parts.push(format!(
            "Lets in {}{}.",
            counted_noun(answer.shadow_admitted, "shadow alert"),
            stands_for.unwrap_or_default()
        ));
    }
    if let Some(p_value) = answer.random_as_good_p_value {
        let chance = probability(p_value);
        parts.push(if p_value < 0.05 {
            format!("A random cut of the same size on the same days does as well with p {chance}, on this same data.")
        } else {
            let warning = paint::warn("No better than a random cut");
            format!("{warning} of the same size on the same days, as far as these data tell (p {chance}).")
        });
    }
    if parts.is_empty() {
        parts.push("Nothing changes: it lets the same alerts through.".to_owned());
    }
    parts.join(" ")
}

/// None among n is no proof that there are none: up to 3/n, says the rule of three.
fn winners(answer: &SimulateResponse) -> String {
    match answer.winners_forgone_up_to {
        Some(most) => {
            format!("none of {} a winner (up to {:.1} % may be)", count(answer.dropped), 100.0 * most.min(1.0))
        }
        None => counted_noun(answer.winners_forgone, "winner"),
    }
}

#[cfg(test)]
mod tests {
    use perftrack::v1::{ConfigOutcome, Rate};

    use super::*;

    fn outcome(alerts: i32, net_per_day_usd: f64, rugs: i32) -> ConfigOutcome {
        ConfigOutcome {
            alerts,
            alerts_per_day: Some(f64::from(alerts) / 10.0),
            rugs: Some(Rate { count: rugs, of: alerts, ..Default::default() }),
            net_per_day_usd: Some(net_per_day_usd),
            ..Default::default()
        }
    }

    fn answer() -> SimulateResponse {
        SimulateResponse {
            current: Some(outcome(1_100, -733.0, 171)),
            proposed: Some(outcome(750, -233.0, 75)),
            random: Some(outcome(750, -500.0, 116)),
            rugs_avoided: 96,
            dropped: 350,
            winners_forgone_up_to: Some(3.0 / 350.0),
            random_as_good_p_value: Some(0.000_4),
            notes: vec!["MIN_HOLDER_COUNT 100 → 50 is looser: no shadow alerts say what it would let in".repeat(2)],
            ..Default::default()
        }
    }

    fn shown(answer: &SimulateResponse, width: Option<usize>) -> String {
        let set = [("MIN_LIQUIDITY_USD".to_owned(), "20000".to_owned())];
        anstream::adapter::strip_str(&show(answer, &set, &Scope::default(), width)).to_string()
    }

    #[test]
    fn a_config_stands_beside_the_one_in_force_and_a_random_cut() {
        let text = shown(&answer(), None);
        for part in
            ["MIN_LIQUIDITY_USD  20000", "now ", "would be", "random, same size", "−733", "−233", "avoids 96 rugs"]
        {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(text.contains("A random cut of the same size on the same days does as well with p < .001"), "{text}");
        let unclear = SimulateResponse { random_as_good_p_value: Some(0.3), ..answer() };
        assert!(shown(&unclear, None).contains("No better than a random cut"), "{}", shown(&unclear, None));
    }

    #[test]
    fn no_winner_forgone_is_a_bound_and_not_a_zero() {
        let text = shown(&answer(), None);
        assert!(text.contains("forgoes none of 350 a winner (up to 0.9 % may be)"), "{text}");
        let some = SimulateResponse { winners_forgone: 9, winners_forgone_up_to: None, ..answer() };
        assert!(shown(&some, None).contains("forgoes 9 winners"));
    }

    #[test]
    fn a_key_that_could_not_be_judged_is_named_with_the_reason() {
        let refused = [("MIN_HOLDER_COUNT".to_owned(), "looser, and 0 shadow alerts".to_owned())].into();
        let text = shown(&SimulateResponse { refused, ..answer() }, None);
        assert!(text.contains("MIN_HOLDER_COUNT not judged: looser, and 0 shadow alerts"), "{text}");
    }

    #[test]
    fn it_fits_the_screen() {
        for width in [80, 100, 140] {
            for line in shown(&answer(), Some(width)).lines() {
                assert!(textwrap::core::display_width(line) <= width, "{line}");
            }
        }
    }
}
