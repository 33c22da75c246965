//! Any sound file to mono samples, and its header alone.

use super::opened::{Content, Opened, check, coded_error};
use super::plausible::fault;
use super::resample_stream::ResampleStream;
use super::sound_minutes::{Judged, SoundMinutes};
use super::stream::Stream;
use super::vector::vectorised;
use super::{AudioError, Channel, Header, Wave};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// A decoded file.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The mean of the channels, or the one that was asked for, at the stored rate.
    pub wave: Wave,
    /// What was found in the header, `frames` as decoded.
    pub header: Header,
    /// XXH3-128 of rate and mono samples (f32 little-endian): equal for files that sound equal.
    pub content: u128,
}

/// Half a gigabyte of mono samples; 46 minutes at 48 kHz.
pub(super) const MAX_FRAMES: usize = 1 << 27;

/// Reads the header only: the first bytes, for Ogg also the last ones. Some MPEG files state no
/// length; their packets are counted.
///
/// # Errors
/// [`AudioError`] when the file cannot be read or is no sound file, whatever its extension, when its
/// header makes no sense, or when it holds no samples.
pub fn read_header(path: &Path) -> Result<Header, AudioError> {
    let opened = Opened::new(path)?;
    let header = match opened.layout()? {
        Content::Plain(name, layout) => Header {
            container: name.into(),
            rate: layout.rate,
            channels: layout.channels,
            frames: layout.claimed,
        },
        Content::Ogg(header) => header,
        Content::Coded(mut coded) => {
            let frames = match coded.claimed {
                Some(frames) => frames,
                None => coded.count_frames(u64::MAX).map_err(|error| coded_error(path, error))?,
            };
            Header {
                container: coded.container.into(),
                rate: coded.rate,
                channels: coded.channels,
                frames,
            }
        }
    };
    check(path, &header)?;
    if header.frames == 0 {
        return Err(AudioError::Empty { path: path.into() });
    }
    Ok(header)
}

/// Samples per channel, by the packets of a compressed file, whatever its header says; nothing is decoded for it, but for
/// Matroska files without Opus.
///
/// # Errors
/// As [`read_header`].
pub fn count_samples(path: &Path) -> Result<u64, AudioError> {
    let opened = Opened::new(path)?;
    let mut coded = match opened.layout()? {
        Content::Plain(_, layout) => return Ok(layout.present),
        Content::Ogg(_) => opened.coded(opened.container)?,
        Content::Coded(coded) => coded,
    };
    coded.count_frames(u64::MAX).map_err(|error| coded_error(path, error))
}

/// Decodes a file to the mean of its channels. A damaged file gives what could be decoded when that is at least
/// 90 % of what its header states; a minute with samples that no recording can hold (not finite, beyond 2^31, or a few over
/// 60 dB above full scale and the rest of that minute) is left out where that leaves more than half of all minutes.
///
/// # Errors
/// [`AudioError`] when the file cannot be read, is no sound file, is damaged, is longer than 134 million samples or holds no
/// samples.
pub fn decode(path: &Path) -> Result<Decoded, AudioError> {
    decode_channel(path, Channel::Mix)
}

/// As [`decode`], of one channel.
///
/// # Errors
/// As [`decode`]; a file without such a channel.
pub fn decode_channel(path: &Path, channel: Channel) -> Result<Decoded, AudioError> {
    let stream = Stream::open(path, channel)?;
    let mut samples = Vec::with_capacity(usize::try_from(stream.expected()).unwrap_or(MAX_FRAMES).min(MAX_FRAMES));
    let (header, _) = read_to_end(stream, &mut |_, block| {
        samples.extend_from_slice(block);
        samples.len() <= MAX_FRAMES
    })?;
    Decoded::of(path, header, samples)
}

/// Samples of a clip at the rate at which it is used: 67 MB, 17 minutes at 16 kHz.
const MOST_SAMPLES: usize = 1 << 24;

