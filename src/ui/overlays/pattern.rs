//! A pattern of names, tried on those in a folder while it is typed.

use crate::engine::{Command, Event, PatternReport};
use crate::present::numbers::grouped;
use crate::ui::input::bind;
use crate::ui::input::key::{BACK_TAB, DOWN, ENTER, ESCAPE, TAB, UP};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::{Cursor, Step, frame_bar};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;

/// Names of the fields.
const FIELDS: [&str; 2] = ["pattern", "folder"];

/// The field of the folder, which is read when it is left: on the way to it stands `/`, and everything below that.
const FOLDER: usize = 1;

/// What is typed, and what came of it.
#[derive(Debug, Default)]
pub struct PatternView {
    /// The pattern and the folder; empty until the engine has said where one begins.
    fields: [Field; 2],
    /// Which of them is typed in.
    focus: usize,
    /// Whether what stands in the fields was not asked for yet.
    changed: bool,
    cursor: Cursor,
    report: Option<Arc<PatternReport>>,
}

const PATTERN: Table<PatternView> = Table {
    heading: "Here",
    bindings: &[
        bind(&[TAB, BACK_TAB], "the other field")
            .hint("field")
            .does(|view, _, _| {
                view.changed = view.focus == FOLDER;
                view.focus = 1 - view.focus;
            }),
        bind(&[ENTER], "read the names in the folder").does(|view, _, _| view.changed = true),
        bind(&[DOWN], "further down").does(|view, _, _| view.scroll(Step::Down)),
        bind(&[UP], "further up")
            .hint_as("↑ ↓", "scroll")
            .does(|view, _, _| view.scroll(Step::Up)),
        bind(&[ESCAPE], "close")
            .hint("close")
            .does(|_, _, effects| effects.close()),
    ],
};

impl PatternView {
    /// Opens it, with the pattern and the folder of the settings.
    pub fn open(effects: &mut Effects) {
        effects.open(Self::default());
        effects.send(Command::Pattern {
            folder: None,
            pattern: None,
        });
    }

    fn scroll(&mut self, step: Step) {
        let lines = self.report.as_ref().map_or(0, |report| lines(report).len());
        self.cursor.scroll(step, lines);
    }

    /// Whether the report is of what stands in the fields.
    fn is_current(&self, report: &PatternReport) -> bool {
        let [pattern, folder] = &self.fields;
        report.pattern == pattern.text() && report.folder.as_os_str() == folder.text().trim()
    }
}

impl Pane for PatternView {
    fn name(&self) -> &'static str {
        "A pattern of names"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![PATTERN]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn field(&mut self) -> Option<&mut Field> {
        Some(&mut self.fields[self.focus])
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.scroll(step);
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn typed(&mut self, _: &Model) {
        self.changed = self.focus != FOLDER;
    }

    fn needs(&mut self, _: &Model, effects: &mut Effects) {
        if std::mem::take(&mut self.changed) {
            let [pattern, folder] = &self.fields;
            effects.send(Command::Pattern {
                folder: Some(folder.text().trim().into()),
                pattern: Some(pattern.text().to_owned()),
            });
        }
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        let Event::Pattern(report) = event else { return };
        if self.report.is_none() && self.fields.iter().all(|field| field.text().is_empty()) {
            self.fields = [
                Field::new(&report.pattern),
                Field::new(&report.folder.to_string_lossy()),
            ];
        }
        // What was typed on while this was found out gets a report of its own.
        if self.is_current(report) {
            self.report = Some(Arc::clone(report));
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let inner = overlay(buffer, area, (area.width.min(110), area.height), self.name(), theme);
        for (row, (name, field)) in FIELDS.iter().zip(&self.fields).enumerate() {
            let line = inner.line(row as u16);
            buffer.put(line, 0, 0, name, theme.dim());
            buffer.put(line, 8, 0, "› ", theme.accent());
            let focus = self.focus == row;
            let style = if focus { theme.heading() } else { theme.text() };
            field.draw(buffer, line.right_of(10), style, focus, theme);
        }
        let below = inner.below(3);
        let Some(report) = &self.report else {
            buffer.put(below, 0, 0, "Reading the names …", theme.dim());
            return;
        };
        let (words, style) = match &report.outcome {
            Ok(preview) if preview.unlike.is_empty() && preview.matching > 0 => (preview.matches(), theme.good()),
            Ok(preview) => (preview.matches(), theme.warn()),
            Err(problem) => (problem.clone(), theme.bad()),
        };
        let head = wrap(&words, usize::from(below.width));
        for (row, line) in head.iter().enumerate() {
            buffer.put(below, 0, row as u16, line, style);
        }
        let list = below.below(head.len() as u16 + 1);
        let lines = lines(report);
        let window = self.cursor.view(lines.len(), list);
        frame_bar(&window, lines.len(), list, buffer, theme);
        for (row, (text, style)) in lines[window.clone()].iter().enumerate() {
            let text = cut(text, usize::from(list.width));
            buffer.put(list, 0, row as u16, &text, style(theme));
        }
        if window.len() < lines.len() {
            let position = format!("↑↓ {} of {}", grouped(window.end), grouped(lines.len()));
            buffer.put_right(inner, 2, &position, theme.dim());
        }
    }
}

type Line = (String, fn(Theme) -> Style);

/// What was caught, the lines for the settings, and the names that do not match.
fn lines(report: &PatternReport) -> Vec<Line> {
    let Ok(preview) = &report.outcome else {
        return vec![(
            "Its groups are emotion and, where names state them, speaker, gender, age, intensity, text, split.".into(),
            |theme| theme.dim(),
        )];
    };
    let mut lines: Vec<Line> = Vec::new();
    for (group, values) in preview.groups() {
        lines.push((format!("{group}: {values}"), |theme| theme.text()));
    }
    if preview.matching > 0 {
        lines.push(("".into(), |theme| theme.dim()));
        lines.push((
            "For workbench.toml; labels = { W = \"angry\" } says what a code stands for:".into(),
            |theme| theme.dim(),
        ));
        let entry = report.entry.lines();
        lines.extend(entry.map(|line| -> Line { (line.to_owned(), |theme| theme.accent()) }));
    }
    if !preview.unlike.is_empty() {
        lines.push(("".into(), |theme| theme.dim()));
        lines.push(("These do not match:".into(), |theme| theme.heading()));
        let names = preview.unlike.iter();
        lines.extend(names.map(|(file, why)| -> Line { (format!("{}  {why}", file.display()), |theme| theme.text()) }));
    }
    lines
}
