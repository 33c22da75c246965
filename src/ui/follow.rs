//! What is said of the engine's events.

use crate::engine::{
    CacheReport, Cancelled, CommandKind, DemoCorpus, Enqueued, Event, ExportSummary, Exported, FeatureSummary,
    FetchedCorpus, FetchedEncoder, ImportSummary, Repaired, Restored, Started, Stopping, StudyExported, StudyRepaired,
    StudyRestored, Tuning, TuningStops,
};
use crate::present::numbers::{bytes, count, duration, grouped};
use crate::present::words;
use crate::ui::message::Message;
use crate::ui::tabs::train::{evaluate, queue};

/// What is said of an event, if anything is.
pub fn message(event: &Event) -> Option<Message> {
    Some(match event {
        Event::Exported(Exported { path, clips }) => {
            Message::good(format!("{} written to {}.", count(*clips, "clip"), path.display()))
        }
        Event::Features(summary) => features(summary),
        Event::FeaturesExported(exported) => features_exported(&exported.written),
        Event::FeaturesImported(summary) => imported(summary),
        Event::Cache(report) if report.cleared => {
            let freed = bytes(CacheReport::bytes(&report.clearing));
            Message::good(format!("{freed} freed in {}.", report.folder.display()))
        }
        Event::Encoders(report) => match report.fetched.as_ref()? {
            FetchedEncoder { name, folder: Some(_) } => Message::good(format!("{name} is here.")),
            FetchedEncoder { name, folder: None } => {
                Message::note(format!("{name} was stopped; what has arrived is kept."))
            }
        },
        Event::Published(report) => match report.fetched.as_ref()? {
            fetched @ FetchedCorpus { folder: Some(_), .. } => Message::good(words::got(fetched)),
            fetched => Message::note(words::got(fetched)),
        },
        Event::Demo(DemoCorpus {
            folder,
            summary: Some(summary),
        }) => {
            let (clips, speakers) = (count(summary.clips, "clip"), count(summary.speakers, "speaker"));
            let length = duration(summary.seconds);
            let text = format!(
                "Synthetic demo corpus written to {}: {clips}, {speakers}, {length}.",
                folder.display()
            );
            Message::good(text)
        }
        Event::Started(Started { runs, ahead }) => started(runs, *ahead)?,
        Event::Resumed(answer) => resumed(&answer.runs)?,
        Event::Stopping(Stopping { runs, cancelled, when }) => match (runs.last(), cancelled.last()) {
            (Some(run), _) => Message::note(format!("Run {run} was asked to stop {}.", words::stop(*when))),
            (None, Some(run)) => taken_out(run),
            (None, None) => return None,
        },
        Event::Queue(report) => queue::message(report),
        Event::Evaluated(evaluation) => evaluate::message(evaluation),
        Event::Noted(noted) => Message::good(format!("The note of {} is kept.", noted.run)),
        Event::Deletion(deletion) if deletion.deleted => {
            let (runs, freed) = (count(deletion.runs.len(), "run"), bytes(deletion.bytes));
            let them = if deletion.runs.len() == 1 { "it" } else { "them" };
            Message::good(if deletion.restorable {
                let trash = bytes(deletion.trash_bytes);
                if let Some((run, why)) = deletion.refused.first() {
                    return Some(Message::bad(format!(
                        "{runs} deleted; u restores {them}. {run} stays: {why}."
                    )));
                }
                format!("{runs} deleted; u restores {them}. The trash holds {trash}.")
            } else {
                format!("{runs} deleted for good, {freed} freed.")
            })
        }
        Event::SettingsEdit(edit) if edit.written => {
            Message::good(format!("{} written to {}.", edit.keys.join(", "), edit.file.display()))
        }
        Event::Tidying(tidying) => match &tidying.kept {
            Some(kept) => Message::good(format!(
                "{} taken out of {}; a copy of it as it was is {}.",
                count(tidying.removed.len(), "setting"),
                tidying.file.display(),
                kept.display()
            )),
            None if tidying.removed.is_empty() => {
                Message::note(format!("Nothing in {} equals the defaults.", tidying.file.display()))
            }
            None => return None,
        },
        Event::Restored(Restored { runs }) => Message::good(format!("Restored {}.", runs.join(", "))),
        Event::Cancelled(Cancelled { runs }) => taken_out(runs.last()?),
        Event::Tuning(Tuning { study, workers, notes }) => {
            let started = match workers.len() {
                0 => format!("Study {study}: no worker was missing."),
                1 => format!("Study {study}: a worker has started; it keeps running when the workbench is closed."),
                several => {
                    format!(
                        "Study {study}: {several} workers have started; they keep running when the workbench is closed."
                    )
                }
            };
            Message::good([&[started], notes.as_slice()].concat().join(" "))
        }
        Event::TuningStops(TuningStops { study, workers, when }) => Message::note(format!(
            "{} of study {study} will stop {}.",
            workers.join(", "),
            words::stop_tuning(*when)
        )),
        Event::Enqueued(Enqueued { study, trial }) => {
            Message::good(format!("Trial {trial} of study {study} waits for a worker."))
        }
        Event::StudyRepaired(StudyRepaired { study, repaired }) => repaired_message(study, repaired.as_deref()),
        Event::StudyDeletion(deletion) if deletion.deleted => {
            Message::good(words::study_deleted(deletion, "u in the list of studies (L)"))
        }
        Event::StudyRestored(StudyRestored { study }) => Message::good(format!("Study {study} is back.")),
        Event::StudyExported(StudyExported { path, trials }) => {
            let text = format!("{} written to {}.", count(*trials, "trial"), path.display());
            Message::good(text)
        }
        // The form says it, or has been left.
        Event::Failed {
            command: CommandKind::Plan,
            ..
        } => return None,
        Event::Failed { message, .. } => Message::bad(message.as_str()),
        _ => return None,
    })
}

