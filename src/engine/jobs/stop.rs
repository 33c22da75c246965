//! Stop: a request in the run's folder.

use super::context::Context;
use super::queue::take_out;
use crate::engine::runs::page::RunPage;
use crate::engine::{EngineError, Event, Stop};
use crate::runs::{RunError, RunFolder, find_run, list_runs, request_stop, watch_heartbeats};

/// Asks a run to stop, and takes one that waits out of the queue; a beginning that fits all folds and no others
/// asks them all.
pub fn stop(context: &Context, run: &str, when: Stop) -> Result<(), EngineError> {
    let mut asked = 0;
    let pages = chosen(context, run)?;
    for page in pages.iter().filter(|page| !page.state().is_over()) {
        asked += 1;
        let run = page.folder.id.clone();
        if page.entry().is_some() && take_out(&context.settings.runs, &page.folder)? {
            context.emit(Event::Cancelled { run });
            continue;
        }
        request_stop(&page.folder.path, when)?;
        context.emit(Event::Stopping { run, when });
    }
    match pages.first() {
        Some(page) if asked == 0 => Err(EngineError::Other(format!(
            "run {} is {} already; `undertone runs` shows what runs",
            page.folder.id,
            page.state().name()
        ))),
        _ => Ok(()),
    }
}

/// The run of that name; all folds when the name is a beginning of them and of no others.
///
/// # Errors
/// No such run, or several that are not same_group.
pub fn chosen(context: &Context, run: &str) -> Result<Vec<RunPage>, EngineError> {
    let runs = &context.settings.runs;
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
