//! Tune: a study's leaderboard, what its trials say together, and its workers.

mod ask;
mod board;
mod charts;
mod chosen;
mod enqueue;
mod keys;
mod order;
mod panels;
mod parallel;
mod trial;
mod values;

use crate::engine::{
    Command, CommandKind, Event, RunDetail, StudyPage, StudyRepaired, StudyRestored, StudySummary, TrialRow, Tuning,
};
use crate::present::filter::trials::fields;
use crate::present::filter::values_of;
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Selected, Show, Table};
use crate::ui::theme::Theme;
use crate::ui::widgets::filter::Filter;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::Parts;
use chosen::{Beside, Chosen};
use order::Sort;
use panels::Panel;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What is seen of the studies.
#[derive(Debug, Default)]
pub struct TuneView {
    /// All studies.
    studies: Option<Arc<Vec<StudySummary>>>,
    /// The study that is followed.
    page: Option<Arc<StudyPage>>,
    /// The filter of the leaderboard.
    filter: Filter,
    /// Whether a trial is opened.
    opened: bool,
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
    /// The trials that the charts show.
    chosen_trials: Chosen,
    /// The study that is drawn beside.
    beside: Beside,
    /// The parameter of slices and of the order by one.
    axis: usize,
    /// The first parameter that has a column.
    column: usize,
    /// What is known of the opened trial's run.
    detail: Option<Arc<RunDetail>>,
    /// That run.
    watching: Option<String>,
}

impl Pane for TuneView {
    fn name(&self) -> &'static str {
        "Tune"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        let own = if self.opened { keys::TRIAL } else { keys::TUNE };
        vec![own, Table::COPY, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.order.len());
        self.selected = self.order.get(self.cursor.row).copied();
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn filter(&self) -> Option<&Filter> {
        Some(&self.filter)
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn typed(&mut self, _: &Model) {
        self.read_filter();
        self.arrange();
    }

    fn complete(&mut self, model: &Model) {
        let Some(page) = self.page.clone() else { return };
        let trials: Vec<_> = order::trials(&page, &self.ranks).collect();
        if self.filter.complete(&fields(&page), |field| values_of(field, &trials)) {
            self.typed(model);
        }
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        match event {
            Event::Study(_)
            | Event::Failed {
                command: CommandKind::Study,
                ..
            } if self.beside_takes(event) => {}
            Event::Studies(studies) => self.listed(studies),
            Event::Study(page) => self.follow(page),
            Event::Run(detail) if self.watching.as_ref() == Some(&detail.summary.id) => {
                self.detail = Some(Arc::clone(detail));
            }
            Event::Tuning(Tuning { study, .. })
            | Event::StudyRepaired(StudyRepaired { study, .. })
            | Event::StudyRestored(StudyRestored { study }) => self.begun(study),
            Event::StudyDeletion(deletion) if deletion.deleted => self.deleted(&deletion.study),
            Event::Failed {
                command: CommandKind::Study,
                ..
            } => self.page = None,
            _ => {}
        }
    }

    /// The trial's run; the study where it has none here.
    fn selected(&self, _: &Model) -> Option<Selected> {
        let page = self.page.as_ref()?;
        let run = self.trial().and_then(|trial| trial.run.as_ref());
        Some(Selected {
            id: self.run().unwrap_or_else(|| page.name.clone()),
            path: run.map_or_else(|| page.path.clone(), |run| page.path.join("trials").join(run)),
        })
    }

    fn needs(&mut self, model: &Model, effects: &mut Effects) {
        if !self.asked.0 {
            self.asked.0 = true;
            effects.send(Command::Studies { follow: true });
        }
        let any = self.studies.as_ref().is_some_and(|studies| !studies.is_empty());
        let wanted = self.chosen.clone().or_else(|| any.then(|| "last".to_owned()));
        if let Some(study) = wanted.filter(|wanted| self.asked.1.as_ref() != Some(wanted)) {
            self.asked.1 = Some(study.clone());
            self.beside.again();
            effects.send(Command::Study { study, follow: true });
        }
        self.ask_beside(effects);
        if let Some(run) = self.opened.then(|| self.run()).flatten()
            && (self.watching.as_ref() != Some(&run) || model.watched != self.watching)
        {
            self.watching = Some(run.clone());
            self.detail = None;
            effects.send(Command::Watch { run: run.into() });
        }
    }

    fn shows(&mut self, show: &Show, _: &Model) -> bool {
        match show {
            Show::Study(study) => self.chosen = Some(study.clone()),
            Show::Beside(study) => self.draw_beside(study),
            _ => return false,
        }
        true
    }

    fn asks(&self) -> Option<CommandKind> {
        Some(CommandKind::Study)
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw(self, model, area, buffer, theme);
    }
}

impl TuneView {
    /// Follows a study.
    fn follow(&mut self, page: &Arc<StudyPage>) {
        if self.page.as_ref().is_none_or(|known| known.name != page.name) {
            (self.selected, self.opened, self.column, self.axis) = (None, false, 0, 0);
            self.cursor = Cursor::default();
        }
        self.ranks = order::ranks(page);
        let same = self.page.as_ref().is_some_and(|known| known.axes == page.axes);
        self.page = Some(Arc::clone(page));
        if !same {
            // What it may name are the parameters of the study.
            self.read_filter();
        }
        self.arrange();
    }

