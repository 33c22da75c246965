//! `[training]`.

use super::{EpochMetrics, TrainingError};
use crate::corpus::Dimensions;
use crate::features::Normalise;
use crate::inference::FinalFit;
use serde::{Deserialize, Serialize};

/// `[training]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// What is learnt of a clip.
    #[serde(default)]
    pub target: Target,
    /// Of the target `dimensions`: which; none named stands for those that every corpus states which states any.
    #[serde(default)]
    pub dimensions: Vec<String>,
    /// At most this many epochs.
    pub epochs: usize,
    /// Clips that pass the network at once.
    pub batch_size: usize,
    /// Batches per step.
    pub accumulate: usize,
    /// Compute again on the way back what segments of a network gave, instead of keeping it.
    pub checkpointing: bool,
    /// What changes the weights.
    pub optimizer: OptimizerKind,
    /// The learning rate at the start, or the largest of `cosine` and `linear`.
    pub learning_rate: f64,
    /// What is taken off every weight at every step; not off biases and norms.
    pub weight_decay: f64,
    /// Of `sgd`: the share of the previous update that is kept.
    pub momentum: f64,
    /// Of `sgd`: look ahead along the momentum.
    pub nesterov: bool,
    /// How the rate changes.
    pub schedule: ScheduleKind,
    /// Whose statistics features are standardised by.
    pub normalise: Normalise,
    /// Weigh the loss by inverse class frequency (sklearn `balanced`).
    pub class_weights: bool,
    /// Draw as many clips of every class.
    pub balanced_sampling: bool,
    /// Share of every label that is dealt evenly to all classes.
    pub label_smoothing: f64,
    /// Largest global norm of a step's gradient; 0 switches clipping off.
    pub gradient_clip_norm: f64,
    /// What chooses the best epoch.
    pub monitor: Monitor,
    /// Which clips the network is refitted on, once its number of epochs is chosen.
    pub final_fit: FinalFit,
    /// Averages of the weights, validated and kept in their place.
    pub average: AverageSettings,
    /// The rate of the schedules `cosine` and `linear`.
    pub cosine: CosineSettings,
    /// Stop when nothing improves.
    pub early_stopping: EarlyStoppingSettings,
    /// Lower the learning rate when nothing improves.
    pub reduce_on_plateau: ReduceOnPlateauSettings,
}

impl TrainingSettings {
    /// Clips of a step; the last one of an epoch may have fewer.
    pub(super) fn clips_per_step(&self) -> usize {
        self.batch_size.saturating_mul(self.accumulate)
    }

    /// Refuses values that cannot work.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), TrainingError> {
        let plateau = &self.reduce_on_plateau;
        self.check_dimensions()?;
        at_least_one("epochs", self.epochs)?;
        at_least_one("batch_size", self.batch_size)?;
        at_least_one("accumulate", self.accumulate)?;
        within("learning_rate", self.learning_rate, "above 0", |value| value > 0.0)?;
        within("weight_decay", self.weight_decay, "0 (off) or above", |value| {
            value >= 0.0
        })?;
        within("momentum", self.momentum, "from 0 to below 1", |value| {
            (0.0..1.0).contains(&value)
        })?;
        if self.nesterov && self.optimizer == OptimizerKind::Sgd && self.momentum == 0.0 {
            return Err(refuse("nesterov", "needs a momentum above 0; set training.momentum"));
        }
        if self.class_weights && self.balanced_sampling {
            let problem = "balances the classes that training.class_weights balances already; choose one of them";
            return Err(refuse("balanced_sampling", problem));
        }
        within("label_smoothing", self.label_smoothing, "from 0 to below 1", |value| {
            (0.0..1.0).contains(&value)
        })?;
        within("average.decay", self.average.decay, "above 0 and below 1", |value| {
            value > 0.0 && value < 1.0
        })?;
        at_least_one("average.from_epoch", self.average.from_epoch)?;
        if self.average.kind != AverageKind::None && self.average.from_epoch > self.epochs {
            let (from, epochs) = (self.average.from_epoch, self.epochs);
            let problem = format!("is {from}, after the last of training.epochs = {epochs}; lower it");
            return Err(refuse("average.from_epoch", &problem));
        }
        within(
            "cosine.warmup_epochs",
            self.cosine.warmup_epochs,
            "0 or above",
            |value| value >= 0.0,
        )?;
        let rate = self.learning_rate;
        let wanted = format!("from 0 to training.learning_rate, {rate}");
        within("cosine.minimum", self.cosine.minimum, &wanted, |value| {
            let reached = matches!(self.schedule, ScheduleKind::Cosine | ScheduleKind::Linear);
            value >= 0.0 && (value <= rate || !reached)
        })?;
        within(
            "gradient_clip_norm",
            self.gradient_clip_norm,
            "0 (off) or above",
            |value| value >= 0.0,
        )?;
        let early = self.early_stopping.min_delta;
        within("early_stopping.min_delta", early, "0 or above", |value| value >= 0.0)?;
        within(
            "reduce_on_plateau.min_delta",
            plateau.min_delta,
            "0 or above",
            |value| value >= 0.0,
        )?;
        within("reduce_on_plateau.minimum", plateau.minimum, "0 or above", |value| {
            value >= 0.0
        })?;
        within(
            "reduce_on_plateau.factor",
            plateau.factor,
            "above 0 and below 1",
            |value| value > 0.0 && value < 1.0,
        )
    }
}

