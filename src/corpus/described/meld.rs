//! MELD: `train_sent_emo.csv`, `dev_sent_emo.csv` and `test_sent_emo.csv` label clips of the series Friends (Poria et al.
//! 2019; the README of declare-lab/MELD). Dialogue numbers start anew in every table.

use super::super::layouts::Labels;
use super::super::source::{Candidate, Line, Source};
use super::super::{CorpusError, CorpusSettings};
use super::sheet::{Sheet, stated};
use super::{below, gaps, listed, nothing_to_read, sound_by_name, stem};
use crate::audio::promises_sound;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The tables, with the part of the given split that each labels.
pub(super) const TABLES: [(&str, &str); 3] = [
    ("train", "train_sent_emo.csv"),
    ("dev", "dev_sent_emo.csv"),
    ("test", "test_sent_emo.csv"),
];

const EMOTIONS: [(&str, &str); 7] = [
    ("neutral", "neutral"),
    ("joy", "happy"),
    ("sadness", "sad"),
    ("anger", "angry"),
    ("fear", "fearful"),
    ("disgust", "disgust"),
    ("surprise", "surprised"),
];

/// A clip by its part of the split, its dialogue and its utterance.
type Key = (&'static str, u32, u32);

/// The clips that the tables name, by the folders that hold them (`train_splits`, `dev_splits_complete`,
/// `output_repeated_splits_test`, or any whose names say the part).
pub(super) fn source(corpus: &CorpusSettings, files: &[PathBuf]) -> Result<Source, CorpusError> {
    let tables = TABLES.iter().filter_map(|(part, name)| {
        let mut found: Vec<&PathBuf> = files.iter().filter(|file| file.ends_with(name)).collect();
        found.sort_by_key(|file| file.components().count());
        Some((*part, *found.first()?))
    });
    let tables: Vec<_> = tables.collect();
    if tables.is_empty() {
        return Err(nothing_to_read(corpus, TABLES[0].1));
    }
    let (sound, mut unlisted) = clips(corpus, files);
    let mut unnamed = sound.clone();
    let mut source = Source::default();
    let mut speakers: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let (mut rows, mut absent) = (0, Vec::new());
    for (part, table) in &tables {
        let sheet = Sheet::read(table)?;
        let [emotion, dialogue, utterance] = [
            sheet.needed("Emotion")?,
            sheet.needed("Dialogue_ID")?,
            sheet.needed("Utterance_ID")?,
        ];
        let (speaker, text) = (sheet.column("Speaker"), sheet.column("Utterance"));
        let name: Arc<str> = below(table, corpus).into();
        for row in &sheet.rows {
            let line = Line::of(row.line, Some(Arc::clone(&name)));
            let read = row.fields.as_ref().map_err(String::clone).and_then(|fields| {
                let number = |column| {
                    let number = stated(fields, Some(column)).and_then(|text| text.parse::<u32>().ok());
                    number.ok_or_else(|| "Dialogue_ID and Utterance_ID must be numbers".to_owned())
                };
                Ok((fields, number(dialogue)?, number(utterance)?))
            });
            let (fields, dialogue, utterance) = match read {
                Ok(read) => read,
                Err(why) => {
                    source.refused.push((table.to_path_buf(), format!("{line}: {why}")));
                    continue;
                }
            };
            rows += 1;
            let key: Key = (part, dialogue, utterance);
            let Some(path) = sound.get(&key) else {
                absent.push(format!("{part} dia{dialogue}_utt{utterance}"));
                continue;
            };
            unnamed.remove(&key);
            let who = stated(fields, speaker).map(str::to_owned);
            if let Some(who) = &who {
                speakers.entry(who.clone()).or_default().insert(part);
            }
            let code = stated(fields, Some(emotion)).unwrap_or_default().to_lowercase();
            let label = match EMOTIONS.iter().find(|(known, _)| *known == code) {
                Some((_, emotion)) => Ok((*emotion).into()),
                None if code.is_empty() => Ok("".into()),
                None => Err(format!("emotion `{code}` is unknown to MELD")),
            };
            let labels = label.map(|emotion| Labels {
                speaker: who,
                emotion,
                given_split: Some((*part).to_owned()),
                columns: [("dialogue", format!("{part} {dialogue}"))].into_iter().collect(),
                text: stated(fields, text).map(|text| text.to_owned().into()),
                ..Labels::default()
            });
            source.candidates.push(Candidate {
                path: path.clone(),
                line: Some(line),
                labels,
            });
        }
    }
    unlisted.extend(unnamed.values().map(|path| below(path, corpus)));
    unlisted.sort();
    let names: Vec<String> = tables.iter().map(|(_, table)| below(table, corpus)).collect();
    source.layout = format!("{}, as MELD brings them", names.join(", "));
    let everywhere = speakers
        .iter()
        .filter(|(_, parts)| parts.len() == tables.len() && parts.len() > 1);
    let everywhere: Vec<String> = everywhere.map(|(speaker, _)| speaker.clone()).collect();
    if !everywhere.is_empty() {
        source.notes.push(format!(
            "the same speakers are in all parts of its split ({}): a score by that split is not speaker-independent",
            listed(&everywhere)
        ));
    }
    source.notes.extend(gaps(rows, &absent, &unlisted));
    Ok(source)
}

/// The clips that are there, and the sound files that are none by their names.
fn clips(corpus: &CorpusSettings, files: &[PathBuf]) -> (HashMap<Key, PathBuf>, Vec<String>) {
    let mut by_folder: BTreeMap<&Path, Vec<PathBuf>> = BTreeMap::new();
    for file in files.iter().filter(|file| promises_sound(file)) {
        by_folder
            .entry(file.parent().unwrap_or(Path::new("")))
            .or_default()
            .push(file.clone());
    }
    let mut found = HashMap::new();
    let mut strange = Vec::new();
    for files in by_folder.values() {
        for path in sound_by_name(files).into_values() {
            match key(path, corpus) {
                Some(key) => {
                    found.entry(key).or_insert_with(|| path.to_path_buf());
                }
                None => strange.push(below(path, corpus)),
            }
        }
    }
    (found, strange)
}

/// Which clip a file is: `dia0_utt3`, or with the part before it, in a folder whose name says the part.
fn key(path: &Path, corpus: &CorpusSettings) -> Option<Key> {
    let name = stem(path);
    let start = name.find("dia")?;
    let (before, numbers) = name.split_at(start);
    let (dialogue, utterance) = numbers.strip_prefix("dia")?.split_once("_utt")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(dialogue) || !is_number(utterance) {
        return None;
    }
    let named = part_of(before.trim_end_matches('_')).filter(|_| before.ends_with('_'));
    if named.is_none() && !before.is_empty() {
        // `final_videos_testdia0_utt0` is no clip of the published ones.
        return None;
    }
    let folders = path
        .strip_prefix(&corpus.path)
        .unwrap_or(path)
        .parent()?
        .components()
        .rev();
    let mut names = folders.filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().to_lowercase()),
        _ => None,
    });
    let part = named.or_else(|| names.find_map(|name| part_of(&name)))?;
    Some((part, dialogue.parse().ok()?, utterance.parse().ok()?))
}

/// The part of the split that a folder's name says.
fn part_of(name: &str) -> Option<&'static str> {
    let words = || name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let has = |part: &str| words().any(|word| word == part);
    let parts = TABLES.map(|(part, _)| part);
    let found = parts.into_iter().find(|part| has(part));
    found.or_else(|| has("val").then_some("dev"))
}
