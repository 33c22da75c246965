//! The units that corpora state arousal, dominance and valence in, and 0 to 1, on which they are learnt.

use super::{Clip, Dimensions};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The ends of a scale, the lower first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f32; 2]", into = "[f32; 2]")]
pub struct Scale {
    low: f32,
    high: f32,
}

impl Scale {
    /// The value on 0 to 1; beyond where it lies beyond the ends.
    pub fn to_unit(self, value: f32) -> f32 {
        (value - self.low) / (self.high - self.low)
    }

    /// The value in the corpus's units, of one on 0 to 1.
    pub fn of_unit(self, value: f32) -> f32 {
        self.low + value * (self.high - self.low)
    }

    /// Lower and upper end.
    pub fn ends(self) -> (f32, f32) {
        (self.low, self.high)
    }
}

impl TryFrom<[f32; 2]> for Scale {
    type Error = String;

    fn try_from([low, high]: [f32; 2]) -> Result<Self, String> {
        match (high - low).is_finite() && low < high {
            true => Ok(Self { low, high }),
            false => Err(format!(
                "a range from {low} to {high}; write the ends of the scale, the lower first: range = [1, 5]"
            )),
        }
    }
}

impl From<Scale> for [f32; 2] {
    fn from(scale: Scale) -> Self {
        [scale.low, scale.high]
    }
}

/// The scale of every corpus and dimension: as its settings state it, else from the least to the greatest value that its
/// clips have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scales(BTreeMap<Arc<str>, CorpusScales>);

/// The scales of one corpus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CorpusScales {
    /// Whether the settings state them.
    pub stated: bool,
    /// One per dimension, in the order of [`Dimensions::NAMES`]; none where there are not two values to tell it by.
    pub scales: [Option<Scale>; Dimensions::NAMES.len()],
}

impl Scales {
    /// Those of these clips; `stated` are the corpora whose settings state one.
    pub(super) fn of(clips: &[Clip], stated: &BTreeMap<Arc<str>, Scale>) -> Self {
        let mut ends: BTreeMap<&Arc<str>, [(f32, f32); Dimensions::NAMES.len()]> = BTreeMap::new();
        for clip in clips.iter().filter(|clip| !clip.dimensions.is_none()) {
            let none = (f32::INFINITY, f32::NEG_INFINITY);
            let ends = ends.entry(&clip.corpus).or_insert([none; Dimensions::NAMES.len()]);
            for ((low, high), value) in ends.iter_mut().zip(clip.dimensions.values()) {
                (*low, *high) = value.map_or((*low, *high), |value| (low.min(value), high.max(value)));
            }
        }
        let scales = ends.into_iter().map(|(corpus, ends)| {
            let stated = stated.get(corpus);
            let observed = |(low, high): (f32, f32)| Scale::try_from([low, high]).ok();
            let scales = ends.map(|ends| stated.copied().or_else(|| observed(ends)));
            let stated = stated.is_some();
            (Arc::clone(corpus), CorpusScales { stated, scales })
        });
        Self(scales.collect())
    }

    /// A clip's dimensions on 0 to 1, in the order of [`Dimensions::NAMES`]; none where it states none, or where no scale is
    /// known.
    pub fn on_unit(&self, clip: &Clip) -> [Option<f32>; Dimensions::NAMES.len()] {
        let scales = self.get(&clip.corpus).map_or([None; 3], |of| of.scales);
        let values = clip.dimensions.values();
        std::array::from_fn(|place| Some(scales[place]?.to_unit(values[place]?)))
    }

    /// Those of a corpus, where its clips have dimensions.
    pub fn get(&self, corpus: &str) -> Option<&CorpusScales> {
        self.0.get(corpus)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::clip;
    use super::*;

    #[test]
    fn scales_are_stated_or_observed() {
        let of = |corpus: &str, arousal: f32, valence: Option<f32>| Clip {
            corpus: corpus.into(),
            dimensions: [Some(arousal), None, valence].into(),
            ..clip("a", "")
        };
        let clips = [
            of("a", 2.0, Some(-1.0)),
            of("a", 4.5, None),
            of("b", 2.0, None),
            of("b", 3.0, None),
            clip("x", "sad"),
        ];
        let stated = BTreeMap::from([("b".into(), Scale::try_from([1.0, 5.0]).unwrap())]);
        let scales = Scales::of(&clips, &stated);
        let a = scales.get("a").unwrap();
        let ends = a.scales.map(|scale| scale.map(Scale::ends));
        assert_eq!((a.stated, ends), (false, [Some((2.0, 4.5)), None, None]));
        let b = scales.get("b").unwrap();
        assert!(b.stated && scales.get("test").is_none());
        let arousal = b.scales[0].unwrap();
        assert_eq!((arousal.to_unit(2.0), arousal.of_unit(0.25)), (0.25, 2.0));
    }

    #[test]
    fn a_scale_has_two_ends() {
        let read = |text: &str| serde_json::from_str::<Scale>(text).map(Scale::ends);
        assert_eq!(read("[1, 5]").unwrap(), (1.0, 5.0));
        for wrong in ["[5, 1]", "[1, 1]", "[1]", "[-3.4e38, 3.4e38]"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
