//! THE door: takes [`Command`]s, joins the floors below, emits [`Event`]s, holds no logic of its own.

mod bench;
mod cache_facts;
mod command;
mod context;
mod data_facts;
mod epochs;
mod error;
mod event;
mod jobs;
mod launch;
mod left_out;
mod model_facts;
mod observer;
mod protocol;
mod queue;
mod queue_worker;
mod rate_limiter;
mod reading;
mod results;
mod run_book;
mod run_facts;
mod run_file;
mod run_page;
mod settings;
mod study_book;
mod study_facts;
mod study_folder;
mod study_lost;
mod study_report;
mod study_rows;
mod study_table;
mod study_trial;
mod study_worker;
mod usage;
mod variant;
mod worker;

pub use bench::{BatchSpeed, Bench, FeatureSpeed, Measured, ModelSpeed, SpanTime, Speed, StageTime};
pub use cache_facts::{CacheKind, CacheReport, CacheRow, CacheState, Clear};
pub use command::{Command, CommandKind, PlaybackControl, StopTuning};
pub use data_facts::{Config, ConfigRow, FeatureSummary, Preview, SoundState, Survey};
pub use epochs::Epochs;
pub use error::EngineError;
pub use event::{DemoSummary, Event, Progress};
pub use model_facts::{ModelRow, ModelSummary};
pub use queue::{QueueLane, QueuePosition, QueueReport};
pub use queue_worker::work_on_queue;
pub use run_facts::{Comparison, Deletion, EpochTime, FilePrediction, RunDetail, RunPlan, RunReport, RunSummary};
pub use settings::{Origin, Preset, Settings, SettingsError, load_settings, rows};
pub use study_facts::{Axis, PromotedRun, StudyCounts, StudyPage, StudySummary, TrialParameter, TrialRow, WorkerRow};
pub use study_worker::{work_on_named_study, work_on_study};
pub use variant::Variant;
pub use worker::work;

// The plain data that events carry, so that `ui` and `cli` need no other floor.
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

use context::Context;
use jobs::{FollowRequest, PlaybackRequest, ScanScheduler, StudyFollowRequest};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a dropped engine waits for its jobs to come to an end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// The engine: commands in, events out; every job runs on a thread of its own.
#[derive(Debug)]
pub struct Engine {
    context: Arc<Context>,
    scheduler: Arc<ScanScheduler>,
    previews: Option<Sender<(PathBuf, Variant)>>,
    sounds: Option<Sender<PlaybackRequest>>,
    requests: Option<Sender<FollowRequest>>,
    study_requests: Option<Sender<StudyFollowRequest>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// An engine over resolved settings, and the receiver of its events.
    pub fn start(settings: Settings) -> (Self, Receiver<Event>) {
        let (events, receiver) = mpsc::channel();
        let (previews, preview_requests) = mpsc::channel();
        let (sounds, playback_requests) = mpsc::channel();
        let (requests, follow_requests) = mpsc::channel();
        let (study_requests, study_follow_requests) = mpsc::channel();
        let engine = Self {
            context: Arc::new(Context::new(settings, events)),
            scheduler: Arc::default(),
            previews: Some(previews),
            sounds: Some(sounds),
            requests: Some(requests),
            study_requests: Some(study_requests),
            threads: Mutex::default(),
        };
        engine.spawn(CommandKind::Preview, move |context| {
            jobs::previews(context, &preview_requests)
        });
        engine.spawn(CommandKind::Play, move |context| {
            jobs::sounds(context, &playback_requests)
        });
        engine.spawn(CommandKind::Runs, move |context| {
            jobs::follow(context, &follow_requests)
        });
        engine.spawn(CommandKind::Study, move |context| {
            jobs::follow_study(context, &study_follow_requests)
        });
        (engine, receiver)
    }

    /// Asks for something; never blocks. What comes of it arrives as events, the last of which is
    /// [`Event::Done`] or [`Event::Failed`] for this kind of command. (A scan that is asked for while one runs
    /// is that one; runs that are followed have no end; a preview gives way to the next one asked for, and what plays
    /// to what is to be played next.)
    pub fn send(&self, command: Command) {
        let kind = CommandKind::from(&command);
        match command {
            Command::Preview { path, variant } => pass_on(self.previews.as_ref(), (path, variant)),
            Command::Play { path, variant, from } => {
                pass_on(self.sounds.as_ref(), PlaybackRequest::Play(path, variant, from));
            }
            Command::Sound(control) => pass_on(self.sounds.as_ref(), PlaybackRequest::PlaybackControl(control)),
            Command::Runs { follow } => pass_on(self.requests.as_ref(), FollowRequest::Runs { follow }),
            Command::Watch { run } => pass_on(self.requests.as_ref(), FollowRequest::Watch { run }),
            Command::Study { study, follow } => {
                pass_on(self.study_requests.as_ref(), StudyFollowRequest { study, follow })
            }
            Command::Scan { headers_only } if !self.scheduler.admit(headers_only) => {}
            command => {
                let scheduler = Arc::clone(&self.scheduler);
                self.spawn(kind, move |context| {
                    context.emit(match jobs::run(context, &scheduler, command) {
                        Ok(()) => Event::Done(kind),
                        Err(error) => Event::Failed {
                            command: kind,
                            message: error.to_string(),
                        },
                    });
                });
            }
        }
    }

    /// A thread that reports its own mistakes instead of vanishing.
    fn spawn(&self, kind: CommandKind, job: impl FnOnce(&Context) + Send + 'static) {
        let context = Arc::clone(&self.context);
        let guarded = move || {
            if catch_unwind(AssertUnwindSafe(|| job(&context))).is_err() {
                let message = "a bug in the program ended this; start undertone again".to_owned();
                context.emit(Event::Failed { command: kind, message });
            }
        };
        match thread::Builder::new()
            .name(format!("{kind:?}").to_lowercase())
            .spawn(guarded)
        {
            Ok(thread) => {
                let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
                threads.retain(|thread| !thread.is_finished());
                threads.push(thread);
            }
            Err(error) => {
                let message = format!("no thread could be started: {error}");
                self.context.emit(Event::Failed { command: kind, message });
            }
        }
    }
}

/// The threads that take these live as long as the engine; one that panicked has told so.
fn pass_on<T>(sender: Option<&Sender<T>>, request: T) {
    if let Some(sender) = sender {
        let _ = sender.send(request);
    }
}

impl Drop for Engine {
    /// Asks every job to end and gives it a moment to write down what it has; runs go on without the engine.
    fn drop(&mut self) {
        self.context.cancel();
        (self.previews, self.sounds) = (None, None);
        (self.requests, self.study_requests) = (None, None);
        let begun = Instant::now();
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        while threads.iter().any(|thread| !thread.is_finished()) && begun.elapsed() < SHUTDOWN_TIMEOUT {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
