//! A config in force and another one, over the same alerts.

use perftrack::v1::SimulateResponse;

use super::{Scope, replay};
use crate::print::number::{count, counted_noun};
use crate::print::paint;
use crate::print::text::{hanging, tame, wrapped};

/// What was turned, then both configs beside a random cut of the same size, then what it would have avoided and forgone.
#[must_use]
pub fn show(answer: &SimulateResponse, set: &[(String, String)], scope: &Scope, width: Option<usize>) -> String {
    let basis: Vec<String> = answer
        .revision
        .as_ref()
        .map(|revision| format!("policy v{}, rev {}", revision.policy_version, revision.id))
        .into_iter()
        .collect();
    let mut text = scope.head("What another config would have done", &basis, width);
    for (key, value) in set {
        let value = if value.is_empty() { "off".to_owned() } else { tame(value) };
        text += &format!("  {} = {value}\n", paint::name(&tame(key)));
    }
    let configs = [
        ("now", answer.current.as_ref()),
        ("would be", answer.proposed.as_ref()),
        ("random, same size", answer.random.as_ref()),
    ];
    let table = replay::table(configs.into_iter().filter_map(|(name, outcome)| Some((name, outcome?))));
    text += &format!("\n{}", table.render(width));
    text += &(wrapped(&verdict(answer), width) + "\n");
    for note in &answer.notes {
        text += &(paint::faint(&hanging("· ", note, width)) + "\n");
    }
    text
}

fn verdict(answer: &SimulateResponse) -> String {
    let rugs = counted_noun(answer.rugs_avoided, "rug");
    let avoided = format!("Avoids {rugs}, forgoes {}", winners(answer));
    let net = |outcome: Option<&perftrack::v1::ConfigOutcome>| outcome.and_then(|outcome| outcome.net_per_day_usd);
    let beats = net(answer.proposed.as_ref()).zip(net(answer.random.as_ref())).map(|(ours, random)| ours > random);
    match beats {
        Some(true) => format!("{avoided}; beats a random cut of the same size."),
        Some(false) => format!("{avoided}; {}.", paint::warn("no better than a random cut of the same size")),
        None => format!("{avoided}."),
    }
}

/// None among n is no proof that there are none: up to 3/n, says the rule of three.
fn winners(answer: &SimulateResponse) -> String {
    let dropped =
        answer.current.as_ref().map_or(0, |now| now.alerts) - answer.proposed.as_ref().map_or(0, |new| new.alerts);
    if answer.winners_forgone == 0 && dropped > 0 {
        return format!(
            "no winner among the {} that it drops (up to {:.1} % of such may be some)",
            count(dropped),
            (300.0 / f64::from(dropped)).min(100.0)
        );
    }
    counted_noun(answer.winners_forgone, "winner")
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
            ["MIN_LIQUIDITY_USD = 20000", "now ", "would be", "random, same size", "−733", "−233", "Avoids 96 rugs"]
        {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(text.contains("beats a random cut"), "{text}");
    }

    #[test]
    fn no_winner_forgone_is_a_bound_and_not_a_zero() {
        assert!(
            shown(&answer(), None).contains("no winner among the 350 that it drops (up to 0.9 %"),
            "{}",
            shown(&answer(), None)
        );
        let some = SimulateResponse { winners_forgone: 9, ..answer() };
        assert!(shown(&some, None).contains("forgoes 9 winners"));
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
