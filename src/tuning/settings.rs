//! `[tuning]`.

use super::pruners::{Hyperband, Median, Patient, Percentile, SuccessiveHalving};
use super::samplers::{Grid, Tpe};
use super::{Direction, Pruner, Sampler, Space, TuningError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[tuning]`. A default stands only in the files of runs that were made before there was tuning.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuningSettings {
    /// Folder of studies.
    pub studies: PathBuf,
    /// Name of the study; empty is the architecture's name.
    pub study: String,
    /// Complete and pruned trials that a study ends with.
    pub trials: usize,
    /// Processes at once.
    pub workers: usize,
    /// The validation metric that trials are ranked by.
    pub objective: Objective,
    /// Seed of the sampler; the trials' own is `seed`.
    pub seed: u64,
    /// Times that a trial whose process was lost is tried again.
    pub retries: usize,
    /// Times that a setting of a finite space is tried again when all were tried.
    pub repeats: usize,
    /// Whether the first trial takes the settings as they are.
    pub baseline: bool,
    /// How the next parameters are chosen.
    pub sampler: SamplerKind,
    /// When trials are pruned.
    pub pruner: PrunerKind,
    /// Of `tpe`.
    pub tpe: Tpe,
    /// Of `grid`.
    pub grid: Grid,
    /// Of `median`.
    pub median: Median,
    /// Of `percentile`.
    pub percentile: Percentile,
    /// Of `patient`.
    pub patient: PatientSettings,
    /// Of `successive_halving`.
    pub successive_halving: SuccessiveHalvingSettings,
    /// Of `hyperband`.
    pub hyperband: HyperbandSettings,
    /// Search spaces by the architecture's name.
    pub space: BTreeMap<String, Space>,
}

/// The validation metric that trials are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Objective {
    /// Loss, lower is better.
    Loss,
    /// Accuracy, higher is better.
    Accuracy,
    /// Unweighted average recall, higher is better.
    #[default]
    Uar,
    /// Mean concordance correlation coefficient of dimensions, higher is better.
    Ccc,
}

impl Objective {
    /// Whether a smaller or a larger value is better.
    pub fn direction(self) -> Direction {
        match self {
            Self::Loss => Direction::Minimize,
            Self::Accuracy | Self::Uar | Self::Ccc => Direction::Maximize,
        }
    }
}

/// The samplers by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplerKind {
    /// [`Tpe`].
    #[default]
    Tpe,
    /// Evenly.
    Random,
    /// [`Grid`].
    Grid,
}

/// The pruners by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrunerKind {
    /// Never.
    #[default]
    None,
    /// [`Median`].
    Median,
    /// [`Percentile`].
    Percentile,
    /// [`Patient`].
    Patient,
    /// [`SuccessiveHalving`].
    SuccessiveHalving,
    /// [`Hyperband`].
    Hyperband,
}

/// Of [`Patient`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatientSettings {
    /// The rule that has the last word.
    pub wrapped: PrunerKind,
    /// Reports without getting better that are borne.
    pub patience: usize,
    /// How much worse still counts as not worse.
    pub min_delta: f64,
}

/// Of [`SuccessiveHalving`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuccessiveHalvingSettings {
    /// The step of the first rung; 0 is a hundredth of the longest complete trial.
    pub min_resource: u64,
    /// One of so many is promoted.
    pub reduction_factor: u64,
    /// Rungs left out at the beginning.
    pub min_early_stopping_rate: u32,
    /// Trials a rung must have seen before any is promoted.
    pub bootstrap_count: usize,
}

/// Of [`Hyperband`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HyperbandSettings {
    /// The step of the first rung.
    pub min_resource: u64,
    /// The steps of a whole trial; 0 is those of the longest complete one.
    pub max_resource: u64,
    /// One of so many is promoted.
    pub reduction_factor: u64,
    /// Trials a rung must have seen before any is promoted.
    pub bootstrap_count: usize,
}

impl TuningSettings {
    /// The sampler that `sampler` names.
    pub fn chosen_sampler(&self) -> Sampler {
        match self.sampler {
            SamplerKind::Tpe => Sampler::Tpe(self.tpe.clone()),
            SamplerKind::Random => Sampler::Random,
            SamplerKind::Grid => Sampler::Grid(self.grid.clone()),
        }
    }

    /// The pruner that `pruner` names.
    pub fn chosen_pruner(&self) -> Pruner {
        self.pruner_of(self.pruner)
    }

    fn pruner_of(&self, kind: PrunerKind) -> Pruner {
        let given = |value: u64| (value > 0).then_some(value);
        match kind {
            PrunerKind::None => Pruner::None,
            PrunerKind::Median => Pruner::Median(self.median.clone()),
            PrunerKind::Percentile => Pruner::Percentile(self.percentile.clone()),
            PrunerKind::Patient => Pruner::Patient(Patient {
                wrapped: Box::new(match self.patient.wrapped {
                    PrunerKind::Patient => Pruner::None,
                    wrapped => self.pruner_of(wrapped),
                }),
                patience: self.patient.patience,
                min_delta: self.patient.min_delta,
            }),
            PrunerKind::SuccessiveHalving => {
                let SuccessiveHalvingSettings { min_resource, .. } = self.successive_halving;
                Pruner::SuccessiveHalving(SuccessiveHalving {
                    min_resource: given(min_resource),
                    reduction_factor: self.successive_halving.reduction_factor,
                    min_early_stopping_rate: self.successive_halving.min_early_stopping_rate,
                    bootstrap_count: self.successive_halving.bootstrap_count,
                })
            }
            PrunerKind::Hyperband => Pruner::Hyperband(Hyperband {
                min_resource: self.hyperband.min_resource,
                max_resource: given(self.hyperband.max_resource),
                reduction_factor: self.hyperband.reduction_factor,
                bootstrap_count: self.hyperband.bootstrap_count,
            }),
        }
    }

    /// The study's name, given the architecture's.
    pub fn study_name<'a>(&'a self, architecture: &'a str) -> &'a str {
        if self.study.is_empty() {
            architecture
        } else {
            &self.study
        }
    }

    /// Refuses values that cannot work.
    ///
    /// # Errors
    /// [`TuningError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), TuningError> {
        let refuse = |key: &str, problem: String| TuningError::Settings {
            key: format!("tuning.{key}"),
            problem,
        };
        for (key, value) in [("trials", self.trials), ("workers", self.workers)] {
            if value == 0 {
                return Err(refuse(key, "is 0; it must be at least 1".to_owned()));
            }
        }
        if !self.study.is_empty() && !is_name(&self.study) {
            let problem = format!(
                "`{}` cannot name a folder; use letters, digits, `-`, `_` and `.`",
                self.study
            );
            return Err(refuse("study", problem));
        }
        if self.patient.wrapped == PrunerKind::Patient {
            let problem = "is `patient` itself; name another pruner, or `none`".to_owned();
            return Err(refuse("patient.wrapped", problem));
        }
        let prefix = |table: &str, error: TuningError| match error {
            TuningError::Pruner { key, value, expected } | TuningError::Sampler { key, value, expected } => {
                refuse(&format!("{table}.{key}"), format!("is {value}; it must be {expected}"))
            }
            other => other,
        };
        Sampler::Tpe(self.tpe.clone())
            .check()
            .map_err(|error| prefix("tpe", error))?;
        Sampler::Grid(self.grid.clone())
            .check()
            .map_err(|error| prefix("grid", error))?;
        for (table, kind) in [
            ("median", PrunerKind::Median),
            ("percentile", PrunerKind::Percentile),
            ("patient", PrunerKind::Patient),
            ("successive_halving", PrunerKind::SuccessiveHalving),
            ("hyperband", PrunerKind::Hyperband),
        ] {
            self.pruner_of(kind).check().map_err(|error| prefix(table, error))?;
        }
        Ok(())
    }
}

/// Whether a study may have this name, which is its folder's.
pub fn is_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}
