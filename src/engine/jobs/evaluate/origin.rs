//! What an evaluated model has learnt from, as far as that is known.

use crate::corpus::{Catalogue, Clip, Dealt, Selection, Subset, dealt};
use crate::encoders::known;
use crate::engine::EngineError;
use crate::engine::jobs::predictor::Loaded;
use crate::engine::runs::file::RunFile;
use crate::engine::worker::protocol::provenance;
use crate::evaluation::{Leakage, Provenance, leakage};
use crate::inference::{FinalFit, Package};
use crate::runs::RunFolder;
use std::collections::{BTreeSet, HashMap, HashSet};
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

/// What a run has written of its training: its corpora, and its clips with their subsets.
pub struct Training {
    corpora: String,
    clips: Vec<Dealt>,
}

/// That of a run; of a ready-made classifier there is none.
///
/// # Errors
/// A run whose files are damaged.
pub fn training_of(loaded: &Loaded) -> Result<Option<Training>, EngineError> {
    let Loaded::Run(folder, _) = loaded else {
        return Ok(None);
    };
    Ok(Some(Training {
        corpora: RunFile::read(folder)?.run.corpora.join("+"),
        clips: dealt(&folder.split())?,
    }))
}

/// Of a model that is evaluated on those of the selected clips whose paths are given.
pub fn of(
    loaded: &Loaded,
    training: Option<Training>,
    (selection, evaluated): (&Selection, &HashSet<&Path>),
    catalogue: &Catalogue,
) -> Origin {
    match (loaded, training) {
        (Loaded::Run(folder, package), Some(training)) => {
            of_run(folder, package, training, (selection, evaluated), catalogue)
        }
        _ => of_ready_made(loaded.name(), selection),
    }
}

fn of_run(
    folder: &RunFolder,
    package: &Package,
    Training { corpora, clips }: Training,
    (selection, evaluated): (&Selection, &HashSet<&Path>),
    catalogue: &Catalogue,
) -> Origin {
    let count = |subset: Subset| clips.iter().filter(|clip| clip.subset == subset).count();
    let (train, validation, test) = (count(Subset::Train), count(Subset::Validation), count(Subset::Test));
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
    let people = People::of(&clips, catalogue, whole);
    let known = |clip: &Dealt| Provenance {
        speaker: people.speaker(clip, &whole(&clip.path)),
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
        .filter(|(clip, _)| evaluated.contains(&*clip.path))
        .map(|(clip, analysis)| Provenance {
            // The table of a run does not hold its sentences.
            text: None,
            ..provenance(clip, analysis.as_deref())
        })
        .collect();
    Origin {
        words: format!(
            "by the model of run {}, trained on {corpora} ({learnt} clips)",
            folder.id
        ),
        synthetic: package.metadata.synthetic,
        train_clips: learnt,
        validation_clips: chosen,
        leakage: leakage(&learnt_from, &evaluated),
    }
}

/// Who speaks a run's clips by the names that corpora and speakers have now: the run may have begun when a corpus was called
/// otherwise, or when a speaker was two.
struct People<'a> {
    now: HashMap<PathBuf, &'a Clip>,
    /// From the names of corpora then to those of now.
    corpora: HashMap<&'a str, &'a str>,
}

impl<'a> People<'a> {
    fn of(dealt: &'a [Dealt], catalogue: &'a Catalogue, whole: impl Fn(&Path) -> PathBuf) -> Self {
        let now: HashMap<PathBuf, &Clip> = catalogue.clips.iter().map(|clip| (whole(&clip.path), clip)).collect();
        let found = dealt
            .iter()
            .filter_map(|then| Some((&*then.corpus, &*now.get(&whole(&then.path))?.corpus)));
        Self {
            corpora: found.collect(),
            now,
        }
    }

    /// `corpus/speaker`; of a clip that is gone, as far as that is known.
    fn speaker(&self, dealt: &Dealt, path: &Path) -> Option<String> {
        let here = self.now.get(path).and_then(|clip| clip.speaker_key());
        here.or_else(|| {
            let corpus = self.corpora.get(&*dealt.corpus).copied().unwrap_or(&dealt.corpus);
            Some(format!("{corpus}/{}", dealt.speaker.as_ref()?))
        })
    }
}

