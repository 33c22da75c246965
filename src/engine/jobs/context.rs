//! What every job has at hand.

use super::fetches::Fetches;
use super::latest::Latest;
use super::listing::Listing;
use super::rate_limiter::RateLimiter;
use crate::audio::{AudioError, Channel};
use crate::corpus::{AnalysisCache, Clip, named};
use crate::engine::{Catalogue, CommandKind, EngineError, Event, Progress, Settings, Task, reading, request};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// What every job has at hand: the settings, the way back, and what is known already.
#[derive(Debug)]
pub struct Context {
    /// As resolved when the engine was started.
    pub settings: Settings,
    events: Sender<Event>,
    cancelled: AtomicBool,
    catalogue: Mutex<Option<Arc<Catalogue>>>,
    remembered: OnceLock<AnalysisCache>,
    /// Encoders that are fetched.
    pub encoders: Fetches,
    /// Corpora that are fetched.
    pub corpora: Fetches,
    /// Scans that are asked for.
    pub scans: Latest<request::Scan>,
    /// Patterns that are tried on names.
    pub patterns: Latest<request::Pattern>,
    /// The names that they are tried on.
    pub sound_files: Listing,
    /// Plans that are asked for.
    pub plans: Latest<request::Plan>,
    /// Previews that are asked for.
    pub previews: Latest<request::Preview>,
    /// Lists of studies that are asked for.
    pub study_lists: Latest<request::Studies>,
    /// Studies that are to be followed.
    pub studies: Latest<request::Study>,
}

impl Context {
    /// Nothing is known yet.
    pub fn new(settings: Settings, events: Sender<Event>) -> Self {
        Self {
            settings,
            events,
            cancelled: AtomicBool::new(false),
            catalogue: Mutex::new(None),
            remembered: OnceLock::new(),
            encoders: Fetches::default(),
            corpora: Fetches::default(),
            scans: Latest::default(),
            patterns: Latest::default(),
            sound_files: Listing::default(),
            plans: Latest::default(),
            previews: Latest::default(),
            study_lists: Latest::default(),
            studies: Latest::default(),
        }
    }

    /// Emits an event; whether anybody listens is his business.
    pub fn emit(&self, event: impl Into<Event>) {
        let _ = self.events.send(event.into());
    }

    /// Emits that a command could not be carried out.
    pub fn fail(&self, command: CommandKind, error: &EngineError) {
        let message = error.to_string();
        self.emit(Event::Failed { command, message });
    }

    /// Asks every job to come to an end.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        self.scans.close();
        self.patterns.close();
        self.plans.close();
        self.previews.close();
        self.study_lists.close();
        self.studies.close();
    }

    /// Whether jobs are to come to an end.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// For a job that was asked to end before it was done.
    ///
    /// # Errors
    /// When it was.
    pub fn check(&self) -> Result<(), EngineError> {
        if self.is_cancelled() {
            Err(EngineError::Cancelled)
        } else {
            Ok(())
        }
    }

    /// A reporter of progress, at most ten times a second; it says whether to go on.
    pub fn progress_reporter(&self) -> impl Fn(Task, usize, usize) -> bool + Sync + '_ {
        let rate_limiter = RateLimiter::every(Duration::from_millis(100));
        move |task, done, total| {
            if rate_limiter.is_due() || (total > 0 && done == total) {
                self.emit(Event::Progress(Progress { task, done, total }));
            }
            !self.is_cancelled()
        }
    }

    /// What was known of the samples when it was first asked for.
    pub fn remembered(&self) -> &AnalysisCache {
        self.remembered.get_or_init(|| reading::remembered(&self.settings))
    }

    /// The catalogue of the last scan.
    pub fn known_catalogue(&self) -> Option<Arc<Catalogue>> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The clip of a name, of the last scan or not.
    ///
    /// # Errors
    /// A file that cannot be read, or lacks the times that the name has.
    pub fn clip_of(&self, name: &Path) -> Result<Clip, AudioError> {
        let (path, _) = named(name);
        let catalogue = self.known_catalogue();
        let known = catalogue.as_ref().and_then(|known| {
            known
                .clips
                .iter()
                .find(|clip| clip.path == path && *clip.name() == *name)
        });
        match known {
            Some(clip) => Ok(clip.clone()),
            None => Clip::of_name(name, self.channel_of(path)),
        }
    }

    /// The channel that stands for a file: what the corpus says that it is a clip of, or in whose folder it lies.
    fn channel_of(&self, path: &Path) -> Channel {
        let corpora = &self.settings.corpora;
        if corpora.iter().all(|corpus| corpus.channel.is_mix()) {
            return Channel::Mix;
        }
        let catalogue = self.known_catalogue();
        let clip = catalogue
            .as_ref()
            .and_then(|known| known.clips.iter().find(|clip| clip.path == path));
        if let Some(clip) = clip {
            return clip.channel;
        }
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let holds = |folder: &Path| path.starts_with(folder);
        corpora
            .iter()
            .filter(|corpus| holds(&corpus.path) || corpus.path.is_file() && corpus.path.parent().is_some_and(holds))
            .max_by_key(|corpus| corpus.path.components().count())
            .map_or(Channel::Mix, |corpus| corpus.channel)
    }

    /// Remembers what a scan found.
    pub fn remember(&self, catalogue: &Catalogue) {
        *self.catalogue.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(catalogue.clone()));
    }
}
