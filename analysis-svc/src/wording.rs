//! How numbers are said: percent of a rate, points of a difference, and how many of how many.

use crate::statistics::confidence::{Estimate, Interval};
use crate::statistics::proportion::Proportion;

/// `22.1 %` of a fraction.
#[must_use]
pub fn percent(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
}

/// `52 of 180 (28.9 % [22.8, 35.9])`, or `none known`.
#[must_use]
pub fn rate(proportion: Proportion, estimate: Option<Estimate>) -> String {
    let Some(estimate) = estimate else { return "none known".to_owned() };
    let bounds = bounds(estimate.interval, 100.0, false);
    format!("{} of {} ({} {bounds})", proportion.events(), proportion.total(), percent(estimate.value))
}

/// `+7.3 pp [−2.1, +16.4]` of a difference of fractions.
#[must_use]
pub fn difference(value: f64, interval: Interval) -> String {
    format!("{} pp {}", signed(value * 100.0, 1), bounds(interval, 100.0, true))
}

/// `[22.8, 35.9]`, each bound times `factor`.
fn bounds(interval: Interval, factor: f64, with_sign: bool) -> String {
    let write = |bound: f64| if with_sign { signed(bound * factor, 1) } else { format!("{:.1}", bound * factor) };
    format!("[{}, {}]", write(interval.low), write(interval.high))
}

/// With a sign, and with a true minus; what rounds to zero has none.
#[must_use]
pub fn signed(value: f64, digits: usize) -> String {
    let size = format!("{:.digits$}", value.abs());
    let is_zero = size.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match value {
        _ if is_zero => size,
        value if value < 0.0 => format!("−{size}"),
        _ => format!("+{size}"),
    }
}

/// `q = .042`, `q < .001`.
#[must_use]
pub fn chance(name: &str, value: f64) -> String {
    if value < 0.001 {
        return format!("{name} < .001");
    }
    let text = format!("{value:.3}");
    format!("{name} = {}", text.strip_prefix('0').unwrap_or(&text))
}

/// `1,120`.
#[must_use]
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 day`, `about 10 days`; a part of a day is one.
#[must_use]
pub fn days(days: f64) -> String {
    let whole = days.ceil().max(1.0);
    if whole <= 1.0 { "about 1 day".to_owned() } else { format!("about {} days", count(whole as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_on_the_screen() {
        assert_eq!(difference(0.0731, Interval { low: -0.021, high: 0.164 }), "+7.3 pp [−2.1, +16.4]");
        assert_eq!(difference(-0.0001, Interval { low: -0.2, high: 0.0 }), "0.0 pp [−20.0, 0.0]");
        assert_eq!((count(7), count(1_120), count(1_234_567)), ("7".into(), "1,120".into(), "1,234,567".into()));
        assert_eq!(
            (chance("q", 0.0421), chance("q", 1e-9), chance("p", 1.0)),
            ("q = .042".into(), "q < .001".into(), "p = 1.000".into())
        );
        assert_eq!((days(0.2), days(9.4)), ("about 1 day".into(), "about 10 days".into()));
    }
}