/// From the table of encoders that are known. Which clips they were trained on is not published, so nothing is counted.
fn of_ready_made(name: &str, selection: &Selection) -> Origin {
    let model = &hub_name(name);
    let words = match known().iter().find(|known| known.name == *model) {
        None => format!("by {name} as published; what it was trained on is not known here"),
        Some(known) => {
            let shared = shared(known.emotion_corpora, selection);
            let shared = match shared.join(", ") {
                none if none.is_empty() => none,
                shared => format!("; TRAINED ON {shared}, of which these scores are not scores on unseen clips"),
            };
            format!("by {name} as published, trained on {}{shared}", known.trained_on)
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

/// The name on the hub that stands in the name of a model, or in the path of a snapshot in the hub's cache. A revision
/// plays no part in what a model is known by.
fn hub_name(name: &str) -> String {
    let folder = Path::new(name)
        .iter()
        .find_map(|part| part.to_str()?.strip_prefix("models--"));
    match folder {
        Some(folder) => folder.replacen("--", "/", 1),
        None => name.split('@').next().unwrap_or(name).to_owned(),
    }
}

/// The corpora among the evaluated clips that a model was trained on, by their names, in which those of folders may stand
/// as well (`crema_d-new`, `demo-ravdess`).
fn shared(trained_on: &[&str], selection: &Selection) -> Vec<String> {
    let key = |name: &str| -> String {
        name.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase()
    };
    let trained_on: Vec<String> = trained_on.iter().map(|name| key(name)).collect();
    let corpora: BTreeSet<&str> = selection.clips.iter().map(|clip| &*clip.corpus).collect();
    let is_shared = |corpus: &&str| {
        let parts: Vec<&str> = corpus.split('-').collect();
        let mut named = (0..parts.len()).flat_map(|from| (from..parts.len()).map(move |to| (from, to)));
        named.any(|(from, to)| trained_on.contains(&key(&parts[from..=to].concat())))
    };
    let shared = corpora.into_iter().filter(is_shared);
    shared.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Emotion;

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
        };
        Selection {
            clips: vec![clip],
            analysis: vec![None],
            ..Selection::default()
        }
    }

    #[test]
    fn speakers_are_recognised_under_the_names_of_now() {
        let mut clips: Vec<Clip> = of("crema_d").clips;
        clips[0].speaker = Some("Anna".into());
        let catalogue = Catalogue {
            clips: clips.into(),
            ..Catalogue::default()
        };
        let dealt = |path: &str, speaker: &str| Dealt {
            path: path.into(),
            corpus: "AudioWAV".to_owned(),
            speaker: Some(speaker.to_owned()),
            subset: Subset::Train,
        };
        let then = [dealt("a.wav", "anna"), dealt("gone.wav", "Bert")];
        let people = People::of(&then, &catalogue, Path::to_owned);
        let speakers = then.each_ref().map(|clip| people.speaker(clip, &clip.path).unwrap());
        assert_eq!(speakers, ["crema_d/Anna", "crema_d/Bert"]);
    }

    #[test]
    fn a_corpus_that_the_model_was_trained_on_is_named() {
        assert_eq!(shared(&["IEMOCAP", "CREMA-D"], &of("crema_d")), ["crema_d"]);
        assert_eq!(shared(&["CREMA-D"], &of("crema_d-new")), ["crema_d-new"]);
        assert_eq!(shared(&["CREMA-D"], &of("demo-crema-d")), ["demo-crema-d"]);
        assert!(shared(&["IEMOCAP"], &of("crema_d")).is_empty());
        assert!(shared(&["TESS"], &of("tessa-mine")).is_empty());
        let known = known()
            .iter()
            .find(|known| known.emotion_corpora.contains(&"RAVDESS"))
            .unwrap();
        let words = |corpus: &str| of_ready_made(&format!("{}@main", known.name), &of(corpus)).words;
        assert!(words("ravdess").contains("TRAINED ON ravdess"), "{}", words("ravdess"));
        assert!(!words("tess").contains("TRAINED ON"));
        let snapshot = format!("/cache/models--{}/snapshots/0a1b", known.name.replace('/', "--"));
        assert!(
            of_ready_made(&snapshot, &of("ravdess"))
                .words
                .contains("TRAINED ON ravdess")
        );
        assert!(words("tess").contains(known.trained_on));
        assert!(of_ready_made("a/b", &of("tess")).words.contains("not known here"));
    }
}
