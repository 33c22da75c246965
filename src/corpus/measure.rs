//! The samples of clips, measured: a whole file, or all segments of one in a single pass.

use super::sample_analysis::Measure;
use super::scan_index::without_path;
use super::{Clip, SampleAnalysis};
use crate::audio::{AudioError, Channel, Heard, Level, LevelMeter, read_blocks, read_ranges};
use std::collections::HashMap;
use std::ops::Range;

/// Decodes and measures one clip, or several segments of one file and channel ([`runs`](super::together::runs)). `each` is given
/// the analysis of every clip by its index, and whether that lasts: what the file system refuses now it may give later. It
/// says whether to go on.
pub(super) fn measure(clips: &[&Clip], each: &mut dyn FnMut(usize, SampleAnalysis, bool) -> bool) {
    let Some(first) = clips.first() else { return };
    let words = |error: &AudioError| without_path(&error.to_string(), &first.path);
    let lasts = |error: &AudioError| !matches!(error, AudioError::Io { .. });
    let mut begun: HashMap<usize, (u16, Measure)> = HashMap::new();
    let mut quiet: Vec<(usize, u16, SampleAnalysis)> = Vec::new();
    let mut told = vec![false; clips.len()];
    let mut go_on = true;
    let mut left_out = None;
    let outcome = hear(clips, first.channel, &mut |index, heard| {
        match heard {
            Heard::Start(header) => drop(begun.insert(index, (header.channels, Measure::new(header.rate)))),
            Heard::Samples(samples) => {
                if let Some((_, measure)) = begun.get_mut(&index) {
                    measure.update(samples);
                }
            }
            Heard::LeftOut(words) => left_out = Some(words.to_owned()),
            Heard::End(outcome) => {
                told[index] = true;
                let begun = begun.remove(&index);
                go_on = match (outcome, begun) {
                    (Ok(()), Some((channels, measure))) => {
                        let mut analysis = measure.analysis();
                        analysis.left_out = left_out.take();
                        if first.channel.is_mix() && may_cancel(channels, &analysis) {
                            quiet.push((index, channels, analysis));
                            true
                        } else {
                            each(index, analysis, true)
                        }
                    }
                    (Ok(()), None) => true,
                    (Err(error), _) => each(index, SampleAnalysis::damaged(words(&error)), lasts(&error)),
                };
            }
        }
        go_on
    });
    if let Err(error) = outcome {
        let untold = told.iter().enumerate().filter(|(_, told)| !**told);
        for (index, _) in untold {
            go_on = go_on && each(index, SampleAnalysis::damaged(words(&error)), lasts(&error));
        }
    }
    if !go_on {
        return;
    }
    let listened: Vec<&Clip> = quiet.iter().map(|(index, ..)| clips[*index]).collect();
    let channels = quiet.iter().map(|(_, channels, _)| *channels).max().unwrap_or(0);
    let mut levels = vec![Vec::new(); quiet.len()];
    for channel in 1..=channels {
        channel_levels(&listened, channel, &mut levels);
    }
    for ((index, channels, mut analysis), levels) in quiet.into_iter().zip(levels) {
        analysis.cancelled = cancellation(channels, analysis.level, &levels);
        if !each(index, analysis, true) {
            return;
        }
    }
}

fn hear(clips: &[&Clip], channel: Channel, each: &mut dyn FnMut(usize, Heard) -> bool) -> Result<(), AudioError> {
    let Some(first) = clips.first() else {
        return Ok(());
    };
    if first.segment.is_some() {
        let ranges: Vec<Range<u64>> = clips
            .iter()
            .map(|clip| clip.segment.map_or(0..0, |segment| segment.range()))
            .collect();
        return read_ranges(&first.path, channel, &ranges, each);
    }
    let mut begun = false;
    let outcome = read_blocks(&first.path, channel, &mut |header, block| {
        (std::mem::replace(&mut begun, true) || each(0, Heard::Start(header))) && each(0, Heard::Samples(block))
    });
    if let Ok(Some(left_out)) = &outcome {
        each(0, Heard::LeftOut(left_out));
    }
    each(0, Heard::End(outcome.map(drop)));
    Ok(())
}

/// Adds the levels of one channel of every clip, where they can be had.
fn channel_levels(clips: &[&Clip], channel: u16, levels: &mut [Vec<Level>]) {
    let mut meters: HashMap<usize, LevelMeter> = HashMap::new();
    // Their mean was read before: what cannot be read now is left out.
    let _ = hear(clips, Channel::One(channel), &mut |index, heard| {
        match heard {
            Heard::Start(_) => drop(meters.insert(index, LevelMeter::default())),
            Heard::Samples(samples) => {
                if let Some(meter) = meters.get_mut(&index) {
                    meter.update(samples);
                }
            }
            Heard::LeftOut(_) => {}
            Heard::End(outcome) => {
                let meter = meters.remove(&index).filter(|_| outcome.is_ok());
                levels[index].extend(meter.map(|meter| meter.level()));
            }
        }
        true
    });
}

/// A mean as loud as this has speech in it (dBFS): its channels are not looked at one by one.
const QUIET_DBFS: f32 = -45.0;