/// The first `most` samples of what [`decode_channel`] and [`resample`](super::resample) make of a file, bit for bit. It is
/// resampled on the way, and not read further than that takes.
///
/// # Errors
/// As [`decode_channel`] and [`resample`](super::resample); more than 16 million samples.
pub fn decode_at(path: &Path, channel: Channel, rate: u32, most: usize) -> Result<Wave, AudioError> {
    let stream = Stream::open(path, channel)?;
    let expected = stream.expected() * u64::from(rate) / u64::from(stream.block().0.rate.max(1));
    let expected = usize::try_from(expected).unwrap_or(MOST_SAMPLES);
    // As much more as the last piece may bring.
    let mut samples = Vec::with_capacity(expected.min(most).min(MOST_SAMPLES) + (1 << 17));
    let mut resampler = None;
    let mut outcome = Ok(());
    read_to_end(stream, &mut |header, block| {
        outcome = match &mut resampler {
            Some(resampler) => ResampleStream::update(resampler, block, &mut samples),
            None => {
                ResampleStream::new(header.rate, rate).and_then(|new| resampler.insert(new).update(block, &mut samples))
            }
        };
        outcome.is_ok() && samples.len() < most.min(MOST_SAMPLES + 1)
    })?;
    outcome?;
    if samples.len() > MOST_SAMPLES && most > MOST_SAMPLES {
        return Err(too_long(path, MOST_SAMPLES, rate));
    }
    if let Some(resampler) = resampler.filter(|_| samples.len() < most) {
        resampler.finish(&mut samples)?;
    }
    samples.truncate(most);
    Ok(Wave { samples, rate })
}

/// Reads a file part by part: it may be as long as it likes. `each` is given part
/// after part with what the file is, and says whether to go on. Says in words what was left out, as [`decode`] does.
///
/// # Errors
/// As [`decode_channel`], whatever its length.
pub fn read_blocks(
    path: &Path,
    channel: Channel,
    each: &mut dyn FnMut(&Header, &[f32]) -> bool,
) -> Result<Option<String>, AudioError> {
    read_to_end(Stream::open(path, channel)?, each).map(|(_, left_out)| left_out)
}

/// What the file is, and what was left out of it.
fn read_to_end(
    mut stream: Stream,
    each: &mut dyn FnMut(&Header, &[f32]) -> bool,
) -> Result<(Header, Option<String>), AudioError> {
    let mut read = 0;
    let mut minutes: Option<SoundMinutes> = None;
    while stream.read()? {
        let (header, _, block) = stream.block();
        read += block.len() as u64;
        let minutes = minutes.get_or_insert_with(|| SoundMinutes::new(header.rate));
        if !minutes.update(block, &mut |part| each(header, part)) {
            return Ok((header.clone(), None));
        }
    }
    let header = stream.block().0.clone();
    let judged = minutes.map_or(Judged::Sound, |minutes| minutes.finish(&mut |part| each(&header, part)));
    let damaged = |why: String| stream.damaged(why);
    let left_out = match judged {
        Judged::Sound => None,
        Judged::Partly(words) => Some(words),
        Judged::Damaged(why) => return Err(damaged(why)),
    };
    Ok((stream.finish(read)?, left_out))
}

fn too_long(path: &Path, most: usize, rate: u32) -> AudioError {
    let minutes = most as f64 / f64::from(rate) / 60.0;
    AudioError::Damaged {
        path: path.into(),
        what: format!(
            "longer than {minutes:.0} minutes; cut it into utterances, or list them in a table with the columns start and \
             end"
        ),
    }
}

impl Decoded {
    /// What was decoded of a file, if it can be a recording.
    pub(super) fn of(path: &Path, mut header: Header, samples: Vec<f32>) -> Result<Self, AudioError> {
        if samples.len() > MAX_FRAMES {
            return Err(too_long(path, MAX_FRAMES, header.rate));
        }
        if let Some(what) = fault(&samples) {
            return Err(AudioError::Damaged {
                path: path.into(),
                what,
            });
        }
        header.frames = samples.len() as u64;
        let mut content = ContentHash::new(header.rate);
        content.update(&samples);
        Ok(Self {
            content: content.digest(),
            wave: Wave {
                samples,
                rate: header.rate,
            },
            header,
        })
    }
}

