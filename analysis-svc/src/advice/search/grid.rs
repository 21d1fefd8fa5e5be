//! Tallies by how far up the ladders of one or two keys the alerts come, summed so that each says what is kept.

use super::centred::{Centred, Growing};
use super::ladder::Ladder;
use super::part::Part;

/// In place of a value: the key is not turned.
pub const ALL: usize = usize::MAX;

/// What is kept by each value of one key, with each value of another.
#[derive(Clone, Debug)]
pub struct Grid {
    /// By the first key's values and the second's; the first place of each is that of a key that is not turned.
    kept: Vec<Centred>,
    width: usize,
}

impl Grid {
    /// Of one key.
    #[must_use]
    pub fn of_one(part: &Part, ladder: &Ladder) -> Self {
        let mut cells = vec![Growing::default(); ladder.values.len() + 1];
        for (place, &row) in part.rows.iter().enumerate() {
            part.add_to(&mut cells[usize::from(ladder.passed[row as usize])], place);
        }
        Self::summed_up(cells, 1)
    }

    /// Of two keys.
    #[must_use]
    pub fn of_two(part: &Part, one: &Ladder, other: &Ladder) -> Self {
        let width = other.values.len() + 1;
        let mut cells = vec![Growing::default(); (one.values.len() + 1) * width];
        for (place, &row) in part.rows.iter().enumerate() {
            let cell = usize::from(one.passed[row as usize]) * width + usize::from(other.passed[row as usize]);
            part.add_to(&mut cells[cell], place);
        }
        Self::summed_up(cells, width)
    }

    /// From those that come so far to those that come so far or further.
    fn summed_up(cells: Vec<Growing>, width: usize) -> Self {
        let mut kept: Vec<Centred> = cells.into_iter().map(Centred::from).collect();
        let height = kept.len() / width;
        for row in 0..height {
            for column in (1..width).rev() {
                let further = kept[row * width + column];
                let cell = &mut kept[row * width + column - 1];
                *cell = *cell + further;
            }
        }
        for row in (1..height).rev() {
            for column in 0..width {
                let further = kept[row * width + column];
                let cell = &mut kept[(row - 1) * width + column];
                *cell = *cell + further;
            }
        }
        Self { kept, width }
    }

    /// What is kept with the first key at a value and the second at one, either of which may be [`ALL`].
    #[must_use]
    pub fn kept(&self, first: usize, second: usize) -> Centred {
        let place = |value: usize| if value == ALL { 0 } else { value + 1 };
        self.kept.get(place(first) * self.width + place(second)).copied().unwrap_or_default()
    }
}
