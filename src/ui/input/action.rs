//! What a key can mean.

use super::Tab;
use crate::engine::{Clear, Shift};
use crate::ui::widgets::list::Step;

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// To a tab.
    Tab(Tab),
    /// To the tab on the right.
    NextTab,
    /// To the tab on the left.
    PreviousTab,
    /// Show the keys.
    Help,
    /// Leave the workbench.
    Quit,
    /// Move the cursor.
    Move(Step),
    /// Move to the left, or show what is there.
    Left,
    /// Move to the right, or show what is there.
    Right,
    /// Open what is under the cursor; accept what was entered; press the button.
    Open,
    /// Close what was opened last.
    Back,
    /// Type a filter.
    Filter,
    /// Scan the corpora again.
    Rescan,
    /// Write the table of clips.
    Export,
    /// Extract features.
    Features,
    /// Write features as arrays.
    ExportFeatures,
    /// Read features that were made elsewhere.
    ImportFeatures,
    /// Show what trimming would remove.
    Trim,
    /// Show the cache.
    Cache,
    /// Clear a part of the cache.
    Clear(Clear),
    /// Measure how fast the features are.
    Bench,
    /// Write the demo corpus.
    Demo,
    /// Show the settings.
    Settings,
    /// Look at the machine.
    Doctor,
    /// List the architectures.
    Models,
    /// List the presets.
    Presets,
    /// Sort by the next property.
    Sort,
    /// Sort the other way round.
    Reverse,
    /// Ask a model about the clip.
    Predict,
    /// Play the clip, or pause it.
    Play,
    /// Be heard or not.
    Mute,
    /// Play clips as the cursor comes to them, or no more.
    PlayOnSelection,
    /// The clip in its next form.
    NextVariant,
    /// The clip in the form before.
    PreviousVariant,
    /// Fill in the form of a new run.
    NewRun,
    /// Stop the run at once.
    StopNow,
    /// Stop the run when the epoch is done.
    StopAfterEpoch,
    /// See to the queue.
    Queue,
    /// Start the workers that the queue lacks.
    Wake,
    /// Move the run in the queue.
    Shift(Shift),
    /// Take the run out of the queue.
    Cancel,
    /// Start the run at once.
    StartNow,
    /// Go on with a run that was interrupted.
    Resume,
    /// Lay the run's curves over the others, or take them away.
    Mark,
    /// Show the next quantity.
    Metric,
    /// Draw losses on a logarithmic axis, or not.
    Log,
    /// Smooth the curves more, or not at all.
    Smooth,
    /// Show what tells runs apart.
    Compare,
    /// Edit the form as a text.
    Edit,
    /// Write a note.
    Note,
    /// Delete the run.
    Delete,
    /// Bring back the run that was deleted last.
    Restore,
    /// List the runs again.
    Refresh,
    /// To an older run.
    OlderRun,
    /// To a newer run.
    NewerRun,
    /// One worker more; closer.
    More,
    /// One worker fewer; wider.
    Fewer,
    /// Put a trial in the queue by hand.
    Enqueue,
    /// Train a trial anew and judge it.
    Promote,
    /// Mend a damaged journal.
    Repair,
    /// Copy a trial's settings to the form of a new run.
    Copy,
    /// To the next parameter.
    Parameter,
    /// Counts or shares.
    Normalise,
    /// Switch what is under the cursor; to the other button.
    Toggle,
}
