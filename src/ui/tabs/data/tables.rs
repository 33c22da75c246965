//! Emotions by corpus and by gender.

use crate::engine::{CrossTable, Survey};
use crate::ui::theme::Theme;
use crate::ui::widgets::cross_table;
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

/// Draws both tables, below each other where they fit, beside each other where they do not.
pub fn draw(survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (corpora, genders) = (
        &survey.statistics.emotion_by_corpus,
        &survey.statistics.emotion_by_gender,
    );
    let needed = |table: &CrossTable| table.rows.len() as u16 + 3;
    if area.width < 100 && needed(corpora) + needed(genders) < area.height {
        let rows = [Constraint::Length(needed(corpora) + 1), Constraint::Fill(1)];
        let [top, bottom] = area.layout(&Layout::vertical(rows));
        table("Emotions by corpus", corpora, top, buffer, theme);
        table("Emotions by gender", genders, bottom, buffer, theme);
    } else {
        let columns = [Constraint::Fill(6), Constraint::Length(3), Constraint::Fill(5)];
        let [left, _, right] = area.layout(&Layout::horizontal(columns));
        table("Emotions by corpus", corpora, left, buffer, theme);
        table("Emotions by gender", genders, right, buffer, theme);
    }
}

fn table(title: &str, table: &CrossTable, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inside = section(buffer, area, title, "", theme);
    let CrossTable { rows, columns, counts } = table;
    cross_table::CrossTable {
        rows,
        columns,
        counts,
        theme,
    }
    .render(inside, buffer);
}
