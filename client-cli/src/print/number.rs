//! Numbers with their units. Unknown is `–`, never 0.

/// What stands for an unknown value.
pub const UNKNOWN: &str = "–";

/// Percent with its sign: `+287.3 %`, `−40.0 %`, `+146,145 %`.
#[must_use]
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(unknown, |value| format!("{} %", signed(value)))
}

/// A fraction as percent without a sign: `21.8 %`.
#[must_use]
pub fn share(fraction: Option<f64>) -> String {
    fraction.map_or_else(unknown, |fraction| format!("{} %", tenths(100.0 * fraction)))
}

/// A rate with its interval, from fractions: `21.8 % [18.3, 22.8]`.
#[must_use]
pub fn rate(rate: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    match (rate, low, high) {
        (Some(_), Some(low), Some(high)) => {
            format!("{} {}", share(rate), interval(low, high, |end| tenths(100.0 * end)))
        }
        _ => share(rate),
    }
}

/// A rate with its counts: `96/388 24.7 %`.
#[must_use]
pub fn counted(count: i32, of: i32, rate: Option<f64>) -> String {
    format!("{}/{} {}", self::count(count), self::count(of), share(rate))
}

/// A difference of two rates in percentage points, from fractions: `+15.7 [+6.9, +25.6]`.
#[must_use]
pub fn points(estimate: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    let Some(estimate) = estimate else { return unknown() };
    let signed_points = |fraction: f64| signed(100.0 * fraction);
    match (low, high) {
        (Some(low), Some(high)) => format!("{} {}", signed_points(estimate), interval(low, high, signed_points)),
        _ => signed_points(estimate),
    }
}

/// A plain estimate with its interval, to `decimals` places: `0.61 [0.52, 0.70]`.
#[must_use]
pub fn estimate(estimate: Option<f64>, low: Option<f64>, high: Option<f64>, decimals: usize) -> String {
    let Some(estimate) = estimate else { return unknown() };
    let plain = |value: f64| minus(&format!("{value:.decimals$}"));
    match (low, high) {
        (Some(low), Some(high)) => format!("{} {}", plain(estimate), interval(low, high, plain)),
        _ => plain(estimate),
    }
}

fn interval(low: f64, high: f64, write: impl Fn(f64) -> String) -> String {
    format!("[{}, {}]", write(low), write(high))
}

/// A price per token to four significant digits, however small: `$0.00002890`.
#[must_use]
pub fn price(usd: Option<f64>) -> String {
    let Some(usd) = usd else { return unknown() };
    if !usd.is_finite() {
        return usd.to_string();
    }
    let size = usd.abs();
    let sign = if usd < 0.0 { "−" } else { "" };
    if size == 0.0 {
        "$0".to_owned()
    } else if size < 1e-9 {
        format!("{sign}${size:.3e}")
    } else if size >= 1_000.0 {
        format!("{sign}${}", grouped(size.round()))
    } else {
        // Four significant digits: the leading one stands at 10^⌊log₁₀⌋.
        let leading = size.log10().floor();
        let decimals = (3.0 - leading).clamp(0.0, 15.0) as usize;
        format!("{sign}${size:.decimals$}")
    }
}

/// An amount of money, scaled: `$950`, `$21.5 k`, `$1.20 M`.
#[must_use]
pub fn money(usd: Option<f64>) -> String {
    usd.map_or_else(unknown, |usd| format!("{}${}", if usd < 0.0 { "−" } else { "" }, scaled(usd.abs())))
}

/// A number of any size, scaled: `7`, `0.25`, `3.2 k`, `1.20 M`.
#[must_use]
pub fn scaled(value: f64) -> String {
    let size = value.abs();
    let text = if size >= 999_950_000.0 {
        format!("{:.2} B", value / 1e9)
    } else if size >= 999_950.0 {
        format!("{:.2} M", value / 1e6)
    } else if size >= 1_000.0 {
        format!("{:.1} k", value / 1e3)
    } else if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    };
    minus(&text)
}

