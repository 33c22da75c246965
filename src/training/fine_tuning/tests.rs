//! Fine-tuning of a small encoder's upper layers, on made-up states.

use super::super::settings::tests::shipped;
use super::super::{
    AugmentationSettings, Dataset, EpochMetrics, LAST, LoopControl, Normaliser, Observer, OnTheFly, OptimizerKind,
    ScheduleKind, Task, Trained, TrainingError, TrainingSettings, train,
};
use super::settings_for;
use crate::corpus::{Split, SplitKind, Subset};
use crate::device::device;
use crate::encoders::{Found, Layer, Pool, Tail, tiny};
use crate::features::{FeatureMatrix, Normalise, Recipe};
use crate::inference::Package;
use crate::models::{ModelSettings, Network};
use crate::random::stream;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use rand::RngExt;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const WIDTH: usize = 8;
const CLASSES: usize = 3;

/// Clips of unequal length whose class shows in a column, in noise.
fn dataset() -> Dataset {
    let draw = &mut stream(1, "clips", 0);
    let clips = 120;
    let mut matrix = |class: usize| {
        let frames = draw.random_range(6..14);
        let mut values: Vec<f32> = (0..frames * WIDTH).map(|_| draw.random::<f32>() - 0.5).collect();
        values
            .iter_mut()
            .skip(class)
            .step_by(WIDTH)
            .for_each(|value| *value += 0.8);
        FeatureMatrix {
            frames,
            coefficients: WIDTH,
            values,
        }
    };
    let subset = |clip: usize| match clip / CLASSES % 6 {
        4 => Subset::Validation,
        5 => Subset::Test,
        _ => Subset::Train,
    };
    Dataset {
        votes: None,
        dimensions: None,
        matrices: (0..clips).map(|clip| matrix(clip % CLASSES)).collect(),
        targets: (0..clips).map(|clip| clip % CLASSES).collect(),
        labels: ["neutral", "happy", "sad"].map(str::to_owned).to_vec(),
        split: Split {
            kind: SplitKind::Speaker,
            given: None,
            fold: None,
            subsets: (0..clips).map(subset).collect(),
            notes: Vec::new(),
        },
        speakers: vec![None; clips],
        sources: (0..clips).collect(),
        cached: 0,
        skip_clamped: 0,
    }
}

/// Stops before that step.
#[derive(Default)]
struct Watcher {
    stop_at: Option<(usize, usize)>,
    steps: Vec<(usize, usize, usize)>,
}

impl Observer for Watcher {
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> LoopControl {
        self.steps.push((epoch, done, total));
        if self.stop_at == Some((epoch, done)) {
            LoopControl::StopNow
        } else {
            LoopControl::Continue
        }
    }

    fn epoch(&mut self, _metrics: &EpochMetrics) -> Result<(), TrainingError> {
        Ok(())
    }
}

struct Case {
    _encoder: tempfile::TempDir,
    recipe: Recipe,
    dataset: Dataset,
    model: ModelSettings,
    settings: TrainingSettings,
}

impl Case {
    /// The last two of an encoder's three layers.
    fn new() -> Self {
        let encoder = tempfile::tempdir().unwrap();
        tiny::whisper(encoder.path(), 3, WIDTH);
        let recipe = Recipe {
            encoder: encoder.path().to_str().unwrap().to_owned(),
            layer: Layer::Index(1),
            pool: Pool::Frames,
            ..Recipe::default()
        };
        let mut model = crate::models::fixture::settings("fine_tuned");
        let sizes = &mut model.fine_tuned;
        (sizes.units, sizes.dropout, sizes.layer_drop) = (vec![8], 0.1, 0.2);
        Self {
            recipe: recipe.resolved(3.0).unwrap(),
            _encoder: encoder,
            dataset: dataset(),
            model,
            settings: TrainingSettings {
                epochs: 6,
                batch_size: 4,
                accumulate: 3,
                optimizer: OptimizerKind::Adamw,
                learning_rate: 0.02,
                schedule: ScheduleKind::Constant,
                gradient_clip_norm: 1.0,
                ..shipped()
            },
        }
    }