    fn read_filter(&mut self) {
        if let Some(page) = &self.page {
            self.filter.read(&fields(page));
        }
    }

    /// Follows a study that was begun or gone on with.
    fn begun(&mut self, study: &str) {
        self.asked = (false, None);
        self.chosen = Some(study.to_owned());
    }

    /// Takes the list of studies; one that is seen and no longer there was deleted elsewhere.
    fn listed(&mut self, studies: &Arc<Vec<StudySummary>>) {
        let gone = self.page.as_ref().map(|page| page.name.clone());
        let gone = gone.filter(|name| studies.iter().all(|study| study.name != *name));
        self.studies = Some(Arc::clone(studies));
        if let Some(gone) = gone {
            self.deleted(&gone);
        }
    }

    /// A study is gone: another one is followed, if there is one.
    fn deleted(&mut self, study: &str) {
        if self.page.as_ref().is_some_and(|page| page.name == study) {
            (self.page, self.chosen, self.asked.1) = (None, None, None);
            if let Some(studies) = &self.studies {
                let left = studies.iter().filter(|other| other.name != study).cloned();
                self.studies = Some(Arc::new(left.collect()));
            }
        }
    }

    /// Puts the trials in order again; the cursor stays on its trial.
    fn arrange(&mut self) {
        let Some(page) = &self.page else { return };
        self.order = order::order(
            page,
            &self.ranks,
            (self.sort, self.reversed, self.axis),
            self.filter.query(),
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

    /// To the study before or behind.
    fn turn(&mut self, by: isize) {
        let Some(studies) = self.studies.as_ref().filter(|studies| !studies.is_empty()) else {
            return;
        };
        let here = self
            .page
            .as_ref()
            .and_then(|page| studies.iter().position(|study| study.name == page.name));
        let count = studies.len();
        let next = here.map_or(0, |here| (here + count).wrapping_add_signed(by) % count);
        self.chosen = studies.get(next).map(|study| study.name.clone());
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

fn draw(view: &TuneView, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(page) = &view.page else {
        panels::nothing(view, model, area, buffer, theme);
        return;
    };
    if view.opened
        && let Some(trial) = view.trial()
    {
        trial::draw(view, &model.clock, (page, trial), area, buffer, theme);
        return;
    }
    let head = panels::head(view, page, area, buffer, theme);
    let below = area.below(head);
    if area.width >= 116 && area.height >= 26 {
        let left = below.width * 11 / 20;
        let board = Rect { width: left, ..below };
        let right = below.right_of(left + 2);
        board::draw(view, page, board, buffer, theme);
        let upper = right.height / 2;
        let top = Rect {
            height: upper.saturating_sub(1),
            ..right
        };
        let bottom = right.below(upper);
        panels::draw(view, page, view.panel, top, buffer, theme);
        panels::draw(view, page, view.panel.turned(1), bottom, buffer, theme);
    } else {
        let rows = (below.height / 2).max(4).min(below.height);
        let board = Rect { height: rows, ..below };
        let panel = below.below(rows);
        board::draw(view, page, board, buffer, theme);
        panels::draw(view, page, view.panel, panel, buffer, theme);
    }
}
