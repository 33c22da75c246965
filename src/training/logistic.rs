//! Multinomial logistic regression with L2, solved for its optimum.

use super::curvature::Curvature;
use super::lanes::{Eight, LANES, add, add_products, dot, products};

/// More steps are not taken.
const MOST_STEPS: usize = 3_000;
/// Trials of a step's length.
const MOST_TRIALS: usize = 30;
/// The slope that is left at a step's end, of that at its beginning.
const SLOPE_LEFT: f64 = 0.1;

/// `Σ a[i] · (-log softmax(x[i] W + b)) + ||W||² / (2 C)` over rows `x[i]`: the objective of scikit-learn's
/// `LogisticRegression(C)`, where `a[i]` is 1 for the row's class and 0 for others; with weights of the classes or
/// smoothed labels it is what [`super::loss::Targets`] asks for.
pub(super) struct Problem<'a> {
    rows: Vec<&'a [f32]>,
    asked: Vec<&'a [f32]>,
    classes: usize,
    columns: usize,
}

/// Weights and biases, classes in groups of [`LANES`]: of each group a line for each column, and one for the biases.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    lines: Vec<Eight>,
    columns: usize,
    classes: usize,
    /// Steps that it took.
    pub steps: usize,
    /// Whether the optimum was reached.
    pub reached: bool,
}

impl Solution {
    /// All weights zero.
    pub fn zero(columns: usize, classes: usize) -> Self {
        Self {
            lines: vec![[0.0; LANES]; classes.div_ceil(LANES) * (columns + 1)],
            columns,
            classes,
            steps: 0,
            reached: false,
        }
    }

    /// Weights (columns, classes) and biases (classes).
    pub fn weights(&self) -> (Vec<f32>, Vec<f32>) {
        let line = |column: usize| {
            let of_class = move |class: usize| self.lines[class / LANES * (self.columns + 1) + column][class % LANES];
            (0..self.classes).map(of_class).map(|value| value as f32)
        };
        ((0..self.columns).flat_map(line).collect(), line(self.columns).collect())
    }

    /// The class that each row most likely is of.
    pub fn predictions(&self, rows: &[&[f32]]) -> Vec<usize> {
        let logits = products(rows, &self.lines, self.columns);
        let groups = self.classes.div_ceil(LANES);
        let best = |row: &[Eight]| {
            let of = |class: usize| row[class / LANES][class % LANES];
            (0..self.classes).fold(0, |best, class| if of(class) > of(best) { class } else { best })
        };
        logits.chunks_exact(groups.max(1)).map(best).collect()
    }
}

/// What the probabilities of one point come to.
struct Point {
    loss: f64,
    /// Of the loss by every logit.
    slopes: Vec<Eight>,
}

impl<'a> Problem<'a> {
    /// Of rows of `columns` numbers, each with what is asked of every class.
    pub fn new(rows: Vec<&'a [f32]>, asked: Vec<&'a [f32]>, columns: usize, classes: usize) -> Self {
        Self {
            rows,
            asked,
            classes,
            columns,
        }
    }

    fn groups(&self) -> usize {
        self.classes.div_ceil(LANES)
    }

    /// Minimises it by L-BFGS (Nocedal 1980) from `start`, until what is left above the optimum is at most `tolerance` of
    /// the objective, by the bound `C ||g||² / 2`: the penalty curves it by at least `1 / C` along the weights. Along the
    /// biases, which have no penalty, the loss alone curves it, and that is an estimate. Nothing when `go_on`, asked before
    /// every step, says so. Which threads work on it changes nothing.
    pub fn solve(&self, c: f64, start: Solution, tolerance: f64, go_on: &mut dyn FnMut() -> bool) -> Option<Solution> {
        let mut solution = start;
        (solution.steps, solution.reached) = (0, false);
        let mut logits = products(&self.rows, &solution.lines, self.columns);
        let mut point = self.point(&logits);
        let mut gradient = self.gradient(&point.slopes, &solution.lines, c);
        let mut curvature = Curvature::default();
        while solution.steps < MOST_STEPS {
            let penalty = dot(&self.penalised(&solution.lines), &solution.lines) / (2.0 * c);
            let left = c * dot(&gradient, &gradient) / 2.0;
            if left <= tolerance * (point.loss + penalty) {
                solution.reached = true;
                break;
            }
            if !go_on() {
                return None;
            }
            let mut direction = curvature.direction(&gradient);
            if dot(&direction, &gradient) >= 0.0 {
                curvature = Curvature::default();
                direction = curvature.direction(&gradient);
            }
            let along = products(&self.rows, &direction, self.columns);
            let length = self.length(
                c,
                (&solution.lines, &logits),
                (&direction, &along),
                dot(&direction, &gradient),
            );
            add(&mut solution.lines, &direction, length);
            add(&mut logits, &along, length);
            solution.steps += 1;
            point = self.point(&logits);
            let next = self.gradient(&point.slopes, &solution.lines, c);
            if !curvature.learn(direction, length, &gradient, &next) {
                // Rounding leaves nothing to gain, unless the numbers were none.
                solution.reached = point.loss.is_finite();
                break;
            }
            gradient = next;
        }
        Some(solution)
    }

