//! Stretches of one file, which is decoded once however many there are.

use super::decode::MAX_FRAMES;
use super::stream::{ENOUGH, Stream};
use super::{AudioError, Channel, Decoded, Header};
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

/// What comes of a stretch, in this order.
#[derive(Debug)]
pub enum Heard<'a> {
    /// It begins; what the file is, with the samples that it should have as `frames`.
    Start(&'a Header),
    /// Its next samples.
    Samples(&'a [f32]),
    /// What of it was left out, in words; of a stretch, nothing is.
    LeftOut(&'a str),
    /// It is at its end, or why there is too little of it. A stretch of which the file has nothing has no other part.
    End(Result<(), AudioError>),
}

/// Reads stretches of one channel (in samples per channel, as [`decode_channel`](super::decode_channel) counts them) in a
/// single pass over the file, and tells `each` what comes of them, by their indices; it says whether to go on. Only a block of
/// the file is in memory. A stretch of which less than 90 % can be read is an error of its own, and so are those after the
/// file's end; the others are not concerned.
///
/// # Errors
/// [`AudioError`] when the file cannot be read, is no sound file, or lacks the channel.
pub fn read_ranges(
    path: &Path,
    channel: Channel,
    ranges: &[Range<u64>],
    each: &mut dyn FnMut(usize, Heard) -> bool,
) -> Result<(), AudioError> {
    let mut stream = Stream::open(path, channel)?;
    let mut waiting: Vec<usize> = (0..ranges.len()).collect();
    // The first comes last.
    waiting.sort_by_key(|index| std::cmp::Reverse((ranges[*index].start, ranges[*index].end)));
    let mut open: Vec<(usize, u64)> = Vec::new();
    let mut read_to = 0;
    while !(open.is_empty() && waiting.is_empty()) {
        if let (Some(next), true) = (waiting.last(), open.is_empty()) {
            stream.skip_to(ranges[*next].start);
        }
        if !stream.read()? {
            break;
        }
        let (header, start, block) = stream.block();
        let end = start + block.len() as u64;
        read_to = end;
        while let Some(index) = waiting.pop_if(|index| ranges[*index].start < end) {
            let frames = ranges[index].end.saturating_sub(ranges[index].start);
            let header = Header {
                frames,
                ..header.clone()
            };
            if !each(index, Heard::Start(&header)) {
                return Ok(());
            }
            open.push((index, 0));
        }
        for (index, got) in &mut open {
            let range = &ranges[*index];
            let from = range.start.clamp(start, end) - start;
            let to = range.end.clamp(start, end) - start;
            if from < to {
                *got += to - from;
                if !each(*index, Heard::Samples(&block[from as usize..to as usize])) {
                    return Ok(());
                }
            }
        }
        let (over, still): (Vec<_>, Vec<_>) = open.into_iter().partition(|(index, _)| ranges[*index].end <= end);
        open = still;
        for (index, got) in over {
            let outcome = judge(&stream, &ranges[index], got, None);
            if !each(index, Heard::End(outcome)) {
                return Ok(());
            }
        }
    }
    let unheard = waiting.into_iter().rev().map(|index| (index, 0));
    for (index, got) in open.into_iter().chain(unheard) {
        let outcome = judge(&stream, &ranges[index], got, Some(read_to));
        if !each(index, Heard::End(outcome)) {
            break;
        }
    }
    Ok(())
}

/// Whether enough of a stretch was read; `end` is the file's, where it came before the stretch's.
fn judge(stream: &Stream, range: &Range<u64>, got: u64, end: Option<u64>) -> Result<(), AudioError> {
    let length = range.end.saturating_sub(range.start);
    if got > 0 && got as f64 >= ENOUGH * length as f64 {
        return Ok(());
    }
    let why = stream.trouble().unwrap_or_else(|| match end {
        Some(end) => format!("the file ends after {end}"),
        None => "the others are missing".into(),
    });
    Err(stream.damaged(format!(
        "only {got} of the {length} samples from {} on can be read: {why}; get another copy of it, or correct the table",
        range.start
    )))
}

/// Decodes stretches of one channel as [`read_ranges`] does, and gives each as a whole, with the content of its own samples,
/// as soon as it is read; `each` says whether to go on.
///
/// # Errors
/// As [`read_ranges`]. A stretch whose samples are damaged, or that is longer than 134 million of them, is an error of its own.
pub fn decode_ranges(
    path: &Path,
    channel: Channel,
    ranges: &[Range<u64>],
    each: &mut dyn FnMut(usize, Result<Decoded, AudioError>) -> bool,
) -> Result<(), AudioError> {
    let mut begun: HashMap<usize, (Header, Vec<f32>)> = HashMap::new();
    read_ranges(path, channel, ranges, &mut |index, heard| match heard {
        Heard::Start(header) => {
            begun.insert(index, (header.clone(), Vec::new()));
            true
        }
        Heard::Samples(block) => {
            if let Some((_, samples)) = begun.get_mut(&index).filter(|(_, samples)| samples.len() <= MAX_FRAMES) {
                samples.extend_from_slice(block);
            }
            true
        }
        Heard::LeftOut(_) => true,
        Heard::End(Err(error)) => {
            begun.remove(&index);
            each(index, Err(error))
        }
        Heard::End(Ok(())) => match begun.remove(&index) {
            Some((header, samples)) => each(index, Decoded::of(path, header, samples)),
            None => true,
        },
    })
}

/// Decodes one stretch of a channel.
///
/// # Errors
/// As [`decode_ranges`].
pub fn decode_range(path: &Path, channel: Channel, range: Range<u64>) -> Result<Decoded, AudioError> {
    let mut decoded = None;
    decode_ranges(path, channel, &[range], &mut |_, outcome| {
        decoded = Some(outcome);
        false
    })?;
    decoded.unwrap_or_else(|| Err(AudioError::Empty { path: path.into() }))
}

#[cfg(test)]
mod tests {
    use super::super::decode_channel;
    use super::*;
    use std::path::PathBuf;

    fn sound(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden/sounds")
            .join(name)
    }

    fn decoded(path: &Path, ranges: &[Range<u64>]) -> Vec<Result<Decoded, String>> {
        let mut found: Vec<_> = ranges.iter().map(|_| Err("nothing".to_owned())).collect();
        let outcome = decode_ranges(path, Channel::Mix, ranges, &mut |index, outcome| {
            found[index] = outcome.map_err(|error| error.to_string());
            true
        });
        outcome.unwrap();
        found
    }

    #[test]
    fn a_stretch_is_that_of_the_whole_bit_for_bit_in_every_format() {
        for name in [
            "mono.aiff",
            "alaw.wav",
            "adpcm.wav",
            "mono.flac",
            "stereo.flac",
            "alac.m4a",
            "aac.m4a",
            "mono.ogg",
            "stereo.ogg",
            "long.ogg",
            "opus.ogg",
            "long_opus.ogg",
            "lame_tag.mp3",
            "no_tag.mp3",
            "long.mp3",
        ] {
            let path = sound(name);
            let whole = decode_channel(&path, Channel::Mix).unwrap().wave.samples;
            let length = whole.len() as u64;
            let at = |share: f64| (share * length as f64) as u64;
            // Out of order, overlapping, one sample, and the end.
            let ranges = [
                at(0.5)..at(0.55),
                0..at(0.1),
                at(0.05)..at(0.2),
                at(0.97)..length,
                at(0.3)..at(0.3) + 1,
                at(0.3)..at(0.31),
            ];
            let expected: Vec<&[f32]> = ranges
                .iter()
                .map(|range| &whole[range.start as usize..range.end as usize])
                .collect();
            for (index, found) in decoded(&path, &ranges).into_iter().enumerate() {
                let found = found.unwrap();
                assert!(found.wave.samples == expected[index], "{name}, {:?}", ranges[index]);
                assert_eq!(found.header.frames as usize, expected[index].len());
            }
            // Alone, so that what comes before is passed over.
            for (range, expected) in ranges.iter().zip(expected) {
                let found = decode_range(&path, Channel::Mix, range.clone()).unwrap();
                assert!(found.wave.samples == expected, "{name}, {range:?} alone");
            }
        }
    }

    #[test]
    fn what_the_file_does_not_have_costs_only_the_stretch_that_asks_for_it() {
        let found = decoded(
            &sound("mono.flac"),
            &[0..4_000, 7_000..9_000, 7_500..8_010, 20_000..30_000],
        );
        let lengths: Vec<_> = found
            .iter()
            .map(|found| found.as_ref().map(|found| found.header.frames))
            .collect();
        assert_eq!((&lengths[0], &lengths[2]), (&Ok(4_000), &Ok(500)));
        for (index, words) in [
            (1, "only 1000 of the 2000 samples from 7000 on"),
            (3, "only 0 of the 10000"),
        ] {
            let why = lengths[index].unwrap_err();
            assert!(why.contains(words) && why.contains("the file ends after 8000"), "{why}");
        }
    }

    #[test]
    fn a_damaged_part_costs_the_stretches_in_it_and_the_others_stay_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = std::fs::read(sound("long.ogg")).unwrap();
        let whole = decode_channel(&sound("long.ogg"), Channel::Mix).unwrap().wave.samples;
        let path = folder.path().join("a.ogg");
        let mut damaged = bytes.clone();
        let middle = bytes.len() / 2;
        damaged[middle..middle + 6_000].fill(0x55);
        std::fs::write(&path, damaged).unwrap();
        let second = |n: u64| n * 8_000..(n + 1) * 8_000;
        let ranges: Vec<Range<u64>> = (0..20).map(second).collect();
        let found = decoded(&path, &ranges);
        let same = |n: &usize| {
            let range = &ranges[*n];
            let expected = &whole[range.start as usize..range.end as usize];
            found[*n].as_ref().is_ok_and(|found| found.wave.samples == expected)
        };
        let good: Vec<usize> = (0..20).filter(same).collect();
        assert!(good.len() >= 10, "{good:?}");
        assert!(good.contains(&0) && good.contains(&19), "{good:?}");
        assert!(found.iter().any(Result::is_err), "{good:?}");
    }

    #[test]
    fn one_bad_number_costs_the_stretch_that_it_is_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let format = hound::WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(&path, format).unwrap();
        for n in 0..40_000 {
            let sample = if n == 17_000 { f32::NAN } else { (n as f32 * 0.1).sin() };
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        assert!(decode_channel(&path, Channel::Mix).is_err());
        let found = decoded(&path, &[0..16_000, 16_000..18_000, 18_000..40_000]);
        assert!(found[0].is_ok() && found[2].is_ok());
        assert!(
            found[1]
                .as_ref()
                .is_err_and(|why| why.contains("sample 1000 is not a finite number"))
        );
    }

    #[test]
    fn reading_ends_when_it_is_told_to() {
        let mut calls = 0;
        read_ranges(
            &sound("long.mp3"),
            Channel::Mix,
            &[0..8_000, 4_000..9_000],
            &mut |_, _| {
                calls += 1;
                calls < 3
            },
        )
        .unwrap();
        assert_eq!(calls, 3);
    }
}
