//! What tells runs apart.

use super::{coverage_line, percent, test_score};
use crate::cli::output::Output;
use crate::cli::table::Table;
use crate::engine::{Comparison, RunSummary};
use std::io;

/// Scores, then the settings that are not the same, a column per run.
pub fn compared(output: Output, comparison: &Comparison) -> io::Result<()> {
    output.either(comparison, || table(comparison))
}

fn table(comparison: &Comparison) -> String {
    let runs = &comparison.runs;
    let mut table = Table::new(runs.len() + 1, &[]);
    let score = |score: Option<f64>| score.map_or_else(|| "-".to_owned(), percent);
    let mut row = |name: &str, cell: &dyn Fn(&RunSummary) -> String| {
        table.row(std::iter::once(name.to_owned()).chain(runs.iter().map(cell)));
    };
    row("run", &|run| run.id.clone());
    row("state", &|run| run.state.name().to_owned());
    row("epochs", &|run| format!("{}/{}", run.epochs, run.max_epochs));
    row("best val. UAR %", &|run| score(run.best_validation_uar));
    row("test UAR %", &|run| test_score(run, run.test_uar));
    row("test acc. %", &|run| score(run.test_accuracy));
    for (key, values) in &comparison.settings {
        let cells = values
            .iter()
            .map(|value| value.clone().unwrap_or_else(|| "-".to_owned()));
        table.row(std::iter::once(key.clone()).chain(cells));
    }
    let mut text = table.render();
    text += &runs.iter().map(coverage_line).collect::<String>();
    if comparison.settings.is_empty() {
        text += "their settings are the same\n";
    }
    text
}
