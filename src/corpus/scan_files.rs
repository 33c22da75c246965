//! The files that candidates name: each is looked at once, however many segments of it are listed.

use super::scan_index::{Entry, Files, look};
use super::source::Candidate;
use crate::audio::Header;
use std::collections::HashMap;
use std::path::Path;

/// The candidates of each file, by their indices.
pub(super) fn by_file(candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let mut places: HashMap<&Path, usize> = HashMap::with_capacity(candidates.len());
    let mut files: Vec<Vec<usize>> = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let place = *places.entry(&candidate.path).or_insert(files.len());
        match files.get_mut(place) {
            Some(file) => file.push(index),
            None => files.push(vec![index]),
        }
    }
    files
}

/// The header of the file that these candidates are of, and what to remember of it.
pub(super) fn look_at<'a>(
    mut candidates: impl Iterator<Item = &'a Candidate> + Clone,
    known: &Files,
) -> (Result<Header, String>, Option<Entry>) {
    let Some(first) = candidates.clone().next() else {
        return (Err(String::new()), None);
    };
    let (header, entry) = look(&first.path, known);
    let (Ok(found), Some(entry)) = (&header, &entry) else {
        return (header, entry);
    };
    let length = found.frames as f64 / f64::from(found.rate.max(1));
    let to_the_end = candidates.any(|candidate| {
        let span = candidate.labels.as_ref().ok().and_then(|labels| labels.segment);
        span.is_some_and(|span| span.end.is_none_or(|end| end > length) || span.start >= length)
    });
    if !to_the_end {
        return (header, Some(entry.clone()));
    }
    let entry = entry.clone().with_true_length(&first.path);
    (entry.header(), Some(entry))
}
