//! Files that were refused, and clips with data-quality issues, with reasons.

use super::DataView;
use crate::engine::Survey;
use crate::present::numbers::count;
use crate::present::refusals::Refusals;
use crate::present::words;
use crate::ui::styles;
use crate::ui::text::{Paint, cut, file_name, fit, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;

/// One row of a list, and what is shown in full of the row under the cursor.
pub(super) struct Row {
    pub word: (String, Style),
    pub corpus: String,
    pub file: String,
    pub reason: String,
    pub path: String,
}

fn issue(survey: &Survey, index: usize, theme: Theme) -> Option<Row> {
    let quality_issue = survey.quality_issues.get(index)?;
    let clip = survey.catalogue.clips.get(quality_issue.clip)?;
    Some(Row {
        word: (
            words::quality_issue(quality_issue.kind).to_owned(),
            styles::quality_issue_style(quality_issue.kind, theme),
        ),
        corpus: clip.corpus.to_string(),
        file: file_name(&clip.name()),
        reason: quality_issue.detail.clone(),
        path: clip.name().display().to_string(),
    })
}

/// A refused file, or the first of those that are shown as one row.
fn refused(survey: &Survey, index: usize, groups: &[Refusals], theme: Theme) -> Option<Row> {
    let refused = survey.catalogue.refused.get(index)?;
    let several = groups.iter().find(|group| group.first == index && group.files > 1);
    Some(Row {
        word: (String::new(), theme.text()),
        corpus: refused.corpus.to_string(),
        file: several.map_or_else(|| file_name(&refused.path), |group| count(group.files, "file")),
        reason: several.map_or_else(|| refused.reason.clone(), |group| group.reason.to_owned()),
        path: several.map_or_else(
            || refused.path.display().to_string(),
            |group| format!("{}; a filter (/) lists each", group.files()),
        ),
    })
}

/// The refused files by folder and reason.
pub fn refusals(survey: &Survey) -> Vec<Refusals<'_>> {
    let refused = survey.catalogue.refused.iter();
    Refusals::of(refused.map(|refused| (&*refused.path, &*refused.reason)))
}

/// What the filter searches in a data-quality issue.
pub fn issue_text(survey: &Survey, index: usize) -> String {
    let Some(quality_issue) = survey.quality_issues.get(index) else {
        return String::new();
    };
    let path = survey
        .catalogue
        .clips
        .get(quality_issue.clip)
        .map(|clip| clip.name().display().to_string());
    format!(
        "{} {} {}",
        words::quality_issue(quality_issue.kind),
        path.unwrap_or_default(),
        quality_issue.detail
    )
}

/// What the filter searches in a refused file.
pub fn refused_text(survey: &Survey, index: usize) -> String {
    let refused = &survey.catalogue.refused[index];
    format!("{} {} {}", refused.corpus, refused.path.display(), refused.reason)
}

/// Draws the data-quality issues.
pub fn draw_issues(view: &DataView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let empty = match (survey.quality_issues.is_empty(), survey.analysed) {
        (true, true) => "No data-quality issues.",
        (true, false) => "No data-quality issues so far; the samples are not all analysed yet.",
        (false, _) => "No clip passes the filter; Esc clears it.",
    };
    draw(view, &|index| issue(survey, index, theme), empty, area, buffer, theme);
}

/// Draws the files that are no clips.
pub fn draw_refused(view: &DataView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let empty = match survey.catalogue.refused.is_empty() {
        true => "No file was refused.",
        false => "No file passes the filter; Esc clears it.",
    };
    // What passes a filter is listed file by file.
    let groups = match view.filter.words().is_empty() {
        true => refusals(survey),
        false => Vec::new(),
    };
    draw(
        view,
        &|index| refused(survey, index, &groups, theme),
        empty,
        area,
        buffer,
        theme,
    );
}

/// Draws rows, and in full the one under the cursor.
pub(super) fn draw(
    view: &DataView,
    row_of: &dyn Fn(usize) -> Option<Row>,
    empty: &str,
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let rows = &view.rows;
    if rows.is_empty() {
        buffer.put(area, 0, 0, empty, theme.dim());
        return;
    }
    let below = if area.height >= 12 { 5 } else { 3 };
    let [list, detail] = area.layout(&Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]));
    let list = view.cursor.bar(rows.len(), list, buffer, theme);
    let visible = view.cursor.window(rows.len(), list);
    let shown: Vec<Row> = visible.clone().filter_map(|row| row_of(rows[row])).collect();
    let longest = |text: &dyn Fn(&Row) -> usize, most: usize| shown.iter().map(text).max().unwrap_or(0).min(most);
    let word = longest(&|row| row.word.0.len(), 10);
    let corpus = longest(&|row| row.corpus.len(), 12);
    let file = longest(&|row| row.file.chars().count(), usize::from(area.width) * 2 / 5);
    for (line, row) in shown.iter().enumerate() {
        let y = line as u16;
        let selected = visible.start + line == view.cursor.row;
        let styles = if selected {
            [theme.selected(); 4]
        } else {
            [row.word.1, theme.dim(), theme.text(), theme.dim()]
        };
        if selected {
            buffer.set_style(list.line(y), theme.selected());
        }
        let mut x = 0;
        for (text, columns, style) in [
            (&row.word.0, word, styles[0]),
            (&row.corpus, corpus, styles[1]),
            (&row.file, file, styles[2]),
        ] {
            if columns > 0 {
                x += buffer.put(list, x, y, &fit(text, columns), style) + 2;
            }
        }
        buffer.put(
            list,
            x,
            y,
            &cut(&row.reason, usize::from(list.width.saturating_sub(x))),
            styles[3],
        );
    }
    if let Some(row) = rows.get(view.cursor.row).and_then(|row| row_of(*row)) {
        let position = format!("{} of {}", view.cursor.row + 1, rows.len());
        let inside = section(buffer, detail, "", &position, theme);
        let mut lines = wrap(&row.path, usize::from(inside.width));
        let reason = lines.len();
        lines.extend(wrap(&row.reason, usize::from(inside.width)));
        for (y, line) in lines.iter().enumerate() {
            buffer.put(
                inside,
                0,
                y as u16,
                line,
                if y < reason { theme.text() } else { theme.dim() },
            );
        }
    }
}
