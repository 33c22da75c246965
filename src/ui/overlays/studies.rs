//! The list of studies: one to look at, one to delete, one to bring back.

use super::Question;
use crate::engine::{Command, CommandKind, Event, StudyDeletion, StudyRestored, StudySummary};
use crate::present::numbers::{count, grouped};
use crate::present::words::study_deletion;
use crate::ui::input::key::{ENTER, ESCAPE};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Selected, Show, Table};
use crate::ui::text::{Paint, cut, fit, fit_right, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::path::Path;
use std::sync::Arc;

/// Columns at most.
const WIDEST: u16 = 110;
/// Columns of model, trials, best, workers and the age of the last write.
const FIGURES: [usize; 5] = [18, 12, 8, 9, 12];

/// What is seen of the studies.
#[derive(Debug, Default)]
pub struct StudiesView {
    studies: Arc<Vec<StudySummary>>,
    cursor: Cursor,
}

const STUDIES: Table<StudiesView> = Table {
    heading: "Here",
    bindings: &[
        bind(&[ENTER], "show the study").hint("show").does(|view, _, effects| {
            if let Some(study) = view.study() {
                effects.show(Show::Study(study.name.clone()));
                effects.close();
            }
        }),
        bind(
            &[Key::character(' ')],
            "draw its best values beside those of the study in front, or no longer",
        )
        .hint("overlay")
        .does(|view, _, effects| {
            if let Some(study) = view.study() {
                effects.show(Show::Beside(study.name.clone()));
                effects.close();
            }
        }),
        bind(
            &[Key::character('X')],
            "delete the study; the runs of its trials stay. Asks, with figures",
        )
        .hint("delete")
        .sends(CommandKind::DeleteStudy, &[])
        .does(|view, model, effects| view.delete(false, model, effects)),
        bind(
            &[Key::character('R')],
            "delete the study with the runs of its trials. Asks, with figures",
        )
        .hint("with runs")
        .does(|view, model, effects| view.delete(true, model, effects)),
        bind(&[Key::character('u')], "restore the study that was deleted last")
            .hint("restore")
            .sends(CommandKind::RestoreStudy, &[])
            .does(|_, _, effects| {
                let study = "last".to_owned();
                effects.send(Command::RestoreStudy { study });
            }),
        bind(&[ESCAPE, Key::character('q'), Key::character('L')], "back to the study")
            .hint("close")
            .does(|_, _, effects| effects.close()),
    ],
};

impl Pane for StudiesView {
    fn name(&self) -> &'static str {
        "Studies"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![STUDIES, Table::COPY, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.studies.len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn selected(&self, model: &Model) -> Option<Selected> {
        let id = self.study()?.name.clone();
        let path = Path::new(model.setting("tuning.studies")?).join(&id);
        Some(Selected { id, path })
    }

    fn apply(&mut self, event: &Event, _: &Model, effects: &mut Effects) {
        match event {
            Event::Studies(studies) => {
                let name = self.study().map(|study| study.name.clone());
                self.studies = Arc::clone(studies);
                let row = studies.iter().position(|study| Some(&study.name) == name.as_ref());
                self.cursor.row = row.unwrap_or(self.cursor.row).min(self.studies.len().saturating_sub(1));
            }
            Event::StudyDeletion(deletion) if !deletion.deleted => effects.open(question(deletion)),
            Event::StudyDeletion(_) | Event::StudyRestored(StudyRestored { .. }) => {
                effects.send(Command::Studies { follow: true });
            }
            _ => {}
        }
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let size = (area.width.min(WIDEST), self.studies.len() as u16 + 7);
        let inner = overlay(buffer, area, size, &count(self.studies.len(), "study"), theme);
        if self.studies.is_empty() {
            buffer.put(inner, 0, 0, "There is none: n in Tune starts one.", theme.dim());
            return;
        }
        let columns = usize::from(inner.width);
        // On a narrow screen the last columns go first: names are what a study is known by.
        let mut figures = &FIGURES[..];
        while figures.iter().sum::<usize>() + 16 > columns && !figures.is_empty() {
            figures = &figures[..figures.len() - 1];
        }
        let name = columns.saturating_sub(figures.iter().sum::<usize>());
        let line = |cells: [&str; 6]| {
            let mut line = fit(cells[0], name);
            for (place, (cell, columns)) in cells[1..].iter().zip(figures).enumerate() {
                line += &match place {
                    0 => format!(" {}", fit(cell, columns - 1)),
                    _ => fit_right(cell, *columns),
                };
            }
            line
        };
        let headings = ["Name", "Model", "Trials", "Best", "Workers", "Written"];
        buffer.put(inner, 0, 0, &line(headings), theme.dim());
        let list = Rect {
            height: inner.height.saturating_sub(3),
            ..inner.below(1)
        };
        self.cursor.on_frame(self.studies.len(), (inner, list), buffer, theme);
        let window = self.cursor.window(self.studies.len(), list);
        for (y, index) in window.enumerate() {
            let study = &self.studies[index];
            let done = study.counts.complete + study.counts.pruned;
            let trials = match study.wanted {
                Some(wanted) => format!("{} of {}", grouped(done), grouped(wanted)),
                None => grouped(done),
            };
            let best = study
                .best
                .map_or_else(|| "–".to_owned(), |(_, value)| format!("{value:.4}"));
            let written = study
                .written
                .map_or_else(|| "–".to_owned(), |written| model.clock.ago(written));
            let workers = match study.workers {
                0 => "–".to_owned(),
                workers => workers.to_string(),
            };
            let architecture = match (&study.problem, study.model.is_empty()) {
                (Some(_), _) => "damaged",
                (None, true) => "–",
                (None, false) => &study.model,
            };
            let style = match (index == self.cursor.row, &study.problem) {
                (true, _) => theme.selected(),
                (false, Some(_)) => theme.bad(),
                (false, None) => theme.text(),
            };
            let cells = [&*study.name, architecture, &trials, &best, &workers, &written];
            buffer.put(list, 0, y as u16, &line(cells), style);
        }
        let below = inner.below(inner.height.saturating_sub(2));
        if let Some(problem) = self.study().and_then(|study| study.problem.as_ref()) {
            for (y, line) in wrap(problem, columns).iter().take(2).enumerate() {
                buffer.put(below, 0, y as u16, line, theme.bad());
            }
        } else if model.busy(CommandKind::DeleteStudy) {
            let words = "seeing whether anybody works on it …";
            buffer.put(below, 0, 1, &cut(words, columns), theme.accent());
        }
    }
}

impl StudiesView {
    /// With what is known of them.
    pub fn new(studies: Option<&Arc<Vec<StudySummary>>>, seen: Option<&str>) -> Self {
        let studies = studies.cloned().unwrap_or_default();
        let mut cursor = Cursor::default();
        cursor.row = studies
            .iter()
            .position(|study| Some(study.name.as_str()) == seen)
            .unwrap_or(0);
        Self { studies, cursor }
    }

    fn study(&self) -> Option<&StudySummary> {
        self.studies.get(self.cursor.row)
    }

    /// Asks the engine what would go; its answer becomes a question.
    fn delete(&mut self, with_runs: bool, model: &Model, effects: &mut Effects) {
        let Some(study) = self.study() else { return };
        let command = Command::DeleteStudy {
            study: study.name.clone(),
            with_runs,
            confirmed: false,
        };
        effects.send_once(command, model, "Another study is still being looked at.");
    }
}

fn question(deletion: &StudyDeletion) -> Question {
    let title = format!("Delete study {}?", deletion.study);
    let text = format!(
        "Into the trash goes {}. For a week, u restores it.",
        study_deletion(deletion)
    );
    let command = Command::DeleteStudy {
        study: deletion.study.clone(),
        with_runs: deletion.with_runs,
        confirmed: true,
    };
    Question::new(title, text, "Delete", vec![command]).before_loss()
}
