//! Filters of the trials of a study.

use super::condition::{percent, rounded};
use super::{Cell, Fields, Kind, Searched};
use crate::engine::{StudyPage, TrialRow};
use crate::present::words;

/// What a filter of these trials may name: what is known of every trial, the objective by its name, and the parameters.
pub fn fields(page: &StudyPage) -> Fields {
    use Kind::{Any, Number, Text};
    let mut fields = Fields::new(&[
        ("trial", Number),
        ("state", Text),
        ("rank", Number),
        ("value", Number),
        ("epochs", Number),
        ("seconds", Number),
        ("run", Text),
        ("reason", Text),
    ]);
    if let Some(name) = score(page) {
        fields.push(name.to_owned(), Number);
    }
    for axis in &page.axes {
        fields.push(axis.name.clone(), Any);
    }
    fields
}

/// What the objective is called, where it is a score.
fn score(page: &StudyPage) -> Option<&'static str> {
    let names = [("UAR", "uar"), ("CCC", "ccc")];
    let found = names.into_iter().find(|(words, _)| page.objective.contains(words));
    found.map(|(_, name)| name)
}

/// A trial of a study.
#[derive(Debug, Clone, Copy)]
pub struct TrialOf<'a> {
    /// The study.
    pub page: &'a StudyPage,
    /// The trial.
    pub trial: &'a TrialRow,
    /// Its rank, from 1.
    pub rank: Option<usize>,
}

impl Searched for TrialOf<'_> {
    fn any(&self, field: &str, test: &mut dyn FnMut(Cell<'_>) -> bool) -> bool {
        let Self { page, trial, rank } = self;
        let digits = if page.share { percent } else { |value| rounded(value, 3) };
        let cell: Option<Cell<'_>> = match field {
            "trial" => Some(trial.number.into()),
            "state" => return test(words::trial_state(trial).as_str().into()),
            "rank" => rank.map(Into::into),
            "value" | "uar" | "ccc" => trial.value.map(digits),
            "epochs" => Some(trial.reports.len().into()),
            "seconds" => trial.seconds.map(|seconds| rounded(seconds, 0)),
            "run" => trial.run.as_deref().map(Into::into),
            "reason" => trial.reason.as_deref().map(Into::into),
            name => trial.parameter(name).map(|parameter| parameter.text.as_str().into()),
        };
        cell.is_some_and(test)
    }

    /// Its number, its state, its parameters, why it failed.
    fn text(&self) -> String {
        let trial = self.trial;
        let mut text = format!("{} {} ", trial.number, words::trial_state(trial));
        for parameter in &trial.parameters {
            text.extend([&parameter.name, "=", &parameter.text, " "]);
        }
        text + trial.reason.as_deref().unwrap_or_default()
    }
}
