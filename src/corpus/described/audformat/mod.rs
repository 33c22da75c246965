//! audformat: `db.yaml` describes tables of files and of segments, `db.<table>.csv`, from all of which a clip is put together
//! (<https://audeering.github.io/audformat>).

mod columns;
mod header;
mod joined;
mod people;

use super::super::source::{Candidate, Source};
use super::super::{CorpusError, CorpusSettings};
use super::sheet::Sheet;
use super::{below, gaps, listed};
use crate::audio::promises_sound;
use columns::column_of;
use header::{Header, Table};
use joined::{Joined, is_segment};
use people::people;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The header.
const HEADER: &str = "db.yaml";

/// Whether a folder is a data set.
pub(super) fn is_described(folder: &Path) -> bool {
    Header::read(&folder.join(HEADER)).is_ok()
}

/// Everything that a table with labels names: those with a column of emotions, or, where there is none, of dimensions.
pub(super) fn source(corpus: &CorpusSettings, files: &[PathBuf]) -> Result<Source, CorpusError> {
    let top = &corpus.path;
    let header = Header::read(&top.join(HEADER))?;
    let mut source = Source::default();
    let mut joined = Joined::default();
    let has = |table: &Table, names: &[&str]| names.iter().any(|name| column_of(table, name).is_some());
    let emotion = corpus.columns.emotion.as_str();
    let by_emotion = header.tables.values().any(|table| has(table, &[emotion]));
    let mut used = Vec::new();
    for (name, table) in &header.tables {
        let labels = match by_emotion {
            true => has(table, &[emotion]),
            false => has(table, &["arousal", "activation", "dominance", "valence"]),
        };
        match read(top, name) {
            Ok(sheet) => match joined.add(&header, name, table, &sheet, labels.then_some(emotion), &mut source) {
                Ok(()) => used.extend(labels.then(|| name.clone())),
                Err(error) => source
                    .refused
                    .push((top.join(format!("db.{name}.csv")), error.to_string())),
            },
            Err(refused) => source.refused.push(refused),
        }
    }
    let people = people(top, &header, &mut source);
    let (mut whole, mut segments, mut contradicted) = (0, 0, Vec::new());
    let cut: HashSet<String> = joined
        .labels
        .keys()
        .filter(|key| is_segment(key))
        .map(|(file, ..)| file.clone())
        .collect();
    let mut covered = 0;
    for (key, label) in &joined.labels {
        if !is_segment(key) && cut.contains(&key.0) {
            covered += 1;
            continue;
        }
        *(if is_segment(key) { &mut segments } else { &mut whole }) += 1;
        let labels = match &label.other {
            None => joined.of(key, label, &header, &people),
            Some((other, table)) => {
                contradicted.push(key.0.clone());
                Err(format!(
                    "{} in {} and {other} in {table}; name the column that holds: columns.emotion = \"…\"",
                    label.emotion, label.table
                ))
            }
        };
        source.candidates.push(Candidate {
            path: top.join(&key.0),
            line: Some(label.line.clone()),
            labels,
        });
    }
    source.layout = format!(
        "db.yaml, with the tables {} (files: {whole}, segments: {segments})",
        if used.is_empty() {
            "none".to_owned()
        } else {
            listed(&used)
        }
    );
    if covered > 0 {
        source.notes.push(format!(
            "files labelled both whole and by segments, of which the segments are taken: {covered}"
        ));
    }
    if !contradicted.is_empty() {
        source.notes.push(format!(
            "tables contradict each other on {} of {} labels ({})",
            contradicted.len(),
            joined.labels.len(),
            listed(&contradicted)
        ));
    }
    let named: HashSet<PathBuf> = joined.labels.keys().map(|(file, ..)| top.join(file)).collect();
    let unlisted = files
        .iter()
        .filter(|file| promises_sound(file) && !named.contains(*file));
    let unlisted: Vec<String> = unlisted.map(|file| below(file, corpus)).collect();
    source.notes.extend(gaps(named.len(), &[], &unlisted));
    Ok(source)
}

/// A table of a data set, or the file that cannot be used and why.
fn read(top: &Path, name: &str) -> Result<Sheet, (PathBuf, String)> {
    let path = top.join(format!("db.{name}.csv"));
    if path.is_file() {
        return Sheet::read(&path).map_err(|error| (path, error.to_string()));
    }
    let others = ["parquet", "pkl"].map(|extension| top.join(format!("db.{name}.{extension}")));
    match others.into_iter().find(|other| other.is_file()) {
        Some(other) => {
            let folder = top.display();
            let convert = format!(
                "python -c \"import audformat; audformat.Database.load('{folder}').save('{folder}', storage_format='csv')\""
            );
            Err((other, format!("tables are read as CSV; this writes them so: {convert}")))
        }
        None => Err((path, format!("the table `{name}` that db.yaml describes is not there"))),
    }
}
