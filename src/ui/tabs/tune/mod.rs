//! Tune: a study's leaderboard, what its trials say together, and its workers.

mod ask;
mod board;
mod charts;
mod enqueue;
mod order;
mod panels;
mod parallel;
mod trial;

pub use enqueue::EnqueueForm;

use crate::engine::{Command, RunDetail, StudyPage, StudySummary, TrialRow};
use crate::ui::input::Action;
use crate::ui::state::State;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use order::Sort;
use panels::Panel;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What is seen of the studies.
#[derive(Debug, Default)]
pub struct TuneView {
    /// All studies.
    pub studies: Option<Arc<Vec<StudySummary>>>,
    /// The study that is followed.
    pub page: Option<Arc<StudyPage>>,
    /// The filter of the leaderboard.
    pub filter: Field,
    /// Whether it is being typed.
    pub filtering: bool,
    /// Whether a trial is opened.
    pub opened: bool,
    /// The study to follow; by default the one that was written last.
    chosen: Option<String>,
    /// Whether the list was asked for, and the study that was.
    asked: (bool, Option<String>),
    cursor: Cursor,
    /// The trial under the cursor, so that the cursor follows it.
    selected: Option<usize>,
    /// Numbers of the trials shown, in their order.
    order: Vec<usize>,
    /// Rank of every trial, by number.
    ranks: Vec<Option<usize>>,
    sort: Sort,
    reversed: bool,
    panel: Panel,
    /// The parameter of slices and of the order by one.
    axis: usize,
    /// The first parameter that has a column.
    column: usize,
    /// What is known of the opened trial's run.
    detail: Option<Arc<RunDetail>>,
    watching: Option<String>,
}

impl TuneView {
    /// Follows the list of studies.
    pub fn list(&mut self, studies: Arc<Vec<StudySummary>>) {
        self.studies = Some(studies);
    }

    /// Follows a study.
    pub fn follow(&mut self, page: Arc<StudyPage>) {
        if self.page.as_ref().is_none_or(|known| known.name != page.name) {
            (self.selected, self.opened, self.column, self.axis) = (None, false, 0, 0);
            self.cursor = Cursor::default();
        }
        self.ranks = order::ranks(&page);
        self.page = Some(page);
        self.arrange();
    }

    /// Follows a study that was begun or gone on with.
    pub fn begun(&mut self, study: &str) {
        self.asked = (false, None);
        self.chosen = Some(study.to_owned());
    }

    /// The study could not be followed.
    pub fn failed(&mut self) {
        self.page = None;
    }

    /// Takes the newest word about the opened trial's run; says whether it was about it.
    pub fn detail(&mut self, detail: &Arc<RunDetail>) -> bool {
        let ours = self.watching.as_ref() == Some(&detail.summary.id);
        if ours {
            self.detail = Some(Arc::clone(detail));
        }
        ours
    }

    /// Another run is watched now.
    pub fn unwatched(&mut self) {
        self.watching = None;
    }

    /// The filter has changed.
    pub fn filtered(&mut self) {
        self.arrange();
    }

    /// Puts the trials in order again; the cursor stays on its trial.
    fn arrange(&mut self) {
        let Some(page) = &self.page else { return };
        self.order = order::order(
            page,
            &self.ranks,
            (self.sort, self.reversed, self.axis),
            self.filter.text(),
        );
        let row = self
            .selected
            .and_then(|number| self.order.iter().position(|other| *other == number));
        self.cursor.row = row.unwrap_or(self.cursor.row).min(self.order.len().saturating_sub(1));
        if row.is_none() {
            self.selected = self.order.get(self.cursor.row).copied();
        }
    }

    /// The trial under the cursor.
    fn trial(&self) -> Option<&Arc<TrialRow>> {
        self.page.as_ref()?.trials.get(self.selected?)
    }

    /// What the tab needs and was not asked for yet.
    pub fn needs(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        if !self.asked.0 {
            self.asked.0 = true;
            commands.push(Command::Studies);
        }
        let any = self.studies.as_ref().is_some_and(|studies| !studies.is_empty());
        let wanted = self.chosen.clone().or_else(|| any.then(|| "last".to_owned()));
        if wanted.is_some() && self.asked.1 != wanted {
            self.asked.1.clone_from(&wanted);
            commands.extend(wanted.map(|study| Command::Study { study, follow: true }));
        }
        let run = self.opened.then(|| self.run()).flatten();
        if run.is_some() && self.watching != run {
            self.watching.clone_from(&run);
            self.detail = None;
            commands.extend(run.map(|run| Command::Watch { run: run.into() }));
        }
        commands
    }

    /// The run of the trial under the cursor, as it is watched.
    fn run(&self) -> Option<String> {
        let (page, run) = (self.page.as_ref()?, self.trial()?.run.as_ref()?);
        Some(format!("{}/{run}", page.name))
    }

