//! What a job, or the process of a run, is at.

use super::CommandKind;
use serde::{Serialize, Serializer};
use std::fmt;

/// What a job, or the process of a run, is at. Heartbeats hold it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// The headers of sound files are read.
    Headers,
    /// The samples of sound files are read.
    Samples,
    /// Features are extracted, or read from the cache.
    Features,
    /// The same, of frames of an encoder, which take so much of the cache in all (MiB).
    Frames(u64),
    /// Features are written as arrays.
    Exporting,
    /// Features are read from arrays.
    Importing,
    /// It is measured what trimming would remove.
    Trimming,
    /// A model is evaluated.
    Evaluating,
    /// Speed is measured.
    Measuring,
    /// The demo corpus is written.
    Demo,
    /// An encoder is fetched; counted in bytes.
    Fetching,
    /// A corpus is fetched; counted in bytes.
    FetchingCorpus,
    /// A corpus is unpacked; counted in bytes.
    Unpacking,
    /// The trials of a study are done.
    Trials,
    /// A run was taken up.
    Queued,
    /// An epoch, from 1.
    Epoch(usize),
    /// An epoch of the final fit, from 1, and how many it has.
    FinalFit(usize, usize),
    /// The report is written.
    Report,
    /// What another version of the program is at.
    Other(String),
}

const WORDS: [(Task, &str); 15] = [
    (Task::Headers, "reading headers"),
    (Task::Samples, "analysing samples"),
    (Task::Features, "features"),
    (Task::Exporting, "exporting"),
    (Task::Importing, "importing"),
    (Task::Trimming, "trimming"),
    (Task::Evaluating, "evaluating"),
    (Task::Measuring, "measuring"),
    (Task::Demo, "writing demo corpus"),
    (Task::Fetching, "fetching"),
    (Task::FetchingCorpus, "fetching the corpus"),
    (Task::Unpacking, "unpacking"),
    (Task::Trials, "trials"),
    (Task::Queued, "queued"),
    (Task::Report, "report"),
];

impl Task {
    /// The command whose task it is, where that is certain.
    pub fn command(&self) -> Option<CommandKind> {
        match self {
            Self::Headers | Self::Samples => Some(CommandKind::Scan),
            Self::Features | Self::Frames(_) => Some(CommandKind::Features),
            Self::Exporting => Some(CommandKind::ExportFeatures),
            Self::Importing => Some(CommandKind::ImportFeatures),
            Self::Trimming => Some(CommandKind::Trim),
            Self::Evaluating => Some(CommandKind::Evaluate),
            Self::Measuring => Some(CommandKind::Bench),
            Self::Demo => Some(CommandKind::Demo),
            Self::Fetching => Some(CommandKind::Encoders),
            Self::FetchingCorpus | Self::Unpacking => Some(CommandKind::Get),
            _ => None,
        }
    }

    /// Whether it is counted in bytes.
    pub fn is_in_bytes(&self) -> bool {
        matches!(self, Self::Fetching | Self::FetchingCorpus | Self::Unpacking)
    }

    /// Whether one progress goes on in the other: all epochs are one.
    pub fn continues(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epoch(epoch) => write!(formatter, "epoch {epoch}"),
            Self::FinalFit(epoch, epochs) => write!(formatter, "final fit, epoch {epoch} of {epochs}"),
            Self::Frames(size) => write!(formatter, "features, {size} MiB in all"),
            Self::Other(words) => formatter.write_str(words),
            known => {
                let words = WORDS.iter().find(|(task, _)| task == known);
                formatter.write_str(words.map_or("", |(_, words)| words))
            }
        }
    }
}

impl From<&str> for Task {
    fn from(words: &str) -> Self {
        let epoch = |words: &str| words.strip_prefix("epoch ")?.parse().ok().map(Self::Epoch);
        let final_fit = |words: &str| {
            let (epoch, epochs) = words.strip_prefix("final fit, epoch ")?.split_once(" of ")?;
            Some(Self::FinalFit(epoch.parse().ok()?, epochs.parse().ok()?))
        };
        let frames = |words: &str| {
            let size = words.strip_prefix("features, ")?.strip_suffix(" MiB in all")?;
            Some(Self::Frames(size.parse().ok()?))
        };
        let known = WORDS.iter().find(|(_, known)| *known == words);
        known
            .map(|(task, _)| task.clone())
            .or_else(|| epoch(words))
            .or_else(|| final_fit(words))
            .or_else(|| frames(words))
            .unwrap_or_else(|| Self::Other(words.to_owned()))
    }
}

impl Serialize for Task {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_into_heartbeats_is_read_back() {
        let known = WORDS.iter().map(|(task, _)| task.clone());
        let others = [
            Task::Epoch(12),
            Task::FinalFit(3, 40),
            Task::Frames(412),
            Task::Other("asking".to_owned()),
        ];
        for task in known.chain(others) {
            assert_eq!(Task::from(&*task.to_string()), task);
        }
        assert_eq!(Task::from("epoch twelve"), Task::Other("epoch twelve".to_owned()));
        assert!(Task::Epoch(1).continues(&Task::Epoch(2)) && !Task::Epoch(1).continues(&Task::Features));
    }
}
