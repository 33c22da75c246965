//! What may be asked of the engine and what it tells: plain data, and the errors.

mod bench;
mod cache;
mod command;
mod data;
pub(super) mod epochs;
mod error;
mod event;
mod model;
mod queue;
mod run;
mod study;

pub use bench::{BatchSpeed, Bench, FeatureSpeed, Measured, ModelSpeed, SpanTime, Speed, StageTime};
pub use cache::{CacheKind, CacheReport, CacheRow, CacheState, Clear};
pub use command::{Command, CommandKind, PlaybackControl, StopTuning};
pub use data::{Config, ConfigRow, FeatureSummary, Preview, SoundState, Survey};
pub use epochs::Epochs;
pub use error::EngineError;
pub use event::{DemoSummary, Event, Progress};
pub use model::{ModelRow, ModelSummary};
pub use queue::{QueueLane, QueuePosition, QueueReport};
pub use run::{Comparison, Deletion, EpochTime, FilePrediction, RunDetail, RunPlan, RunReport, RunSummary};
pub use study::{Axis, PromotedRun, StudyCounts, StudyPage, StudySummary, TrialParameter, TrialRow, WorkerRow};

// What the rooms next door and the floors below have that events carry, so that `ui` and `cli` need nothing else.
pub use super::settings::{Origin, Preset, Settings, SettingsError, load_settings, rows};
pub use super::variant::Variant;
pub use crate::audio::playback::{Attempt, NoSound, Phase, Playback, Remedy};
pub use crate::audio::{Level, Wave};
pub use crate::corpus::{
    Catalogue, Clip, CrossTable, Emotion, Exclusion, Gender, Intensity, Lengths, QualityIssue, QualityIssueKind,
    Refused, SampleAnalysis, SpeakerRow, Statistics, TRIM_SHORT, TrimRow, TrimmedCorpus, Trimming,
};
pub use crate::evaluation::{ClassScores, Coverage, EvaluatedClip, Leakage, Protocol, Report, ScoreSpread, Scores};
pub use crate::features::Note;
pub use crate::inference::{Prediction, Warning};
pub use crate::models::layers::LayerSummary;
pub use crate::runs::queue::Shift;
pub use crate::runs::{Heartbeat, JournalEntry, NoteChange, RunNote, RunState, Stop};
pub use crate::system::{Amount, Finding, GpuUsage, Health, Usage};
pub use crate::training::{EpochMetrics, ExportSummary, ImportSummary};
pub use crate::tuning::{Damage, Direction, LeftOut, Repaired, SpaceCoverage, TrialState};
