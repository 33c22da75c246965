//! Delete and restore: studies that are done with, and studies that were deleted too soon.

use super::Answer;
use super::context::Context;
use crate::engine::studies::book::StudyBook;
use crate::engine::studies::folder::StudyFolder;
use crate::engine::studies::trash::{self, empty_expired, state_of_journal, trash};
use crate::engine::{EngineError, StudyDeletion, StudyRestored, TrialState, request};
use crate::files;
use crate::runs::watch_heartbeats;
use std::sync::Arc;

impl Answer for request::DeleteStudy {
    /// What would be deleted; when that is confirmed it goes to the trash.
    fn answer(self, context: &Context) -> Result<Arc<StudyDeletion>, EngineError> {
        let Self {
            study,
            with_runs,
            confirmed,
        } = self;
        let studies = &context.settings.tuning.studies;
        let folder = StudyFolder::find(studies, &study)?;
        if folder.name != study {
            // A beginning may be that of another study than was meant.
            return Err(EngineError::Unknown(format!(
                "no study `{study}`; to delete {}, give its whole name",
                folder.name
            )));
        }
        let before = state_of_journal(&folder);
        let mut places = folder.worker_folders();
        let trials: Vec<_> = std::fs::read_dir(folder.trials())
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        places.extend(trials.iter().map(std::fs::DirEntry::path));
        watch_heartbeats(places);
        folder.check_idle("delete the study")?;
        let page = StudyBook::open(folder.clone(), &context.settings.runs)
            .and_then(|mut book| book.refresh().map(|()| book.page()))
            .ok();
        let elsewhere = |page: &crate::engine::StudyPage| {
            let running = page.trials.iter().filter(|trial| trial.state == TrialState::Running);
            running.filter(|trial| trial.run.is_none()).count()
        };
        let run_bytes = files::size(&folder.trials()).unwrap_or_default();
        let mut report = StudyDeletion {
            trials: page.as_ref().map(|page| page.trials.len()),
            running_elsewhere: page.as_ref().map_or(0, elsewhere),
            runs: trials.len(),
            run_bytes,
            bytes: files::size(&folder.path).unwrap_or_default().saturating_sub(run_bytes),
            promoted: page.as_ref().map_or(0, |page| page.promoted.len()),
            with_runs,
            deleted: false,
            study,
        };
        if confirmed {
            empty_expired(studies);
            trash(studies, &folder, before, with_runs)?;
            report.deleted = true;
        }
        Ok(Arc::new(report))
    }
}

impl Answer for request::RestoreStudy {
    /// Brings a deleted study back.
    fn answer(self, context: &Context) -> Result<StudyRestored, EngineError> {
        let study = trash::restore(&context.settings.tuning.studies, &self.study)?;
        Ok(StudyRestored { study })
    }
}
