//! How the curves are looked at: what comes first, over what, on which scale, and at which point.

use super::metric::Metric;
use super::zoom::Zoom;

/// Weights of the past that the key steps through; 0 shows the values themselves.
const SMOOTHINGS: [f64; 4] = [0.0, 0.6, 0.9, 0.97];

/// What runs from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Across {
    /// Epochs.
    #[default]
    Epoch,
    /// Steps of the optimiser.
    Step,
    /// Time spent in epochs.
    Time,
}

impl Across {
    const ALL: [Self; 3] = [Self::Epoch, Self::Step, Self::Time];

    fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }
}

/// How the curves are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// The quantity that is drawn first.
    pub first: Metric,
    /// What runs from left to right.
    pub across: Across,
    /// Whether losses and rates are drawn on a logarithmic axis.
    pub log: bool,
    /// Whether quantities of one kind share their axis, drawn beside each other or not.
    pub one_scale: bool,
    /// The epochs in view.
    pub zoom: Zoom,
    /// The place of the epoch whose values are shown.
    pub point: Option<usize>,
    smoothing: usize,
}

impl Look {
    /// As at first, with this quantity first.
    pub fn at(first: Metric) -> Self {
        Self {
            first,
            ..Self::default()
        }
    }

    /// The weight of the past in the curves.
    pub fn weight(&self) -> f64 {
        SMOOTHINGS.get(self.smoothing).copied().unwrap_or_default()
    }

    pub fn smooth(&mut self) {
        self.smoothing = (self.smoothing + 1) % SMOOTHINGS.len();
    }

    /// Something else runs from left to right.
    pub fn turn_across(&mut self) {
        self.across = self.across.next();
    }

    /// Shows the values at a point, the newest in view, of so many; or no longer.
    pub fn inspect(&mut self, total: usize) {
        self.point = match self.point {
            Some(_) => None,
            None => self.zoom.window(total).last(),
        };
    }

    /// The place whose values are shown, of so many.
    pub fn point(&self, total: usize) -> Option<usize> {
        self.point.map(|point| point.min(total.saturating_sub(1)))
    }

    /// To earlier or later: the point, where one is shown, else the window.
    pub fn sideways(&mut self, total: usize, later: bool) {
        let Some(point) = self.point(total) else {
            self.zoom.pan(total, later);
            return;
        };
        // A column or so of a chart; each of few epochs is reached.
        let step = (self.zoom.window(total).len() / 60).max(1);
        let place = if later {
            (point + step).min(total.saturating_sub(1))
        } else {
            point.saturating_sub(step)
        };
        self.point = Some(place);
        self.zoom.reveal(place, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_moved_with_the_window_behind_it() {
        let mut look = Look::default();
        look.inspect(0);
        assert_eq!(look.point, None, "nothing to look at");
        look.inspect(40);
        assert_eq!(look.point, Some(39));
        look.sideways(40, true);
        look.sideways(40, false);
        assert_eq!(look.point, Some(38));
        look.zoom = Zoom::Tail(10);
        (0..10).for_each(|_| look.sideways(40, false));
        assert_eq!((look.point, look.zoom), (Some(28), Zoom::Frozen(28, 38)));
        assert_eq!(look.point(12), Some(11), "of a run with fewer epochs its last");
        look.inspect(40);
        look.sideways(40, false);
        assert_eq!(
            (look.point, look.zoom),
            (None, Zoom::Frozen(26, 36)),
            "without one the window moves"
        );
        (0..9).for_each(|_| look.sideways(0, true));
    }
}
