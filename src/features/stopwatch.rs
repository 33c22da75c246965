//! Where the time of an extraction goes.

use std::time::{Duration, Instant};

/// Sums up time by stage. One that is off costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Stopwatch {
    last: Option<Instant>,
    /// Time per stage, in the order in which the stages were first seen.
    pub stages: Vec<(&'static str, Duration)>,
}

impl Stopwatch {
    /// One that never runs.
    pub fn off() -> Self {
        Self::default()
    }

    /// Starts it, or lets it go on after a pause: what came before belongs to no stage.
    pub fn start(&mut self) {
        self.last = Some(Instant::now());
    }

    /// Counts the time since the last lap, or the start, towards this stage.
    pub fn lap(&mut self, stage: &'static str) {
        let Some(last) = &mut self.last else { return };
        let now = Instant::now();
        let taken = now - std::mem::replace(last, now);
        match self.stages.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum += taken,
            None => self.stages.push((stage, taken)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laps_of_a_stage_are_summed_in_the_order_of_the_work() {
        let mut watch = Stopwatch::off();
        watch.lap("resample");
        assert!(watch.stages.is_empty());
        watch.start();
        for stage in ["resample", "zcr", "resample"] {
            watch.lap(stage);
        }
        let names: Vec<_> = watch.stages.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["resample", "zcr"]);
    }
}
