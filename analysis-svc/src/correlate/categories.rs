//! A category: the rates per word, and whether they differ at all.

use super::code::{self, Combinations};
use super::effect::{Effect, Measure, Outcome};
use super::group::GroupStats;
use super::labelled::{Labelled, Words};
use super::tabulate::layout::Layout;
use super::tabulate::levels::{FIRST, Levels, UNKNOWN};
use super::tabulate::tally::Tally;
use crate::dataset::Snapshot;
use crate::dataset::columns::Categories;
use crate::inference::Target;
use crate::inference::family::LEAST_TOKENS;
use crate::inference::within_days::Days;
use crate::statistics::chi_square::chi_square;
use crate::statistics::proportion::Proportion;

/// How many words are shown; the rest is shown as one.
const SHOWN: usize = 20;

/// A word's rows, the most frequent first, then those of all others and of the unknown; and whether the words differ.
#[must_use]
pub fn report(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    categories: &Categories,
) -> (Vec<GroupStats>, Vec<Effect>) {
    let Words { tokens, combinations, levels: by_day } = labelled.words(categories);
    let days = by_day.map(Days::Levels);
    let mut words: Vec<usize> = (0..tokens.len()).filter(|&code| tokens[code] > 0).collect();
    // Words are in their own order, so that a stable sort breaks ties by word.
    words.sort_by_key(|&code| std::cmp::Reverse(tokens[code]));
    let (shown, rest) = words.split_at(SHOWN.min(words.len()));
    let others = FIRST + shown.len() as u8;
    let mut level_of = vec![others; tokens.len()];
    (FIRST..).zip(shown).for_each(|(level, &code)| level_of[code] = level);
    let levels = Levels::of_words(labelled.combinations(), categories, &level_of, usize::from(others) + 1);
    let tally = Tally::of(snapshot, layout, labelled, &levels);
    let mut groups: Vec<GroupStats> =
        (FIRST..).zip(shown).map(|(level, &code)| tally.group(level, categories.levels[code].clone())).collect();
    if !rest.is_empty() {
        groups.push(tally.group(others, format!("{} others", rest.len())));
    }
    if words.iter().map(|&code| tokens[code]).sum::<u64>() < labelled.count() {
        groups.push(tally.group(UNKNOWN, "unknown"));
    }
    (groups, effects(&combinations, &days))
}

/// Whether the words differ: Cramér's V over those with enough tokens, the small ones pooled, chosen without a look at
/// outcomes. What decides is the test of the word that stands out most within UTC days; χ² stands beside it.
fn effects(combinations: &[Combinations], days: &[Days; 2]) -> Vec<Effect> {
    let of = |(target, days): (Target, &Days)| {
        let counts: Vec<(u64, u64)> = combinations
            .iter()
            .map(|counts| code::proportion(counts, target))
            .map(|word| (word.events(), word.total()))
            .collect();
        differ(Outcome::from(target), &counts, days)
    };
    Target::ALL.into_iter().zip(days).map(of).collect()
}

fn differ(outcome: Outcome, counts: &[(u64, u64)], days: &Days) -> Effect {
    let (large, small): (Vec<_>, Vec<_>) =
        counts.iter().copied().filter(|(_, all)| *all > 0).partition(|(_, all)| *all >= LEAST_TOKENS);
    let pooled = small.iter().fold((0, 0), |sum, (had, all)| (sum.0 + had, sum.1 + all));
    let levels: Vec<Proportion> = large
        .into_iter()
        .chain((pooled.1 > 0).then_some(pooled))
        .filter_map(|(had, all)| Proportion::new(had, all))
        .collect();
    let mut effect = Effect::shown(outcome, Measure::CramersV, "levels within days", "all levels");
    effect.p_value = days.p_value();
    if let Some(found) = chi_square(&levels) {
        effect.estimate = Some(found.cramers_v);
        effect.plain_p_value = Some(found.p_value);
    }
    effect
}
