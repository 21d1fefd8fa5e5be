//! Do two numbers rise together? Spearman's ρ: Pearson's correlation of the midranks.
//!
//! - p-value: t = ρ √((n − 2)/(1 − ρ²)) against Student's t with n − 2 degrees of freedom. Kendall and Stuart (1973),
//!   "The Advanced Theory of Statistics", 31.19.
//! - Interval: tanh(artanh ρ ± z √((1 + ρ²/2)/(n − 3))). Bonett and Wright (2000), Psychometrika 65:23–28.
//!
//! Sums run over whole numbers (twice the ranks), so that the order of the rows changes no bit.

use super::order::Order;
use crate::statistics::confidence::{Confidence, Interval};
use crate::statistics::student;

/// Spearman's correlation of n rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spearman {
    rho: f64,
    rows: u64,
}

impl Spearman {
    /// Of two columns of equal length; rows where either is not finite are left out.
    /// `None` with fewer than two rows, or where either column is constant.
    #[must_use]
    pub fn of(x: &[f64], y: &[f64]) -> Option<Self> {
        let both = |row: u32| {
            let known = |column: &[f64]| column.get(row as usize).is_some_and(|value| value.is_finite());
            known(x) && known(y)
        };
        Self::of_orders(&Order::of(x), &Order::of(y), both)
    }

    /// Of two sorted columns, over the rows for which `keep` holds; `keep` may hold only for rows that both know.
    /// `None` with fewer than two rows, or where either column is constant on them.
    #[must_use]
    pub fn of_orders(x: &Order, y: &Order, keep: impl Fn(u32) -> bool) -> Option<Self> {
        let of_x = x.double_midranks(&keep);
        let of_y = y.double_midranks(&keep);
        if of_x.len() != of_y.len() {
            return None;
        }
        let rows = of_x.len() as u64;
        let last = of_x.iter().map(|&(row, _)| row).max()? as usize;
        let middle = rows as i64 + 1;
        let mut centred = vec![0_i64; last + 1];
        let mut xy = 0_i128;
        for &(row, rank) in &of_x {
            centred[row as usize] = rank as i64 - middle;
        }
        for &(row, rank) in &of_y {
            xy += i128::from(rank as i64 - middle) * i128::from(*centred.get(row as usize)?);
        }
        let ties = |ranked: &[(u32, u64)]| {
            ranked.chunk_by(|one, next| one.1 == next.1).map(|run| run.len() as u128).map(|t| t * t * t - t).sum()
        };
        Self::of_sums(rows, xy, [ties(&of_x), ties(&of_y)])
    }

    /// From Σ (2r − n − 1)(2s − n − 1) over n rows with midranks r and s, and Σ (t³ − t) over the runs of t equal values of
    /// either column. `None` with fewer than two rows, or where either column is constant on them.
    #[must_use]
    pub fn of_sums(rows: u64, products: i128, ties: [u128; 2]) -> Option<Self> {
        // Ranks without ties have Σ (2r − n − 1)² = (n³ − n)/3, and each run of equal ones takes its own (t³ − t)/3 away.
        let cubes = u128::from(rows).pow(3) - u128::from(rows);
        let [xx, yy] = ties.map(|ties| (cubes - ties) / 3);
        if rows < 2 || xx == 0 || yy == 0 {
            return None;
        }
        let rho = if products.unsigned_abs() == xx && xx == yy {
            products.signum() as f64
        } else {
            products as f64 / ((xx as f64).sqrt() * (yy as f64).sqrt())
        };
        Some(Self { rho: rho.clamp(-1.0, 1.0), rows })
    }

    /// ρ, −1 to 1.
    #[must_use]
    pub const fn rho(&self) -> f64 {
        self.rho
    }

    /// How many rows were compared.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The two-sided p-value that the two are unrelated. `None` below 3 rows.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        if self.rows < 3 {
            return None;
        }
        let freedom = (self.rows - 2) as f64;
        let unexplained = (1.0 - self.rho) * (1.0 + self.rho);
        if unexplained <= 0.0 {
            return Some(0.0);
        }
        student::two_sided(self.rho * (freedom / unexplained).sqrt(), freedom)
    }

    /// The interval of ρ. `None` below 4 rows and where ρ is ±1, for which the method has none.
    #[must_use]
    pub fn interval(&self, confidence: Confidence) -> Option<Interval> {
        if self.rows < 4 || self.rho.abs() >= 1.0 {
            return None;
        }
        let reach = confidence.z() * ((1.0 + self.rho * self.rho / 2.0) / (self.rows - 3) as f64).sqrt();
        let middle = self.rho.atanh();
        Some(Interval { low: (middle - reach).tanh().min(self.rho), high: (middle + reach).tanh().max(self.rho) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::oracle::{assert_both_close, assert_close, fixture};
    use proptest::prelude::*;

    #[derive(serde::Deserialize, Debug)]
    struct Case {
        name: String,
        x: Vec<f64>,
        y: Vec<f64>,
        rho: f64,
        p_value: Option<f64>,
        low: Option<f64>,
        high: Option<f64>,
    }

    #[test]
    fn agrees_with_scipy() {
        for case in fixture::<Case>(include_str!("../../../fixtures/spearman.json")) {
            let found = Spearman::of(&case.x, &case.y).expect("defined");
            assert_close(found.rho(), case.rho, 1e-12, &case.name);
            assert_both_close(found.p_value(), case.p_value, 1e-9, &case.name);
            let interval = found.interval(Confidence::NINETY_FIVE);
            assert_both_close(interval.map(|interval| interval.low), case.low, 1e-9, &case.name);
            assert_both_close(interval.map(|interval| interval.high), case.high, 1e-9, &case.name);
        }
    }

    #[test]
    fn a_constant_or_a_single_row_has_no_correlation() {
        assert_eq!(Spearman::of(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(Spearman::of(&[1.0], &[2.0]), None);
        assert_eq!(Spearman::of(&[1.0, f64::NAN, 3.0], &[f64::NAN, 2.0, 3.0]), None);
    }

    proptest! {
        #[test]
        fn is_the_same_for_any_order_of_rows_and_turns_with_the_sign(rows in prop::collection::vec((0_i32..40, -20_i32..20), 3..120)) {
            let column = |pick: fn(&(i32, i32)) -> i32| -> Vec<f64> { rows.iter().map(|row| f64::from(pick(row))).collect() };
            let (x, y) = (column(|row| row.0), column(|row| row.1));
            let found = Spearman::of(&x, &y);
            let (mut back_x, mut back_y) = (x.clone(), y.clone());
            back_x.reverse();
            back_y.reverse();
            prop_assert_eq!(found, Spearman::of(&back_x, &back_y));
            prop_assert_eq!(found.map(|s| s.rho()), Spearman::of(&y, &x).map(|s| s.rho()));
            if let Some(found) = found {
                let turned = Spearman::of(&x, &y.iter().map(|value| -value).collect::<Vec<_>>()).expect("defined");
                prop_assert_eq!(found.rho(), -turned.rho());
                prop_assert!((0.0..=1.0).contains(&found.p_value().expect("defined")));
                if let Some(interval) = found.interval(Confidence::NINETY_FIVE) {
                    prop_assert!(interval.contains(found.rho()) && interval.low >= -1.0 && interval.high <= 1.0);
                }
            }
        }
    }
}
