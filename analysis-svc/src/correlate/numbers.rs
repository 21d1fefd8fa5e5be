//! A number: where pumps and rugs lie, whether it ranks them, and the rates by quantile bin.

use super::code::{self, COMBINATIONS};
use super::effect::{Effect, Measure, Outcome};
use super::group::GroupStats;
use super::labelled::Labelled;
use super::ranked::Ranked;
use super::ranks::Ranks;
use super::report::NumberStats;
use super::tabulate::layout::Layout;
use super::tabulate::levels::{FIRST, UNKNOWN};
use super::tabulate::places::Ranks as GainRanks;
use super::tabulate::tally::Tally;
use crate::dataset::Snapshot;
use crate::dataset::chunked::CHUNK;
use crate::dataset::columns::Numbers;
use crate::inference::Target;
use crate::inference::within_days::Days;
use crate::statistics::confidence::Confidence;
use crate::statistics::rank::mann_whitney::MannWhitney;
use crate::statistics::split_sum::{Split, SplitSum};

/// How many sums of each kind are kept side by side.
const TURNS: usize = 4;

/// The rows by quantile bin, cut without a look at the outcomes, and those of which it is unknown; how it goes with outcomes;
/// where its values lie. `feature` is its place in the dataset.
#[must_use]
pub fn report(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    (feature, numbers): (usize, &Numbers),
) -> (Vec<GroupStats>, Vec<Effect>, NumberStats) {
    let ranked = Ranked::of(numbers, labelled);
    let groups = groups(snapshot, layout, labelled, &ranked);
    let effects = effects(snapshot, labelled, (feature, numbers), &ranked);
    let stats = stats(labelled, numbers, &ranked);
    (groups, effects, stats)
}

fn groups(snapshot: &Snapshot, layout: &Layout, labelled: &Labelled, ranked: &Ranked<'_>) -> Vec<GroupStats> {
    let bins = ranked.quantile_bins();
    let begins = bins.as_ref().map(|(_, begins)| begins.as_slice()).unwrap_or_default();
    let levels = ranked.levels(begins);
    let tally = Tally::of(snapshot, layout, labelled, &levels);
    let labels = bins.as_ref().map(|(bins, _)| bins.labels()).unwrap_or_default();
    let mut groups: Vec<GroupStats> = (FIRST..).zip(labels).map(|(bin, label)| tally.group(bin, label)).collect();
    if ranked.len() < labelled.count() as usize {
        groups.push(tally.group(UNKNOWN, "unknown"));
    }
    groups
}

/// Where the values lie.
fn stats(labelled: &Labelled, numbers: &Numbers, ranked: &Ranked<'_>) -> NumberStats {
    let count = ranked.len();
    let (min, max) = (ranked.at(0), count.checked_sub(1).and_then(|last| ranked.at(last)));
    let split =
        Split::of(count, [min, max].into_iter().flatten().fold(0.0, |greatest: f64, end| greatest.max(end.abs())));
    let sums = sums(labelled, numbers, ranked, split);
    let mean_where = |target: Target, had: bool| {
        let which = (0..).zip(&sums).filter(|(code, _)| code::outcome(*code, target) == Some(had));
        let label = labelled.label(target);
        let count = numbers.known().count_and(if had { &label.yes } else { &label.no });
        which.fold(SplitSum::default(), |all, (_, one)| all.and(*one)).mean(count as usize)
    };
    let middle = ranked.at(count.saturating_sub(1) / 2).zip(ranked.at(count / 2));
    NumberStats {
        mean_of_pumps: mean_where(Target::Pump, true),
        mean_of_others: mean_where(Target::Pump, false),
        mean_of_rugs: mean_where(Target::Rug, true),
        mean_of_non_rugs: mean_where(Target::Rug, false),
        median: middle.map(|(low, high)| f64::midpoint(low, high)),
        min,
        max,
    }
}

/// The sums of the values by combination of outcomes.
fn sums(labelled: &Labelled, numbers: &Numbers, ranked: &Ranked<'_>, split: Split) -> [SplitSum; COMBINATIONS] {
    let mut sums = [SplitSum::default(); COMBINATIONS];
    if let Some(few) = ranked.counted() {
        for (value, counts) in few.combinations() {
            for (sum, count) in sums.iter_mut().zip(counts) {
                sum.add(split.parts(value).map(|part| part * f64::from(count)));
            }
        }
        return sums;
    }
    // Rows add to sums by turns, so that none waits for the one before it: most have the same outcomes.
    let mut turns = [[SplitSum::default(); COMBINATIONS]; TURNS];
    let mut buffer = Vec::new();
    for (index, combinations) in
        labelled.combinations().chunks(CHUNK).enumerate().filter(|&(index, _)| labelled.asks(index))
    {
        let values = numbers.measures.piece(index, &mut buffer);
        let known = &numbers.known().words()[index * (CHUNK / 64)..];
        for ((combinations, values), &known) in combinations.chunks(64).zip(values.chunks(64)).zip(known) {
            for (bit, (&of, &value)) in combinations.iter().zip(values).enumerate() {
                // What is not asked or unknown is a 0 more in one of the sums.
                let is_in = u64::from(code::asked(of)) & known >> bit == 1;
                turns[bit % TURNS][usize::from(of) % COMBINATIONS].add(split.parts(if is_in { value } else { 0.0 }));
            }
        }
    }
    for (place, sum) in sums.iter_mut().enumerate() {
        *sum = turns.iter().fold(*sum, |sum, turn| sum.and(turn[place]));
    }
    sums
}

/// Whether it ranks pumps and rugs (AUC), and goes with the gain (Spearman).
fn effects(
    snapshot: &Snapshot,
    labelled: &Labelled,
    (feature, numbers): (usize, &Numbers),
    ranked: &Ranked<'_>,
) -> Vec<Effect> {
    let gains = &snapshot.labels().max_gain_pct;
    let missing = gains.known().and(labelled.rows()).and_not(numbers.known());
    let gain_ranks = GainRanks::of(gains.places(), labelled.gain_places(gains), &missing);
    let Ranks { all, days, spearman } = ranked.described(feature, &gain_ranks);
    let days = days.map(Days::Number);
    let mut effects = vec![ranks(Outcome::Pump, &all[0], &days[0]), ranks(Outcome::Rug, &all[1], &days[1])];
    let mut gain = Effect::shown(Outcome::Gain, Measure::Spearman, "spearman", "greatest gain by rank");
    if let Some(spearman) = spearman {
        gain.estimate = Some(spearman.rho());
        gain.interval = spearman.interval(Confidence::NINETY_FIVE);
        gain.p_value = spearman.p_value();
    }
    effects.push(gain);
    effects
}

/// The AUC over all, and the test within UTC days that decides.
fn ranks(outcome: Outcome, pairs: &MannWhitney, days: &Days) -> Effect {
    let contrast = if outcome == Outcome::Rug { "rugs − others" } else { "pumps − others" };
    let mut effect = Effect::shown(outcome, Measure::Auc, "van-elteren within days", contrast)
        .estimated(pairs.auc_estimate(Confidence::NINETY_FIVE));
    effect.p_value = days.p_value();
    effect.plain_p_value = pairs.p_value();
    effect
}
