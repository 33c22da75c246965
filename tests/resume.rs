//! Runs that are interrupted, at any moment, go on as if they had not been.
//!
//! Many kills at random moments, which takes minutes:
//!
//!     cargo test --test resume -- --ignored --nocapture

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::{Lab, json_lines, signal};
use rand::RngExt;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};
use undertone::corpus::{Side, Split, SplitKind};
use undertone::engine::{Settings, load_settings};
use undertone::features::{FeatureMatrix, Recipe};
use undertone::random::stream;
use undertone::training::{
    BEST, Control, Dataset, EpochFacts, LAST, Normaliser, Observer, OnTheFly, Task, Trained, TrainingError,
    saved_epoch, train,
};

/// Three classes that differ in how fast a coefficient swings, in noise.
fn dataset(recipe: &Recipe) -> Dataset {
    let (frames, coefficients) = recipe.shape();
    let mut draw = stream(5, "toy", 0);
    let mut matrix = |class: usize| {
        let phase = draw.random::<f32>() * 6.0;
        let mut value = |index: usize| {
            let (frame, coefficient) = (index / coefficients, index % coefficients);
            (frame as f32 * (class + 1) as f32 * 0.7 + phase + coefficient as f32).sin() + 3.0 * draw.random::<f32>()
        };
        let values = (0..frames * coefficients).map(&mut value).collect();
        FeatureMatrix {
            frames,
            coefficients,
            values,
        }
    };
    let side = |clip: usize| match clip / 3 % 5 {
        3 => Side::Validation,
        4 => Side::Test,
        _ => Side::Train,
    };
    Dataset {
        matrices: (0..60).map(|clip| matrix(clip % 3)).collect(),
        targets: (0..60).map(|clip| clip % 3).collect(),
        labels: ["neutral", "happy", "sad"].map(str::to_owned).to_vec(),
        split: Split {
            kind: SplitKind::Random,
            fold: None,
            sides: (0..60).map(side).collect(),
            remarks: Vec::new(),
        },
        cached: 0,
        skip_clamped: 0,
    }
}

fn settings(changes: &[(&str, &str)]) -> Settings {
    let small = [
        ("recipes.mfcc_zcr_rms.sample_rate", "8000"),
        ("recipes.mfcc_zcr_rms.take_seconds", "1.0"),
        ("recipes.mfcc_zcr_rms.frame_length", "512"),
        ("recipes.mfcc_zcr_rms.hop_length", "400"),
        ("recipes.mfcc_zcr_rms.n_mels", "20"),
        ("recipes.mfcc_zcr_rms.n_mfcc", "8"),
        ("model.conv1d.filters", "[4, 4]"),
        ("model.conv1d.dense_units", "8"),
        ("model.crnn.filters1", "4"),
        ("model.crnn.filters2", "4"),
        ("model.crnn.lstm_units", "4"),
        ("training.epochs", "6"),
        ("training.batch_size", "16"),
        ("training.learning_rate", "0.01"),
        ("training.reduce_on_plateau.patience", "1"),
    ];
    let changes: Vec<(String, String)> = small
        .iter()
        .chain(changes)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let empty = tempfile::NamedTempFile::new().unwrap();
    load_settings(Some(empty.path()), &changes).unwrap()
}

/// Stops at a step, or cannot go on after an epoch; remembers what was told.
#[derive(Default)]
struct Watcher {
    stop: Option<(usize, usize)>,
    fail: Option<usize>,
    stop_final: Option<(usize, usize)>,
    epochs: Vec<usize>,
    resumed: Option<usize>,
}

impl Observer for Watcher {
    fn step(&mut self, epoch: usize, done: usize, _total: usize) -> Control {
        if self.stop == Some((epoch, done)) {
            Control::StopNow
        } else {
            Control::Continue
        }
    }

    fn final_step(&mut self, (epoch, _): (usize, usize), done: usize, _total: usize) -> Control {
        if self.stop_final == Some((epoch, done)) {
            Control::StopNow
        } else {
            Control::Continue
        }
    }

    fn epoch(&mut self, facts: &EpochFacts) -> Result<(), TrainingError> {
        self.epochs.push(facts.epoch);
        match self.fail {
            Some(epoch) if epoch == facts.epoch => Err(TrainingError::Observer("killed".to_owned())),
            _ => Ok(()),
        }
    }

    fn resumed(&mut self, history: &[EpochFacts]) -> Result<(), TrainingError> {
        self.resumed = Some(history.len());
        Ok(())
    }
}

