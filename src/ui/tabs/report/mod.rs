//! Report: what a run's model is worth, and how that was found out.

mod clips;
mod head;
mod regression;
mod scores;

use crate::engine::{Command, CommandKind, EvaluatedClip, Event, Report, RunReport, RunSummary};
use crate::ui::input::key::{ENTER, ESCAPE, LEFT, RIGHT, keys};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Selected, Show, Table as Keys, Tested};
use crate::ui::text::{Paint, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::heat_map::HeatMap;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::section;
use crate::ui::widgets::targets::Targets;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::widgets::Widget;
use scores::Table;
use std::sync::Arc;

/// What is seen of a report.
#[derive(Debug, Default)]
pub struct ReportView {
    /// The report in front.
    report: Option<Arc<RunReport>>,
    /// Whether one fold is shown alone, where there are several.
    alone: bool,
    /// Whether cells show percent of their row.
    normalised: bool,
    /// The cell under the cursor: (truth, prediction).
    cell: (usize, usize),
    /// Where the cells are seen.
    cells: Targets<(usize, usize)>,
    /// The table beside the matrix that is drawn first.
    table: Table,
    /// The row of the list of the cell's clips, while it is open.
    clips: Option<Cursor>,
    /// The run whose report was chosen.
    chosen: Option<String>,
    /// The run whose report was asked for last, and what it and its other folds had come to by then.
    asked: Option<(String, Vec<f64>)>,
    /// Why there is none.
    problem: Option<String>,
}

const TURNS: Keys<ReportView> = Keys {
    heading: "In this tab",
    bindings: &[
        bind(keys!['['], "an older run")
            .hint("older")
            .sends(CommandKind::Report, &[])
            .does(|view, model, effects| view.turn(1, model, effects)),
        bind(keys![']'], "a newer run")
            .hint("newer")
            .sends(CommandKind::Report, &[])
            .does(|view, model, effects| view.turn(-1, model, effects)),
    ],
};

const MATRIX: Keys<ReportView> = Keys {
    heading: "In this tab",
    bindings: &[
        bind(&[LEFT, Key::character('h')], "the cell on the left")
            .does(|view, _, _| view.cell.1 = view.cell.1.saturating_sub(1)),
        bind(&[RIGHT, Key::character('l')], "the cell on the right")
            .does(|view, _, _| view.cell.1 = (view.cell.1 + 1).min(view.last())),
        bind(&[ENTER], "list the clips of the cell")
            .hint("clips")
            .does(|view, _, _| view.clips = view.report.is_some().then(Cursor::default)),
        bind(keys!['n'], "counts, or percent of each row")
            .hint("counts/percent")
            .does(|view, _, _| view.normalised = !view.normalised),
        bind(keys!['f'], "all folds together, or this one alone")
            .hint("folds")
            .does(|view, _, effects| view.turn_fold(effects)),
        bind(
            keys!['t'],
            "the next table: classes, folds, corpora, genders, most confused",
        )
        .hint("tables")
        .does(|view, _, _| {
            if let Some(report) = &view.report {
                view.table = view.table.next(report, view.shown(report));
            }
        }),
    ],
};

const CLIPS: Keys<ReportView> = Keys {
    heading: "In the clips of a cell",
    bindings: &[
        bind(&[ENTER], "listen to the clip, and to those beside it")
            .hint("listen")
            .does(|view, _, effects| {
                let at = view.clips.as_ref().map_or(0, |cursor| cursor.row);
                if let Some(tested) = view.tested(at) {
                    effects.show(Show::Tested(tested));
                }
            }),
        bind(&[ESCAPE, Key::character('h'), LEFT], "back to the matrix")
            .hint("back")
            .does(|view, _, _| view.clips = None),
    ],
};

impl Pane for ReportView {
    fn name(&self) -> &'static str {
        "Report"
    }

    fn keys(&self) -> Vec<Keys<Self>> {
        match self.clips {
            Some(_) => vec![CLIPS, Keys::COPY, Keys::MOVES],
            None => vec![TURNS, MATRIX, Keys::COPY, Keys::MOVES],
        }
    }

    fn step(&mut self, step: Step, _: &Model) {
        let (rows, last) = (self.evaluated().len(), self.last());
        match &mut self.clips {
            Some(cursor) => cursor.step(step, rows),
            None => {
                let truth = self.cell.0;
                self.cell.0 = match step {
                    Step::Up => truth.saturating_sub(1),
                    Step::Down => (truth + 1).min(last),
                    Step::First | Step::PageUp => 0,
                    Step::Last | Step::PageDown => last,
                    Step::To(_) | Step::Scroll(_) => truth,
                };
            }
        }
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.clips.as_ref()
    }

    /// A cell of the matrix, or a clip of one, is chosen.
    fn click(&mut self, place: Position, _: &Model, _: &mut Effects) {
        match &mut self.clips {
            Some(cursor) => cursor.row = cursor.row_at(place).unwrap_or(cursor.row),
            None => self.cell = self.cells.at(place).unwrap_or(self.cell),
        }
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        match event {
            Event::Report(report) => self.report(report),
            Event::Failed {
                command: CommandKind::Report,
                message,
            } => self.problem = Some(message.clone()),
            _ => {}
        }
    }

    /// The clip of the list, or the run.
    fn selected(&self, model: &Model) -> Option<Selected> {
        if let Some(cursor) = &self.clips {
            return self.evaluated().get(cursor.row).map(|clip| Selected::clip(&clip.path));
        }
        let id = self.report.as_ref()?.run.id.clone();
        let path = model.run_folder(&id)?;
        Some(Selected { id, path })
    }

    fn needs(&mut self, model: &Model, effects: &mut Effects) {
        effects.commands.extend(self.wanted(model.runs()));
    }

    /// Chooses a run; its report is asked for when the tab is seen.
    fn shows(&mut self, show: &Show, _: &Model) -> bool {
        let Show::Report(id) = show else { return false };
        self.choose(id);
        true
    }

    fn says_synthetic(&self) -> bool {
        true
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw(self, model, area, buffer, theme);
    }
}

