//! Runs compared.

use super::runs::best_score;
use super::{coverage_line, test_score};
use crate::cli::output::Output;
use crate::engine::{Comparison, RunSummary};
use crate::present::json;
use crate::present::numbers::score;
use crate::present::table::Table;
use crate::present::words;
use std::io;

/// Scores, then the settings that differ, a column per run.
pub fn compared(output: Output, comparison: &Comparison) -> io::Result<()> {
    output.either(|| json::Comparison::from(comparison), || table(comparison))
}

fn table(comparison: &Comparison) -> String {
    let runs = &comparison.runs;
    let mut table = Table::new(runs.len() + 1, &[]);
    let mut row = |name: &str, cell: &dyn Fn(&RunSummary) -> String| {
        table.row(std::iter::once(name.to_owned()).chain(runs.iter().map(cell)));
    };
    row("run", &|run| run.id.clone());
    row("state", &|run| run.state.name().to_owned());
    row("epochs", &|run| format!("{}/{}", run.epochs, run.max_epochs));
    row("ended", &|run| words::ended(run).to_owned());
    let score_name = words::score_name(runs);
    row(&format!("best val. {score_name}"), &best_score);
    row(&format!("kept epoch's val. {score_name}"), &|run| {
        run.kept_epoch
            .as_ref()
            .map_or_else(|| "–".to_owned(), words::kept_figure)
    });
    row(&format!("test {score_name}"), &|run| test_score(run, run.shown_uar()));
    row("test acc. %", &|run| score(run.shown_accuracy()));
    for (key, values) in &comparison.settings {
        let cells = values
            .iter()
            .map(|value| value.clone().unwrap_or_else(|| "–".to_owned()));
        table.row(std::iter::once(key.clone()).chain(cells));
    }
    let mut text = table.render();
    text += &runs.iter().map(coverage_line).collect::<String>();
    if comparison.settings.is_empty() {
        text += "their settings do not differ\n";
    }
    text
}
