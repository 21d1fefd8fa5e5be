//! "Did you mean …?": the known name that lies nearest to a misspelt one.

/// A longer text is no misspelt name, and comparing it would take time for nothing.
const LONGEST_NAME: usize = 64;
/// Below this similarity (0 to 1) a suggestion would puzzle more than it helps.
const LEAST_SIMILARITY: f64 = 0.55;

/// The one of `known` that lies nearest to `name` by Damerau-Levenshtein distance, if any is near enough.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return None;
    }
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (similarity(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// People leave out a part of a long name (`score`, `smart_money`, the `entry.` of `entry.price_usd`) as often as they
/// misspell it.
fn similarity(name: &str, candidate: &str) -> f64 {
    let spelling = strsim::normalized_damerau_levenshtein(name, candidate);
    if candidate.rsplit_once('.').is_some_and(|(_, last)| last == name) {
        spelling.max(0.95)
    } else if name.len() >= 4 && candidate.contains(name) {
        // Which share of the candidate was written breaks the tie between those that hold it.
        let written =
            f64::from(u32::try_from(name.len()).unwrap_or(0)) / f64::from(u32::try_from(candidate.len()).unwrap_or(1));
        spelling.max(0.6 + 0.3 * written)
    } else {
        spelling
    }
}

/// `; did you mean "x"?`, or nothing: the end of an error message.
#[must_use]
pub fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

/// A given name as an error shows it: quoted, and cut where it is longer than a name can be.
#[must_use]
pub fn shown(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        format!("{name:?}")
    } else {
        format!("{:?}", name.chars().take(LONGEST_NAME).chain(['…']).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["final_score", "smart_money_involved", "lp_locked", "dex_name"];

    #[test]
    fn a_misspelt_name_is_recognised() {
        assert_eq!(nearest("finalscore", KNOWN), Some("final_score"));
        assert_eq!(nearest("LP_LOKED", KNOWN), Some("lp_locked"));
    }

    #[test]
    fn a_part_of_a_name_is_recognised() {
        assert_eq!(nearest("smart_money", KNOWN), Some("smart_money_involved"));
        assert_eq!(nearest("score", KNOWN), Some("final_score"));
    }

    #[test]
    fn a_stranger_gets_no_suggestion() {
        assert_eq!(nearest("xyzzy", KNOWN), None);
        assert_eq!(nearest(&"final_score".repeat(1_000_000), KNOWN), None);
    }
}
