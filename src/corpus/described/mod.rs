//! Corpora that bring files of labels in a form of their own. Where such files lie, they stand above names and tables.

mod audformat;
mod emo_evaluation;
mod iemocap;
mod meld;
mod msp_podcast;
mod sheet;
#[cfg(test)]
mod tests;

use super::source::Source;
use super::walk::Walk;
use super::{CorpusError, CorpusSettings, Layout};
use crate::audio::promises_sound;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of a corpus that its files of labels may lie in.
const PARTS: [&str; 9] = [
    "labels", "train", "dev", "test", "session1", "session2", "session3", "session4", "session5",
];

/// The layout of the files of labels in a folder, or directly below it; none where there are none.
pub(super) fn recognise(folder: &Path) -> Option<Layout> {
    if audformat::is_described(folder) {
        return Some(Layout::Audformat);
    }
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let parts: Vec<PathBuf> = entries
        .filter(|entry| PARTS.contains(&stem(entry).as_str()) && entry.is_dir())
        .collect();
    let near = || std::iter::once(folder).chain(parts.iter().map(PathBuf::as_path));
    let any = |is: &dyn Fn(&Path) -> bool| near().any(is);
    if any(&|part| part.join(iemocap::EVALUATIONS).is_dir()) {
        Some(Layout::Iemocap)
    } else if any(&|part| msp_podcast::TABLES.iter().any(|name| part.join(name).is_file())) {
        Some(Layout::MspPodcast)
    } else if any(&|part| meld::TABLES.iter().any(|(_, name)| part.join(name).is_file())) {
        Some(Layout::Meld)
    } else {
        None
    }
}

/// Reads a corpus by its files of labels; none for layouts that have none.
///
/// # Errors
/// Files of labels that are not there or cannot be used.
pub(super) fn source(corpus: &CorpusSettings, found: &Walk) -> Option<Result<Source, CorpusError>> {
    let read = match corpus.layout {
        Layout::Audformat => audformat::source,
        Layout::Iemocap => iemocap::source,
        Layout::MspPodcast => msp_podcast::source,
        Layout::Meld => meld::source,
        _ => return None,
    };
    Some(read(corpus, &found.files).map(|mut source| {
        source.refused.extend(found.unreadable.iter().cloned());
        for candidate in &mut source.candidates {
            if let Ok(labels) = &mut candidate.labels {
                labels.scheme = Some(corpus.layout);
            }
        }
        source
    }))
}

/// That the files of labels are not there.
fn nothing_to_read(corpus: &CorpusSettings, what: &str) -> CorpusError {
    CorpusError::Table {
        path: corpus.path.clone(),
        line: 1,
        problem: format!(
            "holds no {what}, which labels {}; put it into the folder",
            corpus.layout.title()
        ),
    }
}

/// Sound files by their names in lower case, without extension; of several, the first that is no video.
fn sound_by_name(files: &[PathBuf]) -> HashMap<String, &Path> {
    let mut found: HashMap<String, &Path> = HashMap::new();
    for file in files.iter().filter(|file| promises_sound(file)) {
        let is_video = |file: &Path| {
            file.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("mp4"))
        };
        let kept = found.entry(stem(file)).or_insert(file);
        if is_video(kept) && !is_video(file) {
            *kept = file;
        }
    }
    found
}

/// A path below the corpus's folder, as it is shown.
fn below(path: &Path, corpus: &CorpusSettings) -> String {
    path.strip_prefix(&corpus.path).unwrap_or(path).display().to_string()
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Names listed before `and N more`.
const LISTED: usize = 5;

/// `a, b, and 3 more`.
fn listed(names: &[String]) -> String {
    let mut words: Vec<String> = names.iter().take(LISTED).cloned().collect();
    words.extend((names.len() > LISTED).then(|| format!("and {} more", names.len() - LISTED)));
    words.join(", ")
}

/// What labels and sound files do not have in common.
fn gaps(all: usize, absent: &[String], unlisted: &[String]) -> Vec<String> {
    let gap = |words: String, names: &[String]| (!names.is_empty()).then(|| format!("{words} ({})", listed(names)));
    let absent = gap(
        format!("labelled but not there: {} of {all} recordings", absent.len()),
        absent,
    );
    let unlisted = gap(
        format!("sound files without a label, left out: {}", unlisted.len()),
        unlisted,
    );
    absent.into_iter().chain(unlisted).collect()
}

/// How many recordings have a label that is none, by the corpus's words for it.
fn left_out(codes: &[(&str, usize)]) -> Option<String> {
    let words = codes.iter().filter(|(_, count)| *count > 0);
    let words: Vec<String> = words.map(|(code, count)| format!("{count} {code}")).collect();
    (!words.is_empty()).then(|| format!("without a label, and left out of training: {}", words.join(", ")))
}