    /// How far to go along a direction: where the slope of the objective, which only rises, is nearly 0. Products with the
    /// rows are not needed again, since logits move along a straight line.
    fn length(
        &self,
        c: f64,
        (lines, logits): (&[Eight], &[Eight]),
        (direction, along): (&[Eight], &[Eight]),
        first: f64,
    ) -> f64 {
        let penalised = self.penalised(direction);
        let (cross, square) = (dot(&penalised, lines) / c, dot(&penalised, direction) / c);
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let mut length = 1.0;
        for _ in 0..MOST_TRIALS {
            let (slope, curvature) = self.slope(logits, along, length);
            let slope = slope + cross + length * square;
            if slope.abs() <= SLOPE_LEFT * first.abs() {
                break;
            }
            if slope < 0.0 {
                low = length;
            } else {
                high = length;
            }
            let newton = length - slope / (curvature + square);
            length = if newton > low && newton < high {
                newton
            } else if high.is_finite() {
                f64::midpoint(low, high)
            } else {
                2.0 * low
            };
        }
        length
    }

    /// First and second derivative of the loss along a direction, after `length` of it.
    fn slope(&self, logits: &[Eight], along: &[Eight], length: f64) -> (f64, f64) {
        let groups = self.groups();
        let (mut slope, mut curvature) = (0.0, 0.0);
        let rows = logits.chunks_exact(groups).zip(along.chunks_exact(groups));
        let mut moved = vec![[0.0; LANES]; groups];
        for ((logits, along), asked) in rows.zip(&self.asked) {
            for ((moved, logits), along) in moved.iter_mut().zip(logits).zip(along) {
                *moved = std::array::from_fn(|lane| logits[lane] + length * along[lane]);
            }
            self.softmax(&mut moved);
            let (mut mean, mut square, mut weight, mut wanted) = (0.0, 0.0, 0.0, 0.0);
            for (class, asked) in asked.iter().enumerate() {
                let (share, along) = (moved[class / LANES][class % LANES], along[class / LANES][class % LANES]);
                mean += share * along;
                square += share * along * along;
                weight += f64::from(*asked);
                wanted += f64::from(*asked) * along;
            }
            slope += weight * mean - wanted;
            curvature += weight * (square - mean * mean);
        }
        (slope, curvature)
    }

    /// Logits of one row to probabilities; the logarithm of what they were divided by.
    fn softmax(&self, row: &mut [Eight]) -> f64 {
        let row = row.as_flattened_mut();
        let (row, rest) = row.split_at_mut(self.classes);
        rest.fill(0.0);
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for value in row.iter_mut() {
            *value = (*value - largest).exp();
            sum += *value;
        }
        row.iter_mut().for_each(|value| *value /= sum);
        largest + sum.ln()
    }

    fn point(&self, logits: &[Eight]) -> Point {
        let groups = self.groups();
        let mut slopes = logits.to_vec();
        let mut loss = 0.0;
        for ((row, logits), asked) in slopes
            .chunks_exact_mut(groups)
            .zip(logits.chunks_exact(groups))
            .zip(&self.asked)
        {
            let logarithm = self.softmax(row);
            let weight: f64 = asked.iter().map(|asked| f64::from(*asked)).sum();
            let (logits, row) = (logits.as_flattened(), row.as_flattened_mut());
            for ((logit, slope), asked) in logits.iter().zip(row).zip(*asked) {
                let asked = f64::from(*asked);
                loss += asked * (logarithm - logit);
                *slope = weight * *slope - asked;
            }
        }
        Point { loss, slopes }
    }

    /// `Xᵀ S + W / C`, and the sums of the slopes for the biases.
    fn gradient(&self, slopes: &[Eight], lines: &[Eight], c: f64) -> Vec<Eight> {
        let groups = self.groups();
        let mut gradient = vec![[0.0; LANES]; lines.len()];
        for (group, gradient) in gradient.chunks_exact_mut(self.columns + 1).enumerate() {
            let own: Vec<Eight> = slopes.iter().skip(group).step_by(groups).copied().collect();
            let (weights, bias) = gradient.split_at_mut(self.columns);
            add_products(&self.rows, &own, weights);
            for slope in &own {
                for line in bias.iter_mut() {
                    *line = std::array::from_fn(|lane| line[lane] + slope[lane]);
                }
            }
        }
        add(&mut gradient, &self.penalised(lines), 1.0 / c);
        gradient
    }