/// A count with separators: `1,214`.
#[must_use]
pub fn count(value: impl Into<i64>) -> String {
    let value: i64 = value.into();
    let grouped = group_digits(&value.unsigned_abs().to_string());
    if value < 0 { format!("−{grouped}") } else { grouped }
}

/// A count and its noun in the right number: `1 alert`, `1,214 alerts`.
#[must_use]
pub fn counted_noun(value: impl Into<i64>, noun: &str) -> String {
    let value: i64 = value.into();
    format!("{} {noun}{}", count(value), if value == 1 { "" } else { "s" })
}

/// A p- or q-value: `.042`, `< .001`.
#[must_use]
pub fn probability(value: f64) -> String {
    if value < 0.001 { "< .001".to_owned() } else { format!("= {}", format!("{value:.3}").trim_start_matches('0')) }
}

/// With a sign and one decimal; none from 1,000 on. Zero has no sign.
fn signed(value: f64) -> String {
    let text = tenths(value);
    if value > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { format!("+{text}") } else { text }
}

/// One decimal; none from 1,000 on; a true minus, and none before zero.
fn tenths(value: f64) -> String {
    if value.abs() >= 999.95 {
        return format!("{}{}", if value < 0.0 { "−" } else { "" }, grouped(value.abs().round()));
    }
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { minus(&text) }
}

fn minus(text: &str) -> String {
    text.replacen('-', "−", 1)
}

fn grouped(whole: f64) -> String {
    if whole.is_finite() { group_digits(&format!("{whole:.0}")) } else { whole.to_string() }
}

fn group_digits(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn unknown() -> String {
    UNKNOWN.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_carry_their_sign_and_unit() {
        assert_eq!(percent(Some(287.34)), "+287.3 %");
        assert_eq!(percent(Some(-40.0)), "−40.0 %");
        assert_eq!(percent(Some(146_145.87)), "+146,146 %");
        assert_eq!(percent(Some(0.0)), "0.0 %");
        assert_eq!(percent(Some(-0.01)), "0.0 %");
        assert_eq!(percent(Some(0.01)), "0.0 %");
        assert_eq!(percent(None), "–");
    }

    #[test]
    fn rates_are_fractions_in_messages_and_percent_on_screen() {
        assert_eq!(rate(Some(0.218), Some(0.183), Some(0.228)), "21.8 % [18.3, 22.8]");
        assert_eq!(rate(Some(1.0), None, None), "100.0 %");
        assert_eq!(rate(None, None, None), "–");
        assert_eq!(counted(96, 1388, Some(0.247)), "96/1,388 24.7 %");
        assert_eq!(points(Some(-0.07), Some(-0.155), Some(0.029)), "−7.0 [−15.5, +2.9]");
    }

    #[test]
    fn prices_keep_four_significant_digits() {
        assert_eq!(price(Some(0.0000289)), "$0.00002890");
        assert_eq!(price(Some(1.23456)), "$1.235");
        assert_eq!(price(Some(0.1)), "$0.1000");
        assert_eq!(price(Some(176.5)), "$176.5");
        assert_eq!(price(Some(4022.25)), "$4,022");
        assert_eq!(price(Some(4.2e-12)), "$4.200e-12");
        assert_eq!(price(Some(0.0)), "$0");
        assert_eq!(price(None), "–");
    }

    #[test]
    fn large_amounts_are_scaled() {
        assert_eq!(money(Some(21_531.43)), "$21.5 k");
        assert_eq!(money(Some(1_199_999.0)), "$1.20 M");
        assert_eq!(money(Some(-733.0)), "−$733");
        assert_eq!(scaled(3_200.0), "3.2 k");
        assert_eq!(scaled(7.0), "7");
        assert_eq!(count(1_214), "1,214");
        assert_eq!(counted_noun(1, "alert"), "1 alert");
    }

    #[test]
    fn small_probabilities_are_a_bound() {
        assert_eq!(probability(0.0421), "= .042");
        assert_eq!(probability(0.000_2), "< .001");
        assert_eq!(probability(1.0), "= 1.000");
    }
}
