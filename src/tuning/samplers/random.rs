//! Evenly from the whole space.

use super::Request;
use crate::random::{Stream, stream};
use crate::tuning::{Distribution, Parameters};
use rand::RngExt;

/// Parameters drawn evenly (evenly in the logarithm where a range is logarithmic).
pub(in crate::tuning) fn sample(request: &Request<'_>) -> Parameters {
    let mut random = stream(request.seed, "sampler", request.number as u64);
    let mut chosen = request.given();
    for parameter in request.space.parameters() {
        if !chosen.contains_key(&parameter.name) && parameter.is_active(&chosen) {
            let internal = draw(&parameter.distribution, &mut random);
            chosen.insert(parameter.name.clone(), parameter.chosen(internal));
        }
    }
    chosen
}

/// One internal value, drawn evenly.
pub(super) fn draw(distribution: &Distribution, random: &mut Stream) -> f64 {
    let scale = Scale::of(distribution);
    match distribution {
        Distribution::Categorical { choices } => random.random_range(0..choices.len()) as f64,
        _ => scale.value(random.random_range(scale.low..=scale.high)),
    }
}

/// A numeric range on the line where its sampler works: the logarithm where it is logarithmic, and half a step wider on
/// both sides where it has steps, so that every value has the same room.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// The line's beginning.
    pub low: f64,
    /// The line's end.
    pub high: f64,
    /// The smallest and the largest value.
    pub bounds: (f64, f64),
    /// Half the distance between values; 0 for a continuous range.
    pub half_step: f64,
    /// Whether the line is of logarithms.
    pub log: bool,
}

impl Scale {
    /// The line of a range. Choices count as whole numbers.
    pub fn of(distribution: &Distribution) -> Self {
        let (bounds, step, log) = match distribution {
            Distribution::Float { low, high, step, log } => ((*low, *high), step.unwrap_or(0.0), *log),
            Distribution::Int { low, high, step, log } => ((*low as f64, *high as f64), *step as f64, *log),
            Distribution::Categorical { choices } => ((0.0, choices.len() as f64 - 1.0), 1.0, false),
        };
        let half_step = step / 2.0;
        let (low, high) = (bounds.0 - half_step, bounds.1 + half_step);
        let position = |value: f64| if log { value.ln() } else { value };
        Self {
            low: position(low),
            high: position(high),
            bounds,
            half_step,
            log,
        }
    }

    /// Where a value is on the line.
    pub fn position(&self, value: f64) -> f64 {
        if self.log { value.ln() } else { value }
    }

    /// The value at a position: the nearest one there is.
    pub fn value(&self, position: f64) -> f64 {
        let value = if self.log { position.exp() } else { position };
        let (low, high) = self.bounds;
        let step = 2.0 * self.half_step;
        let value = if step == 0.0 {
            value
        } else {
            low + ((value - low) / step).round_ties_even() * step
        };
        value.clamp(low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tuning::{Direction, History, Parameter, Space};

    fn draws(distribution: Distribution) -> Vec<f64> {
        let mut random = stream(7, "test", 0);
        let drawn: Vec<f64> = (0..4000).map(|_| draw(&distribution, &mut random)).collect();
        assert!(drawn.iter().all(|value| distribution.contains(*value)));
        drawn
    }

    #[test]
    fn every_step_has_the_same_chance() {
        let drawn = draws(Distribution::int(0, 12, 4, false).unwrap());
        for value in [0.0, 4.0, 8.0, 12.0] {
            let share = drawn.iter().filter(|drawn| **drawn == value).count() as f64 / 4000.0;
            assert!((share - 0.25).abs() < 0.03, "{value}: {share}");
        }
    }

    #[test]
    fn a_logarithmic_range_is_even_in_its_ratios() {
        let drawn = draws(Distribution::float(1e-4, 1e-2, None, true).unwrap());
        let share = drawn.iter().filter(|drawn| **drawn < 1e-3).count() as f64 / 4000.0;
        assert!((share - 0.5).abs() < 0.03);
        draws(Distribution::int(1, 256, 1, true).unwrap());
        draws(Distribution::float(0.0, 0.8, Some(0.1), false).unwrap());
    }

    #[test]
    fn the_same_seed_and_number_give_the_same_parameters() {
        let space = Space::new(vec![Parameter::new(
            "x",
            Distribution::float(0.0, 1.0, None, false).unwrap(),
        )])
        .unwrap();
        let history = History {
            study: "s",
            direction: Direction::Minimize,
            trials: &[],
        };
        let at = |seed, number| {
            sample(&Request {
                space: &space,
                history,
                number,
                seed,
                fixed: &Parameters::new(),
            })["x"]
                .internal
        };
        assert_eq!(at(1, 0), at(1, 0));
        assert_ne!(at(1, 0), at(1, 1));
        assert_ne!(at(1, 0), at(2, 0));
    }
}
