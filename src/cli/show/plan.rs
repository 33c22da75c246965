//! What a run would be.

use crate::cli::output::Output;
use crate::cli::table::Table;
use crate::engine::RunPlan;
use std::io;

/// Sizes, sides, time.
pub fn plan(output: Output, plan: &RunPlan) -> io::Result<()> {
    output.either(plan, || table(plan))
}

fn table(plan: &RunPlan) -> String {
    let mut table = Table::new(2, &[]);
    let mut row = |name: &str, words: String| table.row([name.to_owned(), words]);
    let (frames, coefficients) = plan.input;
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
        row("test set", super::coverage_words(&plan.coverage));
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
