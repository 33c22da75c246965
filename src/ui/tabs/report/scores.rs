//! Tables of scores: per class, per group, over folds; and what is confused most.

use crate::engine::{RunReport, Scores};
use crate::ui::text::{Paint, cut, fit, fit_right, grouped, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::bars::blocks;
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns that the table of classes takes at least.
pub const CLASSES_WIDTH: u16 = 34;

/// Precision, recall, F1 and support of every class.
pub fn classes(report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let scores = &report.report.scores;
    let inside = section(buffer, area, "Classes", "", theme);
    let name = usize::from(inside.width).saturating_sub(24).clamp(6, 12);
    let bar = usize::from(inside.width).saturating_sub(name + 26);
    let head = format!(
        "{}{:>6}{:>7}{:>6}{:>6}",
        " ".repeat(name),
        "prec.",
        "recall",
        "F1",
        "clips"
    );
    buffer.put(inside, 0, 0, &head, theme.dim());
    let row = |label: &str, values: [f64; 3], support: usize| {
        let [precision, recall, f1] = values.map(|value| format!("{:.1}", 100.0 * value));
        format!(
            "{}{precision:>6}{recall:>7}{f1:>6}{:>6}",
            fit(label, name),
            grouped(support)
        )
    };
    let room = inside.height.saturating_sub(1);
    let averages = if room >= scores.classes.len() as u16 + 2 { 2 } else { 0 };
    for (index, class) in scores.classes.iter().take(usize::from(room - averages)).enumerate() {
        let y = index as u16 + 1;
        buffer.put(
            inside,
            0,
            y,
            &row(&class.label, [class.precision, class.recall, class.f1], class.support),
            theme.text(),
        );
        buffer.put(inside, 0, y, &fit(&class.label, name), theme.emotion(&class.label));
        if bar >= 6 {
            let recall = blocks(class.recall, bar);
            buffer.put(inside, (name + 26) as u16, y, &recall, theme.emotion(&class.label));
        }
    }
    if averages > 0 {
        let y = scores.classes.len() as u16 + 1;
        let (macros, weighted) = (
            [scores.macro_precision, scores.macro_recall, scores.macro_f1],
            [scores.weighted_precision, scores.weighted_recall, scores.weighted_f1],
        );
        buffer.put(inside, 0, y, &row("macro", macros, scores.support), theme.heading());
        buffer.put(
            inside,
            0,
            y + 1,
            &row("weighted", weighted, scores.support),
            theme.heading(),
        );
    }
}

/// Scores by corpus, by gender, and over the folds.
pub fn groups(report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let name = usize::from(area.width).saturating_sub(22).clamp(6, 16);
    let mut y = 0;
    let spread = &report.spread;
    if !spread.is_empty() {
        let folds = spread.first().map_or(0, |score| score.values.len());
        let below = Rect {
            y: area.y + y,
            height: area.height.saturating_sub(y),
            ..area
        };
        let inside = section(buffer, below, &format!("Over {folds} folds"), "mean ± deviation", theme);
        let most = if area.height < 12 { 2 } else { inside.height };
        for score in spread.iter().take(usize::from(most)) {
            let figures = format!("{:.1} ± {:.1}", 100.0 * score.mean, 100.0 * score.deviation);
            let values: Vec<String> = score
                .values
                .iter()
                .map(|value| format!("{:.0}", 100.0 * value))
                .collect();
            y += 1;
            buffer.put(
                area,
                0,
                y,
                &fit(&score.score.replace('_', " "), name.max(12)),
                theme.text(),
            );
            let at = name.max(12) as u16 + 1;
            let taken = buffer.put(area, at, y, &figures, theme.heading());
            let room = usize::from(area.width.saturating_sub(at + taken + 2));
            buffer.put(area, at + taken + 2, y, &cut(&values.join(" "), room), theme.dim());
        }
        y += 1 + u16::from(area.height >= 12);
    }
    for (title, groups) in [
        ("By corpus", &report.report.by_corpus),
        ("By gender", &report.report.by_gender),
    ] {
        let rows = groups.len() as u16;
        if rows == 0 || y + 1 >= area.height {
            continue;
        }
        let below = Rect {
            y: area.y + y,
            height: (rows + 1).min(area.height - y),
            ..area
        };
        let inside = section(buffer, below, title, "UAR   acc.  clips", theme);
        for (row, (label, scores)) in groups.iter().enumerate() {
            group(
                label,
                scores,
                name,
                Rect {
                    y: inside.y + row as u16,
                    height: 1,
                    ..inside
                },
                inside,
                buffer,
                theme,
            );
        }
        y += rows + 1 + u16::from(area.height >= 12);
    }
}

fn group(label: &str, scores: &Scores, name: usize, line: Rect, within: Rect, buffer: &mut Buffer, theme: Theme) {
    if line.y >= within.bottom() {
        return;
    }
    let figures = format!(
        "{}{}{}",
        fit_right(&format!("{:.1}", 100.0 * scores.unweighted_average_recall), 5),
        fit_right(&format!("{:.1}", 100.0 * scores.accuracy), 7),
        fit_right(&grouped(scores.support), 7),
    );
    buffer.put(line, 0, 0, &cut(label, name), theme.text());
    let bar = usize::from(line.width).saturating_sub(name + width(&figures) + 3);
    buffer.put(
        line,
        name as u16 + 1,
        0,
        &blocks(scores.unweighted_average_recall, bar),
        theme.bar(),
    );
    buffer.put_right(line, 0, &figures, theme.text());
}

/// Pairs of emotions that are taken for each other most often.
pub fn confused(report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inside = section(buffer, area, "Most confused", "", theme);
    let pairs = &report.report.most_confused;
    let largest = pairs.first().map_or(1, |(.., clips)| *clips).max(1);
    for (row, (truth, prediction, clips)) in pairs.iter().take(usize::from(inside.height)).enumerate() {
        let y = row as u16;
        buffer.put(inside, 0, y, &fit(truth, 9), theme.emotion(truth));
        buffer.put(inside, 10, y, "as", theme.dim());
        buffer.put(inside, 13, y, &fit(prediction, 9), theme.emotion(prediction));
        buffer.put(inside, 23, y, &fit_right(&grouped(*clips), 5), theme.heading());
        let room = usize::from(inside.width).saturating_sub(30);
        buffer.put(
            inside,
            30,
            y,
            &blocks(*clips as f64 / largest as f64, room.min(24)),
            theme.bar(),
        );
    }
    if pairs.is_empty() {
        buffer.put(inside, 0, 0, "nothing: every clip was heard right", theme.dim());
    }
}