fn run(
    settings: &Settings,
    dataset: &Dataset,
    folder: &Path,
    resume: bool,
    watcher: &mut Watcher,
) -> Result<Trained, TrainingError> {
    let task = Task {
        dataset,
        recipe: settings.recipe().unwrap(),
        augmentation: Some(OnTheFly {
            settings: &settings.augmentation,
            clips: &[],
            normaliser: &Normaliser::default(),
        }),
        model: &settings.model,
        settings: &settings.training,
        device: "flex",
        seed: 3,
        checkpoints: folder,
        resume,
        synthetic: true,
        training_rms_dbfs: -23.5,
    };
    train(&task, watcher)
}

/// The bits of every epoch's figures, the best epochs, two files of weights, and the answers on the test clips.
type Outcome = (Vec<[u64; 7]>, Vec<bool>, [Vec<u8>; 2], Vec<(usize, Vec<f32>)>);

/// All that must be the same.
fn outcome(trained: &Trained, folder: &Path) -> Outcome {
    let bits = |facts: &EpochFacts| {
        [
            facts.train_loss,
            facts.train_accuracy,
            facts.train_uar,
            facts.validation_loss,
            facts.validation_accuracy,
            facts.validation_uar,
            facts.learning_rate,
        ]
        .map(f64::to_bits)
    };
    (
        trained.history.iter().map(bits).collect(),
        trained.history.iter().map(|facts| facts.best).collect(),
        [BEST, LAST].map(|name| fs::read(folder.join(name)).unwrap()),
        trained.test.clone(),
    )
}

#[test]
fn a_run_goes_on_bit_for_bit_from_any_epoch() {
    let ways: [&[(&str, &str)]; 6] = [
        &[
            ("augmentation.mixup_alpha", "0.3"),
            ("augmentation.spec_augment.time_masks", "1"),
        ],
        &[("model.name", "crnn"), ("model.crnn.noise_std", "0.1")],
        &[
            ("training.optimizer", "adamw"),
            ("training.weight_decay", "0.05"),
            ("training.schedule", "cosine"),
            ("training.label_smoothing", "0.1"),
            ("training.average.kind", "ema"),
            ("model.name", "crnn"),
        ],
        &[
            ("training.final_fit", "train_validation"),
            ("training.class_weights", "true"),
        ],
        &[
            ("training.optimizer", "sgd"),
            ("training.nesterov", "true"),
            ("training.balanced_sampling", "true"),
            ("training.average.kind", "swa"),
            ("training.average.from_epoch", "3"),
        ],
        &[
            ("training.early_stopping.patience", "2"),
            ("training.class_weights", "true"),
        ],
    ];
    for way in ways {
        let settings = settings(way);
        let dataset = dataset(settings.recipe().unwrap());
        let whole = tempfile::tempdir().unwrap();
        let trained = run(&settings, &dataset, whole.path(), false, &mut Watcher::default()).unwrap();
        let expected = outcome(&trained, whole.path());
        let last = trained.history.len();
        for done in 0..=last {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            // In the middle of the next epoch; or after the last one, before anything came of it.
            let mut watcher = Watcher {
                stop: Some((done + 1, 1)),
                fail: Some(last),
                ..Watcher::default()
            };
            if let Ok(trained) = run(&settings, &dataset, path, false, &mut watcher) {
                assert!(trained.stopped);
            }
            assert_eq!(watcher.epochs.len(), done);
            assert_eq!(saved_epoch(path).unwrap(), done);
            let mut watcher = Watcher::default();
            let resumed = run(&settings, &dataset, path, true, &mut watcher).unwrap();
            assert!(outcome(&resumed, path) == expected, "{way:?} after epoch {done}");
            assert_eq!(watcher.resumed, (done > 0).then_some(done));
            assert_eq!(watcher.epochs, (done + 1..=last).collect::<Vec<_>>());
            assert_eq!(resumed.best_epoch, trained.best_epoch);
        }
    }
}

#[test]
fn a_final_fit_goes_on_bit_for_bit_from_any_epoch() {
    for how in ["train_validation", "everything"] {
        let settings = settings(&[
            ("training.final_fit", how),
            ("training.schedule", "cosine"),
            ("training.average.kind", "ema"),
            ("training.balanced_sampling", "true"),
        ]);
        let dataset = dataset(settings.recipe().unwrap());
        let weights = |trained: &Trained| trained.package.network.to_bytes().unwrap();
        let whole = tempfile::tempdir().unwrap();
        let trained = run(&settings, &dataset, whole.path(), false, &mut Watcher::default()).unwrap();
        let expected = (outcome(&trained, whole.path()), weights(&trained));
        assert!(trained.best_epoch > 2);
        for epoch in 1..=trained.best_epoch {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            let mut watcher = Watcher {
                stop_final: Some((epoch, 1)),
                ..Watcher::default()
            };
            let stopped = run(&settings, &dataset, path, false, &mut watcher).unwrap();
            assert!(stopped.stopped);
            assert_ne!(weights(&stopped), expected.1, "it is the one that validation chose");
            let mut watcher = Watcher::default();
            let resumed = run(&settings, &dataset, path, true, &mut watcher).unwrap();
            assert!(
                (outcome(&resumed, path), weights(&resumed)) == expected,
                "{how}, {epoch}"
            );
            assert!(!resumed.stopped);
            assert_eq!(watcher.epochs, [0; 0]);
        }
    }
}

