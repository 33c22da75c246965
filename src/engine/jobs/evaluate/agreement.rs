//! How well the dimensions that a model predicts agree with those that the corpora state.

use crate::corpus::{Clip, Dimensions, Scale, Scales, Selection};
use crate::engine::EngineError;
use crate::evaluation::{DimensionClip, DimensionReport};
use crate::files;
use crate::training::Rows;
use std::path::Path;

/// Clips with stated and predicted dimensions.
pub struct Agreement<'a> {
    /// As the model calls them.
    dimensions: Vec<String>,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    clip: &'a Clip,
    /// On which the corpus states each dimension; none where it does not, or only one value.
    scales: Vec<Option<Scale>>,
    /// What the corpus states, in its units.
    truth: Vec<Option<f32>>,
    /// On 0 to 1.
    prediction: Vec<f32>,
}

impl<'a> Agreement<'a> {
    /// Of the clips of these selections that state one of the dimensions; none where no clip does.
    pub fn of(dimensions: &[String], scales: &Scales, sides: [(&'a Selection, &Rows); 2]) -> Option<Self> {
        let places: Vec<Option<usize>> = dimensions.iter().map(|name| Dimensions::place(name)).collect();
        let predicted = sides
            .into_iter()
            .flat_map(|(selection, rows)| selection.clips.iter().zip(rows));
        let row = |(clip, prediction): (&'a Clip, &Result<Vec<f32>, String>)| {
            let of_corpus = scales.get(&clip.corpus)?;
            let values = clip.dimensions.values();
            let scales: Vec<_> = places.iter().map(|place| of_corpus.scales[(*place)?]).collect();
            let truth: Vec<_> = places
                .iter()
                .zip(&scales)
                .map(|(place, scale)| scale.and(values[(*place)?]))
                .collect();
            let prediction = prediction.as_ref().ok()?.clone();
            truth.iter().any(Option::is_some).then_some(Row {
                clip,
                scales,
                truth,
                prediction,
            })
        };
        let rows: Vec<Row> = predicted.filter_map(row).collect();
        (!rows.is_empty()).then(|| Self {
            dimensions: dimensions.to_vec(),
            rows,
        })
    }

    /// The scores.
    pub fn report(&self) -> DimensionReport {
        let clip = |row: &Row<'a>| DimensionClip {
            corpus: &row.clip.corpus,
            ranges: row.scales.iter().map(|scale| scale.map(Scale::ends)).collect(),
            truth: on_unit(row),
            prediction: row.prediction.clone(),
        };
        let clips: Vec<DimensionClip> = self.rows.iter().map(clip).collect();
        DimensionReport::of(&self.dimensions, &clips)
    }

    /// Writes a row per clip: what its corpus states, and what is predicted, both in the corpus's units.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, path: &Path) -> Result<(), EngineError> {
        let failed = |source| crate::runs::RunError::Io {
            path: path.to_owned(),
            source,
        };
        let table = self.table().map_err(|error| failed(error.into()))?;
        Ok(files::replace(path, &table).map_err(failed)?)
    }

    fn table(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names = self.dimensions.iter();
        let columns = names.flat_map(|name| [format!("{name}_truth"), format!("{name}_prediction")]);
        let head = ["path", "corpus", "speaker"].map(str::to_owned);
        writer.write_record(head.into_iter().chain(columns))?;
        for row in &self.rows {
            let head = [
                row.clip.path.to_string_lossy().into_owned(),
                row.clip.corpus.to_string(),
                row.clip.speaker.as_deref().unwrap_or_default().to_owned(),
            ];
            let stated = |value: Option<f32>| value.map_or_else(String::new, |value| value.to_string());
            let values = row.scales.iter().zip(&row.truth).zip(&row.prediction);
            let cells = values.flat_map(|((scale, truth), prediction)| {
                [stated(*truth), stated(scale.map(|scale| scale.of_unit(*prediction)))]
            });
            writer.write_record(head.into_iter().chain(cells))?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}

fn on_unit(row: &Row) -> Vec<Option<f32>> {
    let values = row.scales.iter().zip(&row.truth);
    values
        .map(|(scale, truth)| Some((*scale)?.to_unit((*truth)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{CorpusScales, Emotion};
    use crate::engine::worker::protocol::observed_ranges;
    use std::collections::BTreeMap;

    fn clip(valence: Option<f32>) -> Clip {
        Clip {
            path: "a.wav".into(),
            corpus: "test".into(),
            synthetic: false,
            speaker: Some("s1".into()),
            gender: None,
            age: None,
            ethnicity: None,
            emotion: Emotion::new("sad"),
            given_split: None,
            columns: Default::default(),
            intensity: None,
            dimensions: [Some(3.0), None, valence].into(),
            votes: None,
            text: None,
            container: "wav".into(),
            frames: 16_000,
            rate: 16_000,
            channels: 1,
            decoded: None,
            channel: Default::default(),
            segment: None,
        }
    }

    fn scales() -> Scales {
        let scale = Scale::try_from([1.0, 5.0]).ok();
        let of = CorpusScales {
            stated: false,
            scales: [scale, None, scale],
        };
        let all = BTreeMap::from([("test", of)]);
        serde_json::from_str(&serde_json::to_string(&all).unwrap()).unwrap()
    }

    #[test]
    fn truth_and_prediction_meet_on_the_scale_of_the_corpus() {
        let selection = Selection {
            clips: vec![clip(Some(5.0)), clip(None), clip(Some(1.0)), clip(Some(2.0))],
            ..Selection::default()
        };
        let rows: Rows = vec![
            Ok(vec![1.0, 0.5, 0.5]),
            Ok(vec![0.25, 0.5, 0.5]),
            Ok(vec![0.0, 0.5, 0.5]),
            Err("damaged".to_owned()),
        ];
        let names = ["Valence", "dominance", "arousal"].map(str::to_owned);
        let none = (&Selection::default(), &Rows::new());
        let scales = scales();
        let found = Agreement::of(&names, &scales, [(&selection, &rows), none]).unwrap();
        let report = found.report();
        let clips: Vec<(&str, usize)> = report.all.iter().map(|of| (of.dimension.as_str(), of.clips)).collect();
        assert_eq!(clips, [("Valence", 2), ("arousal", 3)]);
        assert_eq!((report.all[0].ccc, report.all[0].rmse), (Some(1.0), 0.0));
        let corpora = report.by_corpus.iter().map(|(corpus, _)| corpus.as_str());
        assert!(observed_ranges(&scales, corpora).unwrap().contains("test"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dimensions.csv");
        found.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "a.wav,test,s1,5,5,,,3,3");
        assert_eq!(lines[2], "a.wav,test,s1,,2,,,3,3");
        assert!(Agreement::of(&names, &Scales::default(), [(&selection, &rows), none]).is_none());
    }
}
