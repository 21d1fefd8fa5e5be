//! The price of an alert over its window, as a line of bars.

use perftrack::v1::PriceBar;

use crate::print::number::price;
use crate::print::paint;
use crate::print::sparkline::sparkline;
use crate::print::time::{self, moment};

/// Columns of the line at the most.
const WIDEST: usize = 96;
/// What stands before it.
const LABEL: usize = 16;

/// How many columns there is room for.
#[must_use]
pub fn columns(width: Option<usize>) -> usize {
    width.unwrap_or(80).saturating_sub(LABEL).clamp(20, WIDEST)
}

/// Two lines: the closes of the bars, each at its time, and what the line reaches from and to. Nothing without bars.
#[must_use]
pub fn show(
    bars: &[PriceBar],
    start: Option<&prost_types::Timestamp>,
    seconds_per_column: f64,
    columns: usize,
) -> String {
    let Some(start) = moment(start) else { return String::new() };
    // Bars begin at multiples of their length since 1970, the first of them before the alert.
    let first = (start.timestamp_micros() as f64 / 1e6 / seconds_per_column).floor();
    let mut values = vec![None; columns];
    let mut last = 0;
    for bar in bars {
        let Some(at) = moment(bar.start.as_ref()) else { continue };
        let column = (at.timestamp_micros() as f64 / 1e6 / seconds_per_column).floor() - first;
        let column = (column.max(0.0) as usize).min(columns.saturating_sub(1));
        values[column] = Some(bar.close_usd);
        last = last.max(column);
    }
    let low = bars.iter().map(|bar| bar.low_usd).fold(f64::INFINITY, f64::min);
    let high = bars.iter().map(|bar| bar.high_usd).fold(f64::NEG_INFINITY, f64::max);
    if !(low.is_finite() && high.is_finite()) {
        return String::new();
    }
    values.truncate(last + 1);
    let each = time::length(seconds_per_column.round() as i64);
    let whole = time::length((seconds_per_column * (last + 1) as f64).round() as i64);
    let range = format!("{} – {} over {whole}, a column is {each}", price(Some(low)), price(Some(high)));
    format!(
        "  {}  {}\n{}{}\n",
        paint::faint("price       "),
        sparkline(&values),
        " ".repeat(LABEL),
        paint::faint(&range)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(minute: i64, close: f64) -> PriceBar {
        let start = prost_types::Timestamp { seconds: 1_790_000_040 + 60 * minute, nanos: 0 };
        PriceBar {
            start: Some(start),
            open_usd: close,
            high_usd: close,
            low_usd: close,
            close_usd: close,
            ..Default::default()
        }
    }

    #[test]
    fn every_bar_stands_at_its_time_and_a_gap_stays_blank() {
        let start = prost_types::Timestamp { seconds: 1_790_000_040 + 7, nanos: 0 };
        let bars = [bar(0, 1.0), bar(1, 2.0), bar(3, 4.0)];
        let text = anstream::adapter::strip_str(&show(&bars, Some(&start), 60.0, 20)).to_string();
        assert_eq!(text, "  price         ▁▅ █\n                $1.000 – $4.000 over 4 min, a column is 1 min\n");
        assert_eq!(show(&[], Some(&start), 60.0, 20), "");
    }
}
