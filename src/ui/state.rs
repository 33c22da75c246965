//! Everything that a frame shows, and what it needs from the engine: pure.

use super::message::Message;
use crate::engine::{Command, Config, Measured, RunState, RunSummary, Survey, Trimming};
use crate::ui::input::{KeyContext, Tab};
use crate::ui::jobs::Jobs;
use crate::ui::overlays::Overlay;
use crate::ui::tabs::data::DataView;
use crate::ui::tabs::listen::ListenView;
use crate::ui::tabs::report::ReportView;
use crate::ui::tabs::train::TrainView;
use crate::ui::overlays::form::Form;
use crate::ui::tabs::tune::TuneView;
use crate::ui::widgets::field::Field;
use std::sync::Arc;

/// Everything that a frame shows.
#[derive(Debug)]
pub struct State {
    /// The tab in front.
    pub tab: Tab,
    /// What the scan found.
    pub survey: Option<Arc<Survey>>,
    /// Why the last scan told nothing.
    pub unread: Option<String>,
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
    pub(super) rescan: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            tab: Tab::Data,
            survey: None,
            unread: None,
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
    pub fn key_context(&self) -> KeyContext {
        match (self.overlays.last(), self.tab) {
            (Some(overlay), _) => overlay.key_context(),
            (None, Tab::Data) if self.data.filtering => KeyContext::Filter,
            (None, Tab::Listen) if self.listen.filtering => KeyContext::Filter,
            (None, Tab::Train) if self.train.filtering => KeyContext::Filter,
            (None, Tab::Tune) if self.tune.filtering => KeyContext::Filter,
            (None, Tab::Tune) if self.tune.opened => KeyContext::Trial,
            (None, Tab::Report) if self.report.clips.is_some() => KeyContext::Clips,
            (None, tab) => KeyContext::Tab(tab),
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

    /// The form of a new run, when it is open.
    pub(super) fn form(&mut self) -> Option<&mut Form> {
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
