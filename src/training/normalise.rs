//! Features standardised by the statistics of their clip or their speaker.

use super::TrainingError;
use crate::corpus::Clip;
use crate::features::{FeatureMatrix, Normalise, Scaler};
use std::collections::{BTreeMap, HashMap};

/// The statistics that a data set's clips were standardised by.
///
/// The scaler of the training clips comes after it, and finds little left to do.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    how: Normalise,
    speakers: Vec<Scaler>,
    /// The speaker of every example, as an index into `speakers`.
    of: Vec<Option<usize>>,
}

impl Normaliser {
    /// Standardises the features of all subsets. `clips` are those behind the data set, in its order; the first `recorded`
    /// of them are no copies, and only these make a speaker's statistics. No label is used: a test speaker's
    /// clips are standardised by what is known of them before they are predicted.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] where a clip's own statistics would leave nothing of it: one frame alone.
    pub fn apply(
        matrices: &mut [FeatureMatrix],
        clips: &[Clip],
        recorded: usize,
        how: Normalise,
    ) -> Result<Self, TrainingError> {
        let mut normaliser = Self { how, ..Self::default() };
        if how == Normalise::Corpus {
            return Ok(normaliser);
        }
        if how == Normalise::Speaker {
            normaliser.measure(matrices, clips, recorded);
        }
        let frames = matrices.iter().map(|matrix| matrix.frames).max().unwrap_or(0);
        Self::check(how, frames, &clips[..recorded.min(clips.len())])?;
        for (clip, matrix) in matrices.iter_mut().enumerate() {
            normaliser.example(clip, matrix);
        }
        Ok(normaliser)
    }

    /// Refuses what [`Self::apply`] would for recorded clips of so many frames.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] where a clip's own statistics would leave nothing of it: one frame alone.
    pub fn check(how: Normalise, frames: usize, clips: &[Clip]) -> Result<(), TrainingError> {
        if frames != 1 || how == Normalise::Corpus {
            return Ok(());
        }
        let mut of_speakers: BTreeMap<Option<String>, usize> = BTreeMap::new();
        for clip in clips {
            let speaker = clip.speaker_key().filter(|_| how == Normalise::Speaker);
            *of_speakers.entry(speaker).or_default() += 1;
        }
        let whose = match of_speakers
            .iter()
            .find(|(speaker, clips)| speaker.is_none() || **clips == 1)
        {
            None => return Ok(()),
            Some((None, _)) => "its own statistics".to_owned(),
            Some((Some(speaker), _)) => format!("those of {speaker}, who has no other clip,"),
        };
        Err(TrainingError::Settings {
            key: "training.normalise".to_owned(),
            problem: format!(
                "the recipe gives one frame per clip, of which {whose} leave nothing; choose \"corpus\", or \"speaker\" \
                 where every speaker is known and has several clips"
            ),
        })
    }

    fn measure(&mut self, matrices: &[FeatureMatrix], clips: &[Clip], recorded: usize) {
        let mut indices: HashMap<String, usize> = HashMap::new();
        let mut own: Vec<Vec<&FeatureMatrix>> = Vec::new();
        for (index, (clip, matrix)) in clips.iter().zip(matrices).enumerate() {
            let index_of_speaker = clip.speaker_key().map(|key| {
                *indices.entry(key).or_insert_with(|| {
                    own.push(Vec::new());
                    own.len() - 1
                })
            });
            self.of.push(index_of_speaker);
            if let (Some(speaker), true) = (index_of_speaker, index < recorded) {
                own[speaker].push(matrix);
            }
        }
        self.speakers = own.into_iter().map(Scaler::of_few).collect();
    }

    /// Standardises the features of an example that was made of a clip.
    pub fn example(&self, clip: usize, matrix: &mut FeatureMatrix) {
        if self.how == Normalise::Corpus {
            return;
        }
        let speaker = self.of.get(clip).copied().flatten();
        match speaker.and_then(|speaker| self.speakers.get(speaker)) {
            Some(scaler) if !scaler.mean.is_empty() => scaler.apply(matrix),
            _ => Scaler::of_few([&*matrix]).apply(matrix),
        }
    }

