//! A category: the rates per word, and whether they differ at all.

use super::effect::{Effect, Measure, Outcome};
use super::group::GroupStats;
use crate::dataset::columns::Categories;
use crate::dataset::{Bitmap, Snapshot};
use crate::inference::family::LEAST_TOKENS;
use crate::inference::within_days::Days;
use crate::statistics::chi_square::chi_square;
use crate::statistics::proportion::Proportion;

/// How many words are shown; the rest is shown as one.
const SHOWN: usize = 20;

/// A word's rows, the most frequent first, then those of all others and of the unknown.
#[must_use]
pub fn groups(snapshot: &Snapshot, categories: &Categories, rows: &Bitmap) -> Vec<GroupStats> {
    let mut by_code = vec![Vec::new(); categories.levels.len()];
    for row in categories.known.and(rows).rows() {
        if let Some(members) = by_code.get_mut(categories.code(row) as usize) {
            members.push(row);
        }
    }
    let mut codes: Vec<usize> = (0..by_code.len()).filter(|&code| !by_code[code].is_empty()).collect();
    // Levels are in order by word, so that a stable sort breaks ties by word.
    codes.sort_by_key(|&code| std::cmp::Reverse(by_code[code].len()));
    let rows_of = |codes: &[usize]| {
        let mut set = Bitmap::none(snapshot.len());
        codes.iter().flat_map(|&code| &by_code[code]).for_each(|&row| set.insert(row));
        set
    };
    let (shown, rest) = codes.split_at(if codes.len() > SHOWN { SHOWN } else { codes.len() });
    let mut groups: Vec<GroupStats> = shown
        .iter()
        .map(|&code| GroupStats::of(snapshot, &rows_of(&[code]), categories.levels[code].clone()))
        .collect();
    if !rest.is_empty() {
        groups.push(GroupStats::of(snapshot, &rows_of(rest), format!("{} others", rest.len())));
    }
    let unknown = rows.and_not(&categories.known);
    if !unknown.is_empty() {
        groups.push(GroupStats::of(snapshot, &unknown, "unknown"));
    }
    groups
}

/// Whether the words differ: Cramér's V over those with enough tokens, the small ones pooled, chosen without a look at
/// outcomes. What decides is the test of the word that stands out most within UTC days; χ² stands beside it.
#[must_use]
pub fn effects(snapshot: &Snapshot, categories: &Categories, rows: &Bitmap, days: &[Days; 2]) -> Vec<Effect> {
    let labels = snapshot.labels();
    let both = [(Outcome::Pump, &labels.pump), (Outcome::Rug, &labels.rug)];
    both.into_iter()
        .zip(days)
        .map(|((outcome, label), days)| {
            let mut counts = vec![(0_u64, 0_u64); categories.levels.len()];
            for row in categories.known.and(rows).rows() {
                if let (Some(count), Some(had)) = (counts.get_mut(categories.code(row) as usize), label.get(row)) {
                    count.0 += u64::from(had);
                    count.1 += 1;
                }
            }
            differ(outcome, &counts, days)
        })
        .collect()
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
