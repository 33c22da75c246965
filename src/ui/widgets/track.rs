//! A quantity over the epochs, ready to be drawn at any width, and its moving mean.

use std::ops::Range;

/// Values of a block; blocks of blocks alike.
const FAN: usize = 16;

/// Values in a row, with the smallest and the largest of every block of 16, of 256, of 4,096 and so on: a plot reads
/// some values per column, however many there are.
#[derive(Debug, Clone, Default)]
pub struct Track {
    values: Vec<f64>,
    levels: Vec<Vec<(f64, f64)>>,
}

/// What a plot is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// (place, value): all of the values, or the smallest and the largest of every column.
    pub points: Vec<(f64, f64)>,
    /// Values and blocks that were read.
    pub looked_at: usize,
}

impl Track {
    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        self.values.push(value);
        let mut size = FAN;
        let mut level = 0;
        while self.values.len().is_multiple_of(size) {
            let block = match level {
                0 => limits(
                    self.values[self.values.len() - FAN..]
                        .iter()
                        .map(|value| (*value, *value)),
                ),
                _ => {
                    let below = &self.levels[level - 1];
                    limits(below[below.len() - FAN..].iter().copied())
                }
            };
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(block);
            size *= FAN;
            level += 1;
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The value at a place.
    pub fn get(&self, place: usize) -> Option<f64> {
        self.values.get(place).copied()
    }

    /// The values of a range as `columns` columns show them: the values themselves where they are few, else the smallest
    /// and the largest of each column. Values that are no number are left out.
    pub fn outline(&self, range: Range<usize>, columns: usize) -> Outline {
        let range = range.start.min(self.len())..range.end.min(self.len());
        let (count, columns) = (range.len(), columns.max(1));
        if count <= 2 * columns {
            let points = range.clone().map(|place| (place as f64, self.values[place]));
            return Outline {
                points: points.filter(|(_, value)| value.is_finite()).collect(),
                looked_at: count,
            };
        }
        // The largest blocks of which a column still holds one.
        let mut level = None;
        let mut size = 1;
        while size * FAN <= count / columns && level.map_or(0, |level| level + 1) < self.levels.len() {
            size *= FAN;
            level = Some(level.map_or(0, |level| level + 1));
        }
        let mut found = vec![NOTHING; columns];
        let (mut place, mut looked_at) = (range.start, 0);
        while place < range.end {
            let whole = place.is_multiple_of(size) && place + size <= range.end;
            let block = level
                .filter(|_| whole)
                .and_then(|level| self.levels[level].get(place / size));
            let (block, step) = match block {
                Some(block) => (*block, size),
                None => ((self.values[place], self.values[place]), 1),
            };
            let column = &mut found[(place - range.start) * columns / count];
            *column = limits([*column, block].into_iter());
            place += step;
            looked_at += 1;
        }
        let mut points = Vec::with_capacity(2 * columns);
        for (column, (low, high)) in found.into_iter().enumerate().filter(|(_, block)| block.0 <= block.1) {
            let place = range.start as f64 + (column as f64 + 0.5) * (count - 1) as f64 / columns as f64;
            // Down and up by turns, so that the line from one column to the next is short.
            let pair = if column % 2 == 0 { [low, high] } else { [high, low] };
            points.extend(pair.map(|value| (place, value)));
        }
        Outline { points, looked_at }
    }
}

/// Of a block without a number.
const NOTHING: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

fn limits(blocks: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    blocks
        .filter(|(low, high)| low.is_finite() && high.is_finite())
        .fold(NOTHING, |all, block| (all.0.min(block.0), all.1.max(block.1)))
}

/// The exponential moving mean that TensorBoard draws: `weight` of the past, and the start taken into account
/// (`m = w m + (1 - w) v`, shown as `m / (1 - w^n)`). Values that are no number are passed on and forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Smoother {
    weight: f64,
    mean: f64,
    decay: f64,
}

impl Smoother {
    /// Of weight 0 (nothing is smoothed) to below 1.
    pub fn new(weight: f64) -> Self {
        Self {
            weight,
            mean: 0.0,
            decay: 1.0,
        }
    }

    /// The mean with the next value.
    pub fn next(&mut self, value: f64) -> f64 {
        if !value.is_finite() {
            return value;
        }
        self.mean = self.weight * self.mean + (1.0 - self.weight) * value;
        self.decay *= self.weight;
        self.mean / (1.0 - self.decay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(place: usize) -> f64 {
        (place as f64 * 0.37).sin() + (place % 977) as f64 * 1e-3
    }

    #[test]
    fn a_million_values_cost_a_plot_no_more_than_its_columns() {
        let mut track = Track::default();
        (0..1_000_000).for_each(|place| track.push(wave(place)));
        for columns in [20, 80, 316] {
            for range in [0..1_000_000, 17..999_993, 400_000..500_001, 123_456..123_999] {
                let outline = track.outline(range.clone(), columns);
                let bound = 2 * FAN * FAN * FAN * FAN;
                let few = (FAN + 2) * 2 * columns + 2 * (range.len() / columns).min(bound);
                assert!(
                    outline.looked_at <= few,
                    "{range:?} in {columns}: {}",
                    outline.looked_at
                );
                assert!(outline.points.len() <= 4 * columns);
            }
        }
        let whole = track.outline(0..1_000_000, 160);
        assert!(whole.looked_at < 10_000, "{}", whole.looked_at);
    }

    #[test]
    fn no_extreme_is_lost_wherever_the_range_begins() {
        let mut track = Track::default();
        (0..5000).for_each(|place| track.push(wave(place)));
        for range in [0..5000, 1..4999, 33..4000, 4095..5000, 256..512] {
            let outline = track.outline(range.clone(), 40);
            let of = |values: &mut dyn Iterator<Item = f64>| limits(values.map(|value| (value, value)));
            let drawn = of(&mut outline.points.iter().map(|point| point.1));
            assert_eq!(drawn, of(&mut range.clone().map(wave)), "{range:?}");
            assert!(outline.points.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            assert!(outline.points.iter().all(|(x, _)| range.contains(&(*x as usize))));
        }
    }

    #[test]
    fn few_values_are_drawn_as_they_are_and_what_is_no_number_is_left_out() {
        let mut track = Track::default();
        [1.0, f64::NAN, 3.0].into_iter().for_each(|value| track.push(value));
        assert_eq!(track.outline(0..9, 2).points, [(0.0, 1.0), (2.0, 3.0)]);
        (0..100).for_each(|_| track.push(f64::INFINITY));
        assert!(track.outline(3..103, 4).points.is_empty());
        assert!(Track::default().outline(0..10, 4).points.is_empty());
    }

    #[test]
    fn the_mean_is_tensorboards() {
        // Its `resmoothDataset` over 1, 2, NaN, 4 with weight 0.6, by hand.
        let mut smoother = Smoother::new(0.6);
        let smoothed = [1.0, 2.0, f64::NAN, 4.0].map(|value| smoother.next(value));
        assert!((smoothed[0] - 1.0).abs() < 1e-12);
        assert!((smoothed[1] - (0.6 * 0.4 + 0.4 * 2.0) / (1.0 - 0.36)).abs() < 1e-12);
        assert!(smoothed[2].is_nan());
        let third = 0.6 * (0.6 * 0.4 + 0.8) + 0.4 * 4.0;
        assert!((smoothed[3] - third / (1.0 - 0.216)).abs() < 1e-12);
        let mut none = Smoother::new(0.0);
        assert_eq!([3.0, 5.0].map(|value| none.next(value)), [3.0, 5.0]);
    }
}
