//! A model on clips that it was not trained on.

use super::dimensions::{agreement, mean_ccc};
use super::report::{classes, confused, confusion, groups, metrics};
use crate::cli::output::Output;
use crate::engine::{Evaluation, Interval};
use crate::present::numbers::{count, percent};
use crate::present::refusals::Refusals;
use crate::present::table::Table;
use crate::present::{json, words};
use std::io;

const OF_SELECTED: &str = "dimensions of all selected clips that state them:\n";

/// The report of an evaluation.
pub fn evaluation(output: Output, evaluation: &Evaluation) -> io::Result<()> {
    output.either(|| json::Evaluation::from(evaluation), || text(evaluation))
}

fn text(evaluation: &Evaluation) -> String {
    let report = &evaluation.report;
    if let Some(regression) = &report.regression {
        let head = format!(
            "{}\n{}\n{}\n",
            evaluation.model,
            mean_ccc(regression),
            report.protocol_line
        );
        return [head, agreement(&regression.agreement, ""), foot(evaluation)].join("\n");
    }
    let parts = [
        head(evaluation),
        classes(&report.scores),
        confusion(report),
        not_in_model(evaluation),
        confused(report),
        groups("corpus", &report.by_corpus),
        groups("gender", &report.by_gender),
        evaluation
            .agreement
            .as_ref()
            .map_or_else(String::new, |report| agreement(report, OF_SELECTED)),
        foot(evaluation),
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn head(evaluation: &Evaluation) -> String {
    let interval = evaluation.interval.as_ref().map_or_else(String::new, interval);
    let warning = evaluation
        .coverage
        .warning()
        .map_or_else(String::new, |words| words + "\n");
    format!(
        "{}\n{}{interval}\n{warning}{}\n",
        evaluation.model,
        metrics(&evaluation.report.scores),
        evaluation.report.protocol_line
    )
}

fn interval(interval: &Interval) -> String {
    let units = if interval.speakers { "speaker" } else { "clip" };
    format!(
        "; UAR between {} and {} (95 %, bootstrap over {})",
        percent(interval.low),
        percent(interval.high),
        count(interval.units, units)
    )
}

/// What the model took clips for whose label it does not have.
fn not_in_model(evaluation: &Evaluation) -> String {
    if evaluation.not_in_model.is_empty() {
        return String::new();
    }
    let headings: Vec<&str> = ["not in the model", "clips"]
        .into_iter()
        .chain(evaluation.report.labels.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(1, &headings);
    for label in &evaluation.not_in_model {
        let numbers = std::iter::once(label.clips).chain(label.predicted.iter().copied());
        table.row(std::iter::once(label.label.clone()).chain(numbers.map(|number| number.to_string())));
    }
    table.render()
}

fn foot(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    if !evaluation.unknown_labels.is_empty() {
        text += &words::unknown_labels(&evaluation.unknown_labels);
        text.push('\n');
    }
    for group in Refusals::of(evaluation.refused.iter().map(|(path, reason)| (&**path, &**reason))) {
        text += &format!("refused: {}\n", group.line());
    }
    text + &format!("written to {}\n", evaluation.folder.display())
}
