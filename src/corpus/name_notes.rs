//! What the names of a scan give to think about: spellings that were joined, and questions that the settings answer.

use super::folder::quoted;
use super::label_map::LabelMap;
use super::{AlikeSpeakers, Catalogue, Emotion, LabelSettings};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Names that are listed before `and N more`.
const NAMED: usize = 8;

/// In words, each with the line of the settings that answers it: which spellings of labels and of speakers were read as
/// one, which labels look like a known one, which are numbers, and which speakers may be one person. Of labels that
/// `labels.map` names nothing is said.
pub fn name_notes(catalogue: &Catalogue, labels: &LabelSettings) -> Vec<String> {
    let stated = Stated::of(catalogue, labels);
    let mut name_notes = stated.joined_labels();
    name_notes.extend(stated.resembling_labels());
    name_notes.extend(stated.numbers());
    name_notes.extend(joined_speakers(catalogue));
    name_notes.extend(catalogue.names.alike().iter().map(alike_speakers));
    name_notes
}

/// Clips by the label that is shown and the one that is stated, as far as the map says nothing of it.
struct Stated<'a> {
    labels: BTreeMap<(usize, &'a str), BTreeMap<&'a str, usize>>,
    /// Corpora by the label that is shown.
    corpora: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Stated<'a> {
    fn of(catalogue: &'a Catalogue, settings: &LabelSettings) -> Self {
        let map = LabelMap::new(settings, catalogue.names.naming());
        let (mut labels, mut corpora) = (BTreeMap::new(), BTreeMap::new());
        for (index, clip) in catalogue.clips.iter().enumerate() {
            let stated = catalogue.names.emotion(index, clip);
            if !clip.emotion.is_label() || map.names(stated, &clip.emotion) {
                continue;
            }
            let spellings: &mut BTreeMap<&str, usize> = labels.entry(clip.emotion.rank()).or_default();
            *spellings.entry(stated.name()).or_default() += 1;
            let of_label: &mut BTreeSet<&str> = corpora.entry(clip.emotion.name()).or_default();
            of_label.insert(&clip.corpus);
        }
        Self { labels, corpora }
    }

    fn joined_labels(&self) -> Vec<String> {
        let mut found = Vec::new();
        for ((_, label), spellings) in &self.labels {
            let others: Vec<_> = spellings.iter().filter(|(spelling, _)| *spelling != label).collect();
            let Some((first, _)) = others.first() else { continue };
            let told: Vec<String> = others
                .iter()
                .map(|(spelling, clips)| counted(spelling, **clips))
                .collect();
            found.push(format!(
                "{} read as {label}; where it is another emotion: labels.map = {{ {} = \"...\" }}",
                listed(&told),
                quoted(first)
            ));
        }
        found
    }

    fn resembling_labels(&self) -> Vec<String> {
        let mut found = Vec::new();
        for ((_, label), spellings) in &self.labels {
            if let Some(known) = Emotion::new(label).resembled() {
                found.push(format!(
                    "{} is a class of its own and looks like {known}; where that is meant: labels.map = {{ {} = \"{known}\" }}",
                    counted(label, spellings.values().sum()),
                    quoted(label)
                ));
            }
        }
        found
    }

    fn numbers(&self) -> Option<String> {
        let numbers: Vec<&str> = self
            .labels
            .keys()
            .map(|(_, label)| *label)
            .filter(|label| Emotion::new(label).is_number())
            .collect();
        if numbers.is_empty() {
            return None;
        }
        let with_number = self.corpora.iter().filter(|(label, _)| numbers.contains(label));
        let corpora: BTreeSet<&str> = with_number.flat_map(|(_, corpora)| corpora.iter().copied()).collect();
        let corpora: Vec<&str> = corpora.into_iter().collect();
        let named: Vec<String> = numbers
            .iter()
            .map(|label| format!("{} = \"...\"", quoted(label)))
            .collect();
        let labels: Vec<String> = numbers.iter().map(|label| (*label).to_owned()).collect();
        Some(format!(
            "the labels {} of {} are numbers; name them: labels.map = {{ {} }}",
            listed(&labels),
            corpora.join(", "),
            named.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ")
        ))
    }
}