    fn run(&self, folder: &Path, resume: bool, watcher: &mut Watcher) -> Result<Trained, TrainingError> {
        let file: toml::Table = include_str!("../../../workbench.toml").parse().unwrap();
        let mut augmentation: AugmentationSettings = file["augmentation"].clone().try_into().unwrap();
        let masks = &mut augmentation.spec_augment;
        (masks.time_masks, masks.time_width, masks.time_share) = (1, 3, 0.5);
        (masks.frequency_masks, masks.frequency_width) = (1, 1);
        let normaliser = Normaliser::default();
        let task = Task {
            dataset: &self.dataset,
            recipe: &self.recipe,
            augmentation: Some(OnTheFly {
                settings: &augmentation,
                clips: &[],
                normaliser: &normaliser,
            }),
            model: &self.model,
            settings: &self.settings,
            device: "flex",
            seed: 1,
            checkpoints: folder,
            resume,
            synthetic: true,
            training_rms_dbfs: -20.0,
        };
        train(&task, watcher)
    }
}

/// The encoder's layers in a network, by their paths.
fn tail_of(network: &Network) -> BTreeMap<String, Vec<f32>> {
    weights(network)
        .into_iter()
        .filter_map(|(path, values)| Some((path.strip_prefix("FineTuned.tail.")?.to_owned(), values)))
        .collect()
}

fn weights<M: Module>(module: &M) -> BTreeMap<String, Vec<f32>> {
    #[derive(Default)]
    struct Weights(Vec<String>, BTreeMap<String, Vec<f32>>);
    impl ModuleVisitor for Weights {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.0.push(name.to_owned());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.0.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let values = param.val().into_data().try_into_vec().unwrap();
            self.1.insert(self.0.join("."), values);
        }
    }
    let mut found = Weights::default();
    module.visit(&mut found);
    found.1
}

#[test]
fn it_learns_from_the_published_weights_on_and_hands_over_a_package_of_its_own() {
    let mut case = Case::new();
    case.settings.epochs = 15;
    let folder = tempfile::tempdir().unwrap();
    let trained = case.run(folder.path(), false, &mut Watcher::default()).unwrap();
    let (first, last) = (&trained.history[0], trained.history.last().unwrap());
    assert!(last.train_loss < 0.6 * first.train_loss, "{first:?} {last:?}");
    assert!(trained.history[trained.best_epoch - 1].validation_uar > 0.8, "{last:?}");
    let metadata = &trained.package.metadata;
    assert!(metadata.scaler.mean.iter().all(|mean| *mean == 0.0));
    assert_eq!(
        metadata
            .model
            .fine_tuned
            .tail
            .as_ref()
            .map(|tail| (tail.below, tail.layers)),
        Some((1, 2))
    );

    let found = Found::new(&case.recipe.encoder).unwrap();
    let cpu = device("cpu").unwrap();
    let published = Tail::read(&found.folder, &found.config.tail(Layer::Index(1)).unwrap(), &cpu).unwrap();
    let tuned = tail_of(&trained.package.network);
    let published = weights(&published);
    assert!(tuned.keys().eq(published.keys()), "{:?}", tuned.keys());
    assert!(
        tuned
            .iter()
            .all(|(path, values)| path.ends_with("bias") || *values != published[path])
    );

    let home = folder.path().join("model");
    trained.package.save(&home).unwrap();
    let package = Package::load(&home, "flex").unwrap();
    assert_eq!(package.metadata, *metadata);
    let clips = trained.test.iter().map(|(clip, _)| &case.dataset.matrices[*clip]);
    let rows = package.rows(clips).unwrap();
    assert!(rows.iter().eq(trained.test.iter().map(|(_, row)| row)));
}

