//! A number: where pumps and rugs lie, whether it ranks them, and the rates by quantile bin.

use super::code::{self, COMBINATIONS};
use super::effect::{Effect, Measure, Outcome};
use super::group::GroupStats;
use super::labelled::Labelled;
use super::ranks::Ranks;
use super::report::NumberStats;
use super::sorted::Sorted;
use super::tabulate::layout::Layout;
use super::tabulate::levels::Levels;
use super::tabulate::places::Ranks as GainRanks;
use super::tabulate::tally::Tally;
use crate::dataset::Snapshot;
use crate::dataset::chunked::CHUNK;
use crate::dataset::columns::Numbers;
use crate::inference::Target;
use crate::inference::within_days::Days;
use crate::statistics::confidence::Confidence;
use crate::statistics::heavy_tails::CompensatedSum;
use crate::statistics::rank::mann_whitney::MannWhitney;

/// The rows by quantile bin, cut without a look at the outcomes, and those of which it is unknown; how it goes with outcomes;
/// where its values lie.
#[must_use]
pub fn report(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    numbers: &Numbers,
) -> (Vec<GroupStats>, Vec<Effect>, NumberStats) {
    let sorted = Sorted::of(numbers, labelled);
    let groups = groups(snapshot, layout, labelled, numbers, &sorted);
    let effects = effects(snapshot, layout, labelled, numbers, &sorted);
    (groups, effects, stats(labelled, numbers, &sorted))
}

fn groups(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    numbers: &Numbers,
    sorted: &Sorted,
) -> Vec<GroupStats> {
    let bins = sorted.quantile_bins(numbers);
    let begins = bins.as_ref().map(|(_, begins)| begins.as_slice()).unwrap_or_default();
    let least =
        begins.iter().filter_map(|&place| sorted.entries().get(place)).map(|entry| numbers.value(entry.row as usize));
    let levels = Levels::of_numbers(&numbers.measures, &least.collect::<Vec<_>>());
    let tally = Tally::of(snapshot, layout, labelled, &levels);
    let labels = bins.as_ref().map(|(bins, _)| bins.labels()).unwrap_or_default();
    let mut groups: Vec<GroupStats> = (0..).zip(labels).map(|(bin, label)| tally.group(bin, label)).collect();
    if sorted.entries().len() < labelled.count() as usize {
        groups.push(tally.group(begins.len() + 1, "unknown"));
    }
    groups
}

/// Where the values lie.
fn stats(labelled: &Labelled, numbers: &Numbers, sorted: &Sorted) -> NumberStats {
    let mut sums = [(CompensatedSum::default(), 0_usize); COMBINATIONS];
    let (mut buffer, known) = (Vec::new(), numbers.known());
    for (index, codes) in labelled.codes().chunks(CHUNK).enumerate().filter(|&(index, _)| labelled.asks(index)) {
        let values = numbers.measures.piece(index, &mut buffer);
        for (row, (&code, &value)) in (index * CHUNK..).zip(codes.iter().zip(values)) {
            if code != code::NOT_ASKED && known.contains(row) {
                let (sum, count) = &mut sums[code::combination(code)];
                sum.add(value);
                *count += 1;
            }
        }
    }
    let mean_where = |target: Target, had: bool| {
        let which = (0..).zip(&sums).filter(|(code, _)| code::outcome(*code, target) == Some(had));
        let (sum, count) =
            which.fold((CompensatedSum::default(), 0), |all, (_, one)| (all.0.and(one.0), all.1 + one.1));
        sum.mean(count)
    };
    let at = |place: usize| sorted.entries().get(place).map(|entry| numbers.value(entry.row as usize));
    let count = sorted.entries().len();
    NumberStats {
        mean_of_pumps: mean_where(Target::Pump, true),
        mean_of_others: mean_where(Target::Pump, false),
        mean_of_rugs: mean_where(Target::Rug, true),
        mean_of_non_rugs: mean_where(Target::Rug, false),
        median: at(count.saturating_sub(1) / 2).zip(at(count / 2)).map(|(low, high)| f64::midpoint(low, high)),
        min: at(0),
        max: count.checked_sub(1).and_then(at),
    }
}

/// Whether it ranks pumps and rugs (AUC), and goes with the gain (Spearman).
fn effects(
    snapshot: &Snapshot,
    layout: &Layout,
    labelled: &Labelled,
    numbers: &Numbers,
    sorted: &Sorted,
) -> Vec<Effect> {
    let gains = &snapshot.labels().max_gain_pct;
    let both = gains.known().and(numbers.known()).and(labelled.rows());
    let gain_ranks = GainRanks::of(&layout.gain_places, &gains.order(), &both);
    let Ranks { all, days, spearman } = Ranks::described(sorted, labelled.day_rows().len(), &gain_ranks);
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
