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
    let first = evaluated.iter().find_map(|one| one.outcome.as_ref().ok());
    let mut text = first.map_or_else(String::new, |first| match first.dimensions.is_empty() {
        true => probabilities(first, evaluated),
        false => dimensions(first, evaluated),
    });
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
    if let Some(one) = evaluated.iter().find(|one| !one.unknown_labels.is_empty()) {
        text += &format!("{}\n", words::unknown_labels(&one.unknown_labels));
    }
    if let Some(one) = evaluated.iter().find(|one| one.synthetic_model) {
        text += &format!("the model of run {} was trained on {SYNTHETIC}\n", one.run);
    }
    text
}

fn probabilities(first: &Prediction, evaluated: &[FilePrediction]) -> String {
    let labels = first.probabilities.iter().map(|(label, _)| label.as_str());
    let others = first.left_out.map(|_| "others left out");
    let headings: Vec<&str> = ["file", "predicted"].into_iter().chain(labels).chain(others).collect();
    let mut table = Table::new(2, &headings);
    for (path, prediction) in predicted(evaluated) {
        let shares = prediction.probabilities.iter().map(|(_, share)| *share);
        let shares = shares.chain(prediction.left_out).map(|share| percent(f64::from(share)));
        table.row([path, most_probable(prediction)].into_iter().chain(shares));
    }
    let renormalised = match first.left_out {
        Some(_) => {
            "probabilities are divided by their sum; the last column is what the model gave to its other labels\n"
        }
        None => "",
    };
    table.render() + renormalised
}

fn dimensions(first: &Prediction, evaluated: &[FilePrediction]) -> String {
    let names: Vec<&str> = first.dimensions.iter().map(|(name, _)| name.as_str()).collect();
    let mut table = Table::new(1, &[&["file"], names.as_slice()].concat());
    for (path, prediction) in predicted(evaluated) {
        let values = prediction.dimensions.iter().map(|(_, value)| format!("{value:.3}"));
        table.row(std::iter::once(path).chain(values));
    }
    let mut text = table.render() + &format!("{}: {}\n", names.join(", "), words::DIMENSIONS);
    for (corpus, values) in &first.units {
        let names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
        let heading = format!("in the units of {corpus}");
        let mut table = Table::new(1, &[&[heading.as_str()], names.as_slice()].concat());
        for (path, prediction) in predicted(evaluated) {
            let own = prediction.units.iter().filter(|(of, _)| of == corpus);
            let values = own
                .flat_map(|(_, values)| values)
                .map(|(_, value)| format!("{value:.3}"));
            table.row(std::iter::once(path).chain(values));
        }
        text += &table.render();
    }
    text
}

fn predicted(evaluated: &[FilePrediction]) -> impl Iterator<Item = (String, &Prediction)> {
    evaluated
        .iter()
        .filter_map(|one| Some((one.path.display().to_string(), one.outcome.as_ref().ok()?)))
}

fn most_probable(prediction: &Prediction) -> String {
    let best = prediction.probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or_else(String::new, |(label, _)| label.clone())
}
