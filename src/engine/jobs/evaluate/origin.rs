//! What an evaluated model has learnt from, as far as that is known.

use crate::corpus::{Catalogue, Dealt, Selection, Subset, dealt};
use crate::encoders::known;
use crate::engine::EngineError;
use crate::engine::jobs::predictor::Loaded;
use crate::engine::runs::file::RunFile;
use crate::engine::worker::protocol::provenance;
use crate::evaluation::{Leakage, Provenance, leakage};
use crate::inference::{FinalFit, Package};
use crate::runs::RunFolder;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf, absolute};

/// What a model has learnt from.
pub struct Origin {
    /// In words, as in `by the model of run a, trained on crema_d (5,144 clips)`.
    pub words: String,
    /// Whether that was synthetic.
    pub synthetic: bool,
    /// Clips that it was trained on; 0 where that is not known.
    pub train_clips: usize,
    /// Clips that it was chosen on; 0 where that is not known.
    pub validation_clips: usize,
    /// What the evaluated clips share with these; nothing is counted where that is not known.
    pub leakage: Leakage,
}

/// Of a model that is evaluated on these clips.
///
/// # Errors
/// A run whose files are damaged.
pub fn of(loaded: &Loaded, selection: &Selection, catalogue: &Catalogue) -> Result<Origin, EngineError> {
    match loaded {
        Loaded::Run(folder, package) => of_run(folder, package, selection, catalogue),
        Loaded::ReadyMade(name, _) => Ok(of_ready_made(name, selection)),
    }
}

fn of_run(
    folder: &RunFolder,
    package: &Package,
    selection: &Selection,
    catalogue: &Catalogue,
) -> Result<Origin, EngineError> {
    let file = RunFile::read(folder)?;
    let clips = dealt(&folder.split())?;
    let count = |subset: Subset| clips.iter().filter(|clip| clip.subset == subset).count();
    let (train, validation, test) = (count(Subset::Train), count(Subset::Validation), count(Subset::Test));
    let corpora = file.run.corpora.join("+");
    let fit = package.metadata.final_fit;
    let (learnt, chosen) = match fit {
        FinalFit::None => (train, validation),
        FinalFit::TrainValidation => (train + validation, 0),
        FinalFit::Everything => (train + validation + test, 0),
    };
    // A run's paths are absolute, those of a scan as the settings name them.
    let whole = |path: &Path| absolute(path).unwrap_or_else(|_| path.to_owned());
    let contents: HashMap<PathBuf, u128> = catalogue
        .clips
        .iter()
        .zip(&catalogue.analysis)
        .filter_map(|(clip, analysis)| Some((whole(&clip.path), analysis.as_ref()?.content)))
        .collect();
    let known = |clip: &Dealt| Provenance {
        speaker: clip
            .speaker
            .as_ref()
            .map(|speaker| format!("{}/{speaker}", clip.corpus)),
        text: None,
        content: contents.get(&whole(&clip.path)).copied(),
        source: None,
    };
    let learnt_from: Vec<Provenance> = clips
        .iter()
        .filter(|clip| clip.subset != Subset::Test || fit == FinalFit::Everything)
        .map(known)
        .collect();
    let evaluated: Vec<Provenance> = selection
        .clips
        .iter()
        .zip(&selection.analysis)
        .map(|(clip, analysis)| Provenance {
            // The table of a run does not tell its sentences.
            text: None,
            ..provenance(clip, analysis.as_deref())
        })
        .collect();
    Ok(Origin {
        words: format!(
            "by the model of run {}, trained on {corpora} ({learnt} clips)",
            folder.id
        ),
        synthetic: package.metadata.synthetic,
        train_clips: learnt,
        validation_clips: chosen,
        leakage: leakage(&learnt_from, &evaluated),
    })
}

/// From the table of encoders that are known. Which clips it has heard is not told anywhere, so nothing is counted.
fn of_ready_made(name: &str, selection: &Selection) -> Origin {
    // A revision plays no part in what a model is known by.
    let model = name.split('@').next().unwrap_or(name);
    let words = match known().iter().find(|known| known.name == model) {
        None => format!("by {name} as published; what it was trained on is not known here"),
        Some(known) => {
            let heard = heard(known.emotion_corpora, selection);
            let heard = match heard.join(", ") {
                none if none.is_empty() => none,
                heard => format!("; TRAINED ON {heard}, of which these scores are not scores on unheard clips"),
            };
            format!("by {name} as published, trained on {}{heard}", known.trained_on)
        }
    };
    Origin {
        words,
        synthetic: false,
        train_clips: 0,
        validation_clips: 0,
        leakage: Leakage::default(),
    }
}

/// The corpora among the evaluated clips that a model was trained on, by their names.
fn heard(trained_on: &[&str], selection: &Selection) -> Vec<String> {
    let key = |name: &str| -> String {
        name.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase()
    };
    let trained_on: Vec<String> = trained_on.iter().map(|name| key(name)).collect();
    let corpora: BTreeSet<&str> = selection.clips.iter().map(|clip| &*clip.corpus).collect();
    let heard = corpora.into_iter().filter(|corpus| trained_on.contains(&key(corpus)));
    heard.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Clip, Emotion};

    fn of(corpus: &str) -> Selection {
        let clip = Clip {
            path: "a.wav".into(),
            corpus: corpus.into(),
            synthetic: false,
            speaker: None,
            gender: None,
            age: None,
            ethnicity: None,
            emotion: Emotion::new("sad"),
            intensity: None,
            text: None,
            container: "wav".into(),
            frames: 100,
            rate: 8_000,
            channels: 1,
        };
        Selection {
            clips: vec![clip],
            analysis: vec![None],
            ..Selection::default()
        }
    }

    #[test]
    fn a_model_that_has_heard_the_evaluated_corpus_is_named() {
        assert_eq!(heard(&["IEMOCAP", "CREMA-D"], &of("crema_d")), ["crema_d"]);
        assert!(heard(&["IEMOCAP"], &of("crema_d")).is_empty());
        let known = known()
            .iter()
            .find(|known| known.emotion_corpora.contains(&"RAVDESS"))
            .unwrap();
        let words = |corpus: &str| of_ready_made(&format!("{}@main", known.name), &of(corpus)).words;
        assert!(words("ravdess").contains("TRAINED ON ravdess"), "{}", words("ravdess"));
        assert!(!words("tess").contains("TRAINED ON"));
        assert!(words("tess").contains(known.trained_on));
        assert!(of_ready_made("a/b", &of("tess")).words.contains("not known here"));
    }
}
