//! Everything that a frame shows, and how it follows from the engine's events: pure.

use crate::engine::{
    CacheReport, Command, CommandKind, Config, Event, ExportSummary, FeatureSummary, ImportSummary, Measured, RunState,
    RunSummary, Survey, Trimming,
};
use crate::ui::input::{Place, Tab};
use crate::ui::jobs::Jobs;
use crate::ui::overlays::Overlay;
use crate::ui::tabs::data::DataView;
use crate::ui::tabs::listen::ListenView;
use crate::ui::tabs::report::ReportView;
use crate::ui::tabs::train::form::Form;
use crate::ui::tabs::train::{TrainView, queue};
use crate::ui::tabs::tune::TuneView;
use crate::ui::text::{bytes, count, duration, grouped};
use crate::ui::widgets::field::Field;
use crate::ui::words;
use std::sync::Arc;

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Note,
    /// Went well.
    Good,
    /// Went wrong.
    Bad,
}

/// A message above the bottom row; it stays until a key is pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

impl Message {
    /// Good to know.
    pub fn note(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Note,
            text: text.into(),
        }
    }
    /// Went well.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Good,
            text: text.into(),
        }
    }
    /// Went wrong.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Bad,
            text: text.into(),
        }
    }
}

/// Everything that a frame shows.
#[derive(Debug)]
pub struct State {
    /// The tab in front.
    pub tab: Tab,
    /// What the scan found.
    pub survey: Option<Arc<Survey>>,
    /// What trimming would remove from these clips.
    pub trimming: Option<Arc<Trimming>>,
    /// The resolved settings.
    pub config: Option<Arc<Config>>,
    /// The runs, newest first.
    pub listed: Option<Arc<Vec<RunSummary>>>,
    /// What was measured last.
    pub measured: Option<Arc<Measured>>,
    /// What the engine is busy with.
    pub jobs: Jobs,
    /// Above the bottom row, until a key is pressed.
    pub message: Option<Message>,
    /// What lies over the tab, the topmost last.
    pub overlays: Vec<Overlay>,
    /// The Data tab.
    pub data: DataView,
    /// The Listen tab.
    pub listen: ListenView,
    /// The Train tab.
    pub train: TrainView,
    /// The Tune tab.
    pub tune: TuneView,
    /// The Report tab.
    pub report: ReportView,
    /// A text that is to be edited.
    pub edit: Option<String>,
    /// Whether the workbench is to be left.
    pub quit: bool,
    /// Whether something was written that a scan should find.
    rescan: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            tab: Tab::Data,
            survey: None,
            trimming: None,
            config: None,
            listed: None,
            measured: None,
            jobs: Jobs::default(),
            message: None,
            overlays: Vec::new(),
            data: DataView::default(),
            listen: ListenView::default(),
            train: TrainView::default(),
            tune: TuneView::default(),
            report: ReportView::default(),
            edit: None,
            quit: false,
            rescan: false,
        }
    }
}

impl State {
    /// The runs, newest first; none before they were listed.
    pub fn runs(&self) -> &[RunSummary] {
        self.listed.as_ref().map_or(&[], |runs| runs)
    }

    /// How many runs have a process that works on them or waits.
    pub fn active_runs(&self) -> usize {
        let active = |run: &&RunSummary| matches!(run.state, RunState::Running | RunState::Queued);
        self.runs().iter().filter(active).count()
    }

    /// Where the next key goes.
    pub fn place(&self) -> Place {
        match (self.overlays.last(), self.tab) {
            (Some(overlay), _) => overlay.place(),
            (None, Tab::Data) if self.data.filtering => Place::Filter,
            (None, Tab::Listen) if self.listen.filtering => Place::Filter,
            (None, Tab::Train) if self.train.filtering => Place::Filter,
            (None, Tab::Tune) if self.tune.filtering => Place::Filter,
            (None, Tab::Tune) if self.tune.opened => Place::Trial,
            (None, Tab::Report) if self.report.clips.is_some() => Place::Clips,
            (None, tab) => Place::Tab(tab),
        }
    }