/// The hash of samples, which may come in parts; [`Decoded::content`] is that of all of them.
#[derive(Clone)]
pub struct ContentHash(Xxh3);

impl ContentHash {
    /// Of samples at this rate (Hz).
    pub fn new(rate: u32) -> Self {
        let mut hasher = Xxh3::new();
        hasher.update(&rate.to_le_bytes());
        Self(hasher)
    }

    /// Takes the samples that come next.
    pub fn update(&mut self, samples: &[f32]) {
        let mut bytes = [[0; 4]; 1024];
        for piece in samples.chunks(bytes.len()) {
            let bytes = &mut bytes[..piece.len()];
            to_bytes(piece, bytes);
            self.0.update(bytes.as_flattened());
        }
    }

    /// The hash.
    pub fn digest(&self) -> u128 {
        self.0.digest128()
    }
}

vectorised! {
fn to_bytes<'a>(samples: &'a [f32], bytes: &'a mut [[u8; 4]]) {
    for (slot, sample) in bytes.iter_mut().zip(samples) {
        // Adding zero makes -0 and 0, which sound equal, equal.
        *slot = (sample + 0.0).to_le_bytes();
    }
}
}

#[cfg(test)]
mod tests {
    use super::super::resample;
    use super::*;
    use std::path::PathBuf;

    fn sound(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden/sounds")
            .join(name)
    }

    #[test]
    fn what_is_resampled_on_the_way_is_the_resampled_whole_bit_for_bit() {
        for name in [
            "mono.aiff",
            "stereo.flac",
            "aac.m4a",
            "long.ogg",
            "long_opus.ogg",
            "long.mp3",
        ] {
            let path = sound(name);
            let whole = decode_channel(&path, Channel::Mix).unwrap().wave;
            for rate in [whole.rate, 16_000, 22_050] {
                let expected = resample(&whole, rate).unwrap();
                for most in [usize::MAX, expected.samples.len() / 3, 1, 0] {
                    let found = decode_at(&path, Channel::Mix, rate, most).unwrap();
                    let end = most.min(expected.samples.len());
                    assert!(found.samples == expected.samples[..end], "{name} at {rate} Hz, {most}");
                    assert_eq!(found.rate, rate);
                }
            }
        }
    }

    #[test]
    fn one_bad_number_costs_its_minute_of_a_long_recording_and_all_of_a_short_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let format = hound::WavSpec {
            channels: 1,
            sample_rate: 1_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let samples: Vec<f32> = (0..200_000).map(|n| (n as f32 * 0.1).sin()).collect();
        let write = |samples: &[f32]| {
            let mut writer = hound::WavWriter::create(&path, format).unwrap();
            samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
            writer.finalize().unwrap();
        };
        let mut bad = samples.clone();
        bad[70_000] = f32::NAN;
        write(&bad);
        let decoded = decode(&path).unwrap();
        assert!(decoded.wave.samples == [&samples[..60_000], &samples[120_000..]].concat());
        assert_eq!(decoded.header.frames, 140_000);
        let mut read = 0;
        let left_out = read_blocks(&path, Channel::Mix, &mut |_, block| {
            read += block.len();
            true
        });
        assert_eq!(read, 140_000);
        assert!(
            left_out
                .unwrap()
                .is_some_and(|words| words.contains("sample 70000 is not a finite number"))
        );
        write(&bad[..100_000]);
        let refused = decode(&path).map(|decoded| decoded.wave.samples.len());
        assert!(matches!(refused, Err(AudioError::Damaged { what, .. }) if what.contains("sample 70000")));
    }
}
