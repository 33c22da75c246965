//! What labels the recordings in a folder: its table, the names of its files, or those of its folders.

mod compare;
mod preview;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub use preview::{PatternPreview, SoundFiles, pattern_entry};
pub(super) use tables::Tables;
pub(super) use words::{class_words, entry, quoted};

use super::layouts::Votes;
use super::layouts::folders::classes;
use super::source::{Source, beneath, from_names, from_tables};
use super::walk::Walk;
use super::{CorpusError, CorpusSettings, Layout};
use crate::audio::promises_sound;
use compare::{disagreement, listed_below};
use std::path::{Path, PathBuf};
use tables::Parts;
use words::{names_words, parts_words, sound_files};

/// Tables named in a sentence; there may be one for every recording.
const LISTED: usize = 5;

/// A folder of recordings, its files and its tables.
pub(super) struct Folder<'a> {
    corpus: &'a CorpusSettings,
    found: Walk,
    tables: Tables,
}

impl<'a> Folder<'a> {
    /// Looks at what was found in the folder of a corpus.
    pub fn of(corpus: &'a CorpusSettings, found: Walk) -> Self {
        let tables = Tables::find(&corpus.path, &found.files, &corpus.columns);
        Self { corpus, found, tables }
    }

    /// Reads a folder of which the settings say nothing. A label table stands above names; where names follow a scheme,
    /// other tables are offered and not taken. Each file is read by the first scheme that understands its name, those that
    /// name most files first, so that a mixed folder is no trouble. What could be one or the other is refused with the lines
    /// that decide it, and so are folders that may be named by emotion, for everything may lie in folders.
    ///
    /// # Errors
    /// A table that cannot be read; a folder that nothing recognises.
    pub fn recognised(mut self) -> Result<Source, CorpusError> {
        let votes = self.votes();
        let follows = votes.is_majority();
        let tables = match (self.tables.labels.is_empty(), follows) {
            (false, _) => std::mem::take(&mut self.tables.labels),
            (true, false) => std::mem::take(&mut self.tables.others),
            (true, true) => Vec::new(),
        };
        match tables.as_slice() {
            [] => {}
            [table] => return self.by_table(table, &votes),
            several => return Ok(self.undecided(several)),
        }
        let offer = self.folders_offer();
        match (&offer, votes.counts.first()) {
            (Some(offer), Some((scheme, _))) if !follows => {
                let path = &self.corpus.path;
                let entry = entry(&self.corpus.name, *scheme, path);
                let names = names_words(&votes);
                return Ok(refused(
                    path,
                    format!("{offer}; or to take {names}: corpora = [{entry}]"),
                ));
            }
            (_, Some(_)) => return self.by_names(&votes.schemes(), names_words(&votes)),
            (_, None) => {}
        }
        let mut refused = std::mem::take(&mut self.tables.unusable);
        refused.extend(offer.map(|offer| (self.corpus.path.clone(), offer)));
        if refused.is_empty() {
            let path = self.corpus.path.clone();
            return Err(CorpusError::Unrecognised { path });
        }
        Ok(Source {
            refused,
            layout: "nothing that is certain".into(),
            ..Source::default()
        })
    }

    /// Reads the one table in a folder that the settings call one of a table.
    ///
    /// # Errors
    /// None or several, or one that cannot be read.
    pub fn by_its_table(mut self) -> Result<Source, CorpusError> {
        let tables = match self.tables.labels.is_empty() {
            false => std::mem::take(&mut self.tables.labels),
            true => std::mem::take(&mut self.tables.others),
        };
        let problem = match (tables.as_slice(), self.tables.unusable.first()) {
            ([table], _) => {
                let votes = self.votes();
                return self.by_table(table, &votes);
            }
            ([], None) => "a folder without a table of clips; name the table itself".to_owned(),
            ([], Some((_, why))) => format!("a folder without a table of clips: {why}"),
            (several, _) => format!(
                "several tables could label it: {}; name one of them as path",
                self.listed(several)
            ),
        };
        Err(CorpusError::Table {
            path: self.corpus.path.clone(),
            line: 1,
            problem,
        })
    }

    /// Reads the folders as labels.
    ///
    /// # Errors
    /// As [`Folder::by_names`].
    pub fn by_its_folders(mut self) -> Result<Source, CorpusError> {
        let layout = "the names of its folders, as the settings say".to_owned();
        self.by_names(&[Layout::Folders], layout)
    }

    /// Reads the names by the pattern of the settings.
    ///
    /// # Errors
    /// A pattern that cannot work.
    pub fn by_pattern(mut self) -> Result<Source, CorpusError> {
        let mut source = self.by_names(&[Layout::Pattern], String::new())?;
        let (layout, notes) = PatternPreview::of(&source, &self.corpus.path).words();
        source.layout = layout;
        source.notes.extend(notes);
        Ok(source)
    }

