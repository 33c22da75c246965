//! Training on augmented examples, from wav files on.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use tempfile::TempDir;
use undertone::corpus::demo::{DemoSettings, write_demo};
use undertone::corpus::{
    AnalysisCache, Dealing, FilterSettings, LabelSettings, ScanIndex, Selection, SplitKind, SplitSettings, Subset,
    analyse, discover, scan, select, split,
};
use undertone::engine::{Settings, load_settings};
use undertone::features::FeatureStore;
use undertone::training::{
    AugmentationMode, BEST, Dataset, EpochMetrics, Examples, LAST, LoopControl, Normaliser, Observer, OnTheFly, Task,
    Trained, TrainingError, build_dataset, examples, train,
};

/// A corpus on disk with its selection.
struct Corpus {
    folder: TempDir,
    selection: Selection,
}

fn corpus() -> Corpus {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let settings = DemoSettings {
        clips: 96,
        speakers: 12,
        seed: 1,
    };
    write_demo(&data, &settings, &|_, _| {}).unwrap();
    let analysis = AnalysisCache::load(&folder.path().join("analysis"));
    let found = scan(
        &discover(folder.path()),
        &mut ScanIndex::default(),
        &analysis,
        &|_, _| {},
    )
    .unwrap();
    let found = analyse(&found, &analysis, &|_, _, _| true).unwrap();
    let selection = select(&found, &LabelSettings::default(), &FilterSettings::default());
    assert!(selection.clips.len() > 60);
    Corpus { folder, selection }
}

/// The defaults with a small and quick network.
fn settings(changes: &[(&str, &str)]) -> Settings {
    let small = [
        ("recipes.mfcc_zcr_rms.sample_rate", "8000"),
        ("recipes.mfcc_zcr_rms.frame_length", "512"),
        ("recipes.mfcc_zcr_rms.hop_length", "400"),
        ("recipes.mfcc_zcr_rms.n_mels", "20"),
        ("recipes.mfcc_zcr_rms.n_mfcc", "8"),
        ("model.conv1d.filters", "[4, 4]"),
        ("model.conv1d.dense_units", "8"),
        ("training.epochs", "2"),
        ("training.batch_size", "16"),
        ("split.kind", "random"),
    ];
    let changes: Vec<(String, String)> = small
        .iter()
        .chain(changes)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let empty = tempfile::NamedTempFile::new().unwrap();
    load_settings(Some(empty.path()), &changes).unwrap()
}

struct Silent;

impl Observer for Silent {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> LoopControl {
        LoopControl::Continue
    }

    fn epoch(&mut self, _metrics: &EpochMetrics) -> Result<(), TrainingError> {
        Ok(())
    }
}

fn built(corpus: &Corpus, settings: &Settings) -> (Examples, Dataset) {
    let mut examples = examples(
        corpus.selection.clone(),
        &settings.augmentation,
        settings.seed,
        |selection| split(selection, &settings.split, Dealing::NEWEST, settings.seed, 0),
    )
    .unwrap();
    let cache = FeatureStore::open(&corpus.folder.path().join("features"), settings.recipe().unwrap()).unwrap();
    let dataset = build_dataset(&mut examples, undertone::training::Target::Emotion, &cache, &|_, _| {
        true
    })
    .unwrap();
    (examples, dataset)
}

fn trained(examples: &Examples, dataset: &Dataset, settings: &Settings, folder: &Path) -> Trained {
    let task = Task {
        dataset,
        recipe: settings.recipe().unwrap(),
        augmentation: Some(OnTheFly {
            settings: &settings.augmentation,
            clips: &examples.selection.clips,
            normaliser: &Normaliser::default(),
        }),
        model: &settings.model,
        settings: &settings.training,
        device: "flex",
        seed: settings.seed,
        checkpoints: folder,
        resume: false,
        synthetic: true,
        training_rms_dbfs: -23.0,
    };
    train(&task, &mut Silent).unwrap()
}

/// What two identical runs have in common.
fn outcome(corpus: &Corpus, settings: &Settings) -> (Vec<(f64, f64)>, Vec<u8>, Vec<u8>) {
    let (examples, dataset) = built(corpus, settings);
    let folder = tempfile::tempdir().unwrap();
    let trained = trained(&examples, &dataset, settings, folder.path());
    let losses = trained
        .history
        .iter()
        .map(|metrics| (metrics.train_loss, metrics.validation_loss));
    let weights = |name| std::fs::read(folder.path().join(name)).unwrap();
    (losses.collect(), weights(BEST), weights(LAST))
}

const ON_THE_FLY: [(&str, &str); 5] = [
    ("augmentation.mode", "on_the_fly"),
    ("augmentation.wave.noise.probability", "0.8"),
    ("augmentation.wave.room.probability", "0.3"),
    ("augmentation.wave.shift.probability", "0.3"),
    ("augmentation.wave.gain.probability", "0.3"),
];

#[test]
fn examples_made_while_training_are_the_same_in_every_run_of_a_seed() {
    let corpus = corpus();
    let plain = outcome(&corpus, &settings(&[]));
    let on_the_fly = outcome(&corpus, &settings(&ON_THE_FLY));
    assert_eq!(on_the_fly, outcome(&corpus, &settings(&ON_THE_FLY)));
    assert_ne!(on_the_fly.0, plain.0);
    // Waves that are not kept are decoded again, to the same end.
    let forgetful = [&ON_THE_FLY[..], &[("augmentation.memory_mb", "0")]].concat();
    assert_eq!(on_the_fly, outcome(&corpus, &settings(&forgetful)));
    let other = [&ON_THE_FLY[..], &[("seed", "7")]].concat();
    assert_ne!(on_the_fly.0, outcome(&corpus, &settings(&other)).0);
}

