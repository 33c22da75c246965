//! Decibels, and a mel spectrogram for looking at.

use super::logarithm::to_decibels;
use crate::audio::{Wave, mel_filterbank, power_frames, vectorised};

/// `10 log10(max(amin, x))`, at most `top_db` below the maximum; matches librosa.power_to_db(ref=1).
pub fn power_to_db(power: &mut [f32], amin: f32, top_db: f32) {
    power_to_db_over(power, 1.0, amin, top_db);
}

/// `10 log10(max(amin, x)) - 10 log10(max(amin, reference))`, at most `top_db` below the maximum, as
/// librosa.power_to_db(S, ref, amin, top_db).
pub fn power_to_db_over(power: &mut [f32], reference: f32, amin: f32, top_db: f32) {
    let amin = amin.max(f32::MIN_POSITIVE);
    to_decibels(power, amin, 10.0 * reference.max(amin).log10());
    not_below_the_top(power, top_db);
}

vectorised! {
fn not_below_the_top<'a>(decibels: &'a mut [f32], top_db: f32) {
    // In lanes, which the compiler may compare at once.
    let (blocks, rest) = decibels.as_chunks::<16>();
    let mut lanes = [f32::NEG_INFINITY; 16];
    for block in blocks {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane = if *value > *lane { *value } else { *lane };
        }
    }
    let mut loudest = f32::NEG_INFINITY;
    for value in lanes.iter().chain(rest) {
        loudest = if *value > loudest { *value } else { loudest };
    }
    let least = loudest - top_db;
    for value in decibels.iter_mut() {
        *value = if *value > least { *value } else { least };
    }
}
}

/// A mel spectrogram for looking at.
#[derive(Debug, Clone, PartialEq)]
pub struct LogMel {
    /// Number of frames, evenly spaced from the first sample to the last.
    pub frames: usize,
    /// Number of mel bands.
    pub bands: usize,
    /// Frame after frame, dB relative to the loudest value: 0 down to -80. All -80 for silence.
    pub db: Vec<f32>,
    /// Centre of each band (Hz), rising.
    pub centres: Vec<f32>,
}

/// A mel spectrogram in dB for looking at, of at most `columns` frames. A long clip costs hardly more
/// than a short one: where a column stands for a long segment, it is the mean of a few frames in it.
pub fn log_mel_preview(wave: &Wave, n_mels: usize, columns: usize) -> LogMel {
    const RANGE_DB: f32 = 80.0;
    const FRAMES_PER_COLUMN: usize = 4;
    // About 40 ms, which shows the harmonics of a voice.
    let n_fft = (wave.rate as usize / 25).next_power_of_two().clamp(256, 8192);
    let shortest = (n_fft / 8).max(1);
    let length = wave.samples.len();
    let frames = length.div_ceil(shortest).clamp(1, columns.max(1));
    let segment = length as f64 / frames as f64;
    let per_column = ((segment / (n_fft / 2) as f64).ceil() as usize).clamp(1, FRAMES_PER_COLUMN);
    let filterbank = mel_filterbank(wave.rate, n_fft, n_mels);
    let mut db = vec![0.0; frames * n_mels];
    let mut bands = vec![0.0; n_mels];
    let spacing = segment / per_column as f64;
    let centres = (0..frames * per_column).map(|index| ((index as f64 + 0.5) * spacing) as usize);
    power_frames(&wave.samples, n_fft, centres, |index, power| {
        filterbank.apply(power, &mut bands);
        let column = index / per_column * n_mels;
        for (sum, band) in db[column..].iter_mut().zip(&bands) {
            *sum += band / per_column as f32;
        }
    });
    let loudest = db.iter().copied().fold(0.0, f32::max);
    for value in &mut db {
        // Below any sound, so that silence is the bottom of the scale and not the top.
        *value = if loudest > 1e-12 {
            10.0 * (*value / loudest).log10().max(-RANGE_DB / 10.0)
        } else {
            -RANGE_DB
        };
    }
    LogMel {
        frames,
        bands: n_mels,
        db,
        centres: filterbank.centres,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    fn sine(frequency: f32, rate: u32, length: usize) -> Wave {
        let samples = (0..length)
            .map(|n| (TAU * frequency * n as f32 / rate as f32).sin() * 0.5)
            .collect();
        Wave { samples, rate }
    }

    #[test]
    fn decibels_stop_at_the_floor_and_below_the_top() {
        let mut power = [1.0, 1e-3, 0.0, 100.0];
        power_to_db(&mut power, 1e-10, 80.0);
        for (ours, theirs) in power.into_iter().zip([0.0, -30.0, -60.0, 20.0]) {
            assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
        }
    }

    #[test]
    fn a_preview_shows_a_tone_where_it_is_however_long_it_lasts() {
        for length in [100, 16_000, 16_000 * 600] {
            let preview = log_mel_preview(&sine(1000.0, 16_000, length), 64, 300);
            assert!(preview.frames <= 300);
            assert_eq!(preview.db.len(), preview.frames * 64);
            assert!(preview.db.iter().all(|db| (-80.0..=0.0).contains(db)));
            let column = &preview.db[preview.frames / 2 * 64..][..64];
            let loudest = (0..64).max_by(|&a, &b| column[a].total_cmp(&column[b])).unwrap();
            assert!((preview.centres[loudest] - 1000.0).abs() < 60.0);
        }
    }

    #[test]
    fn a_preview_of_silence_or_of_nothing_is_all_floor() {
        for length in [0, 16_000] {
            let preview = log_mel_preview(
                &Wave {
                    samples: vec![0.0; length],
                    rate: 16_000,
                },
                32,
                100,
            );
            assert!(preview.frames >= 1 && preview.db.iter().all(|&db| db == -80.0));
        }
    }
}