impl ReportView {
    fn choose(&mut self, id: &str) {
        if self.chosen.as_deref() != Some(id) {
            *self = Self {
                chosen: Some(id.to_owned()),
                alone: self.alone,
                normalised: self.normalised,
                table: self.table,
                ..Self::default()
            };
        }
    }

    /// Takes a report, unless another run was chosen in the meantime.
    fn report(&mut self, report: &Arc<RunReport>) {
        if self.chosen.as_ref().is_none_or(|chosen| *chosen == report.run.id) {
            let last = report.report.labels.len().saturating_sub(1);
            self.cell = (self.cell.0.min(last), self.cell.1.min(last));
            self.problem = None;
            self.report = Some(Arc::clone(report));
        }
    }

    /// The report to ask for: that of the chosen run, or of the newest that was evaluated.
    fn wanted(&mut self, runs: &[RunSummary]) -> Option<Command> {
        if self.chosen.is_none() {
            self.chosen = Some(reported(runs).next()?.id.clone());
        }
        let id = self.chosen.clone()?;
        let run = runs.iter().find(|run| run.id == id);
        let group = |run: &RunSummary| run.fold.as_ref().map(|(.., group)| group.clone());
        let folds =
            |other: &&RunSummary| other.id == id || group(other).is_some() && group(other) == run.and_then(group);
        let score = |run: &RunSummary| run.test_uar.or(run.test_ccc);
        let scores: Vec<f64> = runs.iter().filter(folds).filter_map(score).collect();
        // While it goes on, what it had come to is all there is.
        let goes_on = run.is_some_and(|run| !run.is_evaluated());
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

    /// The tables in front: of all folds together, or of the run alone.
    fn shown<'a>(&self, report: &'a RunReport) -> &'a Report {
        match &report.pooled {
            Some(pooled) if !self.alone => &pooled.report,
            _ => &report.report,
        }
    }

    fn turn_fold(&mut self, effects: &mut Effects) {
        if self.report.as_ref().is_some_and(|report| report.pooled.is_some()) {
            self.alone = !self.alone;
        } else {
            effects.note("There are no other folds: this run is no cross-validation, or is its only evaluated fold.");
        }
    }

    /// A clip of the cell with those beside it; of several folds with those of its own, whose model has not learnt from them.
    fn tested(&self, at: usize) -> Option<Tested> {
        let report = self.report.as_ref()?;
        let evaluated = self.evaluated();
        let chosen = *evaluated.get(at)?;
        let own = |clips: &[EvaluatedClip], clip: &EvaluatedClip| clips.iter().any(|one| std::ptr::eq(one, clip));
        let mut folds = report.pooled.iter().flat_map(|pooled| &pooled.folds);
        let fold = folds.find(|(_, clips)| own(clips, chosen));
        let beside = evaluated
            .iter()
            .filter(|clip| fold.is_none_or(|(_, clips)| own(clips, clip)));
        let beside: Vec<&&EvaluatedClip> = beside.collect();
        Some(Tested {
            run: fold.map_or(&report.run.id, |(run, _)| run).clone(),
            title: cell_words(self, report),
            at: beside.iter().position(|clip| std::ptr::eq(**clip, chosen))?,
            clips: beside.into_iter().map(|clip| clip.path.clone()).collect(),
        })
    }

    /// Place of the last label.
    fn last(&self) -> usize {
        let report = self.report.as_ref();
        report.map_or(0, |report| report.report.labels.len().saturating_sub(1))
    }

    fn turn(&mut self, by: isize, model: &Model, effects: &mut Effects) {
        let ids: Vec<&str> = reported(model.runs()).map(|run| run.id.as_str()).collect();
        let at = ids.iter().position(|id| Some(*id) == self.chosen.as_deref());
        let next = at.map_or(Some(0), |at| at.checked_add_signed(by));
        match next.and_then(|next| ids.get(next)) {
            Some(id) => self.choose(id),
            None if ids.is_empty() => {}
            None if by > 0 => effects.note("This is the oldest report."),
            None => effects.note("This is the newest report."),
        }
    }

    /// The clips of the cell under the cursor, the surest first.
    fn evaluated(&self) -> Vec<&EvaluatedClip> {
        let Some(report) = &self.report else { return Vec::new() };
        if let Some(own) = &report.report.regression {
            return regression::evaluated(own, report);
        }
        let clips: Vec<&EvaluatedClip> = match &report.pooled {
            Some(pooled) if !self.alone => pooled.folds.iter().flat_map(|(_, clips)| clips).collect(),
            _ => report.evaluated.iter().collect(),
        };
        let mut evaluated: Vec<&EvaluatedClip> = clips
            .into_iter()
            .filter(|evaluated| (evaluated.truth, evaluated.prediction()) == self.cell)
            .collect();
        let probability = |evaluated: &EvaluatedClip| evaluated.probabilities.get(self.cell.1).copied().unwrap_or(0.0);
        evaluated.sort_by(|a, b| probability(b).total_cmp(&probability(a)));
        evaluated
    }
}

