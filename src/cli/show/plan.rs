//! The plan of a run.

use crate::cli::output::Output;
use crate::engine::RunPlan;
use crate::present::table::Table;
use crate::present::{json, words};
use std::io;

/// Sizes, examples of each subset, time.
pub fn plan(output: Output, plan: &RunPlan) -> io::Result<()> {
    output.either(|| json::Plan::from(plan), || table(plan))
}

fn table(plan: &RunPlan) -> String {
    let mut table = Table::new(2, &[]);
    let mut row = |name: &str, cell: String| table.row([name.to_owned(), cell]);
    let (frames, coefficients) = (words::frames(plan.input.0), plan.input.1);
    row("model", format!("{} on {}", plan.model, plan.device));
    row("input", format!("{frames} x {coefficients}, {} classes", plan.classes));
    row(
        "parameters",
        format!("{}, {} of them trained", plan.parameters, plan.trainable),
    );
    row("multiply-adds", format!("{} a clip", plan.multiply_adds));
    let subsets = format!(
        "{} train, {} validation, {} test",
        plan.train, plan.validation, plan.test
    );
    let subsets = match plan.folds {
        1 => subsets,
        folds => format!("{subsets}; the first of {folds} folds"),
    };
    row("examples", subsets);
    if plan.coverage.is_thin() {
        row("test set", words::coverage(&plan.coverage));
    }
    for note in &plan.notes {
        row("split", note.clone());
    }
    let time = match &plan.epoch {
        Some(time) => format!(
            "about {:.1} s, {} at most {:.0} s ({}), {} steps",
            time.seconds,
            match plan.folds {
                1 => "the run".to_owned(),
                folds => format!("the {folds} runs"),
            },
            time.run_seconds * plan.folds as f64,
            time.source,
            plan.steps()
        ),
        None => format!("-, {} steps", plan.steps()),
    };
    row("epoch", time);
    table.render()
}
