//! A part of a recording that is a clip of its own.

use super::span::Span;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// How far a table may be past the end of a recording (s): a frame of analysis, as a rounded length may be.
const TOLERANCE: f64 = 0.025;

/// What parts the name of a file from the times of a segment of it: the temporal fragment of W3C's Media Fragments URI 1.0
/// (2012).
const FRAGMENT: &str = "#t=";

/// The name of a clip wherever one is named: the path of its file, and of a segment also where it lies in it
/// (`a.wav#t=1.2,3.4`).
pub(super) fn name<'a>(path: &'a Path, segment: Option<Segment>, rate: u32) -> Cow<'a, Path> {
    match segment {
        None => Cow::Borrowed(path),
        Some(segment) => {
            let mut name = path.as_os_str().to_owned();
            let (start, end) = segment.times(rate);
            name.push(format!("{FRAGMENT}{start},{end}"));
            Cow::Owned(name.into())
        }
    }
}

/// The file and the times that the name of a clip means; a file that is really called so is meant as a whole.
pub fn named(name: &Path) -> (&Path, Option<(&str, &str)>) {
    let whole = (name, None);
    let bytes = name.as_os_str().as_bytes();
    let Some(at) = bytes
        .windows(FRAGMENT.len())
        .rposition(|window| window == FRAGMENT.as_bytes())
    else {
        return whole;
    };
    let times = std::str::from_utf8(&bytes[at + FRAGMENT.len()..]).ok();
    match times.filter(|times| !times.contains('/')) {
        Some(times) if !name.exists() => {
            let file = Path::new(OsStr::from_bytes(&bytes[..at]));
            (file, Some(times.split_once(',').unwrap_or((times, ""))))
        }
        _ => whole,
    }
}

/// A part of a recording that is a clip of its own, in samples per channel at the rate of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Segment {
    /// Its first sample, from 0.
    pub first: u64,
    /// How many there are.
    pub count: u64,
}

impl Segment {
    /// The samples of a file of so many that a span means: from the sample that is nearest to its start up to the one that
    /// is nearest to its end, so that spans that meet share none. An end past the file's by no more than 25 ms is cut.
    ///
    /// # Errors
    /// A span that begins where the file has ended, ends further past it or is shorter than a sample; in words.
    pub(super) fn of(span: &Span, rate: u32, frames: u64) -> Result<Self, String> {
        let rate = f64::from(rate.max(1));
        let length = frames as f64 / rate;
        let end = span.end.unwrap_or(length);
        if span.start >= length {
            return Err(format!(
                "start {} s is past the end of the file, which lasts {length:.3} s",
                span.start
            ));
        }
        if end > length + TOLERANCE {
            return Err(format!(
                "end {end} s is past the end of the file, which lasts {length:.3} s"
            ));
        }
        let nearest = |seconds: f64| ((seconds * rate).round() as u64).min(frames);
        let (first, end) = (nearest(span.start), nearest(end));
        match end.saturating_sub(first) {
            0 => Err(format!("from {} s to its end it holds no sample", span.start)),
            count => Ok(Self { first, count }),
        }
    }

    /// Where it begins and where it ends (s), as tables and names write it. Six decimals tell samples apart at every rate
    /// that is read.
    pub(super) fn times(self, rate: u32) -> (String, String) {
        let rate = f64::from(rate.max(1));
        let seconds = |sample: u64| {
            let text = format!("{:.6}", sample as f64 / rate);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        (seconds(self.first), seconds(self.range().end))
    }

    /// The samples of the file that it holds.
    pub fn range(self) -> Range<u64> {
        self.first..self.first.saturating_add(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(start: f64, end: Option<f64>) -> Result<(u64, u64), String> {
        let found = Segment::of(&Span { start, end }, 16_000, 32_000)?;
        Ok((found.first, found.count))
    }

    #[test]
    fn spans_are_cut_at_the_nearest_sample_and_at_the_end() {
        assert_eq!(of(0.5, Some(1.0)), Ok((8_000, 8_000)));
        assert_eq!(of(0.5, None), Ok((8_000, 24_000)));
        // 1.00004 s is 0.64 samples after the second.
        assert_eq!(of(1.00004, Some(1.5)), Ok((16_001, 7_999)));
        for past in [1e-9, 1e-4, 0.024] {
            assert_eq!(of(0.5, Some(2.0 + past)), Ok((8_000, 24_000)), "{past}");
        }
        assert!(
            of(0.5, Some(2.1))
                .unwrap_err()
                .contains("end 2.1 s is past the end of the file, which lasts 2.000 s")
        );
        assert!(of(2.0, None).unwrap_err().contains("start 2 s is past the end"));
        for nothing in [(0.5, Some(0.500001)), (1.99999, None)] {
            assert!(of(nothing.0, nothing.1).unwrap_err().contains("holds no sample"));
        }
    }

    proptest! {
        #[test]
        fn neighbours_share_no_sample_and_leave_none_out(
            mut cuts in prop::collection::vec(0.0..2.0f64, 1..6),
        ) {
            cuts.sort_by(f64::total_cmp);
            cuts.insert(0, 0.0);
            let mut next = 0;
            for pair in cuts.windows(2) {
                if let Ok((first, count)) = of(pair[0], Some(pair[1])) {
                    prop_assert_eq!(first, next);
                    next = first + count;
                }
            }
            let last = *cuts.last().unwrap();
            if let Ok((first, count)) = of(last, None) {
                prop_assert_eq!((first, first + count), (next, 32_000));
            }
        }
    }

    #[test]
    fn a_clip_is_named_by_its_file_and_the_times_in_it() {
        let path = Path::new("a/b#t=1.wav");
        assert_eq!(name(path, None, 16_000), path);
        let segment = Segment {
            first: 19_200,
            count: 35_200,
        };
        assert_eq!(name(path, Some(segment), 16_000), Path::new("a/b#t=1.wav#t=1.2,3.4"));
        assert_eq!(named(Path::new("a/b#t=1.wav#t=1.2,3.4")), (path, Some(("1.2", "3.4"))));
        assert_eq!(named(Path::new("a#t=5")), (Path::new("a"), Some(("5", ""))));
        for whole in ["a.wav", "a#t=1/b.wav"] {
            assert_eq!(named(Path::new(whole)), (Path::new(whole), None));
        }
        // A file of that name is that file.
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a#t=1,2");
        std::fs::write(&odd, "").unwrap();
        assert_eq!(named(&odd), (&*odd, None));
    }

    proptest! {
        #[test]
        fn the_name_of_a_segment_means_that_segment(
            rate in 1_000u32..=768_000, first in 0u64..500_000_000, count in 1u64..400_000_000,
        ) {
            let segment = Segment { first, count };
            let name = name(Path::new("x.wav"), Some(segment), rate).into_owned();
            let (file, times) = named(&name);
            prop_assert_eq!(file, Path::new("x.wav"));
            let (start, end) = times.unwrap();
            let found = match Span::read(start, end).unwrap() {
                Some(span) => Segment::of(&span, rate, first + count).unwrap(),
                None => Segment { first: 0, count: first + count },
            };
            prop_assert_eq!(found, segment);
        }
    }
}
