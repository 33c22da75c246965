//! MSP-Podcast: `labels_consensus.csv` labels the recordings in `Audios` (Lotfian & Busso 2019; the README of the corpus).

use super::super::layouts::Labels;
use super::super::source::{Candidate, Line, Source};
use super::super::{CorpusError, CorpusSettings, Dimensions, Gender};
use super::sheet::{Sheet, number, stated};
use super::{below, gaps, left_out, nothing_to_read, sound_by_name, stem};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The table of labels, as new and as old releases spell it.
pub(super) const TABLES: [&str; 2] = ["labels_consensus.csv", "labels_concensus.csv"];

/// What the letters stand for; X and O are no label.
const EMOTIONS: [(&str, &str); 10] = [
    ("A", "angry"),
    ("C", "contempt"),
    ("D", "disgust"),
    ("F", "fearful"),
    ("H", "happy"),
    ("N", "neutral"),
    ("S", "sad"),
    ("U", "surprised"),
    ("O", "oth"),
    ("X", "xxx"),
];

/// The recordings that the table names, wherever they lie below the folder. Values on a scale from 1 to 7.
pub(super) fn source(corpus: &CorpusSettings, files: &[PathBuf]) -> Result<Source, CorpusError> {
    let is_table = |file: &&PathBuf| TABLES.iter().any(|name| file.ends_with(name));
    let table = files
        .iter()
        .filter(is_table)
        .min_by_key(|file| file.components().count());
    let table = table.ok_or_else(|| nothing_to_read(corpus, TABLES[0]))?;
    let sheet = Sheet::read(table)?;
    let (file, class) = (sheet.needed("FileName")?, sheet.needed("EmoClass")?);
    let [arousal, dominance, valence] = ["EmoAct", "EmoDom", "EmoVal"].map(|name| sheet.column(name));
    let [speaker, gender, split] = ["SpkrID", "Gender", "Split_Set"].map(|name| sheet.column(name));
    let sound = sound_by_name(files);
    let mut source = Source::default();
    let mut named = HashSet::new();
    let mut absent = Vec::new();
    let (mut other, mut disagreed, mut empty) = (0, 0, 0);
    for row in &sheet.rows {
        let line = Line::of(row.line, None);
        let fields = match &row.fields {
            Ok(fields) => fields,
            Err(why) => {
                source.refused.push((table.clone(), format!("{line}: {why}")));
                continue;
            }
        };
        let Some(name) = stated(fields, Some(file)) else {
            source
                .refused
                .push((table.clone(), format!("{line}: the file name is empty")));
            continue;
        };
        let key = stem(Path::new(name));
        let Some(path) = sound.get(&key) else {
            absent.push(name.to_owned());
            continue;
        };
        let code = stated(fields, Some(class)).unwrap_or_default();
        match code {
            "O" => other += 1,
            "X" => disagreed += 1,
            "" => empty += 1,
            _ => {}
        }
        let emotion = match EMOTIONS.iter().find(|(letter, _)| *letter == code) {
            Some((_, emotion)) => Ok(*emotion),
            None if code.is_empty() => Ok(""),
            None => Err(format!(
                "EmoClass `{code}` is unknown to MSP-Podcast (it has A, C, D, F, H, N, S, U, O, X)"
            )),
        };
        let known = |column| stated(fields, column).filter(|text: &&str| !text.eq_ignore_ascii_case("unknown"));
        let labels = emotion.map(|emotion| Labels {
            speaker: known(speaker).map(str::to_owned),
            gender: known(gender).and_then(Gender::parse),
            emotion: emotion.into(),
            given_split: known(split).map(str::to_owned),
            dimensions: Dimensions::from([arousal, dominance, valence].map(|column| known(column).and_then(number))),
            ..Labels::default()
        });
        named.insert(key);
        source.candidates.push(Candidate {
            path: path.to_path_buf(),
            line: Some(line),
            labels,
        });
    }
    let unlisted = sound.iter().filter(|(name, _)| !named.contains(*name));
    let mut unlisted: Vec<String> = unlisted.map(|(_, path)| below(path, corpus)).collect();
    unlisted.sort();
    source.layout = format!("{}, as MSP-Podcast brings it", below(table, corpus));
    let none = [
        ("without agreement (X)", disagreed),
        ("other (O)", other),
        ("unlabelled", empty),
    ];
    source.notes.extend(left_out(&none));
    source.notes.extend(gaps(sheet.rows.len(), &absent, &unlisted));
    Ok(source)
}
