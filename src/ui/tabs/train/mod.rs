//! Train: runs, their curves, and the form that starts one.

pub mod charts;
pub mod detail;
pub mod form;
pub mod note;
pub mod queue;
mod runs;
mod tracks;
mod usage;

use crate::engine::{Bench, Command, CommandKind, RunDetail, RunState, RunSummary, Stop};
use crate::ui::input::{Action, Tab};
use crate::ui::message::Message;
use crate::ui::overlays::{ModelsView, Overlay, PresetsView, Question, Subject};
use crate::ui::state::State;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::{Cursor, Step};
use form::Form;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use std::collections::HashMap;
use std::sync::Arc;
use tracks::{SMOOTHINGS, Tracks, Zoom};

/// Runs whose curves can lie over each other.
const SLOTS: usize = 6;

/// A quantity that is drawn over the epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metric {
    /// Cross-entropy.
    #[default]
    Loss,
    /// Accuracy.
    Accuracy,
    /// Unweighted average recall.
    Uar,
    /// What the run uses of the machine; drawn only when it is the first.
    Use,
}

impl Metric {
    const ALL: [Self; 4] = [Self::Loss, Self::Accuracy, Self::Uar, Self::Use];

    fn turned(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }
}

/// The settings' network, long enough for a steady median and short enough to wait for.
const MEASURED: Bench = Bench::Model {
    name: None,
    batch: 32,
    device: None,
    steps: 5,
    profile: true,
};

/// What is seen of the runs.
#[derive(Debug, Default)]
pub struct TrainView {
    /// The run under the cursor.
    pub cursor: Cursor,
    /// The quantity that is drawn first.
    pub metric: Metric,
    /// The run under the cursor, so that the cursor follows it when the list changes.
    selected: Option<String>,
    /// Runs laid over the selected one; the place is the colour.
    marked: [Option<String>; SLOTS],
    /// The newest word about every run that was watched, and its curves.
    details: HashMap<String, (Arc<RunDetail>, Tracks)>,
    /// The runs that pass the filter, newest first.
    listed: Arc<Vec<RunSummary>>,
    /// The filter of the list.
    pub filter: Field,
    /// Whether it is being typed.
    pub filtering: bool,
    /// Whether losses are drawn on a logarithmic axis.
    log: bool,
    /// Which of [`SMOOTHINGS`] is chosen.
    smoothing: usize,
    /// The epochs looked at.
    zoom: Zoom,
    /// The run that was asked for last.
    watching: Option<String>,
    /// Whether no more is told of it: it was over.
    watched: bool,
}

impl TrainView {
    /// Follows a new list; the cursor stays on its run.
    pub fn runs(&mut self, all: &Arc<Vec<RunSummary>>) {
        let words: Vec<String> = self.filter.text().split_whitespace().map(str::to_lowercase).collect();
        self.listed = if words.is_empty() {
            Arc::clone(all)
        } else {
            Arc::new(all.iter().filter(|run| note::passes(run, &words)).cloned().collect())
        };
        let runs = &self.listed;
        let row = self
            .selected
            .as_ref()
            .and_then(|id| runs.iter().position(|run| run.id == *id));
        self.cursor.row = row.unwrap_or(self.cursor.row).min(runs.len().saturating_sub(1));
        if row.is_none() && !self.cursor_waits(all) {
            self.selected = runs.get(self.cursor.row).map(|run| run.id.clone());
        }
        for mark in &mut self.marked {
            if mark.as_ref().is_some_and(|id| !all.iter().any(|run| run.id == *id)) {
                *mark = None;
            }
        }
        let watched = all.iter().find(|run| self.watching.as_ref() == Some(&run.id));
        if self.watched && watched.is_some_and(|run| self.stale(run)) {
            self.watching = None;
        }
    }

    /// Whether a run that was just started is not in the list yet; names begin with their time.
    fn cursor_waits(&self, runs: &[RunSummary]) -> bool {
        let newest = runs.first().map(|run| &run.id);
        self.selected
            .as_ref()
            .is_some_and(|id| newest.is_none_or(|newest| id > newest))
    }

    /// Puts the cursor on a run, now or as soon as it is listed.
    pub fn select(&mut self, id: &str) {
        self.selected = Some(id.to_owned());
    }

    fn step(&mut self, step: Step) {
        self.cursor.step(step, self.listed.len());
        self.selected = self.run().map(|run| run.id.clone());
    }

    /// Takes the newest word about a run.
    pub fn detail(&mut self, detail: Arc<RunDetail>) {
        let weight = self.weight();
        let id = detail.summary.id.clone();
        let mut tracks = self
            .details
            .remove(&id)
            .map_or_else(|| Tracks::new(weight), |(_, tracks)| tracks);
        tracks.follow(&detail.epochs, weight);
        self.details.insert(id, (detail, tracks));
    }

    /// The chosen weight of the past in the curves.
    fn weight(&self) -> f64 {
        SMOOTHINGS.get(self.smoothing).copied().unwrap_or_default()
    }

