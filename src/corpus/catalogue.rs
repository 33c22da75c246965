//! What a scan finds: clips, what their samples say, and the files that are no clips.

use super::{Clip, Names, Naming, Reading, SampleAnalysis, Scales, SpeakerSettings};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

/// A file that is no clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The corpus in whose folder it lies.
    pub corpus: Arc<str>,
    /// The file.
    pub path: PathBuf,
    /// Why, and what would help.
    pub reason: String,
}

/// Everything that a scan found.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The clips, by corpus and path.
    pub clips: Arc<Vec<Clip>>,
    /// What the samples say, for the clips (same order) that have been analysed so far.
    pub analysis: Vec<Option<Arc<SampleAnalysis>>>,
    /// The files that are no clips.
    pub refused: Arc<Vec<Refused>>,
    /// How every corpus was read, in the order of the settings.
    pub readings: Arc<Vec<Reading>>,
    /// What the corpora state, where the clips have it otherwise.
    pub names: Arc<Names>,
    /// The units of the clips' dimensions.
    pub scales: Arc<Scales>,
}

impl Catalogue {
    /// The clips of these names ([`Clip::name`]), with what is known of them.
    pub fn only(&self, names: &HashSet<PathBuf>) -> Self {
        let chosen = self.clips.iter().enumerate();
        let chosen = chosen.filter(|(_, clip)| names.contains(&*clip.name()));
        let (clips, analysis) = chosen
            .map(|(index, clip)| (clip.clone(), self.analysis.get(index).cloned().flatten()))
            .unzip();
        Self {
            clips: Arc::new(clips),
            analysis,
            ..self.clone()
        }
    }

    /// The same clips under other names.
    pub fn named(mut self, naming: Naming) -> Self {
        if naming != self.names.naming() && naming == Naming::AsStated {
            let clips: &mut Vec<Clip> = Arc::make_mut(&mut self.clips);
            self.names = self.names.undo(clips).into();
        }
        self
    }

    /// The same clips with the speakers that the settings say they are.
    pub fn with_speakers(mut self, settings: &SpeakerSettings) -> Self {
        if !settings.map.is_empty() {
            let clips: &mut Vec<Clip> = Arc::make_mut(&mut self.clips);
            self.names = Arc::unwrap_or_clone(self.names).answer(clips, settings).into();
        }
        self
    }

    /// Gives clips the lengths that they were found to have when they were decoded, where their headers say another or
    /// say only what they believe.
    pub(super) fn take_decoded_lengths(&mut self) {
        let found = |clip: &Clip, analysis: &Option<Arc<SampleAnalysis>>| {
            let sound = analysis.as_ref().filter(|analysis| analysis.damage.is_none())?;
            (clip.length() != sound.frames || clip.is_estimated()).then_some(sound.frames)
        };
        let all = self.clips.iter().zip(&self.analysis);
        let lengths: Vec<_> = all
            .enumerate()
            .filter_map(|(index, (clip, analysis))| Some((index, found(clip, analysis)?)))
            .collect();
        // What shares the clips must not be copied, nor looked at anew, for nothing.
        if !lengths.is_empty() {
            let clips = Arc::make_mut(&mut self.clips);
            for (index, frames) in lengths {
                clips[index].decoded = Some(frames);
            }
        }
    }
}
