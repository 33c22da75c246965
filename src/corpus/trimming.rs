//! What trimming silence at several thresholds would remove from every corpus.

use super::Clip;
use super::together::{decode_together, runs};
use crate::audio::{Wave, trim};
use crate::quantile;
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The thresholds that are compared (dB below the loudest frame); librosa's default is 60.
pub const TRIM_THRESHOLDS: [f64; 5] = [20.0, 25.0, 30.0, 40.0, 60.0];

/// A clip that is shorter than this after trimming holds hardly a word (s).
pub const TRIM_SHORT: f64 = 0.5;

/// What trimming would remove.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trimming {
    /// All clips together, when there are several corpora, and then each corpus.
    pub corpora: Vec<TrimmedCorpus>,
    /// Files that could not be read, with the reason.
    pub refused: Vec<(PathBuf, String)>,
}

/// What it would remove from one corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct TrimmedCorpus {
    /// Its name; none for all clips together.
    pub name: Option<String>,
    /// Clips that were read.
    pub clips: usize,
    /// Their length altogether (s).
    pub seconds: f64,
    /// One row per threshold.
    pub rows: Vec<TrimRow>,
}

/// What one threshold would remove.
#[derive(Debug, Clone, PartialEq)]
pub struct TrimRow {
    /// What is quieter at the ends than the loudest frame by more than this goes (dB).
    pub threshold_db: f64,
    /// Removed from a clip, on average (s).
    pub mean: f64,
    /// Removed from the clip in the middle (s).
    pub median: f64,
    /// Nineteen clips in twenty lose no more than this (s).
    pub p95: f64,
    /// Share of the corpus that goes.
    pub share: f64,
    /// Clips that lose more than half.
    pub halved: usize,
    /// Clips that become shorter than [`TRIM_SHORT`].
    pub short: usize,
}

/// The length of a clip and what is left of it at every threshold (s).
type Lengths = (f64, [f64; TRIM_THRESHOLDS.len()]);

/// Reads every clip and measures, on all cores; `progress(done, total)` returning false stops it, and
/// then there is nothing to report.
///
/// As librosa.effects.trim (frames of 2,048 samples, 512 apart, the loudest frame of the clip as reference), at
/// the clip's own rate.
pub fn trimming(clips: &[Clip], progress: &(dyn Fn(usize, usize) -> bool + Sync)) -> Option<Trimming> {
    let done = AtomicUsize::new(0);
    let measured: Option<Vec<Vec<Result<Lengths, String>>>> = runs(clips.iter())
        .into_par_iter()
        .map(|run| {
            let of_file: Vec<&Clip> = clips[run].iter().collect();
            let mut lengths: Vec<Result<Lengths, String>> = vec![Err(String::new()); of_file.len()];
            let mut go_on = true;
            decode_together(&of_file, &mut |index, decoded| {
                lengths[index] = decoded.map(|decoded| measure(&decoded.wave));
                go_on = progress(done.fetch_add(1, Ordering::Relaxed) + 1, clips.len());
                go_on
            });
            go_on.then_some(lengths)
        })
        .collect();
    Some(summary(clips, &measured?.concat()))
}

fn measure(wave: &Wave) -> Lengths {
    let rate = f64::from(wave.rate.max(1));
    let left = TRIM_THRESHOLDS.map(|threshold| trim(&wave.samples, threshold).len() as f64 / rate);
    (wave.seconds(), left)
}

fn summary(clips: &[Clip], measured: &[Result<Lengths, String>]) -> Trimming {
    let mut names: Vec<&str> = clips.iter().map(|clip| &*clip.corpus).collect();
    names.sort_unstable();
    names.dedup();
    let together = (names.len() > 1).then_some(None);
    let parts = together.into_iter().chain(names.into_iter().map(Some));
    let corpora = parts.map(|name| {
        let chosen = clips.iter().zip(measured);
        let chosen = chosen.filter(|(clip, _)| name.is_none_or(|name| *clip.corpus == *name));
        let lengths: Vec<&Lengths> = chosen.filter_map(|(_, measured)| measured.as_ref().ok()).collect();
        TrimmedCorpus {
            name: name.map(str::to_owned),
            clips: lengths.len(),
            seconds: lengths.iter().map(|(whole, _)| whole).sum(),
            rows: (0..TRIM_THRESHOLDS.len())
                .map(|threshold| row(&lengths, threshold))
                .collect(),
        }
    });
    let refused = clips.iter().zip(measured);
    Trimming {
        corpora: corpora.collect(),
        refused: refused
            .filter_map(|(clip, measured)| Some((clip.name().into_owned(), measured.as_ref().err()?.clone())))
            .collect(),
    }
}

