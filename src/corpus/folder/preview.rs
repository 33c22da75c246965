//! What a pattern of the settings makes of the names in a folder: how many match, which do not, and what was caught.

use super::super::layouts::Labels;
use super::super::source::Source;
use super::words::class_words;
use crate::audio::promises_sound;
use std::collections::BTreeMap;
use std::path::Path;

/// Names that are listed before `and N more`.
const LISTED: usize = 5;

/// What labels the clips, in words, and notes on it. Only names that promise sound count.
pub(super) fn preview(source: &Source, top: &Path) -> (String, Vec<String>) {
    let mut unlike = Vec::new();
    let mut matching = 0;
    let mut caught: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for candidate in source
        .candidates
        .iter()
        .filter(|candidate| promises_sound(&candidate.path))
    {
        let Ok(labels) = &candidate.labels else {
            unlike.push(
                candidate
                    .path
                    .strip_prefix(top)
                    .unwrap_or(&candidate.path)
                    .display()
                    .to_string(),
            );
            continue;
        };
        matching += 1;
        for (group, value) in values(labels) {
            *caught.entry(group).or_default().entry(value).or_default() += 1;
        }
    }
    let names = matching + unlike.len();
    let layout = format!("the pattern of the settings ({matching} of {names} names match)");
    let more = unlike.len().saturating_sub(LISTED);
    let missed = (!unlike.is_empty()).then(|| {
        let mut listed: Vec<String> = unlike.into_iter().take(LISTED).collect();
        listed.extend((more > 0).then(|| format!("and {more} more")));
        format!("names that do not match: {}", listed.join(", "))
    });
    let found = caught
        .iter()
        .map(|(group, values)| format!("{group}: {}", class_words(values)));
    (layout, missed.into_iter().chain(found).collect())
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
