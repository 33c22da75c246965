//! The published corpora: which are here, and getting one.

use super::Question;
use crate::engine::{Command, Event, Fetch, Progress, PublishedReport, PublishedRow, Task};
use crate::present::numbers::bytes;
use crate::present::words::{before_getting, by_hand, corpus_download, corpus_here, corpus_licence};
use crate::ui::input::key::{ENTER, ESCAPE};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, fit, fit_right, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns at most.
const WIDEST: u16 = 110;
/// Rows that say more of the corpus under the cursor.
const DETAIL: u16 = 5;

/// What is seen of the published corpora.
#[derive(Debug, Default)]
pub struct PublishedView {
    cursor: Cursor,
    /// What there is; nothing before the engine has answered.
    report: Option<Arc<PublishedReport>>,
}

const PUBLISHED: Table<PublishedView> = Table {
    heading: "Here",
    bindings: &[
        bind(&[ENTER, Key::character('d')], "get it into the data folder; asks first")
            .hint("get")
            .does(PublishedView::fetch),
        bind(
            &[Key::character('s')],
            "stop what is being fetched; what has arrived is kept",
        )
        .hint("stop")
        .does(|_, model, effects| match fetching(model) {
            Some(_) => {
                let fetch = Some(Fetch::Stop);
                effects.send(Command::Get { fetch });
            }
            None => effects.note("Nothing is being fetched."),
        }),
        bind(
            &[ESCAPE, Key::character('q'), Key::character('a')],
            "close; what is being fetched goes on",
        )
        .hint("close")
        .does(|_, _, effects| effects.close()),
    ],
};

impl Pane for PublishedView {
    fn name(&self) -> &'static str {
        "Published corpora"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![PUBLISHED, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.rows().len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        if let Event::Published(report) = event {
            self.report = Some(Arc::clone(report));
        }
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let size = (area.width.min(WIDEST), (self.rows().len() as u16) + DETAIL + 5);
        let inner = overlay(buffer, area, size, "Published corpora", theme);
        let Some(report) = &self.report else {
            buffer.put(inner, 0, 0, "looking …", theme.dim());
            return;
        };
        let columns = usize::from(inner.width);
        match fetching(model) {
            Some(progress) => buffer.put(inner, 0, 0, &cut(&of_progress(progress), columns), theme.accent()),
            None => {
                let folder = format!("They go into {}.", report.data.display());
                buffer.put(inner, 0, 0, &cut(&folder, columns), theme.dim())
            }
        };
        let detail = if inner.height > DETAIL + 6 { DETAIL } else { 0 };
        self.draw_rows(inner.below(1), detail, buffer, theme);
        if let Some(row) = self.rows().get(self.cursor.row).filter(|_| detail > 0) {
            let below = inner.below(inner.height.saturating_sub(detail));
            for (y, line) in wrap_to(&of_row(row), columns, usize::from(detail)).iter().enumerate() {
                buffer.put(below, 0, y as u16, line, theme.dim());
            }
        }
    }
}

impl PublishedView {
    fn rows(&self) -> &[PublishedRow] {
        self.report.as_ref().map_or(&[], |report| &report.rows)
    }

    fn fetch(&mut self, model: &Model, effects: &mut Effects) {
        let Some((row, report)) = self.rows().get(self.cursor.row).zip(self.report.as_ref()) else {
            return;
        };
        let published = row.published;
        if let Some(how) = published.by_hand() {
            return effects.note(by_hand(published, how));
        }
        if fetching(model).is_some() {
            return effects.note("One is being fetched; s stops that.");
        }
        if let Some(folder) = &row.here {
            return effects.note(format!(
                "{} is there already; nothing is written over it.",
                folder.display()
            ));
        }
        let text = format!(
            "{} It goes into {}; s stops it, and what has arrived is kept.",
            before_getting(published),
            report.data.join(&published.name).display()
        );
        let fetch = Some(Fetch::Get(published.name.clone()));
        let commands = vec![Command::Get { fetch }];
        effects.open(Question::new(
            format!("Get {}?", published.title),
            text,
            "Get",
            commands,
        ));
    }

    fn draw_rows(&self, area: Rect, detail: u16, buffer: &mut Buffer, theme: Theme) {
        let (here, download) = (7, 11);
        let rest = usize::from(area.width).saturating_sub(here + download);
        let name = (rest / 2).min(36);
        let licence = rest.saturating_sub(name).min(38);
        // With a blank between it and the next.
        let column = |text: &str, columns: usize| fit(text, columns.saturating_sub(1)) + " ";
        let line = |cells: [&str; 4]| {
            column(cells[0], name) + &column(cells[1], licence) + &fit(cells[2], here) + &fit_right(cells[3], download)
        };
        buffer.put(
            area,
            0,
            0,
            &line(["Corpus", "Licence", "Here", "Download"]),
            theme.dim(),
        );
        let list = area.below(1).first_rows(area.height.saturating_sub(detail + 2).max(1));
        let rows = self.rows();
        let inner = Rect {
            y: area.y.saturating_sub(1),
            ..area
        };
        self.cursor.on_frame(rows.len(), (inner, list), buffer, theme);
        for (y, index) in self.cursor.window(rows.len(), list).enumerate() {
            let row = &rows[index];
            let style = match (index == self.cursor.row, &row.here) {
                (true, _) => theme.selected(),
                (false, Some(_)) => theme.text(),
                (false, None) => theme.dim(),
            };
            let download = corpus_download(row.published);
            let cells = [
                &*row.published.title,
                corpus_licence(row.published),
                corpus_here(row),
                &*download,
            ];
            buffer.put(area, 0, 1 + y as u16, &line(cells), style);
        }
    }
}

/// What is being fetched or unpacked.
fn fetching(model: &Model) -> Option<&Progress> {
    let mut tasks = model.jobs.tasks.iter();
    tasks.find(|progress| matches!(progress.task, Task::FetchingCorpus | Task::Unpacking))
}

fn of_progress(progress: &Progress) -> String {
    let task = &progress.task;
    let done = bytes(progress.done as u64);
    match progress.total {
        0 if progress.done == 0 => "Asking the server …".to_owned(),
        0 => format!("{task}: {done}. s stops; what has arrived is kept."),
        total => format!(
            "{task}: {done} of {}. s stops; what has arrived is kept.",
            bytes(total as u64)
        ),
    }
}

/// What is known of a corpus.
fn of_row(row: &PublishedRow) -> String {
    let published = row.published;
    let words = match published.by_hand() {
        Some(how) => by_hand(published, how),
        None => before_getting(published),
    };
    format!("{words} Source of this: {}.", published.source)
}
