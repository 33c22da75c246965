//! How what a frame shows follows from the engine's events: pure.

use super::message::Message;
use super::state::State;
use crate::engine::{
    CacheReport, Cancelled, CommandKind, DemoCorpus, Enqueued, Event, ExportSummary, Exported, FeatureSummary,
    ImportSummary, Noted, Repaired, Restored, Started, Stopping, StudyExported, StudyRepaired, Survey, Task, Tuning,
    TuningStops,
};
use crate::ui::input::Tab;
use crate::ui::overlays::Overlay;
use crate::ui::tabs::train::queue;
use crate::ui::text::{bytes, count, duration, grouped};
use crate::ui::words;
use std::sync::Arc;

impl State {
    /// Follows an event.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Progress(progress) => {
                if let Some(Overlay::Trim(view)) = self.overlays.last_mut()
                    && progress.task == Task::Trimming
                {
                    view.progress = (progress.done, progress.total);
                }
                self.jobs.progress(progress);
            }
            Event::Survey(survey) => {
                self.listen.survey(self.survey.as_deref(), &survey);
                let clips = |survey: &Survey| survey.catalogue.clips.len();
                if self.survey.as_deref().map(clips) != Some(clips(&survey)) {
                    self.trimming = None;
                }
                self.survey = Some(survey);
                self.unread = None;
            }
            Event::Exported(Exported { path, clips }) => {
                self.message = Some(Message::good(format!(
                    "{} written to {}.",
                    count(clips, "clip"),
                    path.display()
                )));
            }
            Event::Features(summary) => self.message = Some(features(&summary)),
            Event::FeaturesExported(exported) => self.message = Some(features_exported(&exported.written)),
            Event::FeaturesImported(summary) => self.message = Some(imported(&summary)),
            Event::Trimming(found) => {
                if let Some(Overlay::Trim(view)) = self.overlays.last_mut() {
                    view.found = Some(Arc::clone(&found));
                }
                self.trimming = Some(found);
            }
            Event::Cache(report) => self.cache(report),
            Event::Demo(DemoCorpus { summary: None, .. }) => {}
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
                self.message = Some(Message::good(text));
                self.rescan = true;
            }
            Event::Config(config) => self.config = Some(config),
            Event::Measured(measured) => self.measured = Some(measured),
            Event::Preview(preview) => {
                self.listen.playback_view.shown(&preview);
                self.listen.preview = Some(preview);
            }
            Event::Sound(sound) => self.listen.playback_view.heard(sound),
            Event::NoSound(no_sound) => {
                self.listen.playback_view.gave_up();
                self.overlays.retain(|overlay| !matches!(overlay, Overlay::NoSound(_)));
                self.overlays.push(Overlay::NoSound(no_sound));
            }
            Event::Doctor(findings) => {
                for overlay in &mut self.overlays {
                    if let Overlay::Doctor(view) = overlay {
                        view.findings = Some(Arc::clone(&findings));
                    }
                }
            }
            Event::Presets(presets) => {
                for overlay in &mut self.overlays {
                    if let Overlay::Presets(view) = overlay {
                        view.presets = Some(Arc::clone(&presets));
                    }
                }
            }
            Event::Models(rows) => {
                for overlay in &mut self.overlays {
                    if let Overlay::Models(view) = overlay {
                        view.rows = Some(Arc::clone(&rows));
                    }
                }
            }
            Event::Model(summary) => {
                for overlay in &mut self.overlays {
                    if let Overlay::Models(view) = overlay {
                        view.open(Arc::clone(&summary));
                    }
                }
            }
            Event::Started(Started { runs, ahead }) => self.started(&runs, ahead),
            Event::Resumed(resumed) => self.resumed(&resumed.runs),
            Event::Runs(runs) => {
                self.train.runs(&runs);
                self.listed = Some(runs);
            }
            Event::Run(detail) => {
                if !self.tune.detail(&detail) {
                    self.train.detail(detail);
                }
            }
            Event::Stopping(Stopping { runs, cancelled, when }) => {
                self.message = Some(match (runs.last(), cancelled.last()) {
                    (None, Some(run)) => taken_out(run),
                    (run, _) => Message::note(format!(
                        "Run {} was asked to stop {}.",
                        run.map_or("", String::as_str),
                        words::stop(when)
                    )),
                });
            }
            Event::Queue(report) => {
                // What was asked may have told something that matters more.
                if self.message.is_none() {
                    self.message = Some(queue::message(&report));
                }
            }
            Event::Plan(plan) => {
                if let Some(form) = self.form() {
                    form.planned(&plan);
                }
            }
            Event::Noted(Noted { run, .. }) => {
                self.message = Some(Message::good(format!("The note of {run} is saved.")))
            }
            Event::Deletion(deletion) if deletion.deleted => {
                let (runs, freed) = (count(deletion.runs.len(), "run"), bytes(deletion.bytes));
                self.message = Some(Message::good(if deletion.restorable {
                    let trash = bytes(deletion.trash_bytes);
                    format!("{runs} deleted; u restores the last. The trash holds {trash}.")
                } else {
                    format!("{runs} deleted for good, {freed} freed.")
                }));
            }
            Event::Deletion(_) => {}
            Event::Restored(Restored { runs }) => {
                self.message = Some(Message::good(format!("Restored {}.", runs.join(", "))));
            }
            Event::Compared(comparison) => {
                for overlay in &mut self.overlays {
                    if let Overlay::Comparison(view) = overlay {
                        view.found = Some(Arc::clone(&comparison));
                    }
                }
            }
            Event::Cancelled(Cancelled { runs }) => self.message = runs.last().map(|run| taken_out(run)),
            Event::Report(report) => self.report.apply(report),
            Event::Predicted(predictions) => {
                let by_file = predictions
                    .into_iter()
                    .map(|prediction| (prediction.path.clone(), prediction));
                self.listen.evaluated.extend(by_file);
            }
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
                self.message = Some(Message::good([&[started], notes.as_slice()].concat().join(" ")));
                self.tune.begun(&study);
            }
            Event::Studies(studies) => self.tune.list(studies),
            Event::Study(page) => self.tune.follow(page),
            Event::TuningStops(TuningStops { study, workers, when }) => {
                self.message = Some(Message::note(format!(
                    "{} of study {study} will stop {}.",
                    workers.join(", "),
                    words::stop_tuning(when)
                )));
            }
            Event::Enqueued(Enqueued { study, trial }) => {
                self.message = Some(Message::good(format!(
                    "Trial {trial} of study {study} waits for a worker."
                )));
            }
            Event::StudyRepaired(StudyRepaired { study, repaired }) => {
                self.message = Some(repaired_message(&study, repaired.as_deref()));
                self.tune.begun(&study);
            }
            Event::StudyExported(StudyExported { path, trials }) => {
                let text = format!("{} written to {}.", count(trials, "trial"), path.display());
                self.message = Some(Message::good(text));
            }
            Event::Failed { command, message } => {
                self.jobs.ended(command);
                self.failed(command, message);
            }
            Event::Done(kind) => {
                self.jobs.ended(kind);
                match kind {
                    CommandKind::Preview => self.listen.answered(),
                    CommandKind::Watch => self.train.watch_ended(),
                    _ => {}
                }
            }
        }
    }

    fn cache(&mut self, report: Arc<CacheReport>) {
        if report.cleared {
            let freed = bytes(CacheReport::bytes(&report.clearing));
            self.message = Some(Message::good(format!("{freed} freed in {}.", report.folder.display())));
        }
        for overlay in &mut self.overlays {
            if let Overlay::Cache(view) = overlay {
                view.report = Some(Arc::clone(&report));
            }
        }
    }

    fn started(&mut self, runs: &[String], ahead: usize) {
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Form(_)));
        let Some(first) = runs.first() else { return };
        self.train.select(first);
        let text = match runs.len() {
            runs if ahead > 0 => format!(
                "{} from {first} on in the queue, behind {}: the queue keeps running when the workbench is closed.",
                count(runs, "run"),
                count(ahead, "other")
            ),
            1 => format!(
                "Run {first} has started in a process of its own: it keeps running when the workbench is closed."
            ),
            folds => format!(
                "All {folds} folds, from {first} on, have started in a process of their own: they keep running when the workbench is closed."
            ),
        };
        self.message = Some(Message::good(text));
    }

    fn resumed(&mut self, runs: &[(String, usize)]) {
        let Some((first, epoch)) = runs.first() else { return };
        self.train.unwatched();
        let mut text = match epoch {
            0 => format!("Run {first} starts again from the beginning"),
            epoch => format!("Run {first} resumes after epoch {epoch}"),
        };
        if runs.len() > 1 {
            text += &format!(", and {} with it", count(runs.len() - 1, "other fold"));
        }
        self.message = Some(Message::good(format!("{text}, in a process of its own.")));
    }

    fn failed(&mut self, command: CommandKind, message: String) {
        match command {
            CommandKind::Preview => self.listen.answered(),
            CommandKind::Report => self.report.failed(&message),
            CommandKind::Study => self.tune.failed(),
            CommandKind::Scan if self.survey.is_none() => {
                self.unread = Some(message.clone());
                if self.tab == Tab::Data && self.overlays.is_empty() {
                    // There the tab itself says it.
                    return;
                }
            }
            _ => {}
        }
        match self.form() {
            Some(form) if command == CommandKind::Train => form.refused(message),
            Some(form) if command == CommandKind::Plan => form.unplanned(&message),
            None if command == CommandKind::Plan => {}
            _ => self.message = Some(Message::bad(message)),
        }
    }
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
