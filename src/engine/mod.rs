//! THE door: takes [`Command`]s, joins the floors below, emits [`Event`]s, holds no logic of its own.

mod error;
mod event;
mod jobs;
mod settings;
mod worker;

pub use error::EngineError;
pub use event::{
    Command, CommandKind, Config, ConfigRow, DemoSummary, Event, FeatureSummary, Judgement, Preview, Progress,
    RunDetail, RunReport, RunSummary, Survey,
};
pub use settings::{Origin, Settings, SettingsError, load_settings, rows};
pub use worker::work;

// The plain data that events carry, so that `ui` and `cli` need no other floor.
pub use crate::audio::{Level, Wave};
pub use crate::corpus::{
    Catalogue, Clip, CrossTable, Emotion, Exclusion, Gender, Intensity, Lengths, Refused, SampleFacts, SpeakerRow,
    Statistics, Suspicion, SuspicionKind,
};
pub use crate::evaluation::{ClassScores, Judged, Leakage, Protocol, Report, ScoreSpread, Scores};
pub use crate::features::Note;
pub use crate::inference::{Prediction, Warning};
pub use crate::runs::{Beat, Fact, RunState, Stop};
pub use crate::training::EpochFacts;

use std::sync::mpsc::Receiver;

/// The engine: commands in, events out; every job runs on a thread of its own.
#[derive(Debug)]
pub struct Engine {}

impl Engine {
    /// An engine over resolved settings, and the receiver of its events.
    pub fn start(_settings: Settings) -> (Self, Receiver<Event>) {
        unimplemented!()
    }

    /// Asks for something; never blocks. What comes of it arrives as events, the last of which is
    /// [`Event::Done`] or [`Event::Failed`] for this kind of command.
    pub fn send(&self, _command: Command) {
        unimplemented!()
    }
}