    /// The study that is seen; where none can be, one whose journal cannot be read.
    fn repairable(&self) -> Option<String> {
        let seen = self.page.as_ref().map(|page| page.name.clone());
        seen.or_else(|| self.unreadable().map(|study| study.name.clone()))
    }

    /// The first study with a journal that cannot be read.
    fn unreadable(&self) -> Option<&StudySummary> {
        self.studies
            .iter()
            .flat_map(|studies| studies.iter())
            .find(|study| study.problem.is_some())
    }

    /// The processes at work.
    fn workers(&self) -> Vec<String> {
        let workers = self.page.iter().flat_map(|page| &page.workers);
        workers
            .filter(|worker| worker.heartbeat.is_some())
            .map(|worker| worker.name.clone())
            .collect()
    }
}

/// What a key does.
pub fn act(state: &mut State, action: Action) -> Vec<Command> {
    let view = &mut state.tune;
    if view.filtering {
        match action {
            Action::Open => view.filtering = false,
            Action::Back => {
                (view.filtering, view.filter) = (false, Field::default());
                view.arrange();
            }
            Action::Move(step) => view.cursor.step(step, view.order.len()),
            _ => {}
        }
        view.selected = view.order.get(view.cursor.row).copied();
        return Vec::new();
    }
    match action {
        Action::Move(step) => {
            view.cursor.step(step, view.order.len());
            view.selected = view.order.get(view.cursor.row).copied();
        }
        Action::Back if view.opened => view.opened = false,
        Action::Back => {
            view.filter = Field::default();
            view.arrange();
        }
        Action::Open => view.opened = view.trial().is_some() && !view.opened,
        Action::Filter => view.filtering = view.page.is_some(),
        Action::Sort => {
            view.sort = view.sort.next();
            view.arrange();
        }
        Action::Reverse => {
            view.reversed = !view.reversed;
            view.arrange();
        }
        Action::Metric => view.panel = view.panel.turned(1),
        Action::Parameter => {
            let axes = view.page.as_ref().map_or(0, |page| page.axes.len());
            view.axis = (view.axis + 1) % axes.max(1);
            view.arrange();
        }
        Action::Left => view.column = view.column.saturating_sub(1),
        Action::Right => {
            let last = view.page.as_ref().map_or(0, |page| page.axes.len().saturating_sub(1));
            view.column = (view.column + 1).min(last);
        }
        Action::OlderRun => turn(view, -1),
        Action::NewerRun => turn(view, 1),
        Action::Refresh => {
            view.chosen = view.page.as_ref().map(|page| page.name.clone());
            view.asked = (false, None);
        }
        _ => return ask::ask(state, action),
    }
    Vec::new()
}

/// To the study before or behind.
fn turn(view: &mut TuneView, by: isize) {
    let Some(studies) = view.studies.as_ref().filter(|studies| !studies.is_empty()) else {
        return;
    };
    let here = view
        .page
        .as_ref()
        .and_then(|page| studies.iter().position(|study| study.name == page.name));
    let count = studies.len();
    let next = here.map_or(0, |here| (here + count).wrapping_add_signed(by) % count);
    view.chosen = studies.get(next).map(|study| study.name.clone());
}

/// Draws the tab.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(page) = &state.tune.page else {
        panels::nothing(state, area, buffer, theme);
        return;
    };
    if state.tune.opened
        && let Some(trial) = state.tune.trial()
    {
        trial::draw(&state.tune, page, trial, area, buffer, theme);
        return;
    }
    let head = panels::head(&state.tune, page, area, buffer, theme);
    let below = Rect {
        y: area.y + head,
        height: area.height.saturating_sub(head),
        ..area
    };
    if area.width >= 116 && area.height >= 26 {
        let left = below.width * 11 / 20;
        let board = Rect { width: left, ..below };
        let right = Rect {
            x: below.x + left + 2,
            width: below.width - left - 2,
            ..below
        };
        board::draw(&state.tune, page, board, buffer, theme);
        let upper = right.height / 2;
        let top = Rect {
            height: upper.saturating_sub(1),
            ..right
        };
        let bottom = Rect {
            y: right.y + upper,
            height: right.height - upper,
            ..right
        };
        panels::draw(&state.tune, page, state.tune.panel, top, buffer, theme);
        panels::draw(&state.tune, page, state.tune.panel.turned(1), bottom, buffer, theme);
    } else {
        let rows = (below.height / 2).max(4).min(below.height);
        let board = Rect { height: rows, ..below };
        let panel = Rect {
            y: below.y + rows,
            height: below.height - rows,
            ..below
        };
        board::draw(&state.tune, page, board, buffer, theme);
        panels::draw(&state.tune, page, state.tune.panel, panel, buffer, theme);
    }
}