    fn smooth(&mut self) {
        self.smoothing = (self.smoothing + 1) % SMOOTHINGS.len();
        let weight = self.weight();
        for (detail, tracks) in self.details.values_mut() {
            tracks.follow(&detail.epochs, weight);
        }
    }

    /// Epochs of the longest run that is drawn.
    fn longest(&self) -> usize {
        let selected = self.run().map(|run| &run.id);
        let ids = self.marked.iter().flatten().chain(selected);
        let known = ids.filter_map(|id| self.details.get(id));
        known.map(|(_, tracks)| tracks.len()).max().unwrap_or(0)
    }

    /// Ids of the marked runs and the one under the cursor.
    fn compared(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.marked.iter().flatten().cloned().collect();
        ids.extend(self.run().map(|run| run.id.clone()).filter(|id| !ids.contains(id)));
        if ids.len() < 2 {
            // Nothing is marked: with the next older one.
            ids.extend(self.listed.get(self.cursor.row + 1).map(|run| run.id.clone()));
        }
        ids
    }

    /// The watched run was over, and may go on all the same.
    pub fn watch_ended(&mut self) {
        self.watched = true;
    }

    /// Another run is watched now.
    pub fn unwatched(&mut self) {
        self.watching = None;
    }

    /// The run under the cursor.
    fn run(&self) -> Option<&RunSummary> {
        self.listed.get(self.cursor.row)
    }

    fn mark(&mut self, id: &str) -> bool {
        if let Some(slot) = self.slot(id) {
            self.marked[slot] = None;
            return true;
        }
        match self.marked.iter_mut().find(|mark| mark.is_none()) {
            Some(mark) => *mark = Some(id.to_owned()),
            None => return false,
        }
        true
    }

    /// The colour of a marked run.
    fn slot(&self, id: &str) -> Option<usize> {
        self.marked.iter().position(|mark| mark.as_deref() == Some(id))
    }

    /// The colour of the run under the cursor: its own, or the first that is free.
    fn color(&self, id: &str) -> usize {
        self.slot(id)
            .or_else(|| self.marked.iter().position(Option::is_none))
            .unwrap_or(SLOTS - 1)
    }

    /// The run whose model predicts: the one under the cursor if it has one, else the newest that has.
    pub fn model<'a>(&'a self, runs: &'a [RunSummary]) -> Option<&'a RunSummary> {
        let has_model = |run: &&RunSummary| {
            run.state == RunState::Finished || run.state == RunState::Stopped && run.best_validation_uar.is_some()
        };
        let chosen = self.run().filter(has_model);
        chosen.or_else(|| runs.iter().find(has_model))
    }

    /// Whether less is known about a run than its row in the list says.
    fn stale(&self, run: &RunSummary) -> bool {
        let known = self.details.get(&run.id).map(|(detail, _)| &detail.summary);
        known.is_none_or(|known| known.epochs < run.epochs || known.state != run.state)
    }

    /// The run to watch next: marked ones that have gone on, one after the other, then the one under the cursor.
    pub fn needs(&mut self, runs: &[RunSummary]) -> Option<Command> {
        let selected = self.run()?.clone();
        let marked = runs.iter().filter(|run| self.slot(&run.id).is_some());
        let next = std::iter::once(&selected)
            .chain(marked)
            .find(|run| self.stale(run))
            .unwrap_or(&selected);
        if self.watching.as_ref() == Some(&next.id) {
            return None;
        }
        (self.watching, self.watched) = (Some(next.id.clone()), false);
        Some(Command::Watch { run: next.id.clone() })
    }
}

