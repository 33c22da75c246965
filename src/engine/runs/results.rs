//! `report.json` and `predictions.csv` of a run.

use crate::engine::{EngineError, EvaluatedClip, Report};
use crate::evaluation::{DimensionValue, Regression};
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
    let table = match &report.regression {
        None => predictions_csv(&report.labels, evaluated),
        Some(regression) => dimensions_csv(&regression.dimensions, evaluated),
    };
    let table = table.map_err(|error| malformed(&predictions, &error))?;
    files::replace(&predictions, &table).map_err(io(&predictions))?;
    let path = folder.report();
    let text =
        serde_json::to_vec_pretty(&Format::Report.versioned(report)).map_err(|error| malformed(&path, &error))?;
    Ok(files::replace(&path, &text).map_err(io(&path))?)
}

/// Where a clip is from: path, corpus, speaker, gender.
fn origin(clip: &EvaluatedClip) -> [String; 4] {
    [
        clip.path.to_string_lossy().into_owned(),
        clip.corpus.clone(),
        clip.speaker.clone().unwrap_or_default(),
        clip.gender.clone().unwrap_or_default(),
    ]
}

fn predictions_csv(labels: &[String], evaluated: &[EvaluatedClip]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.into_iter().chain(labels.iter().map(String::as_str)))?;
    let label = |index: usize| labels.get(index).cloned().unwrap_or_default();
    for clip in evaluated {
        let labels = [label(clip.truth), label(clip.prediction())];
        let probabilities = clip.probabilities.iter().map(f32::to_string);
        writer.write_record(origin(clip).into_iter().chain(labels).chain(probabilities))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// What corpora state and what is predicted, both in the units of the clip's corpus; empty where it states nothing, or has no
/// scale.
fn dimensions_csv(dimensions: &[String], evaluated: &[EvaluatedClip]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = dimensions
        .iter()
        .flat_map(|name| [format!("{name}_truth"), format!("{name}_prediction")]);
    writer.write_record(COLUMNS[..4].iter().map(|name| (*name).to_owned()).chain(columns))?;
    let cell = |value: Option<f32>| value.map_or_else(String::new, |value| value.to_string());
    for clip in evaluated {
        let values = clip.dimensions.iter();
        let values = values.flat_map(|value| [cell(value.truth), cell(value.prediction)]);
        writer.write_record(origin(clip).into_iter().chain(values))?;
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

/// The test clips of a run, as predicted, of which this is its report.
///
/// # Errors
/// [`RunError`] when there are none, or the table is damaged.
pub fn read_evaluated_clips(folder: &RunFolder, report: &Report) -> Result<Vec<EvaluatedClip>, RunError> {
    let path = folder.predictions();
    let text = std::fs::read(&path).map_err(io(&path))?;
    if let Some(regression) = &report.regression {
        return read_dimensions(&path, &text, regression.dimensions.len());
    }
    let labels = &report.labels;
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
            return Err(unfit(&path, &record));
        };
        evaluated.push(EvaluatedClip {
            path: record[0].into(),
            corpus: record[1].to_owned(),
            speaker: known(&record[2]),
            gender: known(&record[3]),
            truth: *truth,
            probabilities,
            dimensions: Vec::new(),
        });
    }
    Ok(evaluated)
}

fn read_dimensions(path: &Path, text: &[u8], dimensions: usize) -> Result<Vec<EvaluatedClip>, RunError> {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let value = |text: &str| match text {
        "" => Some(None),
        number => number.parse::<f32>().ok().filter(|value| value.is_finite()).map(Some),
    };
    let mut evaluated = Vec::new();
    for record in csv::Reader::from_reader(text).records() {
        let record = record.map_err(|error| malformed(path, &error))?;
        let values: Option<Vec<Option<f32>>> = record.iter().skip(4).map(value).collect();
        let Some(values) = values.filter(|values| values.len() == 2 * dimensions) else {
            return Err(unfit(path, &record));
        };
        evaluated.push(EvaluatedClip {
            path: record[0].into(),
            corpus: record[1].to_owned(),
            speaker: known(&record[2]),
            gender: known(&record[3]),
            truth: 0,
            probabilities: Vec::new(),
            dimensions: values
                .chunks_exact(2)
                .map(|pair| DimensionValue {
                    truth: pair[0],
                    prediction: pair[1],
                })
                .collect(),
        });
    }
    Ok(evaluated)
}

fn unfit(path: &Path, record: &csv::StringRecord) -> RunError {
    let line = record.position().map_or(0, csv::Position::line);
    malformed(path, &format!("line {line} does not fit report.json beside it"))
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

/// All predictions of folds that have learnt dimensions; none of fewer than two that were evaluated.
pub fn pooled_dimensions<'a>(folds: impl Iterator<Item = &'a RunFolder>) -> Option<Regression> {
    let read = |folder: &RunFolder| {
        let report = read_report(folder).ok()?;
        let evaluated = read_evaluated_clips(folder, &report).ok()?;
        Some((report.regression?, evaluated))
    };
    let folds: Vec<(Regression, Vec<_>)> = folds.filter_map(read).collect();
    Regression::pooled(folds.iter().map(|(fold, evaluated)| (fold, &**evaluated)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{Protocol, Regression, regression_report, report};

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
            dimensions: Vec::new(),
        };
        let labels = ["happy".to_owned(), "sad".to_owned()];
        let evaluated = [
            clip("/x/1.wav", 0, [0.1, 0.9]),
            clip("/x/ü \"2\".wav", 1, [1.0 / 3.0, 2.0 / 3.0]),
        ];
        let report = report(&labels, &evaluated, Protocol::default());
        write(&folder, &report, &evaluated).unwrap();
        assert_eq!(read_report(&folder).unwrap(), report);
        assert_eq!(read_evaluated_clips(&folder, &report).unwrap(), evaluated);

        let other = Report {
            labels: labels[..1].to_vec(),
            ..report
        };
        let error = read_evaluated_clips(&folder, &other).unwrap_err().to_string();
        assert!(error.contains("predictions.csv") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn dimensions_come_back_in_the_units_of_their_corpora() {
        let runs = tempfile::tempdir().unwrap();
        let folder = RunFolder {
            id: "a".into(),
            path: runs.path().to_owned(),
        };
        let clip = |corpus: &str, values: [(Option<f32>, Option<f32>); 2]| EvaluatedClip {
            path: "/x/1.wav".into(),
            corpus: corpus.into(),
            speaker: None,
            gender: Some("female".into()),
            truth: 0,
            probabilities: Vec::new(),
            dimensions: values
                .map(|(truth, prediction)| DimensionValue { truth, prediction })
                .to_vec(),
        };
        let evaluated = [
            clip("a", [(Some(4.5), Some(1.0 / 3.0)), (None, None)]),
            clip("b", [(Some(-0.25), Some(0.1)), (None, Some(0.5))]),
        ];
        let names = ["arousal".to_owned(), "valence".to_owned()];
        let scales = vec![
            ("a".to_owned(), vec![Some((1.0, 5.0)), None]),
            ("b".to_owned(), vec![Some((-1.0, 1.0)), Some((-1.0, 1.0))]),
        ];
        let found = Regression::of(&names, scales, &evaluated);
        let report = regression_report(found, Protocol::default());
        write(&folder, &report, &evaluated).unwrap();
        assert_eq!(read_report(&folder).unwrap(), report);
        assert_eq!(read_evaluated_clips(&folder, &report).unwrap(), evaluated);
        let table = std::fs::read_to_string(folder.predictions()).unwrap();
        assert!(table.starts_with("path,corpus,speaker,gender,arousal_truth,arousal_prediction,valence_truth"));
        std::fs::write(folder.predictions(), table.replace("4.5", "much")).unwrap();
        let error = read_evaluated_clips(&folder, &report).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