fn joined_speakers(catalogue: &Catalogue) -> Vec<String> {
    let mut spelt: BTreeMap<(&Arc<str>, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for (index, clip) in catalogue.clips.iter().enumerate() {
        if let (Some(shown), Some(stated)) = (&clip.speaker, catalogue.names.speaker(index, clip))
            && **shown != *stated
        {
            let spellings = spelt.entry((&clip.corpus, shown)).or_default();
            *spellings.entry(stated).or_default() += 1;
        }
    }
    let said = |((corpus, shown), spellings): ((&Arc<str>, &str), BTreeMap<&str, usize>)| {
        let others: Vec<String> = spellings
            .into_iter()
            .map(|(spelling, clips)| counted(spelling, clips))
            .collect();
        format!("{corpus}: speaker {} read as {}", listed(&others), code(shown))
    };
    spelt.into_iter().map(said).collect()
}

fn alike_speakers(alike: &AlikeSpeakers) -> String {
    let AlikeSpeakers { corpus, speakers } = alike;
    let names: Vec<String> = speakers.iter().map(|speaker| code(speaker)).collect();
    let one = speakers.first().map_or("", |speaker| speaker);
    let other = speakers.last().map_or("", |speaker| speaker);
    let line = |to: &str| {
        format!(
            "speakers.map = {{ {} = {} }}",
            quoted(&format!("{corpus}/{one}")),
            quoted(to)
        )
    };
    format!(
        "{corpus}: speakers {} may be one person and stay on one side of a split; if they are one: {}; if not: {}",
        listed(&names),
        line(other),
        line(one)
    )
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

fn counted(name: &str, clips: usize) -> String {
    let noun = if clips == 1 { "clip" } else { "clips" };
    format!("{} ({clips} {noun})", code(name))
}

fn listed(names: &[String]) -> String {
    match names.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{clip, scanned};
    use super::super::{Clip, FilterSettings, SpeakerSettings, select};
    use super::*;

    fn catalogue(rows: &[(&str, &str)]) -> Catalogue {
        let made = rows.iter().enumerate().map(|(index, (emotion, speaker))| Clip {
            speaker: Some((*speaker).into()),
            ..clip(&format!("{index}.wav"), emotion)
        });
        scanned(made.collect())
    }

    fn said(rows: &[(&str, &str)]) -> Vec<String> {
        name_notes(&catalogue(rows), &LabelSettings::default())
    }

    /// The table that a note offers for a setting.
    fn offered(note: &str, key: &str) -> Vec<BTreeMap<String, String>> {
        let lines = note.split(key).skip(1);
        let table = |line: &str| {
            let end = line.find('}').unwrap();
            let table: toml::Table = format!("map{}", &line[..=end]).parse().unwrap();
            table["map"].clone().try_into().unwrap()
        };
        lines.map(table).collect()
    }

    #[test]
    fn of_ordinary_names_nothing_is_said() {
        let rows = [
            ("angry", "01"),
            ("sad", "02"),
            ("nan", "03"),
            ("contempt", "10"),
            ("tired", "11"),
        ];
        assert!(said(&rows).is_empty(), "{:?}", said(&rows));
    }

    #[test]
    fn joined_spellings_are_counted() {
        let found = said(&[
            ("anger", "a"),
            ("ang", "a"),
            ("anger", "a"),
            ("angry", "a"),
            ("calm", "a"),
            ("Joy", "a"),
        ]);
        assert_eq!(
            found,
            [
                "`joy` (1 clip) read as happy; where it is another emotion: labels.map = { \"joy\" = \"...\" }",
                "`ang` (1 clip), `anger` (2 clips) read as angry; where it is another emotion: labels.map = { \"ang\" = \"...\" }",
            ]
        );
    }

    #[test]
    fn what_looks_like_a_known_label_is_pointed_out_until_it_is_mapped() {
        let rows = [("angy", "a"), ("angy", "a"), ("angry", "a")];
        let [note] = said(&rows).try_into().unwrap();
        assert!(
            note.starts_with("`angy` (2 clips) is a class of its own and looks like angry"),
            "{note}"
        );
        let [map] = offered(&note, "labels.map").try_into().unwrap();
        let settings = LabelSettings {
            map,
            ..LabelSettings::default()
        };
        let catalogue = catalogue(&rows);
        assert!(name_notes(&catalogue, &settings).is_empty());
        let selection = select(&catalogue, &settings, &FilterSettings::default());
        assert_eq!(selection.labels(), ["angry"].into());
    }

    #[test]
    fn numbers_are_accepted_and_asked_to_be_named() {
        let rows = [("0", "a"), ("1", "a"), ("1.0", "a"), ("sad", "a")];
        let found = said(&rows);
        let note = found.last().unwrap();
        assert!(
            note.starts_with("the labels 0, 1 of test are numbers; name them"),
            "{note}"
        );
        let [mut map] = offered(note, "labels.map").try_into().unwrap();
        assert_eq!(map.keys().collect::<Vec<_>>(), ["0", "1"]);
        let catalogue = catalogue(&rows);
        let accepted = select(&catalogue, &LabelSettings::default(), &FilterSettings::default());
        assert_eq!(accepted.labels(), ["0", "1", "sad"].into());
        map.insert("0".into(), "angry".into());
        map.insert("1".into(), "happy".into());
        let settings = LabelSettings {
            map,
            ..LabelSettings::default()
        };
        let selection = select(&catalogue, &settings, &FilterSettings::default());
        assert_eq!(selection.labels(), ["angry", "happy", "sad"].into());
        assert!(name_notes(&catalogue, &settings).is_empty());
    }

    #[test]
    fn speakers_who_may_be_one_are_asked_for_with_the_lines_that_answer() {
        let rows = [
            ("sad", "01"),
            ("sad", "1"),
            ("angry", "Anna"),
            ("sad", "Anna"),
            ("sad", "anna"),
        ];
        let found = said(&rows);
        assert_eq!(found[0], "test: speaker `anna` (1 clip) read as `Anna`");
        assert!(
            found[1].starts_with("test: speakers `01`, `1` may be one person"),
            "{}",
            found[1]
        );
        assert_eq!(found.len(), 2);
        let answers = offered(&found[1], "speakers.map");
        let people = |map: &BTreeMap<String, String>| {
            let catalogue = catalogue(&rows).with_speakers(&SpeakerSettings { map: map.clone() });
            assert!(
                name_notes(&catalogue, &LabelSettings::default())
                    .iter()
                    .all(|note| !note.contains("may be"))
            );
            let people: BTreeSet<_> = catalogue.clips.iter().map(|clip| clip.speaker.clone()).collect();
            people.len()
        };
        assert_eq!(answers.iter().map(people).collect::<Vec<_>>(), [2, 3]);
    }
}
