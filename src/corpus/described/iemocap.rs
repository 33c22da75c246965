//! IEMOCAP (Busso et al. 2008): labels from `Session1/dialog/EmoEvaluation/*.txt` alone; sound from the cut sentences in
//! `Session1/sentences/wav` where they are, else from the dialogues in `Session1/dialog/wav`, never both.

use super::super::layouts::Labels;
use super::super::source::{Candidate, Line, Source};
use super::super::span::Span;
use super::super::{CorpusError, CorpusSettings, DialoguePart, Dimensions, Emotion, Gender, ListenerVotes};
use super::emo_evaluation::{Turn, turns};
use super::{below, gaps, left_out, nothing_to_read, sound_by_name, stem};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the labels lie in a session.
pub(super) const EVALUATIONS: &str = "dialog/EmoEvaluation";

/// What the codes stand for; `oth` and `xxx` are no label.
const EMOTIONS: [(&str, &str); 11] = [
    ("neu", "neutral"),
    ("hap", "happy"),
    ("exc", "excited"),
    ("sad", "sad"),
    ("ang", "angry"),
    ("fru", "frustrated"),
    ("fea", "fearful"),
    ("dis", "disgust"),
    ("sur", "surprised"),
    ("oth", "oth"),
    ("xxx", "xxx"),
];

/// Every turn that the files of labels name.
pub(super) fn source(corpus: &CorpusSettings, files: &[PathBuf]) -> Result<Source, CorpusError> {
    let evaluations: Vec<&PathBuf> = files.iter().filter(|file| is_evaluation(file)).collect();
    if evaluations.is_empty() {
        return Err(nothing_to_read(corpus, "Session1/dialog/EmoEvaluation/*.txt"));
    }
    let sound = sound_by_name(files);
    let mut source = Source::default();
    let (mut cut, mut segments, mut absent) = (0, 0, Vec::new());
    let (mut other, mut disagreed) = (0, 0);
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in evaluations {
        let dialogue = stem(file);
        let part = part_of(&dialogue);
        let is_wanted = match corpus.part {
            DialoguePart::All => true,
            DialoguePart::Improvised => part == "improvised",
            DialoguePart::Scripted => part == "scripted",
        };
        if !is_wanted {
            continue;
        }
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                source.refused.push((file.clone(), error.to_string()));
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let name: Arc<str> = below(file, corpus).into();
        for (number, turn) in turns(&text) {
            let line = Line::of(number, Some(Arc::clone(&name)));
            let turn = match turn {
                Ok(turn) => turn,
                Err(why) => {
                    source.refused.push((file.clone(), format!("{line}: {why}")));
                    continue;
                }
            };
            let sentence = sound.get(&turn.name.to_lowercase());
            let (path, is_cut) = match (sentence, sound.get(&dialogue)) {
                (Some(path), _) => (path, true),
                (None, Some(path)) => (path, false),
                (None, None) => {
                    absent.push(turn.name.to_owned());
                    continue;
                }
            };
            *(if is_cut { &mut cut } else { &mut segments }) += 1;
            *parts.entry(part).or_default() += 1;
            match turn.emotion {
                "oth" => other += 1,
                "xxx" => disagreed += 1,
                _ => {}
            }
            source.candidates.push(Candidate {
                path: path.to_path_buf(),
                line: Some(line),
                labels: labels(&turn, &dialogue, part, is_cut),
            });
        }
    }
    source.layout = match (cut, segments) {
        (_, 0) => format!("dialog/EmoEvaluation, as IEMOCAP brings it, over {cut} cut sentences"),
        (0, _) => format!("dialog/EmoEvaluation, as IEMOCAP brings it, over {segments} segments of the dialogues"),
        _ => format!(
            "dialog/EmoEvaluation, as IEMOCAP brings it, over {cut} cut sentences and {segments} segments of the dialogues"
        ),
    };
    let words: Vec<String> = parts.iter().map(|(part, turns)| format!("{part} {turns}")).collect();
    source.notes.push(format!(
        "dialogues: {}; part = \"improvised\" or \"scripted\" takes one kind",
        words.join(", ")
    ));
    source
        .notes
        .push("its four usual classes: labels.set = \"iemocap_4\"; its sessions are the column `session`".into());
    source.notes.extend(left_out(&[
        ("without agreement (xxx)", disagreed),
        ("other (oth)", other),
    ]));
    source.notes.extend(gaps(cut + segments + absent.len(), &absent, &[]));
    Ok(source)
}

fn is_evaluation(file: &Path) -> bool {
    let is_text = file
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("txt"));
    is_text && file.parent().is_some_and(|folder| folder.ends_with(EVALUATIONS)) && stem(file).starts_with("ses")
}

/// Whether the actors of a dialogue (`ses01f_impro01`, `ses01f_script01_1`) made it up.
fn part_of(dialogue: &str) -> &'static str {
    if dialogue.contains("_script") {
        "scripted"
    } else {
        "improvised"
    }
}

fn labels(turn: &Turn, dialogue: &str, part: &str, is_cut: bool) -> Result<Labels, String> {
    let (session, letter) =
        who(turn.name).ok_or_else(|| format!("`{}` names no speaker, as Ses01F_impro01_F000 does", turn.name))?;
    let known = EMOTIONS.iter().find(|(code, _)| *code == turn.emotion);
    let (_, emotion) = known.ok_or_else(|| format!("emotion `{}` is unknown to IEMOCAP", turn.emotion))?;
    let (start, end) = turn.span;
    let [valence, arousal, dominance] = turn.dimensions;
    let votes = turn.votes.iter().map(|(label, share)| (Emotion::new(label), *share));
    Ok(Labels {
        speaker: Some(format!("{session}{letter}")),
        gender: Gender::parse(letter),
        emotion: (*emotion).into(),
        columns: [("session", session), ("dialogue", dialogue), ("part", part)]
            .into_iter()
            .collect(),
        dimensions: Dimensions {
            arousal,
            dominance,
            valence,
        },
        votes: ListenerVotes::new(votes),
        segment: if is_cut { None } else { Span::new(start, Some(end))? },
        ..Labels::default()
    })
}

/// The session and the letter of the speaker of a turn: the one before the last three digits, for the one after the session
/// says who wore the markers.
fn who(name: &str) -> Option<(&str, &str)> {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let session = name.get(..5)?;
    let is_session = session.strip_prefix("Ses").is_some_and(is_number);
    let digits = name.get(name.len().checked_sub(3)?..)?;
    let letter = name.get(name.len().checked_sub(4)?..name.len() - 3)?;
    (is_session && is_number(digits) && matches!(letter, "F" | "M")).then_some((session, letter))
}

#[cfg(test)]
mod tests {
    use super::who;

    #[test]
    fn the_speaker_is_the_letter_before_the_number() {
        assert_eq!(who("Ses01F_impro01_M012"), Some(("Ses01", "M")));
        assert_eq!(who("Ses05M_script01_1b_F000"), Some(("Ses05", "F")));
        for odd in [
            "",
            "Ses01",
            "Ses01F_impro01_X012",
            "Ses01F_impro01_F0x2",
            "Sesé1F_F012",
            "x01F_impro01_M012",
            "éF012",
        ] {
            assert_eq!(who(odd), None, "{odd}");
        }
    }
}
