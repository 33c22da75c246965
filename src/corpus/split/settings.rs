//! `[split]` of the settings.

use super::super::CorpusError;
use super::super::speakers::folded;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How clips are dealt to the sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitKind {
    /// No speaker of the test set occurs in training: dealt, or named by hand.
    #[default]
    Speaker,
    /// By clip: speakers leak, as in most published scores.
    Random,
    /// As the corpora's own tables or folders say.
    Given,
    /// By the values of a column: none is on two sides.
    Column,
    /// As a file says.
    File,
}

impl SplitKind {
    /// The name in settings and lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Speaker => "speaker",
            Self::Random => "random",
            Self::Given => "given",
            Self::Column => "column",
            Self::File => "file",
        }
    }
}

/// What validation is cut from where a split that is given names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidationBy {
    /// Speakers of the training set, who are not learnt from then.
    #[default]
    Speaker,
    /// Clips of the training set.
    Clip,
}

/// What becomes of the copies of a recording, by its name, in corpora whose names are unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// One is read, the others are refused.
    #[default]
    Once,
    /// Each is a clip.
    Keep,
}

/// `[split]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SplitSettings {
    /// How clips are dealt.
    pub kind: SplitKind,
    /// Share of each corpus's speakers to test on, or of their clips where they have unlike numbers of them, or of all
    /// clips; with `kfold`, 1/K replaces it.
    pub test: f64,
    /// Share to choose the best epoch on; of the training clips, where the split is given.
    pub validation: f64,
    /// 0 or 1: one run. K: K folds, each clip tested once.
    pub kfold: usize,
    /// As many folds as there are speakers, or values of the column: each is the test set of one.
    pub leave_one_out: bool,
    /// Seed of the split; -1 is that of the run.
    pub seed: i64,
    /// The column, with [`SplitKind::Column`].
    pub column: String,
    /// Its values to test on.
    pub test_values: Vec<String>,
    /// The file or folder, with [`SplitKind::File`], or the name of a published split.
    pub file: PathBuf,
    /// The part of a given split to test on; empty is the one that is called test.
    pub test_part: String,
    /// Speakers to test on, as `speaker` or `corpus/speaker`.
    pub test_speakers: Vec<String>,
    /// Speakers to validate on.
    pub validation_speakers: Vec<String>,
    /// Corpora to test on; the others are learnt from.
    pub test_corpora: Vec<String>,
    /// What validation is cut from where none is given.
    pub validation_by: ValidationBy,
    /// Whether copies of a recording are clips.
    pub duplicates: Duplicates,
    /// Whether segments of one recording may be on two sides.
    pub share_recordings: bool,
}

impl Default for SplitSettings {
    fn default() -> Self {
        Self {
            kind: SplitKind::Speaker,
            test: 0.2,
            validation: 0.1,
            kfold: 0,
            leave_one_out: false,
            seed: -1,
            column: String::new(),
            test_values: Vec::new(),
            file: PathBuf::new(),
            test_part: String::new(),
            test_speakers: Vec::new(),
            validation_speakers: Vec::new(),
            test_corpora: Vec::new(),
            validation_by: ValidationBy::Speaker,
            duplicates: Duplicates::Once,
            share_recordings: false,
        }
    }
}

impl SplitSettings {
    /// The seed that deals the clips, in a run of this one.
    pub fn seed(&self, run: u64) -> u64 {
        u64::try_from(self.seed).unwrap_or(run)
    }

    /// Whether test speakers or corpora are named.
    pub(super) fn is_by_hand(&self) -> bool {
        !self.test_speakers.is_empty() || !self.test_corpora.is_empty()
    }

    /// What is given, as far as the settings alone say it.
    pub(super) fn given_words(&self) -> Option<String> {
        match self.kind {
            SplitKind::Speaker if self.is_by_hand() => Some("split by hand".to_owned()),
            SplitKind::Speaker if self.leave_one_out => Some("one speaker left out".to_owned()),
            SplitKind::Speaker | SplitKind::Random => None,
            SplitKind::Given => Some("split that the corpora bring".to_owned()),
            SplitKind::Column => Some(format!("split by {}", self.column)),
            SplitKind::File => Some(format!("split of {}", self.file.display())),
        }
    }

    /// The number of folds that are asked for, when there are several.
    pub(super) fn kfolds(&self) -> Option<usize> {
        (self.kfold > 1).then_some(self.kfold)
    }

