//! Fine-tuning of a real encoder: the last two layers of Whisper tiny.en on RAVDESS, speakers never heard, beside the same
//! classifier on the same layers as published.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;
use undertone::audio::decode;
use undertone::corpus::{Split, SplitKind, Subset};
use undertone::device::device;
use undertone::engine::load_settings;
use undertone::evaluation::{confusion_matrix, scores};
use undertone::features::{Extractor, FeatureMatrix};
use undertone::training::{
    Dataset, EpochMetrics, LoopControl, Normaliser, Observer, OnTheFly, Task, TrainingError, train,
};

const EMOTIONS: [&str; 8] = [
    "neutral", "calm", "happy", "sad", "angry", "fear", "disgust", "surprise",
];

fn folder(variable: &str, name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(|root| Path::new(&root).join(name));
    if folder.is_none() {
        println!("skipped: {variable} names no folder");
    }
    folder
}

/// Prints the epochs.
struct Printing;

impl Observer for Printing {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> LoopControl {
        LoopControl::Continue
    }

    fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), TrainingError> {
        println!(
            "epoch {}: loss {:.3}, validation loss {:.3}, validation UAR {:.1}, {:.0} s",
            metrics.epoch,
            metrics.train_loss,
            metrics.validation_loss,
            100.0 * metrics.validation_uar,
            metrics.seconds
        );
        Ok(())
    }
}

/// Of every clip the file, the emotion and the actor, as its name says.
fn clips(corpus: &Path) -> Vec<(PathBuf, usize, usize)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(corpus)
        .unwrap()
        .flat_map(|actor| std::fs::read_dir(actor.unwrap().path()).into_iter().flatten())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let of = |path: PathBuf| {
        let name = path.file_stem()?.to_str()?.to_owned();
        let parts: Vec<usize> = name.split('-').map_while(|part| part.parse().ok()).collect();
        let [_, _, emotion, _, _, _, actor] = parts[..] else {
            return None;
        };
        Some((path, emotion - 1, actor))
    };
    files.into_iter().filter_map(of).collect()
}

/// Takes minutes: `cargo test --release --test fine_tuning_real -- --ignored --nocapture`. `UNDERTONE_FOLDS` says how many of
/// six folds of speakers are tested (1).
#[test]
#[ignore = "trains for minutes"]
fn fine_tuned_layers_beat_the_same_layers_as_published() {
    let (Some(encoder), Some(corpus)) = (
        folder("UNDERTONE_ENCODERS", "whisper-tiny.en"),
        folder("UNDERTONE_CORPORA", "ravdess"),
    ) else {
        return;
    };
    let encoder = format!("{:?}", encoder.to_str().unwrap());
    let changes = [
        ("preset", "whisper_fine_tuned"),
        ("recipes.whisper_tiny_2_frames.encoder", &encoder),
    ];
    let changes = changes.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut settings = load_settings(None, &changes).unwrap();
    let recipe = settings.recipe().unwrap().resolved(6.0).unwrap();
    let clips = clips(&corpus);
    let begun = Instant::now();
    let mut matrices: Vec<FeatureMatrix> = Vec::new();
    let extractor = Extractor::new(&recipe, device("cpu").unwrap());
    for some in clips.chunks(32) {
        let waves: Vec<_> = some.iter().map(|(path, ..)| decode(path).unwrap().wave).collect();
        let extracted = extractor.extract_all(&waves).unwrap();
        matrices.extend(extracted.into_iter().map(|one| one.unwrap().matrix));
    }
    println!(
        "{} clips encoded in {:.0} s",
        clips.len(),
        begun.elapsed().as_secs_f64()
    );
    let folds: usize = std::env::var("UNDERTONE_FOLDS").map_or(1, |folds| folds.parse().unwrap());
    let mut found = Vec::new();
    for factor in [settings.model.fine_tuned.learning_rate_factor, 0.0] {
        settings.model.fine_tuned.learning_rate_factor = factor;
        let begun = Instant::now();
        let (mut truth, mut predictions) = (Vec::new(), Vec::new());
        for fold in 0..folds {
            let subset = |actor: usize| match (actor + 17 - 3 * fold) % 18 {
                0..=2 => Subset::Test,
                3 | 4 => Subset::Validation,
                _ => Subset::Train,
            };
            let dataset = Dataset {
                votes: None,
                dimensions: None,
                matrices: matrices.clone(),
                targets: clips.iter().map(|(_, emotion, _)| *emotion).collect(),
                labels: EMOTIONS.map(str::to_owned).to_vec(),
                split: Split {
                    kind: SplitKind::Speaker,
                    given: None,
                    fold: None,
                    subsets: clips.iter().map(|(.., actor)| subset(*actor)).collect(),
                    notes: Vec::new(),
                },
                speakers: clips.iter().map(|(.., actor)| Some(actor.to_string())).collect(),
                sources: (0..clips.len()).collect(),
                cached: 0,
                skip_clamped: 0,
            };
            let checkpoints = tempfile::tempdir().unwrap();
            let normaliser = Normaliser::default();
            let task = Task {
                dataset: &dataset,
                recipe: &recipe,
                augmentation: Some(OnTheFly {
                    settings: &settings.augmentation,
                    clips: &[],
                    normaliser: &normaliser,
                }),
                model: &settings.model,
                settings: &settings.training,
                device: "cpu",
                seed: 42,
                checkpoints: checkpoints.path(),
                resume: false,
                synthetic: false,
                training_rms_dbfs: -20.0,
            };
            let trained = train(&task, &mut Printing).unwrap();
            for (clip, row) in &trained.test {
                truth.push(dataset.targets[*clip]);
                predictions.push((0..8).fold(0, |best, class| if row[class] > row[best] { class } else { best }));
            }
        }
        let labels = EMOTIONS.map(str::to_owned);
        let uar = scores(&confusion_matrix(&truth, &predictions, 8), &labels).unweighted_average_recall;
        println!(
            "factor {factor}: UAR {:.1} on {} test clips of {folds} folds, {:.0} s",
            100.0 * uar,
            truth.len(),
            begun.elapsed().as_secs_f64()
        );
        found.push(uar);
    }
    assert!(found[0] > found[1], "{found:?}");
    assert!(found[0] > 0.6, "{found:?}");
}
