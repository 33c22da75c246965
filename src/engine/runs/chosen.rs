//! The runs that a name means.

use super::page::RunPage;
use crate::engine::EngineError;
use crate::runs::{RunError, RunFolder, find_run, list_runs, watch_heartbeats};
use std::path::Path;

/// The run of that name; all folds of a group when the name is a beginning of them and of no others.
///
/// # Errors
/// No such run, or several that are not the folds of one group.
pub fn chosen(runs: &Path, run: &str) -> Result<Vec<RunPage>, EngineError> {
    // Whether a run on another machine lives takes watching its heartbeat.
    let open = |folder: RunFolder| -> Result<RunPage, RunError> {
        let mut page = RunPage::open(folder)?;
        if !page.state().is_over() && watch_heartbeats(vec![page.folder.path.clone()]) {
            page.refresh()?;
        }
        Ok(page)
    };
    match find_run(runs, run) {
        Ok(folder) => Ok(vec![open(folder)?]),
        Err(RunError::Ambiguous { name, matches }) => {
            let folders = list_runs(runs)?
                .into_iter()
                .filter(|folder| matches.contains(&folder.id));
            let pages = folders.map(open).collect::<Result<Vec<_>, _>>()?;
            let same_group = pages.windows(2).all(|pair| pair[0].group() == pair[1].group());
            if same_group {
                Ok(pages)
            } else {
                Err(RunError::Ambiguous { name, matches }.into())
            }
        }
        Err(error) => Err(error.into()),
    }
}
