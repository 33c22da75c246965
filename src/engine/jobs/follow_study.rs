//! Study: one thread that looks at a study, and tells when something changed.

use super::context::Context;
use crate::engine::api::StudyPage;
use crate::engine::studies::book::StudyBook;
use crate::engine::studies::folder::StudyFolder;
use crate::engine::{CommandKind, EngineError, Event};
use crate::runs::watch_heartbeats;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Time between two looks.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// A study to be told of, in place of the one before.
#[derive(Debug)]
pub struct StudyFollowRequest {
    /// Its name, a unique beginning of it, or `last`.
    pub study: String,
    /// Go on telling.
    pub follow: bool,
}

/// Looks as long as somebody may still request for something.
pub fn follow_study(context: &Context, requests: &Receiver<StudyFollowRequest>) {
    let mut followed: Option<(StudyBook, Arc<StudyPage>)> = None;
    loop {
        let request = match followed {
            None => requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(_) => requests.recv_timeout(POLL_INTERVAL),
        };
        match request {
            Ok(request) => {
                followed = None;
                match open(context, &request.study, request.follow) {
                    Ok((book, page)) => {
                        context.emit(Event::Study(Arc::clone(&page)));
                        if request.follow {
                            followed = Some((book, page));
                        } else {
                            context.emit(Event::Done(CommandKind::Study));
                        }
                    }
                    Err(error) => failed(context, &error),
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                let Some((book, told)) = &mut followed else { continue };
                if let Err(error) = book.refresh() {
                    failed(context, &error);
                    followed = None;
                    continue;
                }
                let page = book.page();
                if **told != page {
                    *told = Arc::new(page);
                    context.emit(Event::Study(Arc::clone(told)));
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn open(context: &Context, name: &str, follow: bool) -> Result<(StudyBook, Arc<StudyPage>), EngineError> {
    let folder = StudyFolder::find(&context.settings.tuning.studies, name)?;
    let mut book = StudyBook::open(folder, &context.settings.runs)?;
    if !follow {
        // Who follows sees it a moment later.
        watch_heartbeats(book.heartbeat_folders());
    }
    book.refresh()?;
    let page = Arc::new(book.page());
    Ok((book, page))
}

fn failed(context: &Context, error: &EngineError) {
    context.emit(Event::Failed {
        command: CommandKind::Study,
        message: error.to_string(),
    });
}
