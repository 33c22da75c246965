//! What a form is filled in for: a run, or a study.

use crate::engine::{Command, CommandKind, Config, Overrides};

/// Before the name of an architecture, and its parameters.
const SPACES: &str = "tuning.space.";

/// What a form is filled in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new run.
    Run,
    /// A new study.
    Study,
}

/// The settings of a run with a field, and what each is called.
const RUN: &[(&str, &str)] = &[
    ("model.name", "Model"),
    ("recipe", "Recipe"),
    ("split.kind", "Split"),
    ("split.kfold", "Folds"),
    ("split.leave_one_out", "Leave one out"),
    ("split.column", "Split by column"),
    ("split.test_part", "Tested part"),
    ("training.epochs", "Epochs, at most"),
    ("training.batch_size", "Batch size"),
    ("training.learning_rate", "Learning rate"),
    ("training.early_stopping.patience", "Early stopping"),
    ("training.monitor", "Best epoch by"),
    ("training.class_weights", "Class weights"),
    ("augmentation.mode", "Augmentation"),
    ("filter.corpus", "Corpora"),
    ("filter.gender", "Gender"),
    ("seed", "Seed"),
    ("device", "Device"),
];

/// The same of a study.
const STUDY: &[(&str, &str)] = &[
    ("tuning.study", "Name"),
    ("model.name", "Model"),
    ("recipe", "Recipe"),
    ("tuning.trials", "Trials"),
    ("tuning.workers", "Workers"),
    ("tuning.sampler", "Sampler"),
    ("tuning.pruner", "Pruner"),
    ("tuning.objective", "Ranked by"),
    ("tuning.baseline", "Settings first"),
    ("split.kind", "Split"),
    ("training.epochs", "Epochs, at most"),
    ("training.early_stopping.patience", "Early stopping"),
    ("augmentation.mode", "Augmentation"),
    ("filter.corpus", "Corpora"),
    ("filter.gender", "Gender"),
    ("seed", "Seed"),
    ("device", "Device"),
];

impl Purpose {
    /// The settings with a field, and what each is called.
    pub fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Run => RUN,
            Self::Study => STUDY,
        }
    }

    /// What stands over the form.
    pub fn title(self) -> &'static str {
        match self {
            Self::Run => "New run",
            Self::Study => "New study",
        }
    }

    /// What is asked for with these changes.
    pub fn command(self, changes: Overrides) -> Command {
        match self {
            Self::Run => Command::Train { changes },
            Self::Study => Command::Tune { changes },
        }
    }

    /// Its kind.
    pub fn kind(self) -> CommandKind {
        match self {
            Self::Run => CommandKind::Train,
            Self::Study => CommandKind::Tune,
        }
    }

    /// How it is begun, and edited otherwise.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Run => "Enter starts the run, e edits it as TOML.",
            Self::Study => "Enter starts the study, e edits it and its space as TOML.",
        }
    }
}

/// The search spaces: the dotted key of every parameter, and what may be chosen, as TOML. A run has none.
pub fn spaces(purpose: Purpose, config: &Config) -> Vec<(String, String)> {
    let rows = config.rows.iter().filter(|row| row.key.starts_with(SPACES));
    match purpose {
        Purpose::Run => Vec::new(),
        Purpose::Study => rows.map(|row| (row.key.clone(), row.value.clone())).collect(),
    }
}

/// The parameters of one architecture among those of all: their names, and the rows.
pub fn space_of<'a>(
    spaces: &'a [(String, String)],
    model: &str,
) -> impl Iterator<Item = (&'a str, &'a (String, String))> + use<'a> {
    let prefix = format!("{SPACES}{model}.");
    spaces
        .iter()
        .filter_map(move |row| Some((row.0.strip_prefix(&prefix)?, row)))
}

/// Of settings that were edited those that change a search space: one change for the whole of it, so that a parameter
/// that was taken away is not searched. The others stay as they are.
pub fn space_changes(known: &[(String, String)], edited: Vec<(String, String)>) -> Vec<(String, String)> {
    let (spaces, mut rest): (Vec<_>, Vec<_>) = edited.into_iter().partition(|(key, _)| key.starts_with(SPACES));
    let mut models: Vec<&str> = spaces
        .iter()
        .filter_map(|(key, _)| Some(key.strip_prefix(SPACES)?.split_once('.')?.0))
        .collect();
    models.dedup();
    for model in models {
        let (before, now) = (space_of(known, model), space_of(&spaces, model));
        if before.map(|(_, row)| row).eq(now.map(|(_, row)| row)) {
            continue;
        }
        let parameters: Vec<String> = space_of(&spaces, model)
            .map(|(name, (_, value))| format!("{name} = {value}"))
            .collect();
        rest.push((format!("{SPACES}{model}"), format!("{{ {} }}", parameters.join(", "))));
    }
    rest
}