#[test]
fn masks_and_blends_are_the_same_in_every_run_of_a_seed() {
    let corpus = corpus();
    let plain = outcome(&corpus, &settings(&[]));
    for changes in [
        &[("augmentation.mixup_alpha", "0.4")][..],
        &[
            ("augmentation.spec_augment.time_masks", "2"),
            ("augmentation.spec_augment.frequency_masks", "1"),
        ],
        &[("augmentation.mixup_alpha", "0.4"), ("training.class_weights", "true")],
    ] {
        let changed = outcome(&corpus, &settings(changes));
        assert_eq!(changed, outcome(&corpus, &settings(changes)));
        assert_ne!(changed.0, plain.0);
    }
}

#[test]
fn four_examples_of_each_training_clip_stay_on_its_side() {
    let corpus = corpus();
    let settings = settings(&[("augmentation.mode", "materialised")]);
    let (examples, dataset) = built(&corpus, &settings);
    let clips = corpus.selection.clips.len();
    let training = examples.split.subsets[..clips]
        .iter()
        .filter(|subset| **subset == Subset::Train)
        .count();
    assert_eq!((examples.clips(), examples.copies.len()), (clips, 3 * training));
    assert_eq!(dataset.subset(Subset::Train).len(), 4 * training);
    let note = format!("{training} training clips become {} examples", 4 * training);
    assert!(examples.note().unwrap().contains(&note), "{:?}", examples.note());
    for example in clips..examples.selection.clips.len() {
        let source = examples.source(example);
        assert_eq!(examples.split.subsets[example], Subset::Train);
        assert_eq!(examples.split.subsets[source], Subset::Train);
        assert_eq!(dataset.targets[example], dataset.targets[source]);
        assert_ne!(dataset.matrices[example], dataset.matrices[source]);
    }
    // The sides of the clips are those without augmentation.
    let plain = built(&corpus, &self::settings(&[])).0;
    assert_eq!(plain.split.subsets, examples.split.subsets[..clips]);
    // The second time everything is there, and it is the same.
    let (again, second) = built(&corpus, &settings);
    assert_eq!(second.cached, dataset.matrices.len());
    assert_eq!(
        (again.copies, second.matrices),
        (examples.copies.clone(), dataset.matrices.clone())
    );
    let folder = tempfile::tempdir().unwrap();
    let trained = trained(&examples, &dataset, &settings, folder.path());
    assert!(trained.test.iter().all(|(example, _)| *example < clips));
}

#[test]
fn copies_leak_only_when_asked_by_name_and_the_protocol_says_so() {
    let corpus = corpus();
    let settings = settings(&[
        ("augmentation.mode", "materialised"),
        ("augmentation.leak_copies_across_sides", "true"),
    ]);
    let (examples, dataset) = built(&corpus, &settings);
    let clips = corpus.selection.clips.len();
    assert_eq!(examples.selection.clips.len(), 4 * clips);
    let learnt: Vec<usize> = dataset
        .subset(Subset::Train)
        .iter()
        .map(|&it| examples.source(it))
        .collect();
    let leaked = dataset
        .subset(Subset::Test)
        .into_iter()
        .filter(|&it| learnt.contains(&examples.source(it)));
    assert!(leaked.count() > dataset.subset(Subset::Test).len() / 2);
    assert!(examples.split.notes.iter().any(|note| note.starts_with("LEAKY")));
}

#[test]
fn leaking_needs_copies_and_a_split_by_chance() {
    let refusal = |changes: &[(&str, &str)]| {
        let changes: Vec<(String, String)> = changes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let empty = tempfile::NamedTempFile::new().unwrap();
        load_settings(Some(empty.path()), &changes).unwrap_err().to_string()
    };
    let leak = ("augmentation.leak_copies_across_sides", "true");
    assert!(refusal(&[leak]).contains("there are no copies"));
    assert!(refusal(&[leak, ("augmentation.mode", "materialised")]).contains("split.kind"));
    assert!(refusal(&[("augmentation.mixup_alpha", "-1")]).contains("augmentation.mixup_alpha: is -1"));
    assert!(refusal(&[("augmentation.mode", "sometimes")]).contains("on_the_fly"));
    assert!(refusal(&[("augmentation.wave.pitch.semitones", "[3.0, 1.0]")]).contains("no range"));
    assert!(refusal(&[("augmentation.spec_augment.time_share", "2.0")]).contains("time_share"));
}

#[test]
fn a_split_by_speakers_keeps_copies_with_their_speakers() {
    let corpus = corpus();
    let settings = settings(&[("augmentation.mode", "materialised"), ("split.kind", "speaker")]);
    assert_eq!(settings.augmentation.mode, AugmentationMode::Materialised);
    assert_eq!(settings.split.kind, SplitKind::Speaker);
    let subsets = SplitSettings { ..settings.split };
    let examples = examples(corpus.selection, &settings.augmentation, 1, |selection| {
        split(selection, &subsets, Dealing::NEWEST, 1, 0)
    })
    .unwrap();
    for (example, clip) in examples.selection.clips.iter().enumerate() {
        for (other, twin) in examples.selection.clips.iter().enumerate() {
            if clip.speaker_key() == twin.speaker_key() && examples.split.subsets[example] == Subset::Test {
                assert_eq!(examples.split.subsets[other], Subset::Test);
            }
        }
    }
}
