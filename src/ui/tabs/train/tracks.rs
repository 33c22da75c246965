//! The quantities of a run as they are drawn.

use super::look::Across;
use super::metric::Metric;
use crate::engine::{EpochMetrics, Epochs, RunDetail, StepMetrics};
use crate::ui::widgets::track::{Smoother, Track};
use std::ops::Range;
use std::sync::Arc;

/// The quantities of a run, smoothed.
#[derive(Debug)]
pub struct Tracks {
    weight: f64,
    first: usize,
    /// Number and time of the newest epoch taken: epochs that are done again have others.
    newest: Option<(usize, f64)>,
    /// Time spent by the end of every epoch (s).
    ends: Vec<f64>,
    /// Training and validation of every metric.
    curves: Vec<(Smoother, Track)>,
    steps: Steps,
}

/// The steps of the optimiser that are known.
#[derive(Debug, Default)]
struct Steps {
    known: Arc<Vec<StepMetrics>>,
    loss: Track,
    rate: Track,
}

impl Steps {
    fn of(known: &Arc<Vec<StepMetrics>>, weight: f64) -> Self {
        let mut steps = Self {
            known: Arc::clone(known),
            ..Self::default()
        };
        let mut smoother = Smoother::new(weight);
        for step in known.iter() {
            steps.loss.push(smoother.next(step.loss));
            steps.rate.push(step.learning_rate);
        }
        steps
    }

    /// How many an epoch has: as many in every one.
    fn per_epoch(&self) -> f64 {
        let last = self.known.last().filter(|last| last.epoch > 0.0);
        last.map_or(f64::NAN, |last| (last.step as f64 / last.epoch).round())
    }

    /// Those from after one epoch to the end of another.
    fn within(&self, after: f64, to: f64) -> Range<usize> {
        let until = |epoch: f64| self.known.partition_point(|step| step.epoch <= epoch);
        until(after)..until(to)
    }
}

impl Tracks {
    /// Of no epoch yet, smoothed by this weight.
    pub fn new(weight: f64) -> Self {
        Self {
            weight,
            first: 1,
            newest: None,
            ends: Vec::new(),
            curves: vec![(Smoother::new(weight), Track::default()); 2 * Metric::ALL.len()],
            steps: Steps::default(),
        }
    }

    /// Of a run.
    pub fn of(run: &RunDetail, weight: f64) -> Self {
        let mut tracks = Self::new(weight);
        tracks.follow(run, weight);
        tracks
    }

    /// Takes what is new; all of it when another weight is wanted.
    pub fn follow(&mut self, run: &RunDetail, weight: f64) {
        if weight != self.weight || run.steps != self.steps.known {
            self.steps = Steps::of(&run.steps, weight);
        }
        self.follow_epochs(&run.epochs, weight);
    }

