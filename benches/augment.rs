//! What augmentation costs beside the training step that it runs in parallel with: `cargo bench --bench augment`.
//!
//! Everything is measured in turns, round after round, and reported as medians of processor time: the step and
//! what makes its examples share the same cores, and a machine that is busy with something else counts for less.
//! The clips are those of the demo corpus, or of `ravdess` in the folder named by `UNDERTONE_CORPORA`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports, and may panic")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use undertone::audio::augment::{Augmentation, Noise};
use undertone::audio::{Wave, decode, resample};
use undertone::corpus::demo::{DemoSettings, write_demo};
use undertone::corpus::{
    AnalysisCache, Dealing, FilterSettings, LabelSettings, ScanIndex, Selection, Subset, analyse, discover, scan,
    select, split,
};
use undertone::engine::{Settings, load_settings};
use undertone::features::{FeatureStore, extract_changed};
use undertone::random::stream;
use undertone::training::{
    Dataset, EpochMetrics, LoopControl, Normaliser, Observer, OnTheFly, Target, Task, TrainingError, build_dataset,
    examples, train,
};

const ROUNDS: usize = 3;
const CLIPS: usize = 600;
/// Of them, what each change is timed on.
const TIMED: usize = 128;

struct Silent;

impl Observer for Silent {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> LoopControl {
        LoopControl::Continue
    }

    fn epoch(&mut self, _metrics: &EpochMetrics) -> Result<(), TrainingError> {
        Ok(())
    }
}

/// Processor time of this process, all threads and those that have ended; wall time where the system does not tell.
fn spent(since: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .into_iter()
        .flat_map(str::split_whitespace)
        .filter_map(|field| field.parse().ok())
        .collect();
    // After the name and a letter: user and system time in hundredths of a second are the 11th and 12th number.
    match fields.get(10..12) {
        Some([user, system]) => (user + system) / 100.0,
        _ => since.elapsed().as_secs_f64(),
    }
}

/// Processor time per clip (ms) of work over all clips, repeated until a second was spent.
fn per_clip(since: Instant, mut work: impl FnMut(usize)) -> f64 {
    let (begun, mut clips) = (spent(since), 0);
    while spent(since) - begun < 0.6 {
        (0..TIMED).for_each(&mut work);
        clips += TIMED;
    }
    1e3 * (spent(since) - begun) / clips as f64
}

fn settings(changes: &[(&str, &str)]) -> Settings {
    let changes: Vec<(String, String)> = [("split.kind", "random"), ("split.validation", "0.02")]
        .iter()
        .chain(changes)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let empty = tempfile::NamedTempFile::new().unwrap();
    load_settings(Some(empty.path()), &changes).unwrap()
}

/// Processor time (ms) and wall time (s) of an epoch, the first left out: it decodes.
fn epoch(selection: &Selection, dataset: &Dataset, settings: &Settings, since: Instant) -> (f64, f64) {
    let run = |epochs: usize| {
        let folder = tempfile::tempdir().unwrap();
        let mut loop_settings = settings.training.clone();
        loop_settings.epochs = epochs;
        let task = Task {
            dataset,
            recipe: settings.recipe().unwrap(),
            augmentation: Some(OnTheFly {
                settings: &settings.augmentation,
                clips: &selection.clips,
                normaliser: &Normaliser::default(),
            }),
            model: &settings.model,
            settings: &loop_settings,
            device: "flex",
            seed: 1,
            checkpoints: folder.path(),
            resume: false,
            synthetic: true,
            training_rms_dbfs: -23.0,
        };
        let (begun, wall) = (spent(since), Instant::now());
        train(&task, &mut Silent).unwrap();
        (spent(since) - begun, wall.elapsed())
    };
    let ((one, wall_one), (four, wall_four)) = (run(1), run(4));
    let wall = wall_four.saturating_sub(wall_one).max(Duration::from_millis(1));
    (1e3 * (four - one) / 3.0, wall.as_secs_f64() / 3.0)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let corpora = if let Some(path) = std::env::var_os("UNDERTONE_CORPORA") {
        PathBuf::from(path).join("ravdess")
    } else {
        let corpus = DemoSettings {
            clips: CLIPS,
            speakers: 24,
            seed: 1,
        };
        write_demo(&folder.path().join("demo"), &corpus, &|_, _| {}).unwrap();
        folder.path().to_owned()
    };
    let analysis = AnalysisCache::load(&folder.path().join("analysis"));
    let found = scan(&discover(&corpora), &mut ScanIndex::default(), &analysis, &|_, _| {}).unwrap();
    let found = analyse(&found, &analysis, &|_, _, _| true).unwrap();
    let selection = select(&found, &LabelSettings::default(), &FilterSettings::default());
    let plain = settings(&[]);
    let recipe = plain.recipe().unwrap();
    let cache = FeatureStore::open(&folder.path().join("features"), recipe).unwrap();
    let mut made = examples(selection.clone(), &plain.augmentation, 1, |selection| {
        split(selection, &plain.split, Dealing::NEWEST, 1, 0)
    })
    .unwrap();
    let dataset = build_dataset(&mut made, Target::Emotion, &cache, &|_, _| true).unwrap();
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
    let defaults = settings(&[("augmentation.mode", "on_the_fly")]);
    let often = settings(&[
        ("augmentation.mode", "on_the_fly"),
        ("augmentation.wave.noise.probability", "1.0"),
        ("augmentation.wave.stretch.probability", "0.5"),
        ("augmentation.wave.pitch.probability", "0.5"),
    ]);
    let kinds = [
        ("as recorded", &plain),
        ("the defaults on the fly", &defaults),
        ("noise always, stretch and pitch in half", &often),
    ];
    let since = Instant::now();
    let mut alone = vec![Vec::new(); changes.len()];
    let mut extracted = vec![Vec::new(); changes.len()];
    let mut epochs = vec![(Vec::new(), Vec::new()); kinds.len()];
    for _ in 0..ROUNDS {
        for (place, (_, change)) in changes.iter().enumerate() {
            let draw = |index: usize| stream(1, "bench", index as u64);
            alone[place].push(per_clip(since, |index| {
                black_box(change.apply(&waves[index], &mut draw(index)).unwrap());
            }));
            extracted[place].push(per_clip(since, |index| {
                black_box(extract_changed(&waves[index], change, recipe, &mut draw(index)).unwrap());
            }));
        }
        for ((_, settings), (spent, wall)) in kinds.iter().zip(&mut epochs) {
            let (of_spent, of_wall) = epoch(&selection, &dataset, settings, since);
            spent.push(of_spent);
            wall.push(of_wall);
        }
    }

    let training = dataset.subset(Subset::Train).len();
    println!(
        "{TIMED} clips of {:.2} s on average at {} Hz, recipe {}; medians of {ROUNDS} rounds",
        seconds / TIMED as f64,
        recipe.sample_rate,
        plain.recipe
    );
    println!("\nprocessor time per clip (ms)  change   change and features");
    for (place, (name, _)) in changes.iter().enumerate() {
        let (alone, extracted) = (median(&mut alone[place]), median(&mut extracted[place]));
        println!("{name:28} {alone:7.3}   {extracted:7.3}");
    }
    println!(
        "\nepochs of {training} clips, {}   processor ms per clip   wall s",
        plain.model.name
    );
    for ((name, _), (spent, wall)) in kinds.iter().zip(&mut epochs) {
        let (spent, wall) = (median(spent) / training as f64, median(wall));
        println!("{name:42} {spent:7.3}   {wall:7.2}");
    }
}
