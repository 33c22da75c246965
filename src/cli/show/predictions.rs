//! Predicted emotions of files.

use crate::cli::output::Output;
use crate::engine::{FilePrediction, Prediction};
use crate::present::numbers::percent;
use crate::present::table::Table;
use crate::present::words::SYNTHETIC;
use crate::present::{json, words};
use std::io;

/// All probabilities, warnings and refusals.
pub fn predictions(output: Output, evaluated: &[FilePrediction]) -> io::Result<()> {
    output.either(|| json::Predictions::from(evaluated), || text(evaluated))
}

fn text(evaluated: &[FilePrediction]) -> String {
    let labels = evaluated
        .iter()
        .find_map(|one| one.outcome.as_ref().ok())
        .map(|one| &one.probabilities);
    let labels: Vec<&str> = labels.into_iter().flatten().map(|(label, _)| label.as_str()).collect();
    let mut text = String::new();
    if !labels.is_empty() {
        let mut table = Table::new(2, &[&["file", "predicted"], labels.as_slice()].concat());
        for one in evaluated {
            if let Ok(prediction) = &one.outcome {
                let shares = prediction
                    .probabilities
                    .iter()
                    .map(|(_, share)| percent(f64::from(*share)));
                table.row(
                    [one.path.display().to_string(), most_probable(prediction)]
                        .into_iter()
                        .chain(shares),
                );
            }
        }
        text = table.render();
    }
    for one in evaluated {
        let path = one.path.display().to_string();
        match &one.outcome {
            Ok(prediction) => {
                for warning in &prediction.warnings {
                    text += &format!("{path}: {}\n", words::warning(warning));
                }
            }
            // Some reasons name their file already.
            Err(reason) => text += &format!("refused: {path}: {}\n", reason.trim_start_matches(&format!("{path}: "))),
        }
    }
    if let Some(one) = evaluated.iter().find(|one| one.synthetic_model) {
        text += &format!("the model of run {} was trained on {SYNTHETIC}\n", one.run);
    }
    text
}

fn most_probable(prediction: &Prediction) -> String {
    let best = prediction.probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or_else(String::new, |(label, _)| label.clone())
}