#[test]
fn a_kill_between_two_files_leaves_a_state_to_go_on_from() {
    let settings = settings(&[]);
    let dataset = dataset(settings.recipe().unwrap());
    let whole = tempfile::tempdir().unwrap();
    let trained = run(&settings, &dataset, whole.path(), false, &mut Watcher::default()).unwrap();
    let expected = outcome(&trained, whole.path());
    assert!(trained.history[1].best, "the second epoch is better than the first");

    let interrupted = |epoch: usize| {
        let folder = tempfile::tempdir().unwrap();
        let stop = Some((epoch + 1, 0));
        let mut watcher = Watcher {
            stop,
            ..Watcher::default()
        };
        run(&settings, &dataset, folder.path(), false, &mut watcher).unwrap();
        folder
    };
    let (first, second) = (interrupted(1), interrupted(2));
    let goes_on = |folder: &Path, from: usize| {
        let mut watcher = Watcher::default();
        let resumed = run(&settings, &dataset, folder, true, &mut watcher).unwrap();
        assert_eq!(watcher.resumed, Some(from));
        assert!(outcome(&resumed, folder) == expected);
        let left = fs::read_dir(folder).unwrap().count();
        assert_eq!(left, 3, "no rubbish is left");
    };
    // The line of the second epoch is there, whole or torn, the weights are not.
    let table = fs::read(second.path().join("history.csv")).unwrap();
    for torn in [0, 20] {
        let folder = interrupted(1);
        fs::write(folder.path().join("history.csv"), &table[..table.len() - torn]).unwrap();
        fs::write(folder.path().join("last.safetensors.17-3.tmp"), b"half").unwrap();
        goes_on(folder.path(), 1);
    }
    // The second epoch's weights are there, the best ones still are the first's.
    fs::copy(first.path().join(BEST), second.path().join(BEST)).unwrap();
    goes_on(second.path(), 2);
}

