//! A path as a line of small bars.

/// From the lowest to the highest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One bar a value, blank where it is unknown. The height is the logarithm's: a doubling is as high everywhere.
#[must_use]
pub fn sparkline(values: &[Option<f64>]) -> String {
    let logarithms: Vec<Option<f64>> =
        values.iter().map(|value| value.map(f64::ln).filter(|ln| ln.is_finite())).collect();
    let known = || logarithms.iter().copied().flatten();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let bar = |value: f64| {
        let height = if high > low { (value - low) / (high - low) } else { 0.5 };
        // The height lies between 0 and 1.
        BARS[((height * BARS.len() as f64) as usize).min(BARS.len() - 1)]
    };
    logarithms.iter().map(|value| value.map_or(' ', bar)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubling_is_as_high_everywhere_and_unknown_is_blank() {
        let doubling: Vec<_> = (0..8).map(|n| Some(0.000_01 * f64::from(1 << n))).collect();
        assert_eq!(sparkline(&doubling), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[Some(1.0), None, Some(4.0)]), "▁ █");
        assert_eq!(sparkline(&[Some(2.0), Some(2.0)]), "▅▅");
        assert_eq!(sparkline(&[None, Some(0.0)]), "  ");
    }
}