fn row(lengths: &[&Lengths], threshold: usize) -> TrimRow {
    let mut removed: Vec<f64> = lengths.iter().map(|(whole, left)| whole - left[threshold]).collect();
    removed.sort_by(f64::total_cmp);
    let total: f64 = removed.iter().sum();
    let seconds: f64 = lengths.iter().map(|(whole, _)| whole).sum();
    let quantile = |share: f64| quantile::of_sorted(&removed, share).unwrap_or_default();
    let count = |fits: &dyn Fn(f64, f64) -> bool| {
        lengths
            .iter()
            .filter(|(whole, left)| fits(*whole, left[threshold]))
            .count()
    };
    TrimRow {
        threshold_db: TRIM_THRESHOLDS[threshold],
        mean: total / removed.len().max(1) as f64,
        median: quantile(0.5),
        p95: quantile(0.95),
        share: if seconds > 0.0 { total / seconds } else { 0.0 },
        halved: count(&|whole, left| left < whole / 2.0),
        short: count(&|_, left| left < TRIM_SHORT),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{clip_of, write_wav};
    use super::*;

    /// Silence, a tone, and silence with a hum 35 dB below the tone (s).
    fn clip(folder: &std::path::Path, name: &str, corpus: &str, (silence, tone, hum): (f64, f64, f64)) -> Clip {
        let sine = |length: f64, level: f64| {
            (0..(length * 16_000.0) as usize).map(move |n| (level * (n as f64 * 0.2).sin()) as i16)
        };
        let samples: Vec<i16> = sine(silence, 0.0)
            .chain(sine(tone, 20_000.0))
            .chain(sine(hum, 355.0))
            .collect();
        let path = folder.join(name);
        write_wav(&path, 16_000, 1, &samples);
        Clip {
            corpus: corpus.into(),
            ..clip_of(&path)
        }
    }

    #[test]
    fn what_each_threshold_removes_is_told_per_corpus_and_together() {
        let folder = tempfile::tempdir().unwrap();
        let clips = [
            clip(folder.path(), "a.wav", "one", (1.0, 2.0, 1.0)),
            clip(folder.path(), "b.wav", "one", (0.0, 2.0, 0.0)),
            clip(folder.path(), "c.wav", "two", (1.0, 0.3, 0.0)),
            Clip {
                corpus: "two".into(),
                ..clip_of(&folder.path().join("gone.wav"))
            },
        ];
        let found = trimming(&clips, &|_, _| true).unwrap();
        let names: Vec<_> = found.corpora.iter().map(|corpus| corpus.name.as_deref()).collect();
        assert_eq!(names, [None, Some("one"), Some("two")]);
        assert_eq!(found.refused.len(), 1);
        let [all, one, two] = &found.corpora[..] else { panic!() };
        assert_eq!((all.clips, one.clips, two.clips), (3, 2, 1));
        assert!((one.seconds - 6.0).abs() < 1e-9);
        // At 20 dB the hum goes as well, at 40 dB it stays; a frame of 2,048 samples reaches over each edge.
        let near = |value: f64, expected: f64| assert!((value - expected).abs() < 0.15, "{value} {expected}");
        // Between the two clips of the corpus, as numpy interpolates.
        near(one.rows[0].p95, 0.95 * 2.0);
        near(one.rows[0].mean, 1.0);
        near(one.rows[0].median, 0.5 * 2.0);
        near(one.rows[3].p95, 0.95 * 1.0);
        near(one.rows[0].share, 2.0 / 6.0);
        assert_eq!((two.rows[0].halved, two.rows[0].short), (1, 1));
        assert_eq!((one.rows[3].halved, one.rows[3].short), (0, 0));
        assert_eq!(all.rows[0].short, 1);
        assert_eq!(trimming(&clips, &|done, _| done < 2), None);
        assert_eq!(trimming(&[], &|_, _| true), Some(Trimming::default()));
    }
}