#[test]
fn damage_and_other_data_are_refused_by_name() {
    let settings = settings(&[("training.epochs", "2")]);
    let mut dataset = dataset(settings.recipe().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    run(&settings, &dataset, path, false, &mut Watcher::default()).unwrap();
    let refusal = |dataset: &Dataset| {
        let outcome = run(&settings, dataset, path, true, &mut Watcher::default());
        outcome.unwrap_err().to_string()
    };
    dataset.matrices[7].values[3] += 1e-3;
    assert!(refusal(&dataset).contains("not those that the run began with"));
    dataset.matrices[7].values[3] -= 1e-3;
    dataset.targets.swap(0, 1);
    assert!(refusal(&dataset).contains("start a new run"));
    dataset.targets.swap(0, 1);

    let table = fs::read(path.join("history.csv")).unwrap();
    fs::write(path.join("history.csv"), &table[..table.len() / 2]).unwrap();
    assert!(refusal(&dataset).contains("history.csv"));
    let weights = fs::read(path.join(LAST)).unwrap();
    for length in [0, 5, 100, weights.len() - 1] {
        fs::write(path.join(LAST), &weights[..length]).unwrap();
        assert!(refusal(&dataset).contains(LAST), "{length}");
    }
    assert!(saved_epoch(path).is_ok_and(|epoch| epoch == 2), "its header is whole");
    fs::write(path.join(LAST), &weights[..100]).unwrap();
    assert!(saved_epoch(path).unwrap_err().to_string().contains(LAST));
    // What was never interrupted in the first place is begun anew.
    let trained = run(&settings, &dataset, path, false, &mut Watcher::default()).unwrap();
    assert_eq!(trained.history.len(), 2);
}

const MINUTE: Duration = Duration::from_secs(60);

/// What makes runs of the laboratory long enough to be killed, and draw from every stream.
const WAY: [&str; 10] = [
    "-s",
    "training.epochs=40",
    "-s",
    "training.early_stopping.patience=0",
    "-s",
    "training.batch_size=8",
    "-s",
    "augmentation.mixup_alpha=0.2",
    "-s",
    "augmentation.spec_augment.time_masks=1",
];

fn start(lab: &Lab, more: &[&str]) -> String {
    let started = lab.json(&[&["train", "--detach"], &WAY[..], more].concat());
    started["runs"][0].as_str().unwrap().to_owned()
}

/// What a run came to: its report, its predictions, and the figures of its epochs.
fn result(lab: &Lab, id: &str) -> (Value, String, Vec<Value>) {
    let folder = lab.run_folder(id);
    let report = fs::read_to_string(folder.join("report.json")).unwrap();
    let predictions = fs::read_to_string(folder.join("predictions.csv")).unwrap();
    let mut epochs: Vec<Value> = Vec::new();
    for mut fact in json_lines(&folder.join("events.jsonl")) {
        if fact["event"] == "epoch" {
            let number = usize::try_from(fact["epoch"].as_u64().unwrap()).unwrap();
            let fields = fact.as_object_mut().unwrap();
            for changing in ["at", "seconds", "clips_per_second", "memory_bytes"] {
                fields.remove(changing).unwrap();
            }
            epochs.truncate(number - 1);
            epochs.push(fact);
        }
    }
    (serde_json::from_str(&report).unwrap(), predictions, epochs)
}

/// The last epoch in the journal.
fn epochs(lab: &Lab, id: &str) -> usize {
    let text = fs::read_to_string(lab.run_folder(id).join("events.jsonl")).unwrap_or_default();
    let mut facts = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let last = facts.rfind(|fact| fact["event"] == "epoch");
    last.map_or(0, |fact| usize::try_from(fact["epoch"].as_u64().unwrap()).unwrap())
}

/// Kills the process that holds the run, if there is one.
fn kill(lab: &Lab, id: &str) -> bool {
    let folder = lab.run_folder(id);
    let Ok(beat) = fs::read(folder.join("beat.json")) else {
        return false;
    };
    let beat: Value = serde_json::from_slice(&beat).unwrap();
    let pid = beat["pid"].as_u64().unwrap();
    let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if !command.contains(id) {
        return false;
    }
    signal("KILL", i32::try_from(pid).unwrap());
    while !is_gone(pid) {
        sleep(Duration::from_millis(2));
    }
    true
}

/// Whether a process has let go of everything: its locks stay a moment longer than its memory.
fn is_gone(pid: u64) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().unwrap_or_default();
    state.is_empty() || state.starts_with(['Z', 'X'])
}

#[test]
fn a_killed_run_goes_on_and_ends_as_if_it_had_not_been_killed() {
    let lab = Lab::new();
    let whole = start(&lab, &[]);
    lab.done(&["watch", &whole]);
    let expected = result(&lab, &whole);
    assert_eq!(expected.2.len(), 40);

    let id = start(&lab, &[]);
    for least in [0, 3, 17, 30] {
        let begun = Instant::now();
        while epochs(&lab, &id) < least {
            assert!(begun.elapsed() < MINUTE);
            sleep(Duration::from_millis(1));
        }
        while !kill(&lab, &id) {
            assert!(begun.elapsed() < MINUTE, "killed after {least} epochs");
        }
        assert_eq!(lab.row(&id)["state"], "dead");
        let resumed = lab.json(&["resume", &id, "--detach"]);
        let from = resumed["runs"][0]["epoch"].as_u64().unwrap();
        assert!(from >= least as u64, "{resumed}");
    }
    lab.done(&["watch", &id]);
    assert!(result(&lab, &id) == expected);
    let detail = lab.row(&id);
    assert_eq!(
        (&detail["state"], detail["epochs"].as_u64()),
        (&"finished".into(), Some(40))
    );
}

#[test]
fn a_stopped_run_goes_on_too_and_what_cannot_is_refused_with_a_remedy() {
    let lab = Lab::new();
    let whole = start(&lab, &[]);
    lab.done(&["watch", &whole]);
    let refusal = lab.refused(1, &["resume", &whole]);
    assert!(
        refusal.contains("is finished") && refusal.contains("undertone report"),
        "{refusal}"
    );

    let id = start(&lab, &[]);
    lab.wait_for_epochs(&id);
    let refusal = lab.refused(1, &["resume", &id]);
    assert!(
        refusal.contains("is running") && refusal.contains("undertone stop"),
        "{refusal}"
    );
    lab.done(&["stop", &id]);
    lab.wait(&id, MINUTE, |row| row["state"] == "stopped");
    // One clip less, and the data are others.
    let (clip, hidden) = (lab.clip(), lab.path("hidden"));
    fs::rename(&clip, &hidden).unwrap();
    let refusal = lab.refused(1, &["resume", &id]);
    assert!(
        refusal.contains("other clips") && refusal.contains("start a new run"),
        "{refusal}"
    );
    assert_eq!(lab.row(&id)["state"], "stopped", "nothing was begun");
    fs::rename(&hidden, &clip).unwrap();

    let shown = lab.done(&["resume", &id]);
    assert!(shown.starts_with(&format!("{id} goes on after epoch ")), "{shown}");
    assert!(result(&lab, &id) == result(&lab, &whole));
    assert!(lab.refused(1, &["resume", "nothing"]).contains("no run `nothing`"));
}

