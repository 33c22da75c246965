//! What a model says about files.

use super::SYNTHETIC;
use crate::cli::output::Output;
use crate::cli::table::Table;
use crate::engine::{FilePrediction, Prediction, Warning};
use std::io;

/// All probabilities, warnings and refusals.
pub fn predictions(output: Output, evaluated: &[FilePrediction]) -> io::Result<()> {
    output.either(&evaluated, || text(evaluated))
}

fn text(evaluated: &[FilePrediction]) -> String {
    let labels = evaluated
        .iter()
        .find_map(|one| one.outcome.as_ref().ok())
        .map(|one| &one.probabilities);
    let labels: Vec<&str> = labels.into_iter().flatten().map(|(label, _)| label.as_str()).collect();
    let mut text = String::new();
    if !labels.is_empty() {
        let mut table = Table::new(2, &[&["file", "most likely"], labels.as_slice()].concat());
        for one in evaluated {
            if let Ok(prediction) = &one.outcome {
                let shares = prediction
                    .probabilities
                    .iter()
                    .map(|(_, share)| format!("{:.1} %", 100.0 * share));
                table.row(
                    [one.path.display().to_string(), most_likely(prediction)]
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
                    text += &format!("{path}: {}\n", words(warning));
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

fn most_likely(prediction: &Prediction) -> String {
    let best = prediction.probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or_else(String::new, |(label, _)| label.clone())
}

fn words(warning: &Warning) -> String {
    match warning {
        Warning::Level {
            rms_dbfs,
            training_rms_dbfs,
        } => format!(
            "{:.0} dB {} than the training clips ({rms_dbfs:.0} against {training_rms_dbfs:.0} dBFS)",
            (rms_dbfs - training_rms_dbfs).abs(),
            if rms_dbfs < training_rms_dbfs {
                "quieter"
            } else {
                "louder"
            }
        ),
        Warning::Clipping { share } => format!("{:.1} % of it is clipped", 100.0 * share),
        Warning::Short { seconds, wanted } => {
            format!("only {seconds:.2} s long where {wanted:.2} s are used; the rest is padded with zeros")
        }
        Warning::Long { seconds, used } => {
            format!("{seconds:.2} s long, of which only the first {used:.2} s are used")
        }
        Warning::NoTestScore => "the model was fitted on all clips and has no held-out test score".to_owned(),
        Warning::OneSpeaker { files: 1 } => {
            "standardised by itself; ask about more files of its speaker together".to_owned()
        }
        Warning::OneSpeaker { files } => format!("standardised by all {files} files together, taken as one speaker's"),
        Warning::Rate { rate, wanted } => format!("sampled at {rate} Hz, below the model's {wanted} Hz"),
    }
}
