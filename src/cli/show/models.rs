//! The architectures, and one of them layer by layer.

use crate::cli::output::Output;
use crate::engine::{ModelRow, ModelSummary};
use crate::present::table::Table;
use crate::present::{json, words};
use std::io;

/// One line per architecture.
pub fn models(output: Output, rows: &[ModelRow]) -> io::Result<()> {
    output.either(|| json::Models::from(rows), || {
        let mut table = Table::new(
            2,
            &[
                "architecture",
                "what it is",
                "input",
                "classes",
                "parameters",
                "multiply-adds",
            ],
        );
        for row in rows {
            table.row([
                row.name.clone(),
                row.about.clone(),
                format!("{} x {}", row.input.0, row.input.1),
                row.classes.to_string(),
                row.parameters.to_string(),
                row.multiply_adds.to_string(),
            ]);
        }
        let below =
            "Input and classes are as published; `undertone models NAME` shows the layers for the settings' recipe.";
        format!("{}\n{below}\n", table.render())
    })
}

/// One line per layer, and the sums.
pub fn model(output: Output, summary: &ModelSummary) -> io::Result<()> {
    output.either(
        || json::Model::from(summary),
        || {
            let (frames, coefficients) = (words::frames(summary.input.0), summary.input.1);
            let mut table = Table::new(1, &["layer", "output", "trainable", "fixed", "multiply-adds"]);
            table.row(["input".to_owned(), format!("{frames} x {coefficients}")]);
            for layer in &summary.layers {
                let numbers = [layer.trainable, layer.fixed, layer.multiply_adds];
                let numbers = numbers.map(|number| if number > 0 { number.to_string() } else { String::new() });
                table.row([layer.layer.clone(), layer.shape()].into_iter().chain(numbers));
            }
            let sums = [summary.trainable, summary.fixed, summary.multiply_adds];
            let sums = sums.map(|sum| sum.to_string());
            table.row(["sum".to_owned(), String::new()].into_iter().chain(sums));
            format!(
                "{}: {}\nrecipe {}, {} classes as published; {} parameters\n\n{}",
                summary.name,
                summary.about,
                summary.recipe,
                summary.classes,
                summary.trainable + summary.fixed,
                table.render()
            )
        },
    )
}
