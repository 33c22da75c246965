//! A table held against the files of its folder and their names.

use super::super::layouts::read_first;
use super::super::source::{Source, beneath};
use super::super::{Emotion, Layout};
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

/// The files below a folder that a table names, by their paths below it.
pub(super) fn listed_below(top: &Path, source: &Source) -> HashSet<PathBuf> {
    let real_top = top.canonicalize();
    let below = |path: &Path| {
        let plain = path.strip_prefix(top).ok();
        let plain = plain.filter(|path| path.components().all(|part| matches!(part, Component::Normal(_))));
        // An absolute path, or one with `..`, may lead here all the same.
        let real = || {
            path.canonicalize()
                .ok()?
                .strip_prefix(real_top.as_ref().ok()?)
                .ok()
                .map(Path::to_path_buf)
        };
        plain.map(Path::to_path_buf).or_else(real)
    };
    let paths = source.candidates.iter().map(|candidate| candidate.path.as_path());
    // Each once, however many segments of it are listed.
    let paths: HashSet<&Path> = paths.collect();
    paths.into_iter().filter_map(below).collect()
}

/// On how many clips a table and names disagree, with one of them; nothing where they agree. Rows without a label and
/// names that say nothing are not compared.
pub(super) fn disagreement(source: &Source, schemes: &[Layout], top: &Path) -> Option<String> {
    let mut compared = 0;
    let mut unlike = 0;
    let mut example = None;
    for candidate in &source.candidates {
        let by_name = read_first(schemes, beneath(&candidate.path, top));
        let (Ok(labels), Ok((_, by_name))) = (&candidate.labels, by_name) else {
            continue;
        };
        let [stated, named] = [&labels.emotion, &by_name.emotion].map(|emotion| Emotion::new(emotion).joined());
        if !stated.is_label() {
            continue;
        }
        compared += 1;
        if stated != named {
            unlike += 1;
            let file = candidate.path.strip_prefix(top).unwrap_or(&candidate.path).display();
            example.get_or_insert_with(|| format!("{file} is {stated} in the table and {named} by its name"));
        }
    }
    example.map(|example| format!("table and names disagree on {unlike} of {compared} clips, for example {example}"))
}