/// Runs that were evaluated on their test clips, the newest first.
fn reported(runs: &[RunSummary]) -> impl Iterator<Item = &RunSummary> {
    runs.iter().filter(|run| run.is_evaluated())
}

fn draw(view: &ReportView, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    view.cells.clear();
    let Some(report) = &view.report else {
        head::nothing(view, area, buffer, theme);
        return;
    };
    // What has to be said beside the scores comes first, where it is seen whatever else there is room for.
    let coverage = report.report.regression.is_none().then_some(&report.coverage);
    let warning = coverage
        .and_then(|of| of.warning())
        .map_or_else(String::new, |words| words + "; ");
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
    head::header(model.runs(), (report, view.alone), top, buffer, theme);
    if let Some(own) = &report.report.regression {
        regression::figures(own, report, top, buffer, theme);
        match view.clips {
            Some(_) => regression::clips(view, own, body, buffer, theme),
            None => regression::draw(own, report, body, buffer, theme),
        }
    } else if view.clips.is_some() {
        clips::draw(view, report, body, buffer, theme);
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
        matrix(view, report, left, buffer, theme);
        scores::draw(view.table, (report, view.shown(report)), right, buffer, theme);
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

fn matrix(view: &ReportView, report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let note = cell_words(view, report);
    let mut title = if view.normalised {
        "Confusion, percent".to_owned()
    } else {
        "Confusion, clips".to_owned()
    };
    match (&report.pooled, &report.run.folds, &report.run.fold) {
        (Some(_), Some(folds), _) if !view.alone => title += &format!(" of {}", folds.which()),
        (Some(_), _, Some((fold, ..))) if view.alone => title += &format!(" of fold {}", fold + 1),
        _ => {}
    }
    let inside = section(buffer, area, &title, &note, theme);
    let report = view.shown(report);
    let map = HeatMap {
        labels: &report.labels,
        counts: &report.confusion,
        shares: &report.confusion_normalised,
        normalised: view.normalised,
        cell: view.cell,
        targets: &view.cells,
        theme,
    };
    map.render(inside, buffer);
}

/// The cell under the cursor in words.
fn cell_words(view: &ReportView, report: &RunReport) -> String {
    let (truth, prediction) = view.cell;
    let report = view.shown(report);
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
