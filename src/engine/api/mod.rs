//! What may be asked of the engine and what it emits: plain data, and the errors.

mod bench;
mod cache;
mod control;
mod data;
mod encoder;
pub(super) mod epochs;
mod error;
mod evaluation;
mod event;
mod model;
mod predictor;
mod published;
mod queue;
mod reply;
pub mod request;
mod run;
mod selector;
mod study;
pub(super) mod table;
mod task;
mod variant;

pub use bench::{BatchSpeed, Bench, FeatureSpeed, Measured, ModelSpeed, SpanTime, Speed, StageTime};
pub use cache::{CacheKind, CacheReport, CacheRow, CacheState, Clear};
pub use control::{PlaybackControl, StopTuning};
pub use data::{Config, ConfigRow, FeatureSummary, PatternReport, Preview, SoundState, Survey};
pub use encoder::{EncoderHere, EncoderReport, EncoderRow, Fetch, FetchedEncoder};
pub use epochs::Epochs;
pub use error::EngineError;
pub use evaluation::{Evaluation, UnknownLabel};
pub use event::{Event, Progress, Reply};
pub use model::{ModelRow, ModelSummary};
pub use predictor::{LabelChoice, Predictor};
pub use published::{FetchedCorpus, PublishedReport, PublishedRow};
pub use queue::{QueueLane, QueueReport};
pub use reply::{
    Architectures, Cancelled, DemoCorpus, DemoSummary, Enqueued, Exported, FeaturesExported, Noted, Restored, Resumed,
    Started, Stopping, StudyExported, StudyRepaired, StudyRestored, Tuning, TuningStops,
};
pub use request::{Command, CommandKind, Request, Subscription};
pub use run::{
    Comparison, Deletion, EpochTime, FilePrediction, KeptEpoch, Pooled, QueuePosition, RunDetail, RunLog, RunPlan,
    RunReport, RunSummary,
};
pub use selector::RunSelector;
pub use study::{
    Axis, PromotedRun, StudyCounts, StudyDeletion, StudyPage, StudySummary, TrialParameter, TrialRow, WorkerRow,
};
pub use task::Task;
pub use variant::Variant;

/// Values over the settings: dotted keys, and what `--set KEY=VALUE` would say.
pub type Overrides = Vec<(String, String)>;

// What the floors below have that events carry, so that `ui` and `cli` need no other floor.
pub use crate::audio::playback::{Attempt, NoSound, Phase, Playback, Remedy};
pub use crate::audio::{Level, Wave};
pub use crate::corpus::{
    Catalogue, Clip, CrossTable, DimensionRow, DimensionStatistics, Dimensions, Emotion, Exclusion, Gender, Intensity,
    Lengths, PatternPreview, PublishedCounts, QualityIssue, QualityIssueKind, Reading, Refused, SampleAnalysis,
    SpeakerRow, Statistics, Subset, TRIM_SHORT, TrimRow, TrimmedCorpus, Trimming, VoteStatistics, known_corpora,
    split_columns,
};
pub use crate::encoders::{Known, PublishedScore};
pub use crate::evaluation::{
    ClassScores, Coverage, DimensionReport, DimensionScores, DimensionValue, EvaluatedClip, FoldScores, Interval,
    Leakage, Protocol, Regression, Report, ScoreSpread, Scores,
};
pub use crate::features::Note;
pub use crate::inference::{Prediction, Warning};
pub use crate::layers::LayerSummary;
pub use crate::published::Published;
pub use crate::runs::queue::Shift;
pub use crate::runs::{EndReason, Heartbeat, JournalEntry, LastBeat, NoteChange, RunNote, RunState, Stop};
pub use crate::system::{Amount, Finding, GpuUsage, Health, Usage};
pub use crate::training::{EpochMetrics, ExportSummary, ImportSummary, Monitor, StepMetrics};
pub use crate::tuning::{Damage, Direction, LeftOut, Repaired, SpaceCoverage, TrialState};
