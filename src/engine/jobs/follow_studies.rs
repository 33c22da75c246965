//! Studies: one thread that polls the folder of studies, and emits the list when it has changed.

use super::context::Context;
use super::latest::Waited;
use crate::engine::studies::book::StudyBook;
use crate::engine::studies::folder::StudyFolder;
use crate::engine::{CommandKind, EngineError, Event, StudySummary};
use crate::runs::watch_heartbeats;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Time between two polls.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Polls until the engine ends.
pub fn follow_studies(context: &Context) {
    let mut list = StudyList::default();
    let mut followed: Option<Arc<Vec<StudySummary>>> = None;
    loop {
        let request = match followed {
            None => context.study_lists.next().map_or(Waited::Closed, Waited::Request),
            Some(_) => context.study_lists.next_within(POLL_INTERVAL),
        };
        match request {
            Waited::Request(request) => match list.look(context, !request.follow) {
                Ok(studies) => {
                    let studies = Arc::new(studies);
                    context.emit(Arc::clone(&studies));
                    followed = Some(studies).filter(|_| request.follow);
                    if !request.follow {
                        context.emit(Event::Done(CommandKind::Studies));
                    }
                }
                Err(error) => {
                    followed = None;
                    context.fail(CommandKind::Studies, &error);
                }
            },
            Waited::Nothing => {
                // A file server that is away for a moment comes back; until then the list stays as it was.
                let Ok(studies) = list.look(context, false) else {
                    continue;
                };
                if followed.as_ref().is_some_and(|emitted| **emitted != studies) {
                    let studies = Arc::new(studies);
                    context.emit(Arc::clone(&studies));
                    followed = Some(studies);
                }
            }
            Waited::Closed => return,
        }
    }
}

/// The studies as they were read last, by name.
#[derive(Debug, Default)]
struct StudyList {
    books: BTreeMap<String, StudyBook>,
}

impl StudyList {
    /// All studies, by name; with `watch` only after their heartbeats were seen to change, or not.
    fn look(&mut self, context: &Context, watch: bool) -> Result<Vec<StudySummary>, EngineError> {
        let folders = StudyFolder::list(&context.settings.tuning.studies)?;
        self.books
            .retain(|name, _| folders.iter().any(|folder| folder.name == *name));
        let opened: Vec<Result<(), EngineError>> = folders.iter().map(|folder| self.open(folder, context)).collect();
        if watch {
            watch_heartbeats(self.books.values().flat_map(StudyBook::heartbeat_folders).collect());
        }
        let summary = |(folder, opened): (&StudyFolder, Result<(), EngineError>)| {
            let summary = opened.and_then(|()| match self.books.get_mut(&folder.name) {
                Some(book) => book.refresh().map(|()| Some(book.summary())),
                None => Ok(None),
            });
            match summary {
                Ok(summary) => summary,
                // One that cannot be read hides no other.
                Err(error) => {
                    self.books.remove(&folder.name);
                    Some(StudyBook::unreadable(folder, &error))
                }
            }
        };
        Ok(folders.iter().zip(opened).filter_map(summary).collect())
    }

    fn open(&mut self, folder: &StudyFolder, context: &Context) -> Result<(), EngineError> {
        if !self.books.contains_key(&folder.name) {
            let book = StudyBook::open(folder.clone(), &context.settings.runs)?;
            self.books.insert(folder.name.clone(), book);
        }
        Ok(())
    }
}
