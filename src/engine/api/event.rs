//! What the engine emits: plain data.

use super::{
    CacheReport, Cancelled, CommandKind, Comparison, Config, Deletion, DemoCorpus, EncoderReport, Enqueued, Evaluation,
    Exported, FeatureSummary, FeaturesExported, FilePrediction, Finding, ImportSummary, Measured, ModelRow,
    ModelSummary, NoSound, Noted, PatternReport, Preview, PublishedReport, QueueReport, Restored, Resumed, RunDetail,
    RunLog, RunPlan, RunReport, RunSummary, SoundState, Started, Stopping, StudyDeletion, StudyExported, StudyPage,
    StudyRepaired, StudyRestored, StudySummary, Survey, Task, Trimming, Tuning, TuningStops,
};
use crate::engine::settings::{Preset, SettingsEdit, Tidying};
use std::sync::Arc;

/// What an event may carry.
pub trait Reply: Into<Event> {
    /// What the event carries, when it is of this type.
    fn of(event: Event) -> Option<Self>;
}

macro_rules! events {
    ($( $(#[$doc:meta])* $name:ident($type:ty), )*) => {
        /// What the engine emits: replies, by their type, and how the work on them goes.
        #[derive(Debug, Clone)]
        pub enum Event {
            $( $(#[$doc])* $name($type), )*
            /// How far a job is.
            Progress(Progress),
            /// A command could not be carried out; the message names the remedy.
            Failed {
                /// Which.
                command: CommandKind,
                /// Why, and what would help.
                message: String,
            },
            /// A command is carried out.
            Done(CommandKind),
        }

        $(
            impl From<$type> for Event {
                fn from(reply: $type) -> Self {
                    Self::$name(reply)
                }
            }

            impl Reply for $type {
                fn of(event: Event) -> Option<Self> {
                    match event {
                        Event::$name(reply) => Some(reply),
                        _ => None,
                    }
                }
            }
        )*
    };
}

events! {
    /// What a scan found; again as the analysis of the samples goes on.
    Survey(Arc<Survey>),
    /// What a pattern would make of the names in a folder.
    Pattern(Arc<PatternReport>),
    /// The table of clips was written.
    Exported(Exported),
    /// Features are in the cache.
    Features(FeatureSummary),
    /// Features were written as NumPy arrays.
    FeaturesExported(FeaturesExported),
    /// Features were imported.
    FeaturesImported(Arc<ImportSummary>),
    /// What trimming would remove.
    Trimming(Arc<Trimming>),
    /// What lies in the cache folder.
    Cache(Arc<CacheReport>),
    /// The encoders, after what was fetched.
    Encoders(Arc<EncoderReport>),
    /// The published corpora, after what was fetched.
    Published(Arc<PublishedReport>),
    /// Something was measured.
    Measured(Arc<Measured>),
    /// The demo corpus.
    Demo(DemoCorpus),
    /// The resolved settings.
    Config(Arc<Config>),
    /// Lines of the settings file that change, or have changed.
    SettingsEdit(Arc<SettingsEdit>),
    /// What goes from the settings file, or has gone.
    Tidying(Arc<Tidying>),
    /// What this machine has and lacks.
    Doctor(Arc<Vec<Finding>>),
    /// The presets, by name.
    Presets(Arc<Vec<Preset>>),
    /// The architectures.
    Models(Arc<Vec<ModelRow>>),
    /// One architecture, layer by layer.
    Model(Arc<ModelSummary>),
    /// What is drawn of a clip.
    Preview(Arc<Preview>),
    /// How far the playing of a clip is; several times a second while it plays, and whenever that changes.
    Sound(SoundState),
    /// There is no audio output; what was tried, and what would help.
    NoSound(Arc<NoSound>),
    /// Runs were created and are in the queue.
    Started(Started),
    /// Runs were resumed, in processes of their own.
    Resumed(Resumed),
    /// The runs, newest first.
    Runs(Arc<Vec<RunSummary>>),
    /// The watched run.
    Run(Arc<RunDetail>),
    /// All that a run has to say.
    Log(Arc<RunLog>),
    /// Runs were asked to stop.
    Stopping(Stopping),
    /// The queue, after what was asked of it.
    Queue(Arc<QueueReport>),
    /// Runs were removed from the queue.
    Cancelled(Cancelled),
    /// What a run would be; again when the time of an epoch is known.
    Plan(Arc<RunPlan>),
    /// In what runs differ.
    Compared(Arc<Comparison>),
    /// A run's note, as it is now.
    Noted(Noted),
    /// Runs that are to be deleted, or were.
    Deletion(Arc<Deletion>),
    /// Deleted runs are back.
    Restored(Restored),
    /// A report.
    Report(Arc<RunReport>),
    /// The emotions of files, as predicted.
    Predicted(Vec<FilePrediction>),
    /// A model on clips that it was not trained on.
    Evaluated(Arc<Evaluation>),
    /// A study is worked on.
    Tuning(Tuning),
    /// The studies, by name.
    Studies(Arc<Vec<StudySummary>>),
    /// The study that was asked for.
    Study(Arc<StudyPage>),
    /// Workers were asked to stop.
    TuningStops(TuningStops),
    /// A trial is in the queue.
    Enqueued(Enqueued),
    /// A study's journal was repaired.
    StudyRepaired(StudyRepaired),
    /// A study that is to be deleted, or was.
    StudyDeletion(Arc<StudyDeletion>),
    /// A deleted study is back.
    StudyRestored(StudyRestored),
    /// A study's trials were written.
    StudyExported(StudyExported),
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub task: Task,
    /// Done so far.
    pub done: usize,
    /// Of how many; 0 when not known yet.
    pub total: usize,
}
