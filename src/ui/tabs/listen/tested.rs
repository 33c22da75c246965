//! The clips of a cell of a report, as long as they are what is listened to.

use super::ListenView;
use crate::engine::{Catalogue, FilePrediction};
use crate::ui::model::Model;
use crate::ui::pane::Tested;
use crate::ui::widgets::filter::Filter;
use std::collections::HashMap;
use std::path::PathBuf;

/// The clips that came from a report, and what was seen before.
#[derive(Debug)]
pub struct TestedList {
    /// Whose they are.
    pub of: Tested,
    /// The filter of the list of all clips.
    filter: Filter,
    /// The clip that the cursor was on there.
    clip: Option<PathBuf>,
}

impl TestedList {
    /// Their places in the catalogue, each with its place in the report. Those that the scan did not find are left out.
    pub fn places(&self, catalogue: &Catalogue) -> HashMap<u32, usize> {
        let names = self.of.clips.iter().enumerate();
        let ranks: HashMap<_, _> = names.map(|(place, path)| (path.as_path(), place)).collect();
        let clips = catalogue.clips.iter().zip(0u32..);
        clips
            .filter_map(|(clip, index)| Some((index, *ranks.get(&*clip.name())?)))
            .collect()
    }

    /// What stands over the list.
    pub fn title(&self) -> String {
        format!("{} of {}, Esc: all clips", self.of.title, self.of.run)
    }
}

impl ListenView {
    /// Lists the clips of a report; false, and all stays as it is, when the scan did not find the one that was chosen.
    pub(super) fn open_tested(&mut self, tested: &Tested, model: &Model) -> bool {
        let (Some(survey), Some(path)) = (&model.survey, tested.clips.get(tested.at)) else {
            return false;
        };
        if !survey.catalogue.clips.iter().any(|clip| *clip.name() == **path) {
            return false;
        }
        let clip = self.clip(survey).map(|clip| clip.name().into_owned());
        // From one report to the next, what was seen before the first is what is come back to.
        let (filter, clip) = match self.tested.take() {
            Some(before) => (before.filter, before.clip),
            None => (std::mem::take(&mut self.filter), clip),
        };
        self.filter = Filter::default();
        self.tested = Some(TestedList {
            of: tested.clone(),
            filter,
            clip,
        });
        // What the model was given is the clip as it was recorded.
        self.playback_view.variant = Default::default();
        self.update(survey);
        self.select(survey, path)
    }

    /// Back to all clips, as they were seen before; false when the list is no report's.
    pub(super) fn leave_tested(&mut self, model: &Model) -> bool {
        let Some(before) = self.tested.take() else { return false };
        self.filter = before.filter;
        if let Some(survey) = &model.survey {
            self.update(survey);
            if let Some(clip) = before.clip {
                self.select(survey, &clip);
            }
        }
        true
    }

    /// What a model said about a clip; of a report's clips only what its run said.
    pub(super) fn predicted(&self, path: &std::path::Path) -> Option<&FilePrediction> {
        let run = self.tested.as_ref().map(|tested| &tested.of.run);
        let said = self.evaluated.get(path);
        said.filter(|said| run.is_none_or(|run| said.run == *run))
    }
}