#[test]
fn of_linked_runs_the_unfinished_go_on() {
    let lab = Lab::new();
    let folds = ["-s", "split.kfold=3", "-s", r#"labels.map={ calm = "neutral" }"#];
    let first = start(&lab, &folds);
    let fold = |number: usize| format!("{}-fold{number}", first.strip_suffix("-fold1").unwrap());
    lab.wait(&first, MINUTE, |row| row["state"] == "finished");
    let begun = Instant::now();
    while epochs(&lab, &fold(2)) < 2 {
        assert!(begun.elapsed() < MINUTE);
        sleep(Duration::from_millis(1));
    }
    let beat: Value = serde_json::from_slice(&fs::read(lab.run_folder(&fold(2)).join("beat.json")).unwrap()).unwrap();
    signal("KILL", i32::try_from(beat["pid"].as_i64().unwrap()).unwrap());
    lab.wait(&fold(2), MINUTE, |row| row["state"] == "dead");
    // The third is trained next, or waits.
    let resumed = lab.json(&["resume", &first, "--detach"]);
    let runs = resumed["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1, "{resumed}");
    assert!(runs[0]["epoch"].as_u64() >= Some(2), "{resumed}");
    for number in [2, 3] {
        lab.done(&["watch", &fold(number)]);
    }
    let again = start(&lab, &folds);
    let other = |number: usize| format!("{}-fold{number}", again.strip_suffix("-fold1").unwrap());
    for number in [1, 2, 3] {
        lab.done(&["watch", &other(number)]);
        assert!(
            result(&lab, &fold(number)) == result(&lab, &other(number)),
            "fold {number}"
        );
    }
}

#[test]
#[ignore = "takes minutes"]
fn twenty_kills_at_random_moments_change_nothing() {
    let options = [
        "training.optimizer=adamw",
        "training.weight_decay=0.01",
        "training.schedule=cosine",
        "training.average.kind=ema",
        "training.label_smoothing=0.1",
        "training.balanced_sampling=true",
        "training.normalise=speaker",
        "training.final_fit=train_validation",
    ];
    kill_at_random(&[]);
    kill_at_random(&options);
}

fn kill_at_random(options: &[&str]) {
    const KILLS: usize = 20;
    const OF_A_RUN: usize = 5;
    let seed = std::env::var("UNDERTONE_SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut draw = stream(seed, "kills", 0);
    let lab = Lab::new();
    // Long enough for most of the moments, and to learn something.
    let longer: Vec<&str> = ["training.epochs=150", "training.learning_rate=0.01"]
        .iter()
        .chain(options)
        .flat_map(|option| ["-s", option])
        .collect();
    println!("{}", longer.join(" "));
    let begun = Instant::now();
    let whole = start(&lab, &longer);
    lab.done(&["watch", &whole]);
    let seconds = begun.elapsed().as_secs_f64();
    let expected = result(&lab, &whole);
    let score = expected.0["scores"]["unweighted_average_recall"].as_f64().unwrap();
    println!(
        "never killed: {} epochs, test UAR {score:.6}, {seconds:.1} s",
        expected.2.len()
    );
    let (mut kills, mut number) = (0, 0);
    while kills < KILLS {
        let id = start(&lab, &longer);
        let mut moments = Vec::new();
        for _ in 0..OF_A_RUN {
            sleep(Duration::from_secs_f64(draw.random::<f64>() * seconds / 2.0));
            if !kill(&lab, &id) {
                break;
            }
            kills += 1;
            let resumed = lab.json(&["resume", &id, "--detach"]);
            moments.push(resumed["runs"][0]["epoch"].as_u64().unwrap());
        }
        lab.done(&["watch", &id]);
        assert!(result(&lab, &id) == expected, "{id}");
        number += 1;
        if moments.is_empty() {
            continue;
        }
        println!(
            "run {number}: {} kills, resumed after epochs {moments:?}: report, predictions and all epochs equal",
            moments.len()
        );
    }
    println!("{kills} kills, {number} runs, seed {seed}: every one ended as the run that was never killed");
}