/// What a key does.
pub fn act(state: &mut State, action: Action) -> Vec<Command> {
    let view = &mut state.train;
    if view.filtering {
        match action {
            Action::Open => view.filtering = false,
            Action::Back => {
                view.filtering = false;
                state.clear_run_filter();
            }
            Action::Move(step) => view.step(step),
            _ => {}
        }
        return Vec::new();
    }
    match action {
        Action::Move(step) => view.step(step),
        Action::Filter => view.filtering = true,
        Action::Back => state.clear_run_filter(),
        Action::Log => view.log = !view.log,
        Action::Smooth => view.smooth(),
        Action::More => view.zoom.closer(view.longest()),
        Action::Fewer => view.zoom.wider(view.longest()),
        Action::Left => view.zoom.pan(view.longest(), false),
        Action::Right => view.zoom.pan(view.longest(), true),
        Action::Compare => return note::compare(state),
        Action::Note => note::note(state),
        Action::Delete => return note::delete(state),
        Action::Restore => {
            return vec![Command::Restore { run: "last".to_owned() }];
        }
        Action::Metric => view.metric = view.metric.turned(1),
        Action::Mark => {
            if let Some(id) = view.run().map(|run| run.id.clone())
                && !view.mark(&id)
            {
                state.message = Some(Message::note(format!(
                    "At most {SLOTS} runs can be overlaid; remove one first."
                )));
            }
        }
        Action::Refresh => return vec![Command::Runs { follow: true }],
        Action::Bench => {
            state.overlays.push(Overlay::Bench(Subject::Model));
            if state.jobs.busy(CommandKind::Bench) {
                state.message = Some(Message::note("Something is still being measured."));
                return Vec::new();
            }
            return vec![Command::Bench { what: MEASURED }];
        }
        Action::Presets => {
            state.overlays.push(Overlay::Presets(PresetsView::default()));
            return vec![Command::Presets];
        }
        Action::Models => {
            state.overlays.push(Overlay::Models(ModelsView::default()));
            return vec![Command::Models { name: None }];
        }
        Action::NewRun if state.jobs.busy(CommandKind::Train) => {
            state.message = Some(Message::note("A run is being started."));
        }
        Action::NewRun => match &state.config {
            Some(config) => {
                let form = Form::new(config, state.survey.as_deref());
                state.overlays.push(Overlay::Form(form));
            }
            None => state.message = Some(Message::note("The settings are still being read.")),
        },
        Action::Resume => return resume(state),
        Action::Queue => return vec![Command::Queue],
        Action::Wake => return vec![Command::Wake { follow: false }],
        Action::Shift(_) | Action::StartNow | Action::Cancel => return queue::act(state, action),
        Action::Edit => match &state.config {
            Some(config) => {
                let form = Form::new(config, state.survey.as_deref());
                state.edit = Some(form.to_toml());
                state.overlays.push(Overlay::Form(form));
            }
            None => state.message = Some(Message::note("The settings are still being read.")),
        },
        Action::StopNow if state.train.run().is_some_and(|run| run.queue.is_some()) => {
            return queue::act(state, Action::Cancel);
        }
        Action::StopNow => stop(state, Stop::Now),
        Action::StopAfterEpoch => stop(state, Stop::AfterEpoch),
        Action::Open => open(state),
        _ => {}
    }
    Vec::new()
}

/// Whether it can go on is for the engine to say, which knows why not.
fn resume(state: &mut State) -> Vec<Command> {
    if state.jobs.busy(CommandKind::Resume) {
        state.message = Some(Message::note("A run is being resumed."));
        return Vec::new();
    }
    let run = state.train.run().map(|run| run.id.clone());
    run.map(|run| Command::Resume { run }).into_iter().collect()
}

fn stop(state: &mut State, when: Stop) {
    let Some(run) = state.train.run().cloned() else { return };
    if !matches!(run.state, RunState::Running | RunState::Queued) {
        state.message = Some(Message::note(format!("Run {} is not running.", run.id)));
        return;
    }
    let text = match when {
        Stop::Now => "It stops at the next step. The checkpoint of the best epoch so far stays, and is evaluated.",
        Stop::AfterEpoch => {
            "It stops when this epoch is done. The checkpoint of the best epoch stays, and is evaluated."
        }
    };
    let title = format!("Stop run {}?", run.id);
    let question = Question::new(
        title,
        text.to_owned(),
        "Stop",
        vec![Command::Stop { run: run.id, when }],
    );
    state.overlays.push(Overlay::Question(question));
}

fn open(state: &mut State) {
    let Some(run) = state.train.run().cloned() else { return };
    if run.test_uar.is_some() {
        state.report.choose(&run.id);
        state.tab = Tab::Report;
    } else {
        state.message = Some(Message::note(format!(
            "Run {} has no report: it was not evaluated on its test clips yet.",
            run.id
        )));
    }
}

/// Draws the tab.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let runs = &state.train.listed;
    if state.runs().is_empty() {
        runs::nothing(state, area, buffer, theme);
        return;
    }
    let filter = state.train.filtering || !state.train.filter.text().is_empty();
    let listed = runs.len().max(1) as u16 + 1 + u16::from(filter);
    if area.width >= 130 && area.height >= 28 {
        let columns = [Constraint::Percentage(52), Constraint::Length(3), Constraint::Fill(1)];
        let [left, _, right] = area.layout(&Layout::horizontal(columns));
        let list_rows = listed.min(area.height / 2);
        let rows = [
            Constraint::Length(list_rows),
            Constraint::Length(1),
            Constraint::Fill(1),
        ];
        let [list, _, details] = left.layout(&Layout::vertical(rows));
        runs::draw(state, list, buffer, theme);
        detail::draw(state, details, buffer, theme);
        charts::draw(state, right, buffer, theme);
    } else {
        let list_rows = listed.clamp(3, (area.height / 3).max(4));
        let gap = u16::from(area.height >= 18);
        let rows = [
            Constraint::Length(list_rows),
            Constraint::Length(gap),
            Constraint::Fill(1),
        ];
        let [list, _, below] = area.layout(&Layout::vertical(rows));
        runs::draw(state, list, buffer, theme);
        let columns = [
            Constraint::Fill(1),
            Constraint::Length(2),
            Constraint::Length((below.width * 2 / 5).min(50)),
        ];
        let [charts, _, details] = below.layout(&Layout::horizontal(columns));
        charts::draw(state, charts, buffer, theme);
        detail::draw(state, details, buffer, theme);
    }
}