/// Channels that are only unalike leave no less of each other than this (dB).
const CANCELLED_DB: f32 = 10.0;

fn may_cancel(channels: u16, analysis: &SampleAnalysis) -> bool {
    channels > 1 && analysis.damage.is_none() && analysis.level.rms_dbfs <= QUIET_DBFS
}

/// How much quieter (dB) the mean of the channels is than that of unrelated ones as loud, where they cancel each other:
/// as when one of two microphones, or one side of a cable, was wired the wrong way round.
fn cancellation(channels: u16, mix: Level, levels: &[Level]) -> Option<f32> {
    if levels.iter().all(|level| level.silent) {
        return None;
    }
    // The energies of unrelated sounds add up.
    let energy: f32 = levels.iter().map(|level| 10f32.powf(level.rms_dbfs / 10.0)).sum();
    let expected = 10.0 * (energy / f32::from(channels).powi(2)).log10();
    Some(expected - mix.rms_dbfs).filter(|below| *below > CANCELLED_DB)
}

#[cfg(test)]
mod tests {
    use super::super::Segment;
    use super::super::fixture::{clip_of, tone, write_wav};
    use super::*;

    fn measured(clips: &[Clip]) -> Vec<SampleAnalysis> {
        let mut found = vec![None; clips.len()];
        measure(&clips.iter().collect::<Vec<_>>(), &mut |index, analysis, _| {
            found[index] = Some(analysis);
            true
        });
        found.into_iter().flatten().collect()
    }

    fn one(clip: Clip) -> SampleAnalysis {
        measured(&[clip]).remove(0)
    }

    /// What is found of two channels, each of these multiples of a tone, with a hiss of its own.
    fn of(gains: [f64; 2]) -> SampleAnalysis {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let samples: Vec<i16> = tone(8_000)
            .into_iter()
            .enumerate()
            .flat_map(|(n, sample)| gains.map(|gain| (gain * f64::from(sample)) as i16 + ((n * n) % 3) as i16))
            .collect();
        write_wav(&path, 16_000, 2, &samples);
        one(clip_of(&path))
    }

    #[test]
    fn opposite_channels_cancel_and_one_that_is_silent_does_not() {
        let opposite = of([1.0, -1.0]);
        assert!(opposite.cancelled.is_some_and(|below| below > 40.0), "{opposite:?}");
        assert!(opposite.level.silent);
        // Not quite as loud: 34 dB are left, less what unrelated ones would lose.
        let nearly = of([0.5, -0.49]);
        assert!(
            nearly.cancelled.is_some_and(|below| (35.0..40.0).contains(&below)),
            "{nearly:?}"
        );
        assert!(!nearly.level.silent);
        for gains in [[1.0, 1.0], [1.0, 0.0], [0.0, 0.01], [0.0, 0.0], [1.0, -0.5]] {
            assert_eq!(of(gains).cancelled, None, "{gains:?}");
        }
    }

    #[test]
    fn one_channel_of_a_pair_that_cancels_is_sound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let samples: Vec<i16> = tone(8_000).into_iter().flat_map(|sample| [sample, -sample]).collect();
        write_wav(&path, 16_000, 2, &samples);
        let [left, right] = [1, 2].map(|channel| {
            let clip = Clip {
                channel: Channel::One(channel),
                ..clip_of(&path)
            };
            one(clip)
        });
        assert!(!left.level.silent && left.cancelled.is_none());
        assert_eq!(left.level, right.level);
        assert_ne!(left.content, right.content);
    }

    #[test]
    fn segments_are_measured_in_one_pass_each_as_the_clip_that_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        // Two seconds of sound, one in which two channels cancel each other, one of silence.
        let samples: Vec<i16> = tone(64_000)
            .into_iter()
            .enumerate()
            .flat_map(|(n, sample)| match n / 16_000 {
                0 | 1 => [sample, sample / 2],
                2 => [sample, -sample],
                _ => [0, 0],
            })
            .collect();
        write_wav(&path, 16_000, 2, &samples);
        let ranges = [
            0..16_000,
            8_000..32_000,
            32_000..48_000,
            48_000..64_000,
            60_000..70_000,
            90_000..99_000,
        ];
        let clips = ranges.clone().map(|range| Clip {
            segment: Some(Segment {
                first: range.start,
                count: range.end - range.start,
            }),
            ..clip_of(&path)
        });
        let found = measured(&clips);
        for (found, range) in found.iter().zip(&ranges).take(4) {
            let cut = folder.path().join("cut.wav");
            let samples = &samples[2 * range.start as usize..2 * range.end as usize];
            write_wav(&cut, 16_000, 2, samples);
            assert_eq!(*found, one(clip_of(&cut)), "{range:?}");
        }
        assert!(found[2].cancelled.is_some() && found[3].cancelled.is_none());
        let damage = |index: usize| found[index].damage.clone().unwrap_or_default();
        assert!(
            damage(4).starts_with("only 4000 of the 10000 samples from 60000 on"),
            "{}",
            damage(4)
        );
        assert!(damage(5).contains("the file ends after 64000"), "{}", damage(5));
    }
}
