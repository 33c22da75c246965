//! The encoders that are here and those that are known to work, and fetching one.

use super::Question;
use crate::engine::{Command, EncoderReport, EncoderRow, Event, Fetch, Progress, Task};
use crate::present::numbers::bytes;
use crate::present::words::{emotion_corpora, encoder_here, millions, published_score};
use crate::ui::input::key::{ENTER, ESCAPE};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, fit, fit_right, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns at most.
const WIDEST: u16 = 120;
/// Rows that say more of the encoder under the cursor.
const DETAIL: u16 = 6;

/// What is seen of the encoders.
#[derive(Debug, Default)]
pub struct EncodersView {
    cursor: Cursor,
    /// What there is; nothing before the engine has answered.
    report: Option<Arc<EncoderReport>>,
}

const ENCODERS: Table<EncodersView> = Table {
    heading: "Here",
    bindings: &[
        bind(&[ENTER, Key::character('d')], "fetch it from the hub; asks first")
            .hint("fetch")
            .does(EncodersView::fetch),
        bind(
            &[Key::character('s')],
            "stop what is being fetched; what has arrived is kept",
        )
        .hint("stop")
        .does(|_, model, effects| match fetching(model) {
            Some(_) => {
                let fetch = Some(Fetch::Stop);
                effects.send(Command::Encoders { fetch });
            }
            None => effects.note("Nothing is being fetched."),
        }),
        bind(
            &[ESCAPE, Key::character('q'), Key::character('E')],
            "close; what is being fetched goes on",
        )
        .hint("close")
        .does(|_, _, effects| effects.close()),
    ],
};

impl Pane for EncodersView {
    fn name(&self) -> &'static str {
        "Encoders"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![ENCODERS, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.rows().len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        if let Event::Encoders(report) = event {
            self.report = Some(Arc::clone(report));
        }
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let size = (area.width.min(WIDEST), (self.rows().len() as u16) + DETAIL + 5);
        let inner = overlay(buffer, area, size, "Encoders", theme);
        let Some(report) = &self.report else {
            buffer.put(inner, 0, 0, "looking …", theme.dim());
            return;
        };
        let columns = usize::from(inner.width);
        match fetching(model) {
            Some(progress) => buffer.put(inner, 0, 0, &cut(&of_progress(progress), columns), theme.accent()),
            None => buffer.put(inner, 0, 0, &cut(&of_cache(report), columns), theme.dim()),
        };
        let detail = if inner.height > DETAIL + 6 { DETAIL } else { 0 };
        self.draw_rows(inner.below(1), detail, buffer, theme);
        if let Some(row) = self.rows().get(self.cursor.row).filter(|_| detail > 0) {
            let below = inner.below(inner.height.saturating_sub(detail));
            for (y, line) in of_row(row, columns).iter().take(usize::from(detail)).enumerate() {
                buffer.put(below, 0, y as u16, line, theme.dim());
            }
        }
    }
}

impl EncodersView {
    fn rows(&self) -> &[EncoderRow] {
        self.report.as_ref().map_or(&[], |report| &report.rows)
    }

    fn fetch(&mut self, model: &Model, effects: &mut Effects) {
        let Some((row, report)) = self.rows().get(self.cursor.row).zip(self.report.as_ref()) else {
            return;
        };
        if fetching(model).is_some() {
            return effects.note("One is being fetched; s stops that.");
        }
        if row.here.as_ref().is_some_and(|here| here.missing.is_none()) {
            return effects.note(format!("{} is here.", row.name));
        }
        if report.offline {
            return effects.note("HF_HUB_OFFLINE forbids to fetch it; unset that and open the workbench again.");
        }
        let size = row.known.and_then(|known| known.download).map(bytes);
        let licence = row.known.map(|known| format!("Licence {}. ", known.licence));
        let text = format!(
            "{}{}It goes into {}; s stops it, and what has arrived is kept.",
            size.map_or_else(String::new, |size| format!("{size}. ")),
            licence.unwrap_or_default(),
            report.cache.display()
        );
        let fetch = Some(Fetch::Get(row.name.clone()));
        let commands = vec![Command::Encoders { fetch }];
        effects.open(Question::new(format!("Fetch {}?", row.name), text, "Fetch", commands));
    }

    fn draw_rows(&self, area: Rect, detail: u16, buffer: &mut Buffer, theme: Theme) {
        let figures = [11, 11, 7, 10];
        let columns = usize::from(area.width);
        let name = columns.saturating_sub(figures.iter().sum::<usize>()).min(60);
        let line = |cells: [&str; 5]| {
            let mut line = fit(cells[0], name);
            for (cell, columns) in cells[1..].iter().zip(figures) {
                line += &fit_right(cell, columns);
            }
            line
        };
        let headings = ["Name", "Here", "Parameters", "Layers", "Download"];
        buffer.put(area, 0, 0, &line(headings), theme.dim());
        let list = area.below(1).first_rows(area.height.saturating_sub(detail + 2).max(1));
        let rows = self.rows();
        let inner = Rect {
            y: area.y.saturating_sub(1),
            ..area
        };
        self.cursor.on_frame(rows.len(), (inner, list), buffer, theme);
        for (y, index) in self.cursor.window(rows.len(), list).enumerate() {
            let row = &rows[index];
            let (here, style) = match &row.here {
                None => (String::new(), theme.dim()),
                Some(here) if here.missing.is_some() => ("incomplete".to_owned(), theme.warn()),
                Some(_) => (encoder_here(row), theme.text()),
            };
            let style = if index == self.cursor.row {
                theme.selected()
            } else {
                style
            };
            let known = row.known;
            let cells = [
                row.name.clone(),
                here,
                known.map_or_else(String::new, |known| millions(known.parameters)),
                known.map_or_else(String::new, |known| known.layers.to_string()),
                known.and_then(|known| known.download).map_or_else(String::new, bytes),
            ];
            buffer.put(
                area,
                0,
                1 + y as u16,
                &line(cells.each_ref().map(String::as_str)),
                style,
            );
        }
    }
}

/// What is being fetched.
fn fetching(model: &Model) -> Option<&Progress> {
    model.jobs.tasks.iter().find(|progress| progress.task == Task::Fetching)
}

fn of_progress(progress: &Progress) -> String {
    match progress.total {
        0 => "Asking the hub …".to_owned(),
        total => {
            let [done, total] = [progress.done, total].map(|part| bytes(part as u64));
            format!("Fetching: {done} of {total}. s stops; what has arrived is kept.")
        }
    }
}

fn of_cache(report: &EncoderReport) -> String {
    let offline = if report.offline { "offline; " } else { "" };
    format!("{offline}{}", report.cache.display())
}

/// What is known of an encoder, in lines.
fn of_row(row: &EncoderRow, columns: usize) -> Vec<String> {
    let Some(known) = row.known else {
        return vec![format!("{}; nothing else is known of it here", row.family)];
    };
    let mut words = vec![
        format!("{}; licence {}; {} Hz", known.family, known.licence, known.rate),
        format!("trained on: {}", known.trained_on),
        format!("emotion: {}", emotion_corpora(known)),
    ];
    words.extend(known.head.map(|head| format!("head: {head}")));
    words.extend(known.scores.iter().map(published_score));
    let passed_over = row
        .here
        .iter()
        .flat_map(|here| &here.passed_over)
        .copied()
        .collect::<Vec<_>>();
    if !passed_over.is_empty() {
        words.push(format!("passed over: {}", passed_over.join(", ")));
    }
    words.iter().flat_map(|words| wrap(words, columns)).collect()
}
