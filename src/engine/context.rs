//! What every job has at hand.

use super::rate_limiter::RateLimiter;
use super::{Catalogue, EngineError, Event, Progress, Settings};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What every job has at hand: the settings, the way back, and what is known already.
#[derive(Debug)]
pub struct Context {
    /// As resolved when the engine was started.
    pub settings: Settings,
    events: Sender<Event>,
    cancelled: AtomicBool,
    catalogue: Mutex<Option<Arc<Catalogue>>>,
    /// Number of the newest plan asked for.
    plan: AtomicU64,
}

impl Context {
    /// Nothing is known yet.
    pub fn new(settings: Settings, events: Sender<Event>) -> Self {
        Self {
            settings,
            events,
            cancelled: AtomicBool::new(false),
            catalogue: Mutex::new(None),
            plan: AtomicU64::new(0),
        }
    }

    /// Tells; whether anybody listens is his business.
    pub fn emit(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// Asks every job to come to an end.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether jobs are to come to an end.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Another plan is asked for; its number.
    pub fn begin_plan(&self) -> u64 {
        self.plan.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether the plan of this number is still the newest.
    pub fn is_planning(&self, number: u64) -> bool {
        self.plan.load(Ordering::Relaxed) == number
    }

    /// For a job that was asked to end before it was done.
    ///
    /// # Errors
    /// When it was.
    pub fn check(&self) -> Result<(), EngineError> {
        if self.is_cancelled() {
            Err(EngineError::Other("cancelled: the program ends".to_owned()))
        } else {
            Ok(())
        }
    }

    /// A teller of progress, at most ten times a second; it says whether to go on.
    pub fn progress_reporter(&self) -> impl Fn(&str, usize, usize) -> bool + Sync + '_ {
        let rate_limiter = RateLimiter::every(Duration::from_millis(100));
        move |task, done, total| {
            if rate_limiter.is_due() || (total > 0 && done == total) {
                self.emit(Event::Progress(Progress {
                    task: task.to_owned(),
                    done,
                    total,
                }));
            }
            !self.is_cancelled()
        }
    }

    /// The catalogue of the last scan.
    pub fn known_catalogue(&self) -> Option<Arc<Catalogue>> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers what a scan found.
    pub fn remember(&self, catalogue: &Catalogue) {
        *self.catalogue.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(catalogue.clone()));
    }
}