fn started(runs: &[String], ahead: usize) -> Option<Message> {
    let first = runs.first()?;
    let text = match runs.len() {
        runs if ahead > 0 => format!(
            "{} from {first} on in the queue, behind {}: the queue keeps running when the workbench is closed.",
            count(runs, "run"),
            count(ahead, "other")
        ),
        1 => format!("Run {first} has started in a process of its own: it keeps running when the workbench is closed."),
        folds => format!(
            "All {folds} folds, from {first} on, have started in a process of their own: they keep running when the workbench is closed."
        ),
    };
    Some(Message::good(text))
}

fn resumed(runs: &[(String, usize)]) -> Option<Message> {
    let (first, epoch) = runs.first()?;
    let mut text = match epoch {
        0 => format!("Run {first} starts again from the beginning"),
        epoch => format!("Run {first} resumes after epoch {epoch}"),
    };
    if runs.len() > 1 {
        text += &format!(", and {} with it", count(runs.len() - 1, "other fold"));
    }
    Some(Message::good(format!("{text}, in a process of its own.")))
}

fn taken_out(run: &str) -> Message {
    Message::note(format!("Run {run} was removed from the queue."))
}

fn repaired_message(study: &str, repaired: Option<&Repaired>) -> Message {
    let Some(repaired) = repaired else {
        return Message::note(format!(
            "The journal of study {study} is not damaged: there is nothing to repair."
        ));
    };
    let copy = repaired.copy.display();
    let Some(damage) = &repaired.lost else {
        let lines = count(repaired.separated, "line");
        return Message::good(format!(
            "Study {study} is repaired, and nothing was lost: {lines} of several records separated. A copy of it as it was is {copy}."
        ));
    };
    let trials = repaired.left_out.iter().map(|trial| match trial.value {
        Some(value) => format!("{} ({}, {value:.4})", trial.number, trial.state),
        None => format!("{} ({})", trial.number, trial.state),
    });
    let trials = match trials.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "no trial".to_owned(),
        trials => format!("trials {trials}"),
    };
    Message::note(format!(
        "Study {study} ends before line {} now, which leaves out {trials}. A copy of it as it was is {copy}.",
        damage.line
    ))
}

fn features_exported(summary: &ExportSummary) -> Message {
    let (clips, frames, coefficients) = summary.shape;
    Message::good(format!(
        "Features of {} written to {}: X.npy ({clips} × {frames} × {coefficients}), y.npy, labels.csv.",
        count(clips, "clip"),
        summary.folder.display()
    ))
}

fn imported(summary: &ImportSummary) -> Message {
    let (rows, ..) = summary.shape;
    let text = format!(
        "{} of {} belong to clips; they are the recipe {} now.",
        grouped(summary.matched),
        count(rows, "row"),
        summary.recipe
    );
    let faulty = summary.faulty.first();
    match (summary.unmatched.first().or(faulty), summary.missing) {
        (None, 0) => Message::good(text),
        (Some((row, why)), _) => Message::note(format!("{text} Row {row}: {why}")),
        (None, missing) => Message::note(format!("{text} {} have none.", count(missing, "clip"))),
    }
}

fn features(summary: &FeatureSummary) -> Message {
    let (frames, coefficients) = summary.shape;
    let mut text = format!(
        "Features {} ({frames} × {coefficients}) of {} are in the cache: {} read, {} extracted in {}.",
        summary.recipe,
        count(summary.clips, "clip"),
        summary.cached,
        summary.clips.saturating_sub(summary.cached),
        duration(summary.seconds),
    );
    if summary.skip_clamped > 0 {
        text += &format!(
            " {} shorter than the skip, which was cut.",
            count(summary.skip_clamped, "clip")
        );
    }
    match summary.refused.first() {
        None => Message::good(text),
        Some((path, reason)) => {
            text += &format!(
                " {} refused; the first: {}: {reason}",
                count(summary.refused.len(), "file"),
                path.display()
            );
            Message::note(text)
        }
    }
}