    /// The share that is really tested on.
    pub(super) fn test_share(&self) -> f64 {
        self.kfolds().map_or(self.test, |folds| 1.0 / folds as f64)
    }

    /// Validation clips among those that are not tested on, when these are cut by clip.
    pub(super) fn validation_of_rest(&self) -> f64 {
        self.validation / (1.0 - self.test_share())
    }

    /// Refuses shares that leave a side empty, and settings that contradict each other.
    ///
    /// # Errors
    /// [`CorpusError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), CorpusError> {
        for (key, share) in [("split.test", self.test), ("split.validation", self.validation)] {
            if !(share > 0.0 && share < 1.0) {
                let problem = format!("{share} is no share; set it between 0 and 1, for example to 0.2");
                return Err(CorpusError::settings(key, problem));
            }
        }
        if self.test_share() + self.validation >= 1.0 {
            let (name, test) = match self.kfolds() {
                Some(folds) => ("1 / split.kfold", 1.0 / folds as f64),
                None => ("split.test", self.test),
            };
            let problem = format!(
                "{} and {name} ({test}) leave nothing to train on; lower one of them",
                self.validation
            );
            return Err(CorpusError::settings("split.validation", problem));
        }
        if self.seed < -1 {
            let problem = format!(
                "{} is no seed; set it to 0 or more, or to -1 for that of the run",
                self.seed
            );
            return Err(CorpusError::settings("split.seed", problem));
        }
        self.check_given()
    }

    fn check_given(&self) -> Result<(), CorpusError> {
        let refuse = |key: &str, problem: String| Err(CorpusError::settings(key, problem));
        let kind = self.kind.name();
        if self.kind == SplitKind::Column && self.column.trim().is_empty() {
            let problem = "names no column; set it, for example to \"session\", or split.kind to \"speaker\"";
            return refuse("split.column", problem.to_owned());
        }
        if self.kind == SplitKind::File && self.file.as_os_str().is_empty() {
            let problem = "names no file; set it to the table that says which clip is in which part, or split.kind to \
                           \"speaker\"";
            return refuse("split.file", problem.to_owned());
        }
        let lists = [
            ("split.test_speakers", &self.test_speakers, SplitKind::Speaker),
            (
                "split.validation_speakers",
                &self.validation_speakers,
                SplitKind::Speaker,
            ),
            ("split.test_corpora", &self.test_corpora, SplitKind::Speaker),
            ("split.test_values", &self.test_values, SplitKind::Column),
        ];
        for (key, list, wanted) in lists {
            if !list.is_empty() && self.kind != wanted {
                let wanted = wanted.name();
                let problem =
                    format!("is set while split.kind is \"{kind}\"; set it to [], or split.kind to \"{wanted}\"");
                return refuse(key, problem);
            }
        }
        if !self.validation_speakers.is_empty() && !self.is_by_hand() {
            let problem = "is set, and nobody to test on; name them in split.test_speakers or split.test_corpora";
            return refuse("split.validation_speakers", problem.to_owned());
        }
        let tested = |speaker: &&String| self.test_speakers.iter().any(|other| folded(other) == folded(speaker));
        if let Some(both) = self.validation_speakers.iter().find(tested) {
            let problem = format!("`{both}` is in split.test_speakers too; take it out of one of them");
            return refuse("split.validation_speakers", problem);
        }
        let once = match self.kind {
            SplitKind::Given => Some("split.kind = \"given\" has one test set".to_owned()),
            SplitKind::File => Some("split.file says what the folds are".to_owned()),
            _ if self.is_by_hand() => Some("split.test_speakers and split.test_corpora name one test set".to_owned()),
            _ if !self.test_values.is_empty() => Some("split.test_values names one test set".to_owned()),
            _ => None,
        };
        match (once, self.leave_one_out) {
            (Some(why), true) => refuse("split.leave_one_out", format!("is true, and {why}; set it to false")),
            (Some(why), _) if self.kfold > 1 => {
                refuse("split.kfold", format!("is {}, and {why}; set it to 0", self.kfold))
            }
            (None, true) if self.kfold > 1 => {
                let problem = format!(
                    "is true while split.kfold is {}; set it to false, or split.kfold to 0",
                    self.kfold
                );
                refuse("split.leave_one_out", problem)
            }
            (None, true) if self.kind == SplitKind::Random => {
                let problem = "is true while split.kind is \"random\"; set it to false, or split.kind to \"speaker\"";
                refuse("split.leave_one_out", problem.to_owned())
            }
            _ => Ok(()),
        }
    }
}
