//! Clips that are segments of one file, which is decoded once for all of them.

use super::Clip;
use super::scan_index::without_path;
use crate::audio::{AudioError, Decoded, decode_ranges};
use std::ops::Range;

/// Runs of clips that follow one another as segments of one file and channel, which is decoded once for all of them; every
/// other clip is a run of its own.
pub fn runs<'a>(clips: impl Iterator<Item = &'a Clip>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut before: Option<&Clip> = None;
    for (index, clip) in clips.enumerate() {
        let same = |before: &Clip| {
            let both = before.segment.is_some() && clip.segment.is_some();
            both && before.channel == clip.channel && before.path == clip.path
        };
        match runs.last_mut() {
            Some(run) if before.is_some_and(same) => run.end = index + 1,
            _ => runs.push(index..index + 1),
        }
        before = Some(clip);
    }
    runs
}

/// Decodes a clip, or several segments of one file and channel ([`runs`]) in one pass over it. `each` is given every clip by
/// its index as soon as it is read, or why it cannot be had (to stand beside its name); it says whether to go on.
pub fn decode_together(clips: &[&Clip], each: &mut dyn FnMut(usize, Result<Decoded, String>) -> bool) {
    let Some(first) = clips.first() else { return };
    let words = |error: &AudioError| without_path(&error.to_string(), &first.path);
    let ranges: Option<Vec<Range<u64>>> = clips.iter().map(|clip| Some(clip.segment?.range())).collect();
    let Some(ranges) = ranges else {
        for (index, clip) in clips.iter().enumerate() {
            if !each(index, clip.decode().map_err(|error| words(&error))) {
                return;
            }
        }
        return;
    };
    let mut told = vec![false; clips.len()];
    let mut go_on = true;
    let outcome = decode_ranges(&first.path, first.channel, &ranges, &mut |index, decoded| {
        told[index] = true;
        go_on = each(index, decoded.map_err(|error| words(&error)));
        go_on
    });
    if let Err(error) = outcome {
        for index in told
            .iter()
            .enumerate()
            .filter(|(_, told)| !**told)
            .map(|(index, _)| index)
        {
            if !go_on || !each(index, Err(words(&error))) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Segment;
    use super::*;

    #[test]
    fn only_segments_of_one_file_that_follow_one_another_are_read_together() {
        let clip = |path: &str, first: Option<u64>| Clip {
            segment: first.map(|first| Segment { first, count: 1 }),
            ..super::super::fixture::clip(path, "sad")
        };
        let clips = [
            clip("a", None),
            clip("a", Some(0)),
            clip("a", Some(1)),
            clip("b", Some(0)),
            clip("c", None),
            clip("c", None),
            clip("a", Some(2)),
        ];
        assert_eq!(runs(clips.iter()), [0..1, 1..3, 3..4, 4..5, 5..6, 6..7]);
    }
}
