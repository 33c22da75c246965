//! Copies made before training: the papers' four-fold set.

use super::{AugmentationMode, AugmentationSettings};
use crate::audio::augment::{AUGMENTATION_VERSION, Augmentation};
use crate::audio::{AudioError, Wave, decode, resample};
use crate::corpus::{Clip, CorpusError, SampleFacts, Selection, Side, Split, SplitKind};
use crate::random::stream;
use crate::training::TrainingError;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// A changed copy of a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// The clip it was made of, as an index into the examples.
    pub source: usize,
    /// What was done to it, at the recipe's rate.
    pub change: Augmentation,
    seed: u64,
    content: u128,
}

impl Copy {
    /// The changed wave.
    ///
    /// # Errors
    /// What decoding or the change says.
    pub fn wave(&self, clip: &Clip, rate: u32) -> Result<Wave, AudioError> {
        let wave = resample(&decode(&clip.path)?.wave, rate)?;
        self.change
            .apply(&wave, &mut stream(self.seed, "copy", self.content as u64))
    }
}

/// What a run learns from and is judged on: the selected clips, then their copies.
#[derive(Debug, Clone)]
pub struct Examples {
    /// A copy has the facts of its source, and a content of its own: what it was made of, and how.
    pub selection: Selection,
    /// One side per example.
    pub split: Split,
    /// The last examples of the selection.
    pub copies: Vec<Copy>,
}

impl Examples {
    /// How many examples are clips as recorded.
    pub fn clips(&self) -> usize {
        self.selection.clips.len() - self.copies.len()
    }

    /// The clip that an example is, or was made of.
    pub fn source(&self, example: usize) -> usize {
        self.copy(example).map_or(example, |copy| copy.source)
    }

    /// The example as a copy, if it is one.
    pub fn copy(&self, example: usize) -> Option<&Copy> {
        self.copies.get(example.checked_sub(self.clips())?)
    }
}

/// Deals the selected clips to the sides, by `split`, and adds the copies that [`AugmentationMode::Materialised`] asks for:
/// of every training clip one with noise, one with another pitch and one with both, all on the training side.
///
/// With `leak_copies_across_sides` all clips are copied first and then every example is dealt by chance, so that
/// a model is tested on copies of what it was trained on, as in many papers; [`Split::remarks`] says so.
///
/// Amounts are drawn from streams of (seed, content): a copy does not depend on which other clips take part.
///
/// # Errors
/// What `split` says, or a clip whose samples have not been read.
pub fn examples(
    selection: Selection,
    settings: &AugmentationSettings,
    seed: u64,
    split: impl FnOnce(&Selection) -> Result<Split, CorpusError>,
) -> Result<Examples, TrainingError> {
    let clips = selection.clips.len();
    if settings.mode != AugmentationMode::Materialised {
        return Ok(Examples {
            split: split(&selection)?,
            selection,
            copies: Vec::new(),
        });
    }
    let mut examples = if settings.leak_copies_across_sides {
        let mut examples = Examples {
            split: Split {
                kind: SplitKind::Random,
                fold: None,
                sides: Vec::new(),
                remarks: Vec::new(),
            },
            selection,
            copies: Vec::new(),
        };
        examples.add_copies(0..clips, settings, seed)?;
        examples.split = split(&examples.selection)?;
        examples.split.remarks.push(
            "LEAKY: augmented before the split, copies of test clips are in training \
             (augmentation.leak_copies_across_sides)"
                .to_owned(),
        );
        examples
    } else {
        let split = split(&selection)?;
        let training: Vec<usize> = (0..clips).filter(|&clip| split.sides[clip] == Side::Train).collect();
        let mut examples = Examples {
            selection,
            split,
            copies: Vec::new(),
        };
        examples.add_copies(training, settings, seed)?;
        let copies = examples.copies.len();
        examples.split.sides.extend(vec![Side::Train; copies]);
        examples
    };
    let remark = examples.summary(settings.leak_copies_across_sides);
    examples.split.remarks.push(remark);
    Ok(examples)
}

impl Examples {
    fn add_copies(
        &mut self,
        sources: impl IntoIterator<Item = usize>,
        settings: &AugmentationSettings,
        seed: u64,
    ) -> Result<(), TrainingError> {
        let clips = self.selection.clips.len();
        for source in sources {
            let clip = self.selection.clips[source].clone();
            let Some(facts) = self.selection.facts.get(source).cloned().flatten() else {
                return Err(TrainingError::Data(format!(
                    "{}: its samples have not been read yet; scan again",
                    clip.path.display()
                )));
            };
            let draw = &mut stream(seed, "copies", facts.content as u64);
            for change in settings.wave.three_copies(draw) {
                let content = content(facts.content, &change, seed);
                self.selection.clips.push(clip.clone());
                self.selection.facts.resize(clips + self.copies.len(), None);
                self.selection.facts.push(Some(Arc::new(SampleFacts {
                    content,
                    ..(*facts).clone()
                })));
                self.copies.push(Copy {
                    source,
                    change,
                    seed,
                    content,
                });
            }
        }
        Ok(())
    }

    /// `12162 clips become 48648`.
    fn summary(&self, leaky: bool) -> String {
        let copied = self.copies.len() / 3;
        let which = if leaky { "" } else { " training" };
        format!(
            "{copied}{which} clips become {} examples (as recorded, noise, pitch, pitch + noise)",
            copied + self.copies.len()
        )
    }
}

/// The name of a copy's samples. Sounds of a folder are taken to stay as they are.
fn content(of: u128, change: &Augmentation, seed: u64) -> u128 {
    // Numbers and texts have one serialisation, and it cannot fail.
    let change = serde_json::to_vec(change).unwrap_or_default();
    let parts: [&[u8]; 4] = [
        &of.to_le_bytes(),
        &seed.to_le_bytes(),
        &AUGMENTATION_VERSION.to_le_bytes(),
        &change,
    ];
    xxh3_128(&parts.concat())
}