    /// The same without the biases, which cost nothing.
    fn penalised(&self, lines: &[Eight]) -> Vec<Eight> {
        let mut lines = lines.to_vec();
        for group in lines.chunks_exact_mut(self.columns + 1) {
            group[self.columns] = [0.0; LANES];
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::lcg::Lcg;
    use serde::Deserialize;

    /// Written by tests/golden/logistic.py.
    #[derive(Deserialize)]
    struct Golden {
        rows: usize,
        columns: usize,
        classes: usize,
        c: f64,
        /// One for each class.
        class_weights: Option<Vec<f32>>,
        /// (columns, classes).
        weights: Vec<f64>,
        biases: Vec<f64>,
        objective: f64,
    }

    struct Data {
        values: Vec<f32>,
        asked: Vec<f32>,
    }

    fn data(golden: &Golden) -> Data {
        let mut draw = Lcg(7);
        let mut values: Vec<f32> = draw
            .values(golden.rows * golden.columns)
            .iter()
            .map(|value| 4.0 * value)
            .collect();
        let mut asked = vec![0.0; golden.rows * golden.classes];
        for row in 0..golden.rows {
            let class = row * 7 % 11 % golden.classes;
            values[row * golden.columns + class % golden.columns] += 1.0;
            asked[row * golden.classes + class] = golden.class_weights.as_ref().map_or(1.0, |weights| weights[class]);
        }
        Data { values, asked }
    }

    fn problem<'a>(data: &'a Data, golden: &Golden) -> Problem<'a> {
        let rows = data.values.chunks_exact(golden.columns).collect();
        let asked = data.asked.chunks_exact(golden.classes).collect();
        Problem::new(rows, asked, golden.columns, golden.classes)
    }

    #[test]
    fn the_optimum_is_that_of_scikit_learn() {
        let cases: Vec<Golden> = serde_json::from_str(include_str!("../../tests/golden/logistic.json")).unwrap();
        for golden in &cases {
            let data = data(golden);
            let problem = problem(&data, golden);
            let start = Solution::zero(golden.columns, golden.classes);
            let solution = problem.solve(golden.c, start, 1e-12, &mut || true).unwrap();
            assert!(solution.reached, "{} steps", solution.steps);
            let point = problem.point(&products(&problem.rows, &solution.lines, golden.columns));
            let penalty = dot(&problem.penalised(&solution.lines), &solution.lines) / (2.0 * golden.c);
            let objective = point.loss + penalty;
            assert!(
                (objective / golden.objective - 1.0).abs() < 1e-9,
                "{objective} {}",
                golden.objective
            );
            let (weights, biases) = solution.weights();
            let scale = golden
                .weights
                .iter()
                .fold(0.0f64, |most, weight| most.max(weight.abs()));
            for (found, expected) in weights
                .iter()
                .zip(&golden.weights)
                .chain(biases.iter().zip(&golden.biases))
            {
                assert!(
                    (f64::from(*found) - expected).abs() < 1e-4 * scale,
                    "{found} {expected}"
                );
            }
            assert_eq!(weights.len(), golden.weights.len());
        }
    }

    #[test]
    fn it_stops_when_asked_and_any_start_leads_to_the_same_optimum() {
        let golden = Golden {
            rows: 60,
            columns: 9,
            classes: 3,
            c: 0.5,
            class_weights: None,
            weights: Vec::new(),
            biases: Vec::new(),
            objective: 0.0,
        };
        let data = data(&golden);
        let problem = problem(&data, &golden);
        let zero = || Solution::zero(9, 3);
        let mut asked = 0;
        let mut twice = || {
            asked += 1;
            asked < 3
        };
        assert!(problem.solve(0.5, zero(), 1e-12, &mut twice).is_none());
        assert_eq!(asked, 3);
        let other = problem.solve(5.0, zero(), 1e-12, &mut || true).unwrap();
        let one = problem.solve(0.5, zero(), 1e-14, &mut || true).unwrap();
        let two = problem.solve(0.5, other, 1e-14, &mut || true).unwrap();
        for (one, two) in one.lines.as_flattened().iter().zip(two.lines.as_flattened()) {
            assert!((one - two).abs() < 1e-6, "{one} {two}");
        }
    }
}