    /// The note in a report.
    pub fn note(&self) -> Option<&'static str> {
        match self.how {
            Normalise::Corpus => None,
            Normalise::Utterance => Some("features standardised per clip, by its own frames"),
            Normalise::Speaker => {
                Some("features standardised per speaker, test speakers by their own unlabelled clips")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Emotion;

    fn clip(speaker: Option<&str>) -> Clip {
        Clip {
            path: "a.wav".into(),
            corpus: "toy".into(),
            synthetic: true,
            speaker: speaker.map(Into::into),
            gender: None,
            age: None,
            ethnicity: None,
            emotion: Emotion::new("happy"),
            given_split: None,
            columns: Default::default(),
            intensity: None,
            dimensions: Default::default(),
            votes: None,
            text: None,
            container: "wav".into(),
            frames: 100,
            rate: 8_000,
            channels: 1,
            decoded: None,
            channel: Default::default(),
            segment: None,
        }
    }

    /// Clips of 4 frames of 2 numbers, each with a level and a swing of its own.
    fn matrices(clips: usize, frames: usize) -> Vec<FeatureMatrix> {
        let value = |clip: usize, index: usize| (10 * clip) as f32 + (clip + 1) as f32 * (index as f32 * 1.7).sin();
        let matrix = |clip: usize| FeatureMatrix {
            frames,
            coefficients: 2,
            values: (0..frames * 2).map(|index| value(clip, index)).collect(),
        };
        (0..clips).map(matrix).collect()
    }

    fn is_standard(matrices: &[&FeatureMatrix]) -> bool {
        let scaler = Scaler::fit(matrices.iter().copied());
        let close = |values: &[f32], to: f32| values.iter().all(|value| (value - to).abs() < 1e-5);
        close(&scaler.mean, 0.0) && close(&scaler.deviation, 1.0)
    }

    #[test]
    fn each_group_is_standardised_by_itself() {
        let clips = [
            clip(Some("a")),
            clip(Some("b")),
            clip(Some("a")),
            clip(None),
            clip(Some("a")),
        ];
        let raw = matrices(5, 4);
        let of = |how| {
            let mut matrices = raw.clone();
            let normaliser = Normaliser::apply(&mut matrices, &clips, 4, how).unwrap();
            (matrices, normaliser)
        };
        assert_eq!(of(Normalise::Corpus).0, raw);
        assert!(of(Normalise::Utterance).0.iter().all(|matrix| is_standard(&[matrix])));
        let (matrices, normaliser) = of(Normalise::Speaker);
        assert!(is_standard(&[&matrices[0], &matrices[2]]), "the copy does not count");
        assert!(!is_standard(&[&matrices[0]]) && !is_standard(&[&matrices[4]]));
        assert!(is_standard(&[&matrices[1]]) && is_standard(&[&matrices[3]]));
        // An example made of a clip is standardised as the clip is.
        let mut example = raw[2].clone();
        normaliser.example(2, &mut example);
        assert_eq!(example, matrices[2]);
        assert!(normaliser.note().unwrap().contains("unlabelled"));
    }

    #[test]
    fn one_frame_alone_is_refused() {
        let clips = [clip(Some("a")), clip(Some("a")), clip(None)];
        let refusal = |clips: &[Clip], how| Normaliser::apply(&mut matrices(clips.len(), 1), clips, clips.len(), how);
        assert!(refusal(&clips[..2], Normalise::Speaker).is_ok());
        for (clips, how, whose) in [
            (&clips[..], Normalise::Speaker, "its own statistics"),
            (&clips[..2], Normalise::Utterance, "its own statistics"),
            (&clips[..1], Normalise::Speaker, "toy/a, who has no other clip"),
        ] {
            let message = refusal(clips, how).unwrap_err().to_string();
            assert!(
                message.starts_with("training.normalise: the recipe gives one frame") && message.contains(whose),
                "{message}"
            );
        }
        let copy = Normaliser::apply(&mut matrices(2, 1), &clips[..2], 1, Normalise::Speaker);
        assert!(copy.is_err(), "a copy is no other clip");
    }
}