    fn follow_epochs(&mut self, epochs: &Epochs, weight: f64) {
        let of = |metrics: &EpochMetrics| (metrics.epoch, metrics.seconds);
        let known = self.len().checked_sub(1).and_then(|place| epochs.get(place)).map(of);
        if weight != self.weight || known != self.newest {
            let steps = std::mem::take(&mut self.steps);
            *self = Self {
                steps,
                ..Self::new(weight)
            };
        }
        if let Some(first) = epochs.get(0) {
            self.first = first.epoch;
        }
        for metrics in epochs.since(self.len()) {
            self.ends.push(self.seconds() + metrics.seconds);
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

    /// Time spent in all epochs (s).
    pub fn seconds(&self) -> f64 {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Where the end of an epoch lies: its number, the steps or the time spent by then (s). Between places in proportion,
    /// the epoch before the first ends at 0, and one that goes on is as long as the last; no number where it is not known.
    pub fn across(&self, across: Across, place: f64) -> f64 {
        let epoch = place + self.first as f64;
        match across {
            Across::Epoch => epoch,
            Across::Step => epoch * self.steps.per_epoch(),
            Across::Time => self.spent(place),
        }
    }

    fn spent(&self, place: f64) -> f64 {
        let Some(last) = self.len().checked_sub(1) else {
            return f64::NAN;
        };
        let end = |place: i64| usize::try_from(place).map_or(0.0, |place| self.ends[place.min(last)]);
        let before = (place.floor() as i64).min(last as i64 - 1);
        end(before) + (end(before + 1) - end(before)) * (place - before as f64)
    }

    /// Whether the steps of the optimiser are known.
    pub fn has_steps(&self) -> bool {
        !self.steps.known.is_empty()
    }

    /// (place, value) over a window, for so many columns. The steps of an epoch lie before its own place.
    pub fn points(&self, metric: Metric, validation: bool, window: Range<usize>, columns: usize) -> Vec<(f64, f64)> {
        if !metric.is_of_steps() {
            return self.track(metric, validation).outline(window, columns).points;
        }
        if !validation {
            return Vec::new();
        }
        let to = if window.end >= self.len() {
            f64::INFINITY
        } else {
            (window.end - 1 + self.first) as f64
        };
        let steps = self.steps.within((window.start + self.first) as f64 - 1.0, to);
        let outline = self.of_steps(metric).outline(steps, columns);
        let placed = |(index, value): (f64, f64)| {
            let step = self.steps.known.get(index.round() as usize)?;
            Some((step.epoch - self.first as f64, value))
        };
        outline.points.into_iter().filter_map(placed).collect()
    }

    fn of_steps(&self, metric: Metric) -> &Track {
        if metric == Metric::Rate {
            &self.steps.rate
        } else {
            &self.steps.loss
        }
    }

    /// The value at a place; of steps that of the last one.
    pub fn value(&self, metric: Metric, validation: bool, place: usize) -> Option<f64> {
        let value = if metric.is_of_steps() {
            let last = self.steps.within(0.0, (place + self.first) as f64).last()?;
            self.of_steps(metric)
                .get(last)
                .filter(|_| validation && place < self.len())
        } else {
            self.track(metric, validation).get(place)
        };
        value.filter(|value| value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(epoch: usize) -> EpochMetrics {
        EpochMetrics {
            epoch,
            train_loss: 1.0,
            train_accuracy: 0.5,
            train_uar: 0.5,
            train_ccc: None,
            validation_loss: 1.0,
            validation_accuracy: 0.5,
            validation_uar: 0.25,
            validation_ccc: None,
            learning_rate: 0.001,
            clips_per_second: 100.0,
            seconds: 0.5,
            memory_bytes: 0,
            best: false,
        }
    }

    fn run((first, epochs): (usize, usize), steps: u64) -> Tracks {
        let steps = (1..=steps).map(|step| StepMetrics {
            step,
            epoch: step as f64 / 4.0,
            loss: 1.0 / step as f64,
            learning_rate: 0.01,
        });
        let mut tracks = Tracks::new(0.0);
        tracks.steps = Steps::of(&Arc::new(steps.collect()), 0.0);
        tracks.follow_epochs(&(first..first + epochs).map(metrics).collect(), 0.0);
        tracks
    }

    #[test]
    fn an_epoch_lies_where_its_time_ended() {
        let tracks = run((3, 4), 0);
        assert_eq!(
            (tracks.across(Across::Epoch, 1.0), tracks.across(Across::Time, 1.0)),
            (4.0, 1.0)
        );
        assert_eq!(
            [-1.0, -0.5, 1.5, 4.0].map(|place| tracks.across(Across::Time, place)),
            [0.0, 0.25, 1.25, 2.5]
        );
        assert!(tracks.across(Across::Step, 1.0).is_nan() && Tracks::new(0.0).across(Across::Time, 0.0).is_nan());
        assert_eq!(
            (tracks.seconds(), tracks.value(Metric::Uar, true, 1)),
            (2.0, Some(0.25))
        );
        assert_eq!(
            (tracks.value(Metric::Ccc, true, 1), tracks.value(Metric::Uar, true, 4)),
            (None, None)
        );
    }

    #[test]
    fn steps_lie_between_the_ends_of_epochs() {
        let tracks = run((1, 3), 14);
        assert_eq!(
            (tracks.across(Across::Step, 0.0), tracks.across(Across::Step, 2.5)),
            (4.0, 14.0)
        );
        let places = |window| -> Vec<f64> {
            let points = tracks.points(Metric::StepLoss, true, window, 50);
            points.into_iter().map(|(place, _)| place).collect()
        };
        assert_eq!(places(1..2), [0.25, 0.5, 0.75, 1.0]);
        assert_eq!(
            (places(0..3).len(), places(0..3)[0]),
            (14, -0.75),
            "those of the epoch that goes on as well"
        );
        assert!(tracks.points(Metric::Rate, false, 0..3, 50).is_empty());
        assert_eq!(tracks.value(Metric::StepLoss, true, 1), Some(1.0 / 8.0));
        assert_eq!(tracks.value(Metric::Rate, true, 3), None);
        // Before the first epoch is done there is something to see.
        let begun = run((1, 0), 3);
        assert_eq!(begun.points(Metric::StepLoss, true, 0..0, 50).len(), 3);
    }
}
