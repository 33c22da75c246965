//! Report: what a run's model is worth, and how that was found out.

mod clips;
mod head;
mod scores;

use crate::engine::{Command, EvaluatedClip, RunReport, RunSummary};
use crate::ui::input::{Action, Tab};
use crate::ui::message::Message;
use crate::ui::state::State;
use crate::ui::tabs::listen;
use crate::ui::text::{Paint, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::heat_map::HeatMap;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;
use scores::Table;
use std::sync::Arc;

/// What is seen of a report.
#[derive(Debug, Default)]
pub struct ReportView {
    /// The report in front.
    pub report: Option<Arc<RunReport>>,
    /// Whether cells show percent of their row.
    pub normalised: bool,
    /// The cell under the cursor: (truth, prediction).
    pub cell: (usize, usize),
    /// The table beside the matrix that is drawn first.
    pub table: Table,
    /// The row of the list of the cell's clips, while it is open.
    pub clips: Option<Cursor>,
    /// The run whose report was chosen.
    chosen: Option<String>,
    /// The run whose report was asked for last, and what it and its other folds had come to by then.
    asked: Option<(String, Vec<f64>)>,
    /// Why there is none.
    problem: Option<String>,
}

impl ReportView {
    /// Chooses a run; its report is asked for when the tab is seen.
    pub fn choose(&mut self, id: &str) {
        if self.chosen.as_deref() != Some(id) {
            *self = Self {
                chosen: Some(id.to_owned()),
                normalised: self.normalised,
                table: self.table,
                ..Self::default()
            };
        }
    }

    /// Takes a report, unless another run was chosen in the meantime.
    pub fn apply(&mut self, report: Arc<RunReport>) {
        if self.chosen.as_ref().is_none_or(|chosen| *chosen == report.run.id) {
            let last = report.report.labels.len().saturating_sub(1);
            self.cell = (self.cell.0.min(last), self.cell.1.min(last));
            self.problem = None;
            self.report = Some(report);
        }
    }

    /// There is no report.
    pub fn failed(&mut self, message: &str) {
        self.problem = Some(message.to_owned());
    }

    /// The report to ask for: that of the chosen run, or of the newest that was judged.
    pub fn needs(&mut self, runs: &[RunSummary]) -> Option<Command> {
        if self.chosen.is_none() {
            self.chosen = Some(reported(runs).next()?.id.clone());
        }
        let id = self.chosen.clone()?;
        let run = runs.iter().find(|run| run.id == id);
        let group = |run: &RunSummary| run.fold.as_ref().map(|(.., group)| group.clone());
        let folds =
            |other: &&RunSummary| other.id == id || group(other).is_some() && group(other) == run.and_then(group);
        let scores: Vec<f64> = runs.iter().filter(folds).filter_map(|run| run.test_uar).collect();
        // While it goes on, what it had come to is all there is.
        let goes_on = run.is_some_and(|run| run.test_uar.is_none());
        if self
            .asked
            .as_ref()
            .is_some_and(|(asked, known)| *asked == id && (goes_on || *known == scores))
        {
            return None;
        }
        self.asked = Some((id.clone(), scores));
        Some(Command::Report { run: id.into() })
    }

    /// The clips of the cell under the cursor, the surest first.
    fn evaluated(&self) -> Vec<&EvaluatedClip> {
        let Some(report) = &self.report else { return Vec::new() };
        let mut evaluated: Vec<&EvaluatedClip> = report
            .evaluated
            .iter()
            .filter(|evaluated| (evaluated.truth, evaluated.prediction()) == self.cell)
            .collect();
        let probability = |evaluated: &EvaluatedClip| evaluated.probabilities.get(self.cell.1).copied().unwrap_or(0.0);
        evaluated.sort_by(|a, b| probability(b).total_cmp(&probability(a)));
        evaluated
    }
}

/// Runs that were judged on their test clips, the newest first.
fn reported(runs: &[RunSummary]) -> impl Iterator<Item = &RunSummary> {
    runs.iter().filter(|run| run.test_uar.is_some())
}

/// What a key does.
pub fn act(state: &mut State, action: Action) -> Vec<Command> {
    match action {
        Action::OlderRun => turn(state, 1),
        Action::NewerRun => turn(state, -1),
        Action::Metric => {
            if let Some(report) = &state.report.report {
                state.report.table = state.report.table.next(report);
            }
        }
        Action::Normalise => state.report.normalised = !state.report.normalised,
        _ if state.report.clips.is_some() => act_on_clips(state, action),
        _ => act_on_matrix(&mut state.report, action),
    }
    Vec::new()
}

fn turn(state: &mut State, by: isize) {
    let runs = state.listed.clone().unwrap_or_default();
    let ids: Vec<&str> = reported(&runs).map(|run| run.id.as_str()).collect();
    let at = ids.iter().position(|id| Some(*id) == state.report.chosen.as_deref());
    let next = at.map_or(Some(0), |at| at.checked_add_signed(by));
    match next.and_then(|next| ids.get(next)) {
        Some(id) => state.report.choose(id),
        None if ids.is_empty() => {}
        None if by > 0 => state.message = Some(Message::note("This is the oldest report.")),
        None => state.message = Some(Message::note("This is the newest report.")),
    }
}

fn act_on_matrix(view: &mut ReportView, action: Action) {
    let last = view
        .report
        .as_ref()
        .map_or(0, |report| report.report.labels.len().saturating_sub(1));
    let (truth, prediction) = view.cell;
    view.cell = match action {
        Action::Left => (truth, prediction.saturating_sub(1)),
        Action::Right => (truth, (prediction + 1).min(last)),
        Action::Move(Step::Up) => (truth.saturating_sub(1), prediction),
        Action::Move(Step::Down) => ((truth + 1).min(last), prediction),
        Action::Move(Step::First | Step::PageUp) => (0, prediction),
        Action::Move(Step::Last | Step::PageDown) => (last, prediction),
        _ => view.cell,
    };
    if action == Action::Open && view.report.is_some() {
        view.clips = Some(Cursor::default());
    }
}

fn act_on_clips(state: &mut State, action: Action) {
    let evaluated = state.report.evaluated();
    let rows = evaluated.len();
    let row = state.report.clips.as_ref().map_or(0, |cursor| cursor.row);
    let path = evaluated.get(row).map(|evaluated| evaluated.path.clone());
    match (action, path) {
        (Action::Back, _) => state.report.clips = None,
        (Action::Open, Some(path)) if listen::open(state, &path) => state.tab = Tab::Listen,
        (Action::Open, Some(path)) => {
            let text = format!(
                "{} is not among the scanned clips; press 1, then r, to scan again.",
                path.display()
            );
            state.message = Some(Message::note(text));
        }
        (Action::Move(step), _) => {
            if let Some(cursor) = &mut state.report.clips {
                cursor.step(step, rows);
            }
        }
        _ => {}
    }
}

/// Draws the tab.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(report) = &state.report.report else {
        head::nothing(state, area, buffer, theme);
        return;
    };
    // What has to be said beside the scores comes first, where it is seen whatever else there is room for.
    let warning = report.coverage.warning().map_or_else(String::new, |words| words + "; ");
    let words = format!("Protocol: {warning}{}", report.report.protocol_line);
    let protocol = wrap_to(&words, usize::from(area.width), usize::from(area.height / 4).max(2));
    let gap = u16::from(area.height >= 19);
    let rows = [
        Constraint::Length(2 + gap),
        Constraint::Fill(1),
        Constraint::Length(u16::from(area.height >= 26)),
        Constraint::Length(protocol.len() as u16),
    ];
    let [top, body, _, foot] = area.layout(&Layout::vertical(rows));
    head::header(state, report, top, buffer, theme);
    if state.report.clips.is_some() {
        clips::draw(state, report, body, buffer, theme);
    } else {
        let columns = if area.width >= 110 {
            [Constraint::Fill(11), Constraint::Length(3), Constraint::Fill(9)]
        } else {
            [
                Constraint::Fill(1),
                Constraint::Length(2),
                Constraint::Length(scores::WIDTH),
            ]
        };
        let [left, _, right] = body.layout(&Layout::horizontal(columns));
        matrix(state, report, left, buffer, theme);
        scores::draw(state.report.table, report, right, buffer, theme);
    }
    for (row, line) in protocol.iter().enumerate() {
        buffer.put(foot, 0, row as u16, line, theme.text());
    }
    buffer.put(foot, 0, 0, "Protocol:", theme.dim());
    if !warning.is_empty() {
        let said = wrap_to(&format!("Protocol: {warning}"), usize::from(area.width), protocol.len());
        for (row, line) in said.iter().enumerate() {
            let start = if row == 0 { "Protocol: ".len() } else { 0 };
            buffer.put(
                foot,
                start as u16,
                row as u16,
                &line[start.min(line.len())..],
                theme.warn(),
            );
        }
    }
}

fn matrix(state: &State, report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let view = &state.report;
    let note = cell_words(view, report);
    let title = if view.normalised {
        "Confusion, percent"
    } else {
        "Confusion, clips"
    };
    let inside = section(buffer, area, title, &note, theme);
    let report = &report.report;
    let map = HeatMap {
        labels: &report.labels,
        counts: &report.confusion,
        shares: &report.confusion_normalised,
        normalised: view.normalised,
        cell: view.cell,
        theme,
    };
    map.render(inside, buffer);
}

/// The cell under the cursor in words.
fn cell_words(view: &ReportView, report: &RunReport) -> String {
    let (truth, prediction) = view.cell;
    let report = &report.report;
    let label = |index: usize| report.labels.get(index).map_or("", String::as_str);
    let cell = report
        .confusion
        .get(truth)
        .and_then(|row| row.get(prediction))
        .copied()
        .unwrap_or(0);
    if truth == prediction {
        format!("{} correct: {cell}", label(truth))
    } else {
        format!("{} predicted as {}: {cell}", label(truth), label(prediction))
    }
}
