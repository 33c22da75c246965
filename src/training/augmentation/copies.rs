//! Copies made before training: the papers' four-fold set.

use super::{AugmentationMode, AugmentationSettings};
use crate::audio::augment::{AUGMENTATION_VERSION, Augmentation};
use crate::audio::{AudioError, Wave, resample};
use crate::corpus::{CorpusError, Exclusion, LeftOut, SampleAnalysis, Selection, Split, SplitKind, Subset};
use crate::random::stream;
use crate::training::TrainingError;
use std::collections::{BTreeMap, HashSet};
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
    /// The clip's wave as it is changed, at this rate (Hz).
    ///
    /// # Errors
    /// What resampling or the change says.
    pub fn changed(&self, wave: &Wave, rate: u32) -> Result<Wave, AudioError> {
        let wave = resample(wave, rate)?;
        self.change
            .apply(&wave, &mut stream(self.seed, "copy", self.content as u64))
    }
}

/// What a run is trained and evaluated on: the selected clips, then their copies.
#[derive(Debug, Clone)]
pub struct Examples {
    /// A copy has the metadata of its source, and a content of its own: what it was made of, and how.
    pub selection: Selection,
    /// The subset of each example.
    pub split: Split,
    /// The last examples of the selection.
    pub copies: Vec<Copy>,
    /// The clips that were left out after the split.
    pub left_out: Vec<LeftOut>,
}

impl Examples {
    /// Takes out the examples that are named, each with the reason, and the copies of those clips. The others keep
    /// their subsets. The clips are counted among [`Selection::excluded`] and listed in [`Examples::left_out`]; copies
    /// that are lost while their clip stays are counted in [`Split::notes`].
    ///
    /// # Errors
    /// As [`Split::keep`], with the first clip that was taken out.
    pub fn leave_out(&mut self, reasons: &BTreeMap<usize, String>) -> Result<(), TrainingError> {
        let Some((&first, why)) = reasons.first_key_value() else {
            return Ok(());
        };
        let first = self.selection.clips.get(first).map(|clip| clip.name().into_owned());
        let clips = self.clips();
        let gone = |example: usize| reasons.contains_key(&example) || reasons.contains_key(&self.source(example));
        let kept: Vec<bool> = (0..self.selection.clips.len()).map(|example| !gone(example)).collect();
        let lost: Vec<LeftOut> = reasons
            .range(..clips)
            .map(|(&clip, reason)| LeftOut {
                clip: self.selection.clips[clip].clone(),
                subset: self.split.subsets[clip],
                reason: reason.clone(),
            })
            .collect();
        let alone = reasons
            .range(clips..)
            .filter(|(copy, _)| !reasons.contains_key(&self.source(**copy)))
            .count();
        if alone > 0 {
            self.split.notes.push(format!("{alone} copies could not be made"));
        }
        if !lost.is_empty() {
            *self.selection.excluded.entry(Exclusion::Features).or_default() += lost.len();
        }
        let (count, mut kept_so_far) = (lost.len(), 0);
        let new_indices: Vec<usize> = kept
            .iter()
            .map(|kept| {
                kept_so_far += usize::from(*kept);
                kept_so_far - usize::from(*kept)
            })
            .collect();
        let mut copy = clips;
        self.copies.retain(|_| {
            copy += 1;
            kept[copy - 1]
        });
        for copy in &mut self.copies {
            copy.source = new_indices[copy.source];
        }
        self.left_out.extend(lost);
        self.split.keep(&mut self.selection, &kept).map_err(|error| {
            let first = first.unwrap_or_default();
            TrainingError::Data(format!(
                "{count} clips were left out, {} first: {why}; without them, {error}",
                first.display()
            ))
        })
    }

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

/// Splits the selected clips by `split`, and adds the copies that [`AugmentationMode::Materialised`] asks for:
/// of every training clip one with noise, one with another pitch and one with both, all in the training set.
///
/// With `leak_copies_across_sides` all clips are copied first and then every example is dealt by chance, so that
/// a model is tested on copies of what it was trained on, as in many papers; [`Split::notes`] says so.
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
            left_out: Vec::new(),
        });
    }
    let examples = if settings.leak_copies_across_sides {
        let mut examples = Examples {
            split: Split {
                kind: SplitKind::Random,
                given: None,
                fold: None,
                subsets: Vec::new(),
                notes: Vec::new(),
            },
            selection,
            copies: Vec::new(),
            left_out: Vec::new(),
        };
        examples.add_copies(0..clips, settings, seed)?;
        examples.split = split(&examples.selection)?;
        examples.split.notes.push(
            "LEAKY: augmented before the split, copies of test clips are in training \
             (augmentation.leak_copies_across_sides)"
                .to_owned(),
        );
        examples
    } else {
        let split = split(&selection)?;
        let training: Vec<usize> = (0..clips)
            .filter(|&clip| split.subsets[clip] == Subset::Train)
            .collect();
        let mut examples = Examples {
            selection,
            split,
            copies: Vec::new(),
            left_out: Vec::new(),
        };
        examples.add_copies(training, settings, seed)?;
        let copies = examples.copies.len();
        examples.split.subsets.extend(vec![Subset::Train; copies]);
        examples
    };
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
            let Some(analysis) = self.selection.analysis.get(source).cloned().flatten() else {
                return Err(TrainingError::Data(format!(
                    "{}: its samples have not been read yet; scan again",
                    clip.name().display()
                )));
            };
            let draw = &mut stream(seed, "copies", analysis.content as u64);
            for change in settings.wave.three_copies(draw) {
                let content = content(analysis.content, &change, seed);
                self.selection.clips.push(clip.clone());
                self.selection.analysis.resize(clips + self.copies.len(), None);
                self.selection.analysis.push(Some(Arc::new(SampleAnalysis {
                    content,
                    ..(*analysis).clone()
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

    /// `12162 clips become 48648 examples`, where there are copies.
    pub fn note(&self) -> Option<String> {
        let copied: HashSet<usize> = self.copies.iter().map(|copy| copy.source).collect();
        let elsewhere = self.split.subsets.iter().skip(self.clips());
        let which = match elsewhere.clone().all(|subset| *subset == Subset::Train) {
            true => " training",
            false => "",
        };
        (!copied.is_empty()).then(|| {
            format!(
                "{}{which} clips become {} examples (as recorded, noise, pitch, pitch + noise)",
                copied.len(),
                copied.len() + self.copies.len()
            )
        })
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