impl TrainingSettings {
    /// Refuses names that are no dimensions.
    fn check_dimensions(&self) -> Result<(), TrainingError> {
        for (place, name) in self.dimensions.iter().enumerate() {
            let Some(known) = Dimensions::place(name) else {
                let names = Dimensions::NAMES.join(", ");
                return Err(refuse(
                    "dimensions",
                    &format!("there is no dimension `{name}`; choose of {names}"),
                ));
            };
            let earlier = &self.dimensions[..place];
            if earlier.iter().any(|other| Dimensions::place(other) == Some(known)) {
                return Err(refuse("dimensions", &format!("names `{name}` twice; name it once")));
            }
        }
        Ok(())
    }

    /// Refuses what does not go with the target.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] with the key and the remedy.
    pub(super) fn check_target(&self) -> Result<(), TrainingError> {
        if self.target != Target::Dimensions {
            return match self.monitor {
                Monitor::Ccc => Err(refuse(
                    "monitor",
                    "is \"ccc\", and there are classes to learn; choose \"loss\", \"accuracy\" or \"uar\", or set \
                     training.target = \"dimensions\"",
                )),
                _ => Ok(()),
            };
        }
        let without_classes = |key: &str, remedy: &str| {
            let problem = format!("is about classes, and training.target = \"dimensions\" has none; {remedy}");
            Err(refuse(key, &problem))
        };
        if matches!(self.monitor, Monitor::Accuracy | Monitor::Uar) {
            return without_classes("monitor", "choose \"loss\" or \"ccc\", which is 1 - loss");
        }
        if self.class_weights {
            return without_classes("class_weights", "set it to false");
        }
        if self.balanced_sampling {
            return without_classes("balanced_sampling", "set it to false");
        }
        if self.label_smoothing > 0.0 {
            return without_classes("label_smoothing", "set it to 0");
        }
        if self.batch_size < 2 {
            let problem = "is 1, and agreement is measured over the clips of a batch; take 2 at least, 32 is usual";
            return Err(refuse("batch_size", problem));
        }
        Ok(())
    }
}

fn at_least_one(key: &str, value: usize) -> Result<(), TrainingError> {
    if value > 0 {
        Ok(())
    } else {
        Err(refuse(key, "is 0; it must be at least 1"))
    }
}

fn within(key: &str, value: f64, wanted: &str, allowed: impl Fn(f64) -> bool) -> Result<(), TrainingError> {
    if value.is_finite() && allowed(value) {
        Ok(())
    } else {
        Err(refuse(key, &format!("is {value}; it must be {wanted}")))
    }
}