    /// The text that is being typed.
    pub fn field(&mut self) -> Option<&mut Field> {
        match (self.overlays.last_mut(), self.tab) {
            (Some(overlay), _) => overlay.field(),
            (None, Tab::Data) if self.data.filtering => Some(&mut self.data.filter),
            (None, Tab::Listen) if self.listen.filtering => Some(&mut self.listen.filter),
            (None, Tab::Train) if self.train.filtering => Some(&mut self.train.filter),
            (None, Tab::Tune) if self.tune.filtering => Some(&mut self.tune.filter),
            _ => None,
        }
    }

    /// The filter of the runs has changed.
    pub fn run_filter_typed(&mut self) {
        if let Some(runs) = &self.listed {
            self.train.runs(runs);
        }
    }

    /// All runs are to be listed.
    pub fn clear_run_filter(&mut self) {
        self.train.filter = Field::default();
        self.run_filter_typed();
    }

    /// Follows an event.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Progress(progress) => {
                if let Some(Overlay::Trim(view)) = self.overlays.last_mut()
                    && progress.task == "trimming"
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
            }
            Event::Exported { path, clips } => {
                self.message = Some(Message::good(format!(
                    "{} written to {}.",
                    count(clips, "clip"),
                    path.display()
                )));
            }
            Event::Features(summary) => self.message = Some(features(&summary)),
            Event::FeaturesExported(summary) => self.message = Some(exported(&summary)),
            Event::FeaturesImported(summary) => self.message = Some(imported(&summary)),
            Event::Trimming(found) => {
                if let Some(Overlay::Trim(view)) = self.overlays.last_mut() {
                    view.found = Some(Arc::clone(&found));
                }
                self.trimming = Some(found);
            }
            Event::Cache(report) => self.cache(report),
            Event::Demo { folder, summary } => {
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
                self.listen.hearing.shown(&preview);
                self.listen.preview = Some(preview);
            }
            Event::Sound(sound) => self.listen.hearing.heard(sound),
            Event::NoSound(no_sound) => {
                self.listen.hearing.gave_up();
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
            Event::Started { runs, ahead } => self.started(&runs, ahead),
            Event::Resumed { runs } => self.resumed(&runs),
            Event::Runs(runs) => {
                self.train.runs(&runs);
                self.listed = Some(runs);
            }
            Event::Run(detail) => {
                if !self.tune.detail(&detail) {
                    self.train.detail(detail);
                }
            }
            Event::Stopping { run, when } => {
                self.message = Some(Message::note(format!(
                    "Run {run} was asked to stop {}.",
                    words::stop(when)
                )));
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
            Event::Noted { run, .. } => self.message = Some(Message::good(format!("The note of {run} is kept."))),
            Event::Deletion(deletion) if deletion.deleted => {
                let (runs, freed) = (count(deletion.runs.len(), "run"), bytes(deletion.bytes));
                self.message = Some(Message::good(format!("{runs} deleted, {freed} freed.")));
            }
            Event::Deletion(_) => {}
            Event::Compared(comparison) => {
                for overlay in &mut self.overlays {
                    if let Overlay::Comparison(view) = overlay {
                        view.found = Some(Arc::clone(&comparison));
                    }
                }
            }
            Event::Cancelled { run } => {
                self.message = Some(Message::note(format!("Run {run} was taken out of the queue.")));
            }
            Event::Report(report) => self.report.apply(report),
            Event::Judged(judgement) => drop(self.listen.judged.insert(judgement.path.clone(), judgement)),
            Event::Tuning { study, workers, notes } => {
                let started = match workers.len() {
                    0 => format!("Study {study}: no worker was missing."),
                    1 => format!("Study {study}: a worker has started; it goes on when the workbench is left."),
                    several => {
                        format!("Study {study}: {several} workers have started; they go on when the workbench is left.")
                    }
                };
                self.message = Some(Message::good([&[started], notes.as_slice()].concat().join(" ")));
                self.tune.begun(&study);
            }
            Event::Studies(studies) => self.tune.list(studies),
            Event::Study(page) => self.tune.follow(page),
            Event::TuningStops { study, workers, when } => {
                self.message = Some(Message::note(format!(
                    "{} of study {study} will stop {}.",
                    workers.join(", "),
                    words::stop_tuning(when)
                )));
            }
            Event::Enqueued { study, trial } => {
                self.message = Some(Message::good(format!(
                    "Trial {trial} of study {study} waits for a worker."
                )));
            }
            Event::StudyExported { path, trials } => {
                let text = format!("{} written to {}.", count(trials, "trial"), path.display());
                self.message = Some(Message::good(text));
            }
            Event::Failed { command, message } => {
                self.jobs.ended(command);
                self.failed(command, message);
            }
            Event::Done(kind) => {
                self.jobs.ended(kind);
                if kind == CommandKind::Preview {
                    self.listen.answered();
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
                "{} from {first} on in the queue, behind {}: the queue goes on when the workbench is left.",
                count(runs, "run"),
                count(ahead, "other")
            ),
            1 => format!("Run {first} has started in a process of its own: it goes on when the workbench is left."),
            folds => format!(
                "{folds} linked runs, from {first} on, have started in a process of their own: they go on when the workbench is left."
            ),
        };
        self.message = Some(Message::good(text));
    }

    fn resumed(&mut self, runs: &[(String, usize)]) {
        let Some((first, epoch)) = runs.first() else { return };
        self.train.unwatched();
        let mut text = match epoch {
            0 => format!("Run {first} begins anew"),
            epoch => format!("Run {first} goes on after epoch {epoch}"),
        };
        if runs.len() > 1 {
            text += &format!(", and {} with it", count(runs.len() - 1, "linked run"));
        }
        self.message = Some(Message::good(format!("{text}, in a process of its own.")));
    }

    fn failed(&mut self, command: CommandKind, message: String) {
        match command {
            CommandKind::Preview => self.listen.answered(),
            CommandKind::Report => self.report.failed(&message),
            CommandKind::Study => self.tune.failed(),
            _ => {}
        }
        match self.form() {
            Some(form) if command == CommandKind::Train => form.refused(message),
            Some(form) if command == CommandKind::Plan => form.unplanned(&message),
            None if command == CommandKind::Plan => {}
            _ => self.message = Some(Message::bad(message)),
        }
    }

    /// The form of a new run, when it is open.
    fn form(&mut self) -> Option<&mut Form> {
        self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Form(form) => Some(form),
            _ => None,
        })
    }

    /// What came of editing: the text, or why it could not be edited.
    pub fn edited(&mut self, outcome: Result<String, String>) {
        match (outcome, self.form()) {
            (Ok(text), Some(form)) => form.edited(&text),
            (Ok(_), None) => {}
            (Err(problem), _) => self.message = Some(Message::bad(problem)),
        }
    }

    /// What the screen needs and was not asked for yet.
    pub fn needs(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        if std::mem::take(&mut self.rescan) {
            commands.push(Command::Scan { headers_only: false });
        }
        if let (Tab::Listen, Some(survey)) = (self.tab, &self.survey) {
            commands.extend(self.listen.needs(survey));
            commands.extend(self.listen.needs_sound(survey));
        }
        commands.extend(self.form().and_then(Form::needs));
        let runs = self.listed.clone().unwrap_or_default();
        if self.tab == Tab::Train {
            self.tune.unwatched();
            commands.extend(self.train.needs(&runs));
        }
        if self.tab == Tab::Tune {
            commands.extend(self.tune.needs());
            // One run is watched at a time.
            if commands.iter().any(|command| matches!(command, Command::Watch { .. })) {
                self.train.unwatched();
            }
        }
        if self.tab == Tab::Report {
            commands.extend(self.report.needs(&runs));
        }
        commands
    }
}

fn exported(summary: &ExportSummary) -> Message {
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
    match (summary.unmatched.first(), summary.missing) {
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
