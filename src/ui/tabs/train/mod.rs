//! Train: runs, their curves, and the form that starts one.

mod actions;
pub mod charts;
pub mod detail;
pub mod evaluate;
mod keys;
mod legend;
mod look;
mod marks;
mod metric;
mod note;
mod order;
pub mod queue;
mod runs;
mod shown;
mod tracks;
mod usage;
mod zoom;

use crate::engine::{Bench, Command, CommandKind, Event, RunDetail, RunSummary};
use crate::present::filter::runs::fields;
use crate::present::filter::values_of;
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Selected, Show, Table};
use crate::ui::theme::Theme;
use crate::ui::widgets::filter::Filter;
use crate::ui::widgets::list::{Cursor, Step};
use look::Look;
use marks::Marks;
use order::Sort;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use std::collections::HashMap;
use std::sync::Arc;
use tracks::Tracks;

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
    cursor: Cursor,
    /// How the curves are looked at.
    look: Look,
    /// The run under the cursor, so that the cursor follows it when the list changes.
    selected: Option<String>,
    /// Runs laid over the selected one.
    marks: Marks,
    /// The newest report of every run that was watched, and its curves.
    details: HashMap<String, (Arc<RunDetail>, Tracks)>,
    /// The runs that pass the filter, in their order.
    listed: Arc<Vec<RunSummary>>,
    /// The filter of the list.
    filter: Filter,
    /// What it is ordered by.
    sort: Sort,
    /// Whether the other way round.
    reversed: bool,
    /// Whether the watched run was over, so that nothing more is reported of it.
    over: bool,
    /// Whether it is to be watched again.
    again: bool,
}

impl TrainView {
    /// Follows a new list; the cursor stays on its run.
    fn runs(&mut self, all: &Arc<Vec<RunSummary>>, watched: Option<&String>) {
        let query = self.filter.query();
        let mut listed: Vec<RunSummary> = all.iter().filter(|run| query.passes(*run)).cloned().collect();
        order::sort(&mut listed, (self.sort, self.reversed));
        self.listed = Arc::new(listed);
        let runs = &self.listed;
        let row = self
            .selected
            .as_ref()
            .and_then(|id| runs.iter().position(|run| run.id == *id));
        self.cursor.row = row.unwrap_or(self.cursor.row).min(runs.len().saturating_sub(1));
        if row.is_none() && !self.cursor_waits(all) {
            self.selected = runs.get(self.cursor.row).map(|run| run.id.clone());
        }
        self.marks.retain(|id| all.iter().any(|run| run.id == *id));
        let watched = all.iter().find(|run| watched == Some(&run.id));
        self.again |= self.over && watched.is_some_and(|run| self.stale(run));
    }

    /// Whether a run that was just started is not in the list yet; names begin with their time.
    fn cursor_waits(&self, runs: &[RunSummary]) -> bool {
        let newest = runs.first().map(|run| &run.id);
        self.selected
            .as_ref()
            .is_some_and(|id| newest.is_none_or(|newest| id > newest))
    }

    /// Lists the runs again, in another order.
    fn reorder(&mut self, model: &Model) {
        if let Some(runs) = &model.listed {
            self.runs(runs, model.watched.as_ref());
        }
    }

    /// Puts the cursor on a run, now or as soon as it is listed.
    fn select(&mut self, id: &str) {
        self.selected = Some(id.to_owned());
    }

    /// Takes the newest report of a run.
    fn detail(&mut self, detail: Arc<RunDetail>) {
        let weight = self.look.weight();
        let id = detail.summary.id.clone();
        let mut tracks = self
            .details
            .remove(&id)
            .map_or_else(|| Tracks::new(weight), |(_, tracks)| tracks);
        tracks.follow(&detail, weight);
        self.details.insert(id, (detail, tracks));
    }

    fn smooth(&mut self) {
        self.look.smooth();
        let weight = self.look.weight();
        for (detail, tracks) in self.details.values_mut() {
            tracks.follow(detail, weight);
        }
    }

    /// Epochs of the longest run that is drawn.
    fn longest(&self) -> usize {
        let selected = self.run().map(|run| &run.id);
        let ids = self.marks.ids().chain(selected);
        let known = ids.filter_map(|id| self.details.get(id));
        known.map(|(_, tracks)| tracks.len()).max().unwrap_or(0)
    }

    /// What is known of the run under the cursor.
    fn known(&self) -> Option<&RunDetail> {
        let (detail, _) = self.details.get(&self.run()?.id)?;
        Some(&**detail)
    }

