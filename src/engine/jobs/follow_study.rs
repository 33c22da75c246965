//! Study: one thread that polls a study, and emits what has changed.

use super::context::Context;
use super::latest::Waited;
use crate::engine::studies::book::StudyBook;
use crate::engine::studies::folder::StudyFolder;
use crate::engine::{CommandKind, EngineError, Event, StudyPage, request};
use crate::runs::watch_heartbeats;
use std::sync::Arc;
use std::time::Duration;

/// Time between two polls.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Polls until the engine ends.
pub fn follow_study(context: &Context) {
    let mut followed: Option<(StudyBook, Arc<StudyPage>)> = None;
    loop {
        let request = match followed {
            None => context.studies.next().map_or(Waited::Closed, Waited::Request),
            Some(_) => context.studies.next_within(POLL_INTERVAL),
        };
        match request {
            Waited::Request(request) => {
                // A single look leaves what is followed as it is.
                if request.follow {
                    followed = None;
                }
                match open(context, &request) {
                    Ok((book, page)) => {
                        context.emit(Arc::clone(&page));
                        if request.follow {
                            followed = Some((book, page));
                        } else {
                            context.emit(Event::Done(CommandKind::Study));
                        }
                    }
                    Err(error) => context.fail(CommandKind::Study, &error),
                }
            }
            Waited::Nothing => {
                let Some((book, emitted)) = &mut followed else { continue };
                if !book.folder.journal().is_file() {
                    // It was deleted; the list of studies says so.
                    followed = None;
                    context.emit(Event::Done(CommandKind::Study));
                    continue;
                }
                if let Err(error) = book.refresh() {
                    context.fail(CommandKind::Study, &error);
                    followed = None;
                    continue;
                }
                let page = book.page();
                if **emitted != page {
                    *emitted = Arc::new(page);
                    context.emit(Arc::clone(emitted));
                }
            }
            Waited::Closed => return,
        }
    }
}

fn open(context: &Context, request: &request::Study) -> Result<(StudyBook, Arc<StudyPage>), EngineError> {
    let folder = StudyFolder::find(&context.settings.tuning.studies, &request.study)?;
    let mut book = StudyBook::open(folder, &context.settings.runs)?;
    if !request.follow {
        // Who follows sees it a moment later.
        watch_heartbeats(book.heartbeat_folders());
    }
    book.refresh()?;
    let page = Arc::new(book.page());
    Ok((book, page))
}