fn refuse(key: &str, problem: &str) -> TrainingError {
    TrainingError::Settings {
        key: format!("training.{key}"),
        problem: problem.to_owned(),
    }
}

/// The validation metric that chooses the best epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    /// Validation loss, lower is better.
    #[default]
    Loss,
    /// Validation accuracy, higher is better.
    Accuracy,
    /// Validation unweighted average recall, higher is better.
    Uar,
    /// Mean concordance correlation coefficient of the dimensions on validation, higher is better.
    Ccc,
}

impl Monitor {
    /// The metric of an epoch.
    pub fn value(self, metrics: &EpochMetrics) -> f64 {
        match self {
            Self::Loss => metrics.validation_loss,
            Self::Accuracy => metrics.validation_accuracy,
            Self::Uar => metrics.validation_uar,
            Self::Ccc => metrics.validation_ccc.unwrap_or_default(),
        }
    }

    /// Whether `value` is better than `best` by more than `min_delta`; the first value always is.
    pub(super) fn improves(self, value: f64, best: Option<f64>, min_delta: f64) -> bool {
        match (self, best) {
            (_, None) => true,
            (Self::Loss, Some(best)) => value < best - min_delta,
            (Self::Accuracy | Self::Uar | Self::Ccc, Some(best)) => value > best + min_delta,
        }
    }
}

/// What is learnt of a clip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Its label.
    #[default]
    Emotion,
    /// The share of its listeners that chose each label.
    Votes,
    /// Its dimensions: arousal, dominance, valence.
    Dimensions,
}

/// What changes the weights by their gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    /// Adam, whose weight decay is L2.
    Adam,
    /// Adam with decoupled weight decay.
    Adamw,
    /// Stochastic gradient descent with momentum.
    Sgd,
}

/// How the learning rate changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// It does not.
    Constant,
    /// Lowered when nothing improves.
    Plateau,
    /// Up in a straight line, then down along half a cosine.
    Cosine,
    /// Up in a straight line, then down in another.
    Linear,
}

/// Which average of the weights is validated and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AverageKind {
    /// None: the weights themselves.
    None,
    /// Exponential moving average over the steps.
    Ema,
    /// Mean over the epochs.
    Swa,
}

/// `[training.average]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AverageSettings {
    /// Which.
    pub kind: AverageKind,
    /// Of `ema`: what is kept of the average at every step.
    pub decay: f64,
    /// The first epoch that counts.
    pub from_epoch: usize,
}

/// `[training.cosine]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CosineSettings {
    /// Epochs, or parts of one, in which the rate rises from nearly 0.
    pub warmup_epochs: f64,
    /// The rate at the end.
    pub minimum: f64,
}

/// `[training.early_stopping]` (Keras EarlyStopping, restore_best_weights=True).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStoppingSettings {
    /// Epochs without improvement before stopping; 0 switches it off.
    pub patience: usize,
    /// What counts as improvement.
    pub min_delta: f64,
}

