//! A rate and its interval as a line of a few columns.

/// The columns that an interval takes.
pub const COLUMNS: usize = 24;

/// The end of a scale from 0 that holds every value: the next of 5, 10, 20, 25, 40, 50, 60, 80 and 100 percent.
#[must_use]
pub fn scale(highest: impl IntoIterator<Item = f64>) -> f64 {
    let highest = highest.into_iter().fold(0.0, f64::max);
    [0.05, 0.10, 0.20, 0.25, 0.40, 0.50, 0.60, 0.80].into_iter().find(|end| highest <= *end).unwrap_or(1.0)
}

/// `   ├───●──┤   `: the interval from `low` to `high` and the estimate in it, on a scale from 0 to `end`. Blank where any
/// of them is unknown.
#[must_use]
pub fn bar(estimate: Option<f64>, low: Option<f64>, high: Option<f64>, end: f64) -> String {
    let (Some(estimate), Some(low), Some(high)) = (estimate, low, high) else { return String::new() };
    if ![estimate, low, high].iter().all(|value| value.is_finite()) || end <= 0.0 {
        return String::new();
    }
    let place = |value: f64| ((value / end).clamp(0.0, 1.0) * (COLUMNS - 1) as f64).round() as usize;
    let (from, at, to) = (place(low), place(estimate), place(high));
    (0..COLUMNS)
        .map(|column| match column {
            _ if column == at => '●',
            _ if column == from => '├',
            _ if column == to => '┤',
            _ if from < column && column < to => '─',
            _ => ' ',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_stands_where_its_ends_are() {
        assert_eq!(bar(Some(0.5), Some(0.25), Some(0.75), 1.0), "      ├─────●────┤      ");
        assert_eq!(bar(Some(0.0), Some(0.0), Some(0.1), 1.0), "●─┤                     ");
        assert_eq!(bar(Some(1.0), Some(0.9), Some(1.0), 1.0).chars().count(), COLUMNS);
        assert_eq!(bar(None, Some(0.1), Some(0.2), 1.0), "");
    }

    #[test]
    fn the_scale_is_round_and_holds_all() {
        assert_eq!((scale([0.04, 0.18]), scale([0.61]), scale([0.93]), scale([])), (0.20, 0.80, 1.0, 0.05));
    }
}
