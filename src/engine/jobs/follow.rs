//! Runs, Watch and Wake: one thread that polls the run folders, and emits what has changed.

use super::context::Context;
use super::rate_limiter::RateLimiter;
use crate::engine::queue::{report, wake};
use crate::engine::runs::book::RunBook;
use crate::engine::runs::page::RunPage;
use crate::engine::studies::folder::StudyFolder;
use crate::engine::{CommandKind, Event, RunDetail, RunSelector, RunSummary, request};
use crate::runs::find_run;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Time between two polls.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Polls that may fail one after the other, as while a file server is restarted, before that is reported and the following ends.
const ALLOWED_MISSES: usize = 60;
/// Time between two attempts to have the queue worked on.
const WAKE: Duration = Duration::from_secs(10);

/// What is to be followed.
#[derive(Debug)]
pub enum FollowRequest {
    /// The list of runs.
    Runs(request::Runs),
    /// One run, in place of the one watched before.
    Watch(request::Watch),
    /// That somebody works on the queue.
    Wake(request::Wake),
}

/// Polls as long as somebody may still ask for something.
pub fn follow(context: &Context, requests: &Receiver<FollowRequest>) {
    let mut follower = Follower {
        context,
        book: RunBook::new(&context.settings.runs),
        list: None,
        watched: None,
        trial: None,
        waking: None,
        missed: 0,
    };
    loop {
        let request = if follower.is_idle() {
            requests.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            requests.recv_timeout(POLL_INTERVAL)
        };
        match request {
            Ok(FollowRequest::Runs(request)) => follower.runs(request.follow),
            Ok(FollowRequest::Watch(request)) => follower.watch(&request.run),
            Ok(FollowRequest::Wake(request)) => follower.wake(request.follow),
            Err(RecvTimeoutError::Timeout) => follower.look(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

struct Follower<'a> {
    context: &'a Context,
    book: RunBook,
    /// What was emitted last, when the list is followed.
    list: Option<Arc<Vec<RunSummary>>>,
    /// The id, and what was emitted last.
    watched: Option<(String, Option<Arc<RunDetail>>)>,
    /// The watched run when it is a trial, which has no place among the runs.
    trial: Option<RunPage>,
    /// When the queue may be woken again, where it is to be.
    waking: Option<RateLimiter>,
    /// Polls that have failed since the last that did not.
    missed: usize,
}

impl Follower<'_> {
    fn is_idle(&self) -> bool {
        self.list.is_none() && self.watched.is_none() && self.waking.is_none()
    }

    fn runs(&mut self, follow: bool) {
        let read = if follow {
            self.book.refresh()
        } else {
            self.book.refresh_with_heartbeats()
        };
        if let Err(error) = read {
            return self.context.fail(CommandKind::Runs, &error.into());
        }
        let list = Arc::new(self.book.summaries());
        self.context.emit(Arc::clone(&list));
        if follow {
            self.list = Some(list);
        } else {
            self.context.emit(Event::Done(CommandKind::Runs));
        }
    }

    fn watch(&mut self, run: &RunSelector) {
        self.trial = None;
        if let RunSelector::Trial { study, run: trial } = run {
            let studies = &self.context.settings.tuning.studies;
            let opened = StudyFolder::find_trial(studies, study, trial).and_then(|folder| Ok(RunPage::open(folder)?));
            match opened {
                Ok(page) => {
                    (self.watched, self.trial) = (Some((run.to_string(), None)), Some(page));
                    self.look();
                }
                Err(error) => self.context.fail(CommandKind::Watch, &error),
            }
            return;
        }
        match find_run(&self.context.settings.runs, &run.to_string()) {
            Ok(folder) => {
                self.watched = Some((folder.id, None));
                self.look();
            }
            Err(error) => self.context.fail(CommandKind::Watch, &error.into()),
        }
    }

    /// Starts the workers that are missing.
    fn wake(&mut self, follow: bool) {
        let runs = &self.context.settings.runs;
        match wake(runs).and_then(|woken| report(runs, woken)) {
            Ok(_) if follow => {}
            Ok(report) => {
                self.context.emit(Arc::new(report));
                self.context.emit(Event::Done(CommandKind::Wake));
            }
            Err(error) => self.context.fail(CommandKind::Wake, &error),
        }
        if follow {
            self.waking = Some(RateLimiter::after(WAKE));
        }
    }

    fn keep_awake(&self) {
        if self
            .waking
            .as_ref()
            .is_some_and(|waking| self.book.is_stalled() && waking.is_due())
            && let Err(error) = wake(&self.context.settings.runs)
        {
            self.context.fail(CommandKind::Wake, &error);
        }
    }

    fn look(&mut self) {
        if let Err(error) = self.book.refresh() {
            // What was emitted stays true as far as anybody knows; the next poll may succeed.
            self.missed += 1;
            if self.missed < ALLOWED_MISSES {
                return;
            }
            self.missed = 0;
            let error = error.into();
            if self.watched.take().is_some() {
                self.context.fail(CommandKind::Watch, &error);
            }
            if self.list.take().is_some() {
                self.context.fail(CommandKind::Runs, &error);
            }
            return;
        }
        self.missed = 0;
        self.keep_awake();
        if let Some(emitted) = &mut self.list {
            let list = self.book.summaries();
            if **emitted != list {
                *emitted = Arc::new(list);
                self.context.emit(Arc::clone(emitted));
            }
        }
        let Some((id, emitted)) = &mut self.watched else { return };
        let detail = match &mut self.trial {
            Some(page) => page.refresh().is_ok().then(|| {
                let mut detail = page.detail(&page.folder.log());
                detail.summary.id.clone_from(id);
                detail
            }),
            None => self.book.detail(id),
        };
        let Some(detail) = detail else {
            let message = format!("run {id} was deleted");
            self.context.emit(Event::Failed {
                command: CommandKind::Watch,
                message,
            });
            self.watched = None;
            return;
        };
        let over = detail.summary.state.is_over();
        if emitted.as_deref() != Some(&detail) {
            let detail = Arc::new(detail);
            *emitted = Some(Arc::clone(&detail));
            self.context.emit(detail);
        }
        if over {
            self.watched = None;
            self.context.emit(Event::Done(CommandKind::Watch));
        }
    }
}