    /// Reads the names of the files; tables that could label them are offered.
    ///
    /// # Errors
    /// A table of speakers that the settings name and that cannot be used.
    pub fn by_names(&mut self, schemes: &[Layout], layout: String) -> Result<Source, CorpusError> {
        let files = std::mem::take(&mut self.found.files);
        let files = files.into_iter().filter(|file| !self.tables.hold(file));
        let mut source = from_names(self.corpus, files, schemes)?;
        source.refused.append(&mut self.found.unreadable);
        source.refused.append(&mut self.tables.unusable);
        source.layout = layout;
        source.notes.extend(self.tables_offer());
        Ok(source)
    }

    fn by_table(self, table: &Parts, votes: &Votes) -> Result<Source, CorpusError> {
        let mut source = from_tables(table, &self.corpus.columns)?;
        let top = &self.corpus.path;
        let words = parts_words(table, top);
        let listed = listed_below(top, &source);
        let sound: Vec<&Path> = self.sound().filter_map(|file| file.strip_prefix(top).ok()).collect();
        let unlisted: Vec<&&Path> = sound.iter().filter(|file| !listed.contains(**file)).collect();
        let (all, named) = (sound.len(), sound.len() - unlisted.len());
        let name_verb = if table.len() > 1 { "name" } else { "names" };
        if votes.is_majority() && named * 2 < all && self.corpus.layout == Layout::Auto {
            let [by_table, by_names] = [Layout::Table, votes.schemes()[0]].map(|layout| match layout {
                Layout::Table => entry(&self.corpus.name, layout, &table[0]),
                scheme => entry(&self.corpus.name, scheme, top),
            });
            let reason = format!(
                "{words} {name_verb} {named} of {all} sound files, and {} would label them too; say which holds: corpora = \
                 [{by_table}] or corpora = [{by_names}]",
                names_words(votes)
            );
            return Ok(refused(top, reason));
        }
        source.refused.extend(self.found.unreadable.iter().cloned());
        source.refused.extend(self.tables.unusable.iter().cloned());
        source.layout = match all {
            0 => words,
            _ => format!("{words}, which {name_verb} {named} of {}", sound_files(all)),
        };
        if let [first, ..] = unlisted.as_slice() {
            source.notes.push(format!(
                "not in the table and without a part in anything: {}, for example {}",
                sound_files(unlisted.len()),
                first.display()
            ));
        }
        if votes.is_majority() {
            let layout = votes.schemes()[0].name();
            source
                .notes
                .push(format!("{} would fit too: layout = \"{layout}\"", names_words(votes)));
            source.notes.extend(disagreement(&source, &votes.schemes(), top));
        }
        source.notes.extend(self.tables_offer());
        Ok(source)
    }

    fn undecided(&self, tables: &[Parts]) -> Source {
        let entries = tables.iter().filter_map(|parts| parts.first()).take(LISTED);
        let entries: Vec<String> = entries
            .map(|table| format!("corpora = [{}]", entry(&self.corpus.name, Layout::Table, table)))
            .collect();
        let reason = format!(
            "several tables could label it: {}; say which holds: {}",
            self.listed(tables),
            entries.join(" or ")
        );
        refused(&self.corpus.path, reason)
    }

    fn listed(&self, tables: &[Parts]) -> String {
        let words = tables.iter().map(|parts| parts_words(parts, &self.corpus.path));
        let mut words: Vec<String> = words.take(LISTED).collect();
        words.extend((tables.len() > LISTED).then(|| format!("and {} more", tables.len() - LISTED)));
        words.join(", ")
    }

    /// What the tables that were not taken offer.
    fn tables_offer(&self) -> Option<String> {
        let tables = [self.tables.labels.as_slice(), &self.tables.others].concat();
        let example = entry(&self.corpus.name, Layout::Table, tables.first()?.first()?);
        Some(format!("{} would fit too: corpora = [{example}]", self.listed(&tables)))
    }

    /// What the folders would give as labels, where there would be several.
    fn folders_offer(&self) -> Option<String> {
        let top = &self.corpus.path;
        let classes = classes(self.sound().map(|file| beneath(file, top)))?;
        Some(format!(
            "its folders may name the emotions: {}; to take them so: corpora = [{}]",
            class_words(&classes),
            entry(&self.corpus.name, Layout::Folders, top)
        ))
    }

    fn sound(&self) -> impl Iterator<Item = &Path> + Clone {
        let files = self.found.files.iter().map(PathBuf::as_path);
        files.filter(|file| promises_sound(file))
    }

    fn votes(&self) -> Votes {
        let files = self.found.files.iter().filter(|file| !self.tables.hold(file));
        Votes::of(files.map(|file| beneath(file, &self.corpus.path)))
    }
}

fn refused(folder: &Path, reason: String) -> Source {
    Source {
        refused: vec![(folder.to_path_buf(), reason)],
        layout: "nothing that is certain".into(),
        ..Source::default()
    }
}
