//! The test clips of one cell of the confusion matrix.

use super::{ReportView, cell_words};
use crate::engine::RunReport;
use crate::ui::text::{Paint, file_name, fit};
use crate::ui::theme::Theme;
use crate::ui::widgets::bars::blocks;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws one row per clip: where it is from, and how probable both labels were to the model.
pub fn draw(view: &ReportView, report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(cursor) = &view.clips else { return };
    let evaluated = view.evaluated();
    let (truth, prediction) = view.cell;
    let room = usize::from(area.height.saturating_sub(1));
    let mut title = cell_words(view, report);
    if evaluated.len() > room {
        title += &format!(" ({})", cursor.place(evaluated.len(), room));
    }
    let list = section(buffer, area, &title, "Enter: listen, Esc: back", theme);
    if evaluated.is_empty() {
        buffer.put(
            list,
            0,
            0,
            "No clip is in this cell; Esc goes back to the matrix.",
            theme.dim(),
        );
        return;
    }
    let label = |index: usize| report.report.labels.get(index).map_or("", String::as_str);
    let labels: Vec<usize> = if truth == prediction {
        vec![prediction]
    } else {
        vec![prediction, truth]
    };
    let bar = if area.width >= 110 { 10 } else { 0 };
    let columns = labels.len() as u16 * (17 + bar);
    let file = usize::from(area.width.saturating_sub(columns + 16)).clamp(10, 44);
    let list = cursor.bar(evaluated.len(), list, buffer, theme);
    for (line, row) in cursor.window(evaluated.len(), list).enumerate() {
        let (clip, y) = (evaluated[row], line as u16);
        let selected = row == cursor.row;
        let over = |style| if selected { theme.selected() } else { style };
        if selected {
            buffer.set_style(list.line(y), theme.selected());
        }
        let speaker = format!("{} {}", clip.corpus, clip.speaker.as_deref().unwrap_or("–"));
        let mut x = buffer.put(list, 0, y, &fit(&file_name(&clip.path), file), over(theme.text())) + 1;
        x += buffer.put(list, x, y, &fit(&speaker, 13), over(theme.dim())) + 1;
        for index in &labels {
            let probability = clip.probabilities.get(*index).copied().unwrap_or(0.0);
            let words = format!("{} {:>3.0} %  ", fit(label(*index), 9), 100.0 * probability);
            x += buffer.put(list, x, y, &words, over(theme.text()));
            let bar = Rect {
                x: list.x + x,
                y: list.y + y,
                width: bar.min(list.width.saturating_sub(x)),
                height: 1,
            };
            let share = blocks(f64::from(probability), usize::from(bar.width).saturating_sub(2));
            buffer.put(bar, 0, 0, &share, over(theme.emotion(label(*index))));
            x += bar.width;
        }
    }
}
