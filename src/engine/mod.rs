//! THE door: takes [`Command`]s, joins the floors below, emits [`Event`]s, holds no logic of its own.

mod api;
mod ends;
mod jobs;
mod notify;
mod queue;
mod reading;
mod runs;
mod settings;
mod studies;
mod worker;

#[cfg(feature = "cuda")]
pub use crate::device::point_to_cuda_headers;
pub use api::*;
pub use ends::tell_end;
pub use queue::worker::work_on_queue;
pub use settings::{
    ChangedLine, CharacterChoice, GroundChoice, Kind, NotifyChoice, Origin, Preset, Provenance, Range, Setting,
    Settings, SettingsEdit, SettingsError, TidyRow, Tidying, UiSettings, load_settings, rows,
};
pub use studies::worker::{work_on_named_study, work_on_study};
pub use worker::work;

use jobs::context::Context;
use jobs::{FollowRequest, PlaybackRequest};
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    sounds: Option<Sender<PlaybackRequest>>,
    followed: Option<Sender<FollowRequest>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// An engine over resolved settings, and the receiver of its events.
    pub fn start(settings: Settings) -> (Self, Receiver<Event>) {
        let (events, receiver) = mpsc::channel();
        let (sounds, playback_requests) = mpsc::channel();
        let (followed, follow_requests) = mpsc::channel();
        let engine = Self {
            context: Arc::new(Context::new(settings, events)),
            sounds: Some(sounds),
            followed: Some(followed),
            threads: Mutex::default(),
        };
        engine.spawn(CommandKind::Scan, |context| jobs::serve(context, &context.scans));
        engine.spawn(CommandKind::Plan, |context| jobs::serve(context, &context.plans));
        engine.spawn(CommandKind::Pattern, |context| jobs::serve(context, &context.patterns));
        engine.spawn(CommandKind::Preview, |context| jobs::serve(context, &context.previews));
        engine.spawn(CommandKind::Study, jobs::follow_study);
        engine.spawn(CommandKind::Studies, jobs::follow_studies);
        engine.spawn(CommandKind::Play, move |context| {
            jobs::sounds(context, &playback_requests)
        });
        engine.spawn(CommandKind::Runs, move |context| {
            jobs::follow(context, &follow_requests)
        });
        (engine, receiver)
    }

    /// Asks for something; never blocks. What comes of it arrives as events, the last of which is
    /// [`Event::Done`] or [`Event::Failed`] for this kind of command. (What is followed for good has no end. A scan, a
    /// plan and a preview give way to the next one asked for, and what plays to what is to be played next.)
    pub fn send(&self, command: impl Into<Command>) {
        let command = command.into();
        let kind = CommandKind::from(&command);
        let context = &self.context;
        let replaced = match command {
            Command::Scan { headers_only } => context.scans.put(request::Scan { headers_only }).is_some(),
            Command::Pattern { folder, pattern } => {
                context.patterns.put(request::Pattern { folder, pattern }).is_some()
            }
            Command::Plan { changes, measure } => context.plans.put(request::Plan { changes, measure }).is_some(),
            Command::Preview { path, variant } => context.previews.put(request::Preview { path, variant }).is_some(),
            Command::Study { study, follow } => context.studies.put(request::Study { study, follow }).is_some(),
            Command::Studies { follow } => context.study_lists.put(request::Studies { follow }).is_some(),
            Command::Play { path, variant, from } => {
                let play = request::Play { path, variant, from };
                pass_on(self.sounds.as_ref(), PlaybackRequest::Play(play))
            }
            Command::Sound { control } => pass_on(self.sounds.as_ref(), PlaybackRequest::Control(control)),
            Command::Runs { follow } => pass_on(self.followed.as_ref(), FollowRequest::Runs(request::Runs { follow })),
            Command::Watch { run } => pass_on(self.followed.as_ref(), FollowRequest::Watch(request::Watch { run })),
            Command::Wake { follow } => pass_on(self.followed.as_ref(), FollowRequest::Wake(request::Wake { follow })),
            command => {
                self.spawn(kind, move |context| jobs::answer(context, command));
                false
            }
        };
        if replaced {
            context.emit(Event::Done(kind));
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

/// Whether it takes the place of another request, which none does here. The threads that take these live as long as the
/// engine; one that panicked has said so.
fn pass_on<T>(sender: Option<&Sender<T>>, request: T) -> bool {
    if let Some(sender) = sender {
        let _ = sender.send(request);
    }
    false
}

impl Drop for Engine {
    /// Asks every job to end and gives it a moment to write down what it has; runs go on without the engine.
    fn drop(&mut self) {
        self.context.cancel();
        (self.sounds, self.followed) = (None, None);
        let begun = Instant::now();
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        while threads.iter().any(|thread| !thread.is_finished()) && begun.elapsed() < SHUTDOWN_TIMEOUT {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
