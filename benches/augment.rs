//! What augmentation costs beside the training step that it runs in parallel with: `cargo bench --bench augment`.
//!
//! Everything is measured in turns, round after round, and reported as medians: a machine that is busy with
//! something else slows all of it alike.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports, and may panic")]

use rayon::prelude::*;
use std::hint::black_box;
use std::time::Instant;
use undertone::audio::augment::{Augmentation, Noise};
use undertone::audio::{Wave, decode, resample};
use undertone::corpus::demo::{DemoSettings, write_demo};
use undertone::corpus::{
    AnalysisCache, FilterSettings, LabelSettings, ScanIndex, Selection, Side, analyse, discover, scan, select,
};
use undertone::engine::{Settings, load_settings};
use undertone::features::{FeatureCache, extract};
use undertone::random::stream;
use undertone::training::{
    Control, Dataset, EpochFacts, Observer, OnTheFly, Task, TrainingError, build_dataset, examples, train,
};

const ROUNDS: usize = 5;
const CLIPS: usize = 600;
/// Of them, what each change is timed on.
const TIMED: usize = 128;

struct Silent;

impl Observer for Silent {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> Control {
        Control::Continue
    }

    fn epoch(&mut self, _facts: &EpochFacts) -> Result<(), TrainingError> {
        Ok(())
    }
}

fn settings(changes: &[(&str, &str)]) -> Settings {
    let changes: Vec<(String, String)> = [("training.epochs", "3"), ("split.kind", "random")]
        .iter()
        .chain(changes)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let empty = tempfile::NamedTempFile::new().unwrap();
    load_settings(Some(empty.path()), &changes).unwrap()
}

/// Training clips per second of the last epochs; the first one decodes.
fn clips_per_second(selection: &Selection, dataset: &Dataset, settings: &Settings) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let task = Task {
        dataset,
        recipe: settings.recipe().unwrap(),
        augmentation: Some(OnTheFly {
            settings: &settings.augmentation,
            clips: &selection.clips,
        }),
        model: &settings.model,
        settings: &settings.training,
        device: "flex",
        seed: 1,
        checkpoints: folder.path(),
        synthetic: true,
        training_rms_dbfs: -23.0,
    };
    let trained = train(&task, &mut Silent).unwrap();
    let epochs = &trained.history[1..];
    epochs.iter().map(|facts| facts.clips_per_second).sum::<f64>() / epochs.len() as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = DemoSettings {
        clips: CLIPS,
        speakers: 24,
        seed: 1,
    };
    write_demo(&folder.path().join("demo"), &corpus, &|_, _| {}).unwrap();
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
    let plain = settings(&[]);
    let recipe = plain.recipe().unwrap();
    let cache = FeatureCache::open(&folder.path().join("features"), recipe).unwrap();
    let made = examples(selection.clone(), &plain.augmentation, &plain.split, 1, 0).unwrap();
    let dataset = build_dataset(&selection, made.split, &[], &cache, &|_, _| true).unwrap();
    let waves: Vec<Wave> = selection.clips[..TIMED]
        .iter()
        .map(|clip| resample(&decode(&clip.path).unwrap().wave, recipe.sample_rate).unwrap())
        .collect();
    let seconds: f64 = waves.iter().map(Wave::seconds).sum();

    let noise = Augmentation::Noise {
        colour: Noise::White,
        snr_db: 15.0,
    };
    let pink = Augmentation::Noise {
        colour: Noise::Pink,
        snr_db: 15.0,
    };
    let pitch = |semitones| Augmentation::Pitch { semitones };
    let changes = [
        ("as recorded", Augmentation::Chain(Vec::new())),
        ("white noise", noise.clone()),
        ("pink noise", pink),
        ("stretch x1.18", Augmentation::Stretch { rate: 1.18 }),
        ("stretch x0.85", Augmentation::Stretch { rate: 0.85 }),
        ("pitch +2", pitch(2.0)),
        ("pitch -2", pitch(-2.0)),
        ("pitch +2, white noise", Augmentation::Chain(vec![pitch(2.0), noise])),
    ];
    let mut alone = vec![Vec::new(); changes.len()];
    let mut extracted = vec![Vec::new(); changes.len()];
    let all_cores = settings(&[("augmentation.mode", "on_the_fly")]);
    let often = settings(&[
        ("augmentation.mode", "on_the_fly"),
        ("augmentation.wave.noise.probability", "1.0"),
        ("augmentation.wave.stretch.probability", "0.5"),
        ("augmentation.wave.pitch.probability", "0.5"),
    ]);
    let (mut steps, mut default_epochs, mut often_epochs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut drawn, mut drawn_often) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (place, (_, change)) in changes.iter().enumerate() {
            let begun = Instant::now();
            for (index, wave) in waves.iter().enumerate() {
                black_box(change.apply(wave, &mut stream(1, "bench", index as u64)).unwrap());
            }
            alone[place].push(TIMED as f64 / begun.elapsed().as_secs_f64());
            let begun = Instant::now();
            for (index, wave) in waves.iter().enumerate() {
                let changed = change.apply(wave, &mut stream(1, "bench", index as u64)).unwrap();
                black_box(extract(&changed, recipe).unwrap());
            }
            extracted[place].push(TIMED as f64 / begun.elapsed().as_secs_f64());
        }
        for (settings, rates) in [(&all_cores, &mut drawn), (&often, &mut drawn_often)] {
            let begun = Instant::now();
            waves.par_iter().enumerate().for_each(|(index, wave)| {
                let draw = &mut stream(1, "bench", index as u64);
                if let Some(change) = settings.augmentation.wave.draw(draw) {
                    black_box(extract(&change.apply(wave, draw).unwrap(), recipe).unwrap());
                }
            });
            rates.push(TIMED as f64 / begun.elapsed().as_secs_f64());
        }
        steps.push(clips_per_second(&selection, &dataset, &plain));
        default_epochs.push(clips_per_second(&selection, &dataset, &all_cores));
        often_epochs.push(clips_per_second(&selection, &dataset, &often));
    }

    println!(
        "{TIMED} clips of {:.2} s on average at {} Hz, recipe {}; medians of {ROUNDS} rounds, clips per second",
        seconds / TIMED as f64,
        recipe.sample_rate,
        plain.recipe
    );
    println!("\none thread                 change   change and features");
    for (place, (name, _)) in changes.iter().enumerate() {
        let (alone, extracted) = (median(&mut alone[place]), median(&mut extracted[place]));
        println!("{name:24} {alone:8.0}   {extracted:8.0}");
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let training = dataset.side(Side::Train).len();
    println!("\n{cores} threads");
    let step = median(&mut steps);
    println!("training step of {} alone            {step:8.0}", plain.model.name);
    for (name, made, epochs) in [
        ("the defaults", &mut drawn, &mut default_epochs),
        (
            "noise always, stretch and pitch in half",
            &mut drawn_often,
            &mut often_epochs,
        ),
    ] {
        let (made, epoch) = (median(made), median(epochs));
        println!("on the fly, {name}:");
        println!(
            "  examples made, nothing else running {made:8.0}   {:.2} of the step's time",
            step / made
        );
        println!(
            "  training with it                    {epoch:8.0}   an epoch of {training} clips takes {:.2} s, {:.2} s without",
            training as f64 / epoch,
            training as f64 / step
        );
    }
}
