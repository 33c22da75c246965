//! One command on one engine, from start to end.

use super::output::{Output, note};
use super::progress::Display;
use crate::engine::{Command, Engine, Event, Reply, Request, Settings, Subscription, request};
use anyhow::{Context, anyhow};
use signal_hook::consts::SIGINT;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How long a Ctrl-C may go unnoticed.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Ended by Ctrl-C, not by an error.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// The work was done as far as it can be, and part of it failed: what failed has been reported.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failed(pub String);

/// What was asked for needs another argument.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// An engine, its events, and the terminal.
#[derive(Debug)]
pub struct Session {
    engine: Engine,
    events: Receiver<Event>,
    display: Display,
    interrupted: Arc<AtomicBool>,
    /// Where results go.
    pub output: Output,
}

impl Session {
    /// Starts an engine. From here on Ctrl-C is noticed by [`Session::next`]; a second one ends the program.
    ///
    /// # Errors
    /// A signal handler that cannot be installed.
    pub fn start(settings: Settings, output: Output) -> anyhow::Result<Self> {
        let interrupted = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&interrupted))
            .and_then(|_| signal_hook::flag::register(SIGINT, Arc::clone(&interrupted)))
            .context("the handler of Ctrl-C cannot be installed")?;
        let (engine, events) = Engine::start(settings);
        Ok(Self {
            engine,
            events,
            display: Display::new(),
            interrupted,
            output,
        })
    }

    /// Asks for something; its replies come from [`Session::next`].
    pub fn send(&self, command: impl Into<Command>) {
        self.engine.send(command);
    }

    /// The next event that is neither progress nor a failure.
    ///
    /// # Errors
    /// [`Interrupted`] after Ctrl-C; what the engine could not do.
    pub fn next(&mut self) -> anyhow::Result<Event> {
        loop {
            if let Some(event) = self.within(POLL_INTERVAL)? {
                return Ok(event);
            }
        }
    }

    /// As [`Session::next`], if one comes in this time.
    ///
    /// # Errors
    /// As [`Session::next`].
    pub fn within(&mut self, wait: Duration) -> anyhow::Result<Option<Event>> {
        if self.interrupted.load(Ordering::Relaxed) {
            self.display.clear();
            return Err(Interrupted.into());
        }
        match self.events.recv_timeout(wait) {
            Ok(Event::Progress(progress)) => self.display.show(&progress),
            // What was found so far: the scan is still running.
            Ok(event @ Event::Survey(_)) => return Ok(Some(event)),
            Ok(Event::Failed { message, .. }) => {
                self.display.clear();
                return Err(anyhow!(message));
            }
            Ok(event) => {
                self.display.clear();
                return Ok(Some(event));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(anyhow!("the engine has ended unexpectedly")),
        }
        Ok(None)
    }

    /// Continues after Ctrl-C; until then, a second one ends the program.
    pub fn resume(&self) {
        self.interrupted.store(false, Ordering::Relaxed);
    }

    /// Asks for something; the answer, which is the last of several where the engine replied before it was done.
    ///
    /// # Errors
    /// As [`Session::next`].
    pub fn ask<R: Request>(&mut self, request: R) -> anyhow::Result<R::Reply> {
        self.send(request);
        let mut reply = None;
        loop {
            match self.next()? {
                Event::Done(kind) if kind == R::KIND => return reply.context("the engine gave no answer"),
                event => reply = R::Reply::of(event).or(reply),
            }
        }
    }

    /// What is followed as it is now, once it has changed; nothing when it has ended.
    ///
    /// # Errors
    /// As [`Session::next`].
    pub fn update<S: Subscription>(&mut self) -> anyhow::Result<Option<S::Update>> {
        loop {
            match self.next()? {
                Event::Done(kind) if kind == S::KIND => return Ok(None),
                event => {
                    if let Some(update) = S::Update::of(event) {
                        return Ok(Some(update));
                    }
                }
            }
        }
    }

    /// Writes the demo corpus where there is nothing to work with yet.
    ///
    /// # Errors
    /// As [`Session::next`].
    pub fn ensure_clips(&mut self) -> anyhow::Result<()> {
        let (folder, clips, if_empty) = (None, None, true);
        self.ask(request::Demo {
            folder,
            clips,
            if_empty,
        })
        .map(drop)
    }

    /// Shows progress that the engine does not report as such.
    pub fn show(&mut self, progress: &crate::engine::Progress) {
        self.display.show(progress);
    }

    /// Takes the progress off the screen and writes a note.
    pub fn note(&mut self, text: &str) {
        self.display.clear();
        note(text);
    }
}
