//! How soon pumps and rugs come, and which of them first: the curves at a few moments.

use perftrack::v1::{Curve, CurvePoint, FeatureCurves};

use crate::print::number::{UNKNOWN, count, rate};
use crate::print::table::{Column, Table};
use crate::print::text::tame;
use crate::screen::verdict;

/// The moments, in hours after the alert.
const HOURS: [f64; 4] = [1.0, 6.0, 24.0, 48.0];

/// One table a feature, one row a level and outcome, and below it how often that came before the other.
pub fn show(features: &[FeatureCurves], width: Option<usize>) -> String {
    features.iter().map(|feature| table(feature, width)).collect()
}

fn table(feature: &FeatureCurves, width: Option<usize>) -> String {
    let moments = HOURS.iter().enumerate().map(|(index, hours)| {
        // The whole window and the first hour stay the longest.
        Column::number(&format!("WITHIN {hours:.0} H")).optional([2, 4, 3, 1][index])
    });
    let heads = [Column::text(&feature.feature.to_uppercase()), Column::text(""), Column::number("ALERTS")];
    let mut table = Table::new(heads.into_iter().chain(moments));
    for curve in &feature.curves {
        let outcome = verdict::outcome(curve.outcome());
        let shares =
            HOURS.iter().map(|&hours| at(curve, hours, |point| rate(Some(point.share), point.low, point.high)));
        table.row([tame(&curve.level), outcome.to_owned(), count(curve.alerts)].into_iter().chain(shares));
        if curve.points.iter().any(|point| point.first.is_some()) {
            let firsts = HOURS.iter().map(|&hours| {
                at(curve, hours, |point| match point.first {
                    Some(first) => rate(Some(first), point.first_low, point.first_high),
                    None => UNKNOWN.to_owned(),
                })
            });
            table.row([String::new(), format!("{outcome} first"), String::new()].into_iter().chain(firsts));
        }
    }
    if table.is_empty() { String::new() } else { format!("\n{}", table.render(width)) }
}

/// The curve is a step: at a moment it is what its last point up to then says, and 0 before the first.
fn at(curve: &Curve, hours: f64, show: impl Fn(&CurvePoint) -> String) -> String {
    if curve.alerts == 0 {
        return UNKNOWN.to_owned();
    }
    let last: Option<&CurvePoint> = curve.points.iter().take_while(|point| point.hours <= hours).last();
    last.map_or_else(|| rate(Some(0.0), None, None), show)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_read_as_a_step() {
        let point = |hours: f64, share: f64| CurvePoint { hours, share, ..Default::default() };
        let curve = Curve { alerts: 50, points: vec![point(2.0, 0.1), point(20.0, 0.3)], ..Default::default() };
        let share = |point: &CurvePoint| rate(Some(point.share), None, None);
        assert_eq!(HOURS.map(|hours| at(&curve, hours, share)), ["0.0 %", "10.0 %", "30.0 %", "30.0 %"]);
    }
}
