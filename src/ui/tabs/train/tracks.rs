//! The quantities of a run as they are drawn, and which epochs are in view.

use super::Metric;
use crate::engine::{EpochMetrics, Epochs};
use crate::ui::widgets::track::{Smoother, Track};
use std::ops::Range;

/// Weights of the past that the key steps through; 0 shows the values themselves.
pub const SMOOTHINGS: [f64; 4] = [0.0, 0.6, 0.9, 0.97];
/// Fewest epochs of a window.
const NARROWEST: usize = 8;

/// The quantities of a run, smoothed.
#[derive(Debug)]
pub struct Tracks {
    weight: f64,
    first: usize,
    /// Number and time of the newest epoch taken: epochs that are done again have others.
    newest: Option<(usize, f64)>,
    /// Training and validation of every metric.
    curves: Vec<(Smoother, Track)>,
}

impl Tracks {
    /// Of no epoch yet, smoothed by this weight.
    pub fn new(weight: f64) -> Self {
        Self {
            weight,
            first: 1,
            newest: None,
            curves: vec![(Smoother::new(weight), Track::default()); 2 * Metric::ALL.len()],
        }
    }

    /// Of these epochs.
    pub fn of(epochs: &Epochs, weight: f64) -> Self {
        let mut tracks = Self::new(weight);
        tracks.follow(epochs, weight);
        tracks
    }

    /// Takes what is new; all of it when another weight is wanted.
    pub fn follow(&mut self, epochs: &Epochs, weight: f64) {
        let of = |metrics: &EpochMetrics| (metrics.epoch, metrics.seconds);
        let known = self.len().checked_sub(1).and_then(|place| epochs.get(place)).map(of);
        if weight != self.weight || known != self.newest {
            *self = Self::new(weight);
        }
        if let Some(first) = epochs.get(0) {
            self.first = first.epoch;
        }
        for metrics in epochs.since(self.len()) {
            let values = Metric::ALL.map(|metric| metric.values(metrics));
            let values = values.into_iter().flat_map(|(train, validation)| [train, validation]);
            for ((smoother, track), value) in self.curves.iter_mut().zip(values) {
                track.push(smoother.next(value));
            }
        }
        self.newest = epochs.last().map(of);
    }

    /// How many epochs there are.
    pub fn len(&self) -> usize {
        self.curves.first().map_or(0, |(_, track)| track.len())
    }

    fn track(&self, metric: Metric, validation: bool) -> &Track {
        &self.curves[2 * metric as usize + usize::from(validation)].1
    }

    /// (epoch, value) over a window, for so many columns.
    pub fn points(&self, metric: Metric, validation: bool, window: Range<usize>, columns: usize) -> Vec<(f64, f64)> {
        let outline = self.track(metric, validation).outline(window, columns);
        let epoch = |(place, value): (f64, f64)| (place + self.first as f64, value);
        outline.points.into_iter().map(epoch).collect()
    }

    /// (epoch, value) at a place, when the window shows it.
    pub fn point(&self, metric: Metric, place: usize, window: &Range<usize>) -> Option<(f64, f64)> {
        let value = self
            .track(metric, true)
            .get(place)
            .filter(|_| window.contains(&place))?;
        Some(((place + self.first) as f64, value))
    }
}

impl Metric {
    /// (training, validation).
    fn values(self, metrics: &EpochMetrics) -> (f64, f64) {
        match self {
            Self::Loss => (metrics.train_loss, metrics.validation_loss),
            Self::Accuracy => (metrics.train_accuracy, metrics.validation_accuracy),
            Self::Uar => (metrics.train_uar, metrics.validation_uar),
            Self::Ccc => (
                metrics.train_ccc.unwrap_or(f64::NAN),
                metrics.validation_ccc.unwrap_or(f64::NAN),
            ),
            // No curve over epochs.
            Self::Use => (f64::NAN, f64::NAN),
        }
    }
}

/// Which epochs are in view: every step in halves the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Zoom {
    level: u32,
    /// Epochs behind the window.
    behind: usize,
}

impl Zoom {
    /// The places seen, of so many.
    pub fn window(self, total: usize) -> Range<usize> {
        let length = (total >> self.level.min(63)).max(NARROWEST).min(total);
        let end = total - self.behind.min(total - length);
        end - length..end
    }

    /// Whether everything is seen.
    pub fn is_whole(self) -> bool {
        self.level == 0
    }

    /// In around the middle, as far as the epochs can be resolved.
    pub fn closer(&mut self, total: usize) {
        let before = self.window(total);
        if before.len() > NARROWEST {
            self.level += 1;
            let length = self.window(total).len();
            self.behind = total - before.end + (before.len() - length) / 2;
        }
    }

    /// Out around the middle.
    pub fn wider(&mut self, total: usize) {
        let before = self.window(total).len();
        self.level = self.level.saturating_sub(1);
        let more = self.window(total).len() - before;
        self.behind = if self.level == 0 {
            0
        } else {
            self.behind.saturating_sub(more / 2)
        };
    }

    /// To earlier epochs, or to later ones.
    pub fn pan(&mut self, total: usize, later: bool) {
        let window = self.window(total);
        let step = (window.len() / 4).max(1);
        let behind = total - window.end;
        self.behind = if later {
            behind.saturating_sub(step)
        } else {
            (behind + step).min(total - window.len())
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_middle_and_never_leaves_the_epochs() {
        let mut zoom = Zoom::default();
        assert_eq!(zoom.window(80), 0..80);
        zoom.closer(80);
        assert_eq!(zoom.window(80), 20..60);
        zoom.closer(80);
        assert_eq!(zoom.window(80), 30..50);
        zoom.pan(80, true);
        assert_eq!(zoom.window(80), 35..55);
        (0..20).for_each(|_| zoom.pan(80, true));
        assert_eq!(zoom.window(80), 60..80);
        assert_eq!(zoom.window(90), 68..90, "at the end it goes along");
        (0..20).for_each(|_| zoom.pan(80, false));
        assert_eq!(zoom.window(80), 0..20);
        (0..20).for_each(|_| zoom.closer(80));
        assert_eq!(zoom.window(80).len(), NARROWEST);
        (0..20).for_each(|_| zoom.wider(80));
        assert_eq!((zoom, zoom.window(80)), (Zoom::default(), 0..80));
        for total in 0..20 {
            let mut zoom = Zoom::default();
            for step in 0..40 {
                match step % 4 {
                    0 | 1 => zoom.closer(total),
                    2 => zoom.pan(total, step % 8 == 2),
                    _ => zoom.wider(total),
                }
                let window = zoom.window(total);
                assert!(window.end <= total && window.len() <= total, "{total}: {window:?}");
            }
        }
    }
}