    /// Ids of the marked runs and the one under the cursor.
    fn compared(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.marks.ids().cloned().collect();
        ids.extend(self.run().map(|run| run.id.clone()).filter(|id| !ids.contains(id)));
        if ids.len() < 2 {
            // Nothing is marked: with the next older one.
            ids.extend(self.listed.get(self.cursor.row + 1).map(|run| run.id.clone()));
        }
        ids
    }

    /// The run under the cursor.
    fn run(&self) -> Option<&RunSummary> {
        self.listed.get(self.cursor.row)
    }

    /// Whether less is known about a run than its row in the list says.
    fn stale(&self, run: &RunSummary) -> bool {
        let known = self.details.get(&run.id).map(|(detail, _)| &detail.summary);
        known.is_none_or(|known| known.epochs < run.epochs || known.state != run.state)
    }

    /// The run to watch next: marked ones that have gone on, one after the other, then the one under the cursor.
    fn next(&self, runs: &[RunSummary]) -> Option<String> {
        let selected = self.run()?;
        let marked = runs.iter().filter(|run| self.marks.slot(&run.id).is_some());
        let next = std::iter::once(selected).chain(marked).find(|run| self.stale(run));
        Some(next.unwrap_or(selected).id.clone())
    }
}

impl Pane for TrainView {
    fn name(&self) -> &'static str {
        "Train"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![keys::TRAIN, Table::COPY, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.listed.len());
        self.selected = self.run().map(|run| run.id.clone());
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

    fn complete(&mut self, model: &Model) {
        let values = |field: &str| values_of(field, model.runs());
        if self.filter.complete(&fields(), values) {
            self.typed(model);
        }
    }

    fn typed(&mut self, model: &Model) {
        self.filter.read(&fields());
        self.reorder(model);
    }

    fn apply(&mut self, event: &Event, model: &Model, effects: &mut Effects) {
        match event {
            Event::Runs(runs) => self.runs(runs, model.watched.as_ref()),
            // That of a trial is not listed.
            Event::Run(detail) if model.runs().iter().any(|run| run.id == detail.summary.id) => {
                self.detail(Arc::clone(detail));
            }
            Event::Started(started) => {
                if let Some(first) = started.runs.first() {
                    self.select(first);
                }
            }
            Event::Deletion(deletion) if !deletion.deleted => note::deletion(deletion, effects),
            Event::Resumed(resumed) => self.again |= !resumed.runs.is_empty(),
            Event::Done(CommandKind::Watch) => self.over = true,
            _ => {}
        }
    }

    fn selected(&self, model: &Model) -> Option<Selected> {
        let id = self.run()?.id.clone();
        let path = model.run_folder(&id)?;
        Some(Selected { id, path })
    }

    fn needs(&mut self, model: &Model, effects: &mut Effects) {
        effects.chosen = self.run().map(|run| run.id.clone());
        if let Some(run) = self.next(model.runs())
            && (self.again || model.watched.as_ref() != Some(&run))
        {
            (self.over, self.again) = (false, false);
            effects.send(Command::Watch { run: run.into() });
        }
    }

    fn shows(&mut self, show: &Show, _: &Model) -> bool {
        *show == Show::Runs
    }

    fn asks(&self) -> Option<CommandKind> {
        Some(CommandKind::Watch)
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw(self, model, area, buffer, theme);
    }
}

fn draw(view: &TrainView, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if model.runs().is_empty() {
        runs::nothing(model, area, buffer, theme);
        return;
    }
    let listed = view.listed.len().max(1) as u16 + 1 + u16::from(view.filter.is_shown());
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
        runs::draw(view, model, list, buffer, theme);
        detail::draw(view, &model.clock, details, buffer, theme);
        charts::draw(view, right, buffer, theme);
    } else {
        let list_rows = listed.clamp(3, (area.height / 3).max(4));
        let gap = u16::from(area.height >= 18);
        let rows = [
            Constraint::Length(list_rows),
            Constraint::Length(gap),
            Constraint::Fill(1),
        ];
        let [list, _, below] = area.layout(&Layout::vertical(rows));
        runs::draw(view, model, list, buffer, theme);
        let columns = [
            Constraint::Fill(1),
            Constraint::Length(2),
            Constraint::Length((below.width * 2 / 5).min(50)),
        ];
        let [charts, _, details] = below.layout(&Layout::horizontal(columns));
        charts::draw(view, charts, buffer, theme);
        detail::draw(view, &model.clock, details, buffer, theme);
    }
}
