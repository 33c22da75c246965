//! The list of clips: only the rows in sight are ever written.

use super::{ListenView, details, order::Sort};
use crate::engine::Survey;
use crate::present::numbers::grouped;
use crate::ui::text::{Paint, cut, file_name, fit, fit_right, width};
use crate::ui::theme::{Colours, Theme};
use crate::ui::widgets::list::by;
use crate::ui::widgets::section::Parts;
use crate::ui::widgets::thumbnail::thumbnail;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the filter and the list.
pub fn draw(view: &ListenView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    head(view, survey, area, buffer, theme);
    let list = area.below(1);
    if view.order.rows.is_empty() {
        buffer.put(list, 0, 1, "No clip passes the filter; Esc clears it.", theme.dim());
        return;
    }
    let list = view.cursor.bar(view.order.rows.len(), list, buffer, theme);
    let columns = Columns::new(usize::from(list.width));
    for (line, row) in view.cursor.window(view.order.rows.len(), list).enumerate() {
        let line = list.line(line as u16);
        let selected = row == view.cursor.row;
        clip_row(
            survey,
            view.order.rows[row] as usize,
            line,
            columns,
            selected,
            buffer,
            theme,
        );
    }
}

fn head(view: &ListenView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let total = survey.catalogue.clips.len();
    let listed = view.order.rows.len();
    let mut clips = view.cursor.place(listed, usize::from(area.height.saturating_sub(1)));
    if listed != total {
        clips += &format!(" of {}", grouped(total));
    }
    let sort = match (view.sort, &view.tested) {
        (Sort::Corpus, _) if !view.filter.text().is_empty() => "best match",
        (Sort::Corpus, Some(_)) => "probability",
        (sort, _) => sort.name(),
    };
    let note = format!("{clips} clips, {}", by(sort, view.reversed));
    let note = cut(&note, usize::from(area.width));
    buffer.put_right(area, 0, &note, theme.dim());
    let room = usize::from(area.width).saturating_sub(width(&note) + 2) as u16;
    let field = Rect {
        width: room,
        height: area.height.min(1),
        ..area
    };
    match &view.tested {
        _ if view.filter.is_shown() => view.filter.draw(field, buffer, theme),
        Some(tested) => {
            let title = cut(&tested.title(), usize::from(field.width));
            buffer.put(field, 0, 0, &title, theme.accent());
        }
        None => {
            buffer.put(field, 0, 0, "Clips", theme.heading());
        }
    }
}

/// Columns per property.
#[derive(Debug, Clone, Copy)]
struct Columns {
    thumbnail: usize,
    emotion: usize,
    corpus: usize,
    speaker: usize,
    gender: usize,
    length: usize,
    file: usize,
}

impl Columns {
    fn new(width: usize) -> Self {
        let fixed = Self {
            thumbnail: if width >= 96 { 24 } else { 16 },
            emotion: 9,
            corpus: if width >= 56 { 8 } else { 0 },
            speaker: if width >= 44 { 6 } else { 0 },
            gender: 1,
            length: 6,
            file: 0,
        };
        let taken = fixed.thumbnail + fixed.emotion + fixed.corpus + fixed.speaker + fixed.gender + fixed.length;
        Self {
            file: width.saturating_sub(taken + 6),
            ..fixed
        }
    }
}

fn clip_row(
    survey: &Survey,
    index: usize,
    line: Rect,
    columns: Columns,
    selected: bool,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let Some(clip) = survey.catalogue.clips.get(index) else {
        return;
    };
    let plain = if selected { theme.selected() } else { theme.text() };
    let dim = if selected { theme.selected() } else { theme.dim() };
    if selected {
        // Where the cursor is shown in reverse, the sparkline must not be turned upside down.
        let from = if theme.colours <= Colours::Sixteen {
            (columns.thumbnail as u16 + 1).min(line.width)
        } else {
            0
        };
        buffer.set_style(line.right_of(from), theme.selected());
    }
    let sparkline = Rect {
        width: columns.thumbnail.min(usize::from(line.width)) as u16,
        ..line
    };
    match details(survey, index) {
        Some(details) if details.level.silent => {
            let word = if details.cancelled.is_some() {
                "cancelled"
            } else {
                "silence"
            };
            buffer.put(sparkline, 0, 0, word, theme.bad());
        }
        Some(details) if details.damage.is_some() => drop(buffer.put(sparkline, 0, 0, "damaged", theme.bad())),
        Some(details) => thumbnail(buffer, sparkline, &details.thumbnail, theme),
        None => drop(buffer.put(sparkline, 0, 0, &"·".repeat(columns.thumbnail), theme.faint())),
    }
    let gender = clip.gender.map_or("–", |gender| &gender.name()[..1]);
    let length = match clip.seconds() {
        seconds if !clip.is_estimated() => format!("{seconds:.1} s"),
        seconds if seconds < 10.0 => format!("~{seconds:.1} s"),
        seconds => format!("~{seconds:.0} s"),
    };
    let emotion = if selected {
        theme.selected()
    } else {
        theme.emotion(clip.emotion.name())
    };
    let cells = [
        (fit(clip.emotion.name(), columns.emotion), emotion),
        (fit(&clip.corpus, columns.corpus), dim),
        (fit(clip.speaker.as_deref().unwrap_or("–"), columns.speaker), plain),
        (fit(gender, columns.gender), dim),
        (fit_right(&length, columns.length), plain),
        (fit(&file_name(&clip.name()), columns.file), dim),
    ];
    let mut x = columns.thumbnail as u16 + 1;
    for (text, style) in cells.iter().filter(|(text, _)| !text.is_empty()) {
        x += buffer.put(line, x, 0, text, *style) + 1;
    }
}
