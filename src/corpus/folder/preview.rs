//! What a pattern makes of the names in a folder: how many match, which do not, and what was caught.

use super::super::layouts::Labels;
use super::super::source::{Source, beneath};
use super::super::walk::walk;
use super::super::{CorpusError, CorpusSettings, Layout};
use super::words::{class_words, quoted};
use crate::audio::promises_sound;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names that are listed before `and N more`.
const LISTED: usize = 5;

/// The sound files in a folder, by their names alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoundFiles {
    folder: PathBuf,
    files: Vec<PathBuf>,
}

impl SoundFiles {
    /// Every file below a folder whose name promises sound.
    ///
    /// # Errors
    /// [`CorpusError::Io`] where the folder cannot be read.
    pub fn under(folder: &Path) -> Result<Self, CorpusError> {
        let found = walk(folder, usize::MAX).map_err(|source| CorpusError::Io {
            path: folder.into(),
            source,
        })?;
        let files = found.files.into_iter().filter(|file| promises_sound(file));
        Ok(Self {
            folder: folder.into(),
            files: files.collect(),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the pattern of a corpus, with its labels, codes and speakers, makes of the names.
    ///
    /// # Errors
    /// [`CorpusError::Settings`] where there is no pattern, or none that works.
    pub fn by_pattern(&self, corpus: &CorpusSettings) -> Result<PatternPreview, CorpusError> {
        let pattern = corpus.name_pattern()?;
        let mut preview = PatternPreview::default();
        for file in &self.files {
            let labels = pattern.read(beneath(file, &self.folder));
            let labels = labels.map_err(|refusal| refusal.words(Layout::Pattern));
            preview.add(file, &self.folder, labels.as_ref());
        }
        Ok(preview)
    }
}

/// A corpus that is read by a pattern, as `workbench.toml` lists it.
pub fn pattern_entry(name: &str, folder: &Path, pattern: &str) -> String {
    format!(
        "[[corpora]]\nname = {}\nlayout = \"pattern\"\npath = {}\npattern = {}\n",
        quoted(name),
        quoted(&folder.to_string_lossy()),
        quoted(pattern)
    )
}

/// What a pattern makes of the names in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatternPreview {
    /// Sound files that it matches.
    pub matching: usize,
    /// Those that it does not, below the folder, with the reason.
    pub unlike: Vec<(PathBuf, String)>,
    /// What its groups caught, and how often.
    pub caught: BTreeMap<String, BTreeMap<String, usize>>,
}

impl PatternPreview {
    /// Of a source that was read by a pattern. Only names that promise sound count.
    pub(super) fn of(source: &Source, top: &Path) -> Self {
        let mut preview = Self::default();
        let sound = source.candidates.iter();
        for candidate in sound.filter(|candidate| promises_sound(&candidate.path)) {
            preview.add(&candidate.path, top, candidate.labels.as_ref());
        }
        preview
    }

    fn add(&mut self, file: &Path, top: &Path, labels: Result<&Labels, &String>) {
        match labels {
            Ok(labels) => {
                self.matching += 1;
                for (group, value) in values(labels) {
                    *self.caught.entry(group).or_default().entry(value).or_default() += 1;
                }
            }
            Err(reason) => {
                let below = file.strip_prefix(top).unwrap_or(file);
                self.unlike.push((below.into(), reason.clone()));
            }
        }
    }

    /// Sound files in all.
    pub fn files(&self) -> usize {
        self.matching + self.unlike.len()
    }

    /// `217 of 230 names match`.
    pub fn matches(&self) -> String {
        format!("{} of {} names match", self.matching, self.files())
    }

    /// What was caught: each group with its values, the most frequent first.
    pub fn groups(&self) -> impl Iterator<Item = (&str, String)> {
        let groups = self.caught.iter();
        groups.map(|(group, values)| (group.as_str(), class_words(values)))
    }

    /// What labels the clips, in words, and notes on it.
    pub(super) fn words(&self) -> (String, Vec<String>) {
        let layout = format!("the pattern of the settings ({})", self.matches());
        let more = self.unlike.len().saturating_sub(LISTED);
        let missed = (!self.unlike.is_empty()).then(|| {
            let names = self
                .unlike
                .iter()
                .take(LISTED)
                .map(|(file, _)| file.display().to_string());
            let mut listed: Vec<String> = names.collect();
            listed.extend((more > 0).then(|| format!("and {more} more")));
            format!("names that do not match: {}", listed.join(", "))
        });
        let found = self.groups().map(|(group, values)| format!("{group}: {values}"));
        (layout, missed.into_iter().chain(found).collect())
    }
}

/// What a name was found to state, by group.
fn values(labels: &Labels) -> Vec<(String, String)> {
    let emotion = match &*labels.emotion {
        "" => "no label",
        emotion => emotion,
    };
    let stated = [
        ("emotion", Some(emotion.to_owned())),
        ("speaker", labels.speaker.clone()),
        ("gender", labels.gender.map(|gender| gender.name().to_owned())),
        (
            "intensity",
            labels.intensity.map(|intensity| intensity.name().to_owned()),
        ),
        ("split", labels.given_split.clone()),
    ];
    let stated = stated
        .into_iter()
        .filter_map(|(group, value)| Some((group.to_owned(), value?)));
    let further = labels
        .columns
        .iter()
        .map(|(group, value)| (group.to_owned(), value.to_owned()));
    stated.chain(further).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_says_what_matches_what_does_not_and_what_was_caught() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "s1_W.wav",
            "s1_F.flac",
            "s2_W.wav",
            "s2_Q.wav",
            "notes 1.wav",
            "read.txt",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let files = SoundFiles::under(folder.path()).unwrap();
        let mut corpus: CorpusSettings = toml::from_str("name = \"a\"\npath = \"a\"").unwrap();
        corpus.pattern = r"(?<speaker>s\d)_(?<emotion>[A-Z])".into();
        let all = files.by_pattern(&corpus).unwrap();
        assert_eq!((all.matching, all.files()), (4, 5));
        assert_eq!(all.unlike[0].0, Path::new("notes 1.wav"));
        let groups: Vec<(&str, String)> = all.groups().collect();
        assert_eq!(
            groups,
            [
                ("emotion", "W 2, F 1, Q 1".to_owned()),
                ("speaker", "s1 2, s2 2".to_owned())
            ]
        );
        corpus.labels = [("W", "angry"), ("F", "happy")]
            .map(|(code, label)| (code.into(), label.into()))
            .into();
        let labelled = files.by_pattern(&corpus).unwrap();
        assert_eq!((labelled.matching, labelled.unlike.len()), (3, 2));
        assert!(
            labelled
                .unlike
                .iter()
                .any(|(file, why)| file == Path::new("s2_Q.wav") && why.contains("`Q`"))
        );
        let entry = pattern_entry("a", folder.path(), &corpus.pattern);
        let read: toml::Table = toml::from_str(&entry).unwrap();
        let read: CorpusSettings = read["corpora"][0].clone().try_into().unwrap();
        assert_eq!(
            (read.layout, &read.pattern, &*read.path),
            (Layout::Pattern, &corpus.pattern, folder.path())
        );
        corpus.pattern = "(".into();
        assert!(matches!(files.by_pattern(&corpus), Err(CorpusError::Settings { .. })));
        assert!(SoundFiles::under(&folder.path().join("absent")).is_err());
    }
}
