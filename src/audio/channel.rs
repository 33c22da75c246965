//! Which channel of a recording is heard.

use serde::{Deserialize, Serialize};

/// No recording device has more channels.
pub(super) const MAX_CHANNELS: u16 = 64;

/// Which channel of a recording stands for it. In settings `"mix"`, `"left"` (1), `"right"` (2), or a number from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Channel {
    /// The mean of all.
    #[default]
    Mix,
    /// This one, counted from 1.
    One(u16),
}

/// As settings write it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Name(String),
}

impl Channel {
    /// Whether it is the mean of all, as where nothing is said.
    pub fn is_mix(&self) -> bool {
        *self == Self::Mix
    }

    /// What is wrong with asking for it of so many channels, and the remedy.
    pub(super) fn missing(self, channels: u16) -> Option<String> {
        match self {
            Self::One(channel) if channel > channels => Some(format!(
                "has {channels} channel{}, and `channel` of its corpus asks for channel {channel}; choose one that it \
                 has, or list its folder as a corpus of its own",
                if channels == 1 { "" } else { "s" },
            )),
            _ => None,
        }
    }

    /// Appends it, of every whole frame among interleaved samples; `sample` makes a number of what is stored.
    #[inline(always)]
    pub(super) fn append<T: Copy>(
        self,
        samples: &[T],
        channels: usize,
        mono: &mut Vec<f32>,
        sample: impl Fn(T) -> f32,
    ) {
        let frames = samples.chunks_exact(channels.max(1));
        match (self, channels) {
            (Self::One(channel), _) => {
                let at = usize::from(channel) - 1;
                mono.extend(frames.filter_map(|frame| frame.get(at)).map(|&stored| sample(stored)));
            }
            (Self::Mix, 0 | 1) => mono.extend(samples.iter().map(|&stored| sample(stored))),
            (Self::Mix, 2) => {
                let (frames, _) = samples.as_chunks::<2>();
                mono.extend(frames.iter().map(|&[left, right]| (sample(left) + sample(right)) / 2.0));
            }
            (Self::Mix, _) => mono.extend(frames.map(|frame| {
                let sum: f32 = frame.iter().map(|&stored| sample(stored)).sum();
                sum / channels as f32
            })),
        }
    }
}

impl TryFrom<Written> for Channel {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Number(number) => match u16::try_from(number) {
                Ok(channel @ 1..=MAX_CHANNELS) => Ok(Self::One(channel)),
                _ => Err(format!(
                    "no channel {number}; they are counted from 1 to {MAX_CHANNELS}"
                )),
            },
            Written::Name(name) => match name.as_str() {
                "mix" => Ok(Self::Mix),
                "left" => Ok(Self::One(1)),
                "right" => Ok(Self::One(2)),
                _ => Err(format!(
                    "no channel `{name}`; there are mix, left, right, and numbers from 1"
                )),
            },
        }
    }
}

impl From<Channel> for Written {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Mix => Self::Name("mix".into()),
            Channel::One(1) => Self::Name("left".into()),
            Channel::One(2) => Self::Name("right".into()),
            Channel::One(number) => Self::Number(number.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Channel, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn names_and_numbers_are_read_and_written_back() {
        for (json, channel) in [
            ("\"mix\"", Channel::Mix),
            ("\"left\"", Channel::One(1)),
            ("\"right\"", Channel::One(2)),
            ("3", Channel::One(3)),
        ] {
            assert_eq!(read(json).unwrap(), channel);
            assert_eq!(serde_json::to_string(&channel).unwrap(), json);
        }
        assert_eq!(read("2").unwrap(), Channel::One(2));
        for (json, word) in [
            ("0", "from 1"),
            ("-1", "from 1"),
            ("65", "to 64"),
            ("\"middle\"", "right"),
        ] {
            assert!(read(json).unwrap_err().contains(word), "{json}");
        }
    }

    #[test]
    fn one_channel_or_the_mean_of_all_is_taken_and_a_torn_frame_is_left_out() {
        let taken = |channel: Channel, channels: usize| {
            let mut mono = Vec::new();
            channel.append(&[1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 9.0f32], channels, &mut mono, |sample| {
                sample
            });
            mono
        };
        assert_eq!(taken(Channel::Mix, 2), [1.5, 3.5, 6.0]);
        assert_eq!(taken(Channel::One(1), 2), [1.0, 3.0, 5.0]);
        assert_eq!(taken(Channel::One(2), 2), [2.0, 4.0, 7.0]);
        assert_eq!(taken(Channel::Mix, 3), [2.0, 16.0 / 3.0]);
        assert_eq!(taken(Channel::One(3), 3), [3.0, 7.0]);
        assert_eq!(taken(Channel::Mix, 1).len(), 7);
        assert!(taken(Channel::One(3), 2).is_empty());
        assert!(Channel::One(3).missing(2).is_some() && Channel::One(2).missing(2).is_none());
        assert!(Channel::Mix.missing(0).is_none());
    }
}