#[test]
fn an_interrupted_run_ends_in_the_same_bits_whether_or_not_activations_are_kept() {
    for checkpointing in [false, true] {
        let mut case = Case::new();
        (case.settings.epochs, case.settings.checkpointing) = (3, checkpointing);
        let [whole, parts] = [0, 1].map(|_| tempfile::tempdir().unwrap());
        let mut watcher = Watcher::default();
        let trained = case.run(whole.path(), false, &mut watcher).unwrap();
        // 84 training clips: 21 batches.
        assert_eq!(watcher.steps[..2], [(1, 0, 21), (1, 1, 21)]);
        assert_eq!(watcher.steps.len(), 63);
        let mut watcher = Watcher {
            // In the middle of a step of three batches.
            stop_at: Some((2, 7)),
            ..Watcher::default()
        };
        assert!(case.run(parts.path(), false, &mut watcher).unwrap().stopped);
        let resumed = case.run(parts.path(), true, &mut Watcher::default()).unwrap();
        let bytes = |folder: &tempfile::TempDir| fs::read(folder.path().join(LAST)).unwrap();
        assert!(bytes(&whole) == bytes(&parts), "checkpointing: {checkpointing}");
        assert_eq!(trained.test, resumed.test);
    }
}

#[test]
fn computing_activations_again_changes_nothing_that_is_learnt() {
    let losses = |checkpointing: bool| {
        let mut case = Case::new();
        (case.settings.epochs, case.settings.checkpointing) = (3, checkpointing);
        let folder = tempfile::tempdir().unwrap();
        let trained = case.run(folder.path(), false, &mut Watcher::default()).unwrap();
        trained.history.iter().map(|epoch| epoch.train_loss).collect::<Vec<_>>()
    };
    for (kept, again) in losses(false).iter().zip(losses(true)) {
        assert!((kept - again).abs() < 1e-4 * kept, "{kept} {again}");
    }
}

#[test]
fn layers_at_a_rate_of_zero_stay_as_published_to_the_bit() {
    let mut case = Case::new();
    (case.model.fine_tuned.learning_rate_factor, case.settings.epochs) = (0.0, 2);
    case.settings.weight_decay = 0.1;
    let folder = tempfile::tempdir().unwrap();
    let trained = case.run(folder.path(), false, &mut Watcher::default()).unwrap();
    let found = Found::new(&case.recipe.encoder).unwrap();
    let config = found.config.tail(Layer::Index(1)).unwrap();
    let published = Tail::read(&found.folder, &config, &device("cpu").unwrap()).unwrap();
    assert_eq!(tail_of(&trained.package.network), weights(&published));
}

#[test]
fn what_gives_no_states_that_layers_take_is_refused_by_key() {
    let case = Case::new();
    let key = |recipe: &Recipe, normalise| match settings_for(&case.model, recipe, normalise) {
        Err(TrainingError::Settings { key, .. }) => key,
        other => panic!("{other:?}"),
    };
    let changed = |change: fn(&mut Recipe)| {
        let mut recipe = case.recipe.clone();
        change(&mut recipe);
        recipe
    };
    assert_eq!(key(&Recipe::default(), Normalise::Corpus), "recipe");
    assert_eq!(
        key(&changed(|recipe| recipe.layer = Layer::Last), Normalise::Corpus),
        "recipe"
    );
    assert_eq!(
        key(&changed(|recipe| recipe.pool = Pool::Mean), Normalise::Corpus),
        "recipe"
    );
    assert_eq!(key(&case.recipe, Normalise::Speaker), "training.normalise");
    let above = changed(|recipe| recipe.layer = Layer::Index(3));
    assert!(matches!(
        settings_for(&case.model, &above, Normalise::Corpus),
        Err(TrainingError::Model(_))
    ));
    // Others do not care.
    let conv1d = crate::models::fixture::settings("conv1d");
    assert_eq!(
        *settings_for(&conv1d, &Recipe::default(), Normalise::Speaker).unwrap(),
        conv1d
    );
}