/// `[training.reduce_on_plateau]` (Keras ReduceLROnPlateau).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReduceOnPlateauSettings {
    /// Epochs without improvement before lowering; 0 switches it off.
    pub patience: usize,
    /// What the rate is multiplied by.
    pub factor: f64,
    /// What counts as improvement.
    pub min_delta: f64,
    /// Lowest rate.
    pub minimum: f64,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// `[training]` of the shipped `workbench.toml`.
    pub fn shipped() -> TrainingSettings {
        let file: toml::Table = include_str!("../../workbench.toml").parse().unwrap();
        file["training"].clone().try_into().unwrap()
    }

    #[test]
    fn values_that_cannot_work_are_refused_by_key() {
        let settings = shipped();
        settings.validate().unwrap();
        let refusal = |change: fn(&mut TrainingSettings)| {
            let mut changed = settings.clone();
            change(&mut changed);
            changed.validate().unwrap_err().to_string()
        };
        assert_eq!(
            refusal(|s| s.epochs = 0),
            "training.epochs: is 0; it must be at least 1"
        );
        assert!(refusal(|s| s.accumulate = 0).starts_with("training.accumulate: is 0"));
        assert!(refusal(|s| s.batch_size = 0).starts_with("training.batch_size"));
        assert!(refusal(|s| s.learning_rate = f64::NAN).starts_with("training.learning_rate: is NaN"));
        assert!(refusal(|s| s.gradient_clip_norm = -1.0).starts_with("training.gradient_clip_norm"));
        assert!(refusal(|s| s.weight_decay = -1.0).starts_with("training.weight_decay"));
        assert!(refusal(|s| s.momentum = 1.0).contains("from 0 to below 1"));
        let still = |s: &mut TrainingSettings| (s.optimizer, s.momentum, s.nesterov) = (OptimizerKind::Sgd, 0.0, true);
        assert!(refusal(still).starts_with("training.nesterov"));
        let twice = |s: &mut TrainingSettings| (s.class_weights, s.balanced_sampling) = (true, true);
        assert!(refusal(twice).contains("choose one of them"));
        assert!(refusal(|s| s.dimensions = vec!["anger".to_owned()]).contains("no dimension `anger`"));
        let twice = |s: &mut TrainingSettings| s.dimensions = vec!["arousal".to_owned(), "Activation".to_owned()];
        assert!(refusal(twice).contains("twice"));
        assert!(refusal(|s| s.label_smoothing = 1.0).starts_with("training.label_smoothing"));
        assert!(refusal(|s| s.average.decay = 1.0).starts_with("training.average.decay"));
        assert!(refusal(|s| s.average.from_epoch = 0).starts_with("training.average.from_epoch"));
        assert!(refusal(|s| s.cosine.warmup_epochs = f64::NAN).starts_with("training.cosine.warmup_epochs"));
        assert!(refusal(|s| s.cosine.minimum = -1.0).starts_with("training.cosine.minimum"));
        let above = |s: &mut TrainingSettings| (s.schedule, s.cosine.minimum) = (ScheduleKind::Cosine, 1.0);
        assert!(refusal(above).contains("is 1; it must be from 0 to training.learning_rate, 0.001"));
        let late = |s: &mut TrainingSettings| (s.average.kind, s.average.from_epoch) = (AverageKind::Swa, 81);
        assert!(refusal(late).contains("is 81, after the last of training.epochs = 80; lower it"));
        assert!(refusal(|s| s.early_stopping.min_delta = -1.0).starts_with("training.early_stopping.min_delta"));
        assert!(refusal(|s| s.reduce_on_plateau.factor = 1.0).contains("above 0 and below 1"));
        assert!(refusal(|s| s.reduce_on_plateau.minimum = -1.0).starts_with("training.reduce_on_plateau.minimum"));
        assert!(refusal(|s| s.reduce_on_plateau.min_delta = -1.0).contains("reduce_on_plateau.min_delta"));
    }

    #[test]
    fn what_is_about_classes_does_not_go_with_dimensions() {
        let classes = shipped();
        let dimensions = TrainingSettings {
            target: Target::Dimensions,
            ..shipped()
        };
        let refusal = |settings: &TrainingSettings, change: fn(&mut TrainingSettings)| {
            let mut changed = settings.clone();
            changed.check_target().unwrap();
            change(&mut changed);
            changed.check_target().unwrap_err().to_string()
        };
        assert!(refusal(&classes, |s| s.monitor = Monitor::Ccc).starts_with("training.monitor: is \"ccc\""));
        assert!(refusal(&dimensions, |s| s.monitor = Monitor::Uar).contains("choose \"loss\" or \"ccc\""));
        assert!(refusal(&dimensions, |s| s.class_weights = true).starts_with("training.class_weights"));
        assert!(refusal(&dimensions, |s| s.balanced_sampling = true).starts_with("training.balanced_sampling"));
        assert!(refusal(&dimensions, |s| s.label_smoothing = 0.1).starts_with("training.label_smoothing"));
        assert!(refusal(&dimensions, |s| s.batch_size = 1).starts_with("training.batch_size"));
    }
}
