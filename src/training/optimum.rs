//! A linear classifier fitted to its optimum, with C chosen on inner folds.

use super::Dataset;
use super::inner_folds::{InnerFolds, inner_folds};
use super::logistic::{Problem, Solution};
use crate::evaluation::{confusion_matrix, scores};
use crate::models::Optimum;

/// What may be left above the optimum, as a share of the objective.
const TOLERANCE: f64 = 1e-10;
/// The same where C is chosen, which only predictions matter for.
const INNER_TOLERANCE: f64 = 1e-6;

/// The clips that a classifier is fitted to.
pub(super) struct Fit<'a> {
    pub dataset: &'a Dataset,
    /// Indices into it.
    pub clips: &'a [usize],
    /// Standardised numbers of these clips, one after the other.
    pub values: &'a [f32],
    /// What is asked of every class for these clips, one after the other, see [`super::loss::Targets`].
    pub asked: &'a [f32],
}

/// A classifier, and how it was found.
pub(super) struct Fitted {
    pub weights: Vec<f32>,
    pub biases: Vec<f32>,
    pub words: String,
}

impl<'a> Fit<'a> {
    /// Fits it with the best C. `go_on(done, total)` is asked before every step and told how many of all fits are done;
    /// nothing when it says so.
    pub fn solve(&self, optimum: Optimum, go_on: &mut dyn FnMut(usize, usize) -> bool) -> Option<Fitted> {
        let mut candidates = optimum.c.to_vec();
        candidates.sort_by(f64::total_cmp);
        candidates.dedup();
        let (c, chosen, done) = match candidates[..] {
            [c] => (c, String::new(), 0),
            _ => {
                let folds = inner_folds(self.dataset, self.clips, optimum.folds);
                let (c, chosen) = self.choose(&candidates, &folds, go_on)?;
                (c, chosen, candidates.len() * folds.count)
            }
        };
        let all: Vec<usize> = (0..self.clips.len()).collect();
        let start = Solution::zero(self.columns(), self.classes());
        let solution = self
            .problem(&all)
            .solve(c, start, TOLERANCE, &mut || go_on(done, done + 1))?;
        let reached = if solution.reached {
            "the optimum"
        } else {
            "not quite the optimum"
        };
        let (weights, biases) = solution.weights();
        Some(Fitted {
            weights,
            biases,
            words: format!("C {c}{chosen}; {reached} after {} steps", solution.steps),
        })
    }

    /// The C whose predictions of all inner folds together have the best unweighted average recall, of equal ones the
    /// smallest; and in words how it was chosen. `candidates` rise: each fit begins where that of the one before ended.
    fn choose(
        &self,
        candidates: &[f64],
        folds: &InnerFolds,
        go_on: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Option<(f64, String)> {
        let InnerFolds { of, count, of_speakers } = folds;
        let total = candidates.len() * count + 1;
        let mut predicted = vec![vec![0; self.clips.len()]; candidates.len()];
        for fold in 0..*count {
            let (held_out, rest): (Vec<usize>, Vec<usize>) = (0..self.clips.len()).partition(|clip| of[*clip] == fold);
            let problem = self.problem(&rest);
            let rows: Vec<&[f32]> = held_out.iter().map(|clip| self.row(*clip)).collect();
            let mut solution = Solution::zero(self.columns(), self.classes());
            for (index, c) in candidates.iter().enumerate() {
                let done = fold * candidates.len() + index;
                solution = problem.solve(*c, solution, INNER_TOLERANCE, &mut || go_on(done, total))?;
                for (clip, class) in held_out.iter().zip(solution.predictions(&rows)) {
                    predicted[index][*clip] = class;
                }
            }
        }
        let truth: Vec<usize> = self.clips.iter().map(|clip| self.dataset.targets[*clip]).collect();
        let labels = &self.dataset.labels;
        let uar = |predicted: &Vec<usize>| {
            scores(&confusion_matrix(&truth, predicted, labels.len()), labels).unweighted_average_recall
        };
        let found: Vec<f64> = predicted.iter().map(uar).collect();
        let best = (0..found.len()).fold(0, |best, index| if found[index] > found[best] { index } else { best });
        let table: Vec<String> = candidates
            .iter()
            .zip(&found)
            .map(|(c, uar)| format!("{c}: {:.1} %", 100.0 * uar))
            .collect();
        let whose = if *of_speakers { "speakers" } else { "clips" };
        let words = format!(
            ", chosen by UAR on {count} inner folds of the {whose} that it is fitted to ({})",
            table.join(", ")
        );
        Some((candidates.get(best).copied()?, words))
    }

    fn classes(&self) -> usize {
        self.dataset.labels.len()
    }

    fn columns(&self) -> usize {
        self.values.len() / self.clips.len().max(1)
    }

    fn row(&self, clip: usize) -> &'a [f32] {
        let columns = self.columns();
        &self.values[clip * columns..(clip + 1) * columns]
    }

    /// Of some of the clips, by their position.
    fn problem(&self, clips: &[usize]) -> Problem<'a> {
        let classes = self.classes();
        let asked = |clip: &usize| &self.asked[clip * classes..(clip + 1) * classes];
        let rows = clips.iter().map(|clip| self.row(*clip)).collect();
        Problem::new(rows, clips.iter().map(asked).collect(), self.columns(), classes)
    }
}
