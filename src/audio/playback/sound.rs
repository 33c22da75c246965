//! A wave as a rodio source, from a position to its end.

use crate::audio::Wave;
use rodio::{ChannelCount, Source};
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

/// How long a sound that begins within the wave takes to come up: without it, it would begin with a click.
const FADE: Duration = Duration::from_millis(4);

/// One channel, and the lowest rate there is.
const ONE: ChannelCount = NonZero::<u16>::MIN;

/// What is to be played: a wave from one of its samples on.
#[derive(Debug, Clone)]
pub struct Sound {
    /// The samples.
    pub wave: Arc<Wave>,
    /// The first one to play.
    pub from: usize,
    /// Whether it plays as silence.
    pub muted: bool,
}

impl Sound {
    /// Samples still to be played.
    pub fn len(&self) -> usize {
        self.wave.samples.len().saturating_sub(self.from)
    }

    /// As a source of rodio's.
    pub fn source(self) -> Box<dyn Source + Send> {
        let (muted, within) = (self.muted, self.from > 0);
        let source = Samples {
            wave: self.wave,
            next: self.from,
        };
        match (muted, within) {
            (true, _) => Box::new(source.amplify(0.0)),
            (false, true) => Box::new(source.fade_in(FADE)),
            (false, false) => Box::new(source),
        }
    }

    /// As one channel of a mixer's output at the wave's own rate: its samples, unchanged where they are not muted.
    pub fn mixed(self) -> impl Iterator<Item = f32> + Send {
        let (mixer, mixed) = rodio::mixer::mixer(ONE, rate(&self.wave));
        mixer.add(self.source());
        mixed
    }
}

fn rate(wave: &Wave) -> NonZero<u32> {
    NonZero::new(wave.rate).unwrap_or(NonZero::<u32>::MIN)
}

/// Samples of a wave that is shared, not copied: a clip may last for hours.
struct Samples {
    wave: Arc<Wave>,
    next: usize,
}

impl Iterator for Samples {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let sample = self.wave.samples.get(self.next).copied()?;
        self.next += 1;
        Some(sample)
    }
}

impl Source for Samples {
    fn current_span_len(&self) -> Option<usize> {
        (self.next >= self.wave.samples.len()).then_some(0)
    }

    fn channels(&self) -> ChannelCount {
        ONE
    }

    fn sample_rate(&self) -> NonZero<u32> {
        rate(&self.wave)
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(from: usize, muted: bool) -> Sound {
        let samples = (0..1000).map(|index| (index as f32 * 0.37).sin()).collect();
        Sound {
            wave: Arc::new(Wave { samples, rate: 22_050 }),
            from,
            muted,
        }
    }

    #[test]
    fn what_is_played_are_the_samples_themselves() {
        let whole = sound(0, false);
        assert_eq!(whole.clone().mixed().collect::<Vec<_>>(), whole.wave.samples);
        let part = sound(300, false);
        let played: Vec<f32> = part.clone().mixed().collect();
        assert_eq!(played.len(), part.len());
        assert_eq!(played[100..], whole.wave.samples[400..], "after a fade of 4 ms");
        assert!(played[0].abs() < 1e-6);
    }

    #[test]
    fn a_muted_sound_lasts_as_long_and_is_silent() {
        let muted: Vec<f32> = sound(10, true).mixed().collect();
        assert_eq!(muted, vec![0.0; 990]);
        assert_eq!(sound(2000, false).mixed().count(), 0);
    }
}
