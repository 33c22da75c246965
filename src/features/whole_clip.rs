//! The whole of a clip, which an encoder takes.

use super::{FeatureError, Note};
use crate::audio::{Wave, all_finite, resample, resampled_length};

/// What an encoder takes at once (s); a longer clip goes through in windows of this length.
const WINDOW: f64 = 30.0;
/// As many windows are an hour.
const MOST_WINDOWS: usize = 120;

/// The whole clip at the encoder's rate (Hz).
///
/// # Errors
/// [`FeatureError::Wave`] for a wave without samples, with some that are not finite, or of more than an hour.
pub(super) fn at_rate(wave: &Wave, rate: u32) -> Result<Wave, FeatureError> {
    check(wave)?;
    let longest = MOST_WINDOWS * (WINDOW * f64::from(rate)) as usize;
    if resampled_length(wave, rate) > longest {
        return Err(FeatureError::Wave {
            problem: format!(
                "it has {:.0} s, and an encoder takes the whole clip; cut it into utterances",
                wave.seconds()
            ),
        });
    }
    Ok(resample(wave, rate)?)
}

/// The note of a clip that is longer than an encoder takes at once.
pub(super) fn windows(wave: &Wave) -> Option<Note> {
    let windows = (wave.seconds() / WINDOW).ceil() as usize;
    (windows > 1).then_some(Note::Windows { windows })
}

/// Refuses a wave of which there are no features.
pub(super) fn check(wave: &Wave) -> Result<(), FeatureError> {
    if wave.samples.is_empty() {
        return refuse("it holds no samples");
    }
    if !all_finite(&wave.samples) {
        return refuse("some of its samples are not finite numbers");
    }
    Ok(())
}

/// The error of a wave.
pub(super) fn refuse<T>(problem: &str) -> Result<T, FeatureError> {
    Err(FeatureError::Wave {
        problem: problem.to_owned(),
    })
}
