//! `report.json` and `predictions.csv` of a run.

use crate::engine::{EngineError, EvaluatedClip, Report};
use crate::files;
use crate::formats::Format;
use crate::runs::{RunError, RunFolder};
use std::collections::HashMap;
use std::path::Path;

/// Columns of `predictions.csv` before one column of probabilities per label.
const COLUMNS: [&str; 6] = ["path", "corpus", "speaker", "gender", "truth", "prediction"];

/// Writes both, each whole or not at all.
///
/// # Errors
/// What the file system says.
pub fn write(folder: &RunFolder, report: &Report, evaluated: &[EvaluatedClip]) -> Result<(), EngineError> {
    let predictions = folder.predictions();
    let table = predictions_csv(&report.labels, evaluated).map_err(|error| malformed(&predictions, &error))?;
    files::replace(&predictions, &table).map_err(io(&predictions))?;
    let path = folder.report();
    let text =
        serde_json::to_vec_pretty(&Format::Report.versioned(report)).map_err(|error| malformed(&path, &error))?;
    Ok(files::replace(&path, &text).map_err(io(&path))?)
}

fn predictions_csv(labels: &[String], evaluated: &[EvaluatedClip]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.into_iter().chain(labels.iter().map(String::as_str)))?;
    let label = |index: usize| labels.get(index).cloned().unwrap_or_default();
    for clip in evaluated {
        let metadata = [
            clip.path.to_string_lossy().into_owned(),
            clip.corpus.clone(),
            clip.speaker.clone().unwrap_or_default(),
            clip.gender.clone().unwrap_or_default(),
            label(clip.truth),
            label(clip.prediction()),
        ];
        writer.write_record(
            metadata
                .into_iter()
                .chain(clip.probabilities.iter().map(f32::to_string)),
        )?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The report of a run.
///
/// # Errors
/// [`RunError`] when there is none, it is damaged, or a newer version of the program wrote it.
pub fn read_report(folder: &RunFolder) -> Result<Report, RunError> {
    let path = folder.report();
    let text = std::fs::read(&path).map_err(io(&path))?;
    Format::Report.check_json(&path, &text)?;
    serde_json::from_slice(&text).map_err(|error| malformed(&path, &error))
}

/// The test clips of a run, as predicted; `labels` are those of its report.
///
/// # Errors
/// [`RunError`] when there are none, or the table is damaged.
pub fn read_evaluated_clips(folder: &RunFolder, labels: &[String]) -> Result<Vec<EvaluatedClip>, RunError> {
    let path = folder.predictions();
    let text = std::fs::read(&path).map_err(io(&path))?;
    let index: HashMap<&str, usize> = labels
        .iter()
        .enumerate()
        .map(|(index, label)| (label.as_str(), index))
        .collect();
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut evaluated = Vec::new();
    for record in csv::Reader::from_reader(&*text).records() {
        let record = record.map_err(|error| malformed(&path, &error))?;
        let probabilities: Option<Vec<f32>> = record
            .iter()
            .skip(COLUMNS.len())
            .map(|field| field.parse().ok())
            .collect();
        let (Some(truth), Some(probabilities)) = (
            record.get(4).and_then(|label| index.get(label)),
            probabilities.filter(|p| p.len() == labels.len()),
        ) else {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(malformed(
                &path,
                &format!("line {line} does not fit report.json beside it"),
            ));
        };
        evaluated.push(EvaluatedClip {
            path: record[0].into(),
            corpus: record[1].to_owned(),
            speaker: known(&record[2]),
            gender: known(&record[3]),
            truth: *truth,
            probabilities,
        });
    }
    Ok(evaluated)
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> RunError {
    let path = path.to_owned();
    move |source| RunError::Io { path, source }
}

fn malformed(path: &Path, problem: &dyn std::fmt::Display) -> RunError {
    RunError::Malformed {
        path: path.to_owned(),
        problem: problem.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{Protocol, report};

    #[test]
    fn report_and_predictions_come_back_as_written() {
        let runs = tempfile::tempdir().unwrap();
        let folder = RunFolder {
            id: "a".into(),
            path: runs.path().to_owned(),
        };
        let clip = |path: &str, truth, probabilities: [f32; 2]| EvaluatedClip {
            path: path.into(),
            corpus: "c, with a comma".into(),
            speaker: (truth == 0).then(|| "01".into()),
            gender: Some("female".into()),
            truth,
            probabilities: probabilities.to_vec(),
        };
        let labels = ["happy".to_owned(), "sad".to_owned()];
        let evaluated = [
            clip("/x/1.wav", 0, [0.1, 0.9]),
            clip("/x/ü \"2\".wav", 1, [1.0 / 3.0, 2.0 / 3.0]),
        ];
        let report = report(&labels, &evaluated, Protocol::default());
        write(&folder, &report, &evaluated).unwrap();
        assert_eq!(read_report(&folder).unwrap(), report);
        assert_eq!(read_evaluated_clips(&folder, &labels).unwrap(), evaluated);

        let error = read_evaluated_clips(&folder, &labels[..1]).unwrap_err().to_string();
        assert!(error.contains("predictions.csv") && error.contains("line 2"), "{error}");
    }
}
