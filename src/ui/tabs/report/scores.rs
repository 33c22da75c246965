//! Tables of scores: per class, per group, over folds; and what is confused most.

use crate::engine::{Report, RunReport, Scores};
use crate::present::numbers::grouped;
use crate::ui::text::{Paint, cut, fit, fit_right, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::bars::blocks;
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns that the table of classes takes at least.
pub const WIDTH: u16 = 31;

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Table {
    /// Precision, recall, F1 and support of every class.
    #[default]
    Classes,
    /// Mean and deviation over folds.
    Folds,
    /// By corpus.
    Corpora,
    /// By gender.
    Genders,
    /// Pairs that are taken for each other most often.
    Confused,
}

impl Table {
    const ALL: [Self; 5] = [Self::Classes, Self::Folds, Self::Corpora, Self::Genders, Self::Confused];

    /// The tables that have something to show, this one first.
    fn listed(self, report: &RunReport, shown: &Report) -> Vec<Self> {
        let turned = (0..Self::ALL.len()).map(|by| Self::ALL[(self as usize + by) % Self::ALL.len()]);
        turned.filter(|table| table.rows(report, shown) > 0).collect()
    }

    /// The table after this one that has something to show.
    pub fn next(self, report: &RunReport, shown: &Report) -> Self {
        self.listed(report, shown)
            .into_iter()
            .find(|table| *table != self)
            .unwrap_or(self)
    }

    /// Rows that it wants below its heading.
    fn rows(self, report: &RunReport, shown: &Report) -> usize {
        match self {
            Self::Classes => shown.scores.classes.len() + 3,
            Self::Folds => report.spread.len() + usize::from(report.pooled.is_some()),
            Self::Corpora => shown.by_corpus.len(),
            Self::Genders => shown.by_gender.len(),
            Self::Confused => shown.most_confused.len(),
        }
    }

    fn draw(self, report: &RunReport, shown: &Report, area: Rect, buffer: &mut Buffer, theme: Theme) {
        match self {
            Self::Classes => classes(&shown.scores, area, buffer, theme),
            Self::Folds => folds(report, area, buffer, theme),
            Self::Corpora => groups("By corpus", &shown.by_corpus, area, buffer, theme),
            Self::Genders => groups("By gender", &shown.by_gender, area, buffer, theme),
            Self::Confused => confused(shown, area, buffer, theme),
        }
    }
}

/// Draws as many tables as there is room for, the chosen one first: of the run, or of all folds.
pub fn draw(first: Table, (report, shown): (&RunReport, &Report), area: Rect, buffer: &mut Buffer, theme: Theme) {
    let gap = u16::from(area.height >= 24);
    let mut y = 0;
    for table in first.listed(report, shown) {
        let left = area.height.saturating_sub(y);
        let wanted = table.rows(report, shown) as u16 + 1;
        if left < 3.min(wanted) || (y > 0 && left < wanted.min(6)) {
            break;
        }
        let at = Rect {
            y: area.y + y,
            height: left.min(wanted),
            ..area
        };
        table.draw(report, shown, at, buffer, theme);
        y += wanted + gap;
    }
}

fn classes(scores: &Scores, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inside = section(buffer, area, "Classes", "", theme);
    let name = usize::from(inside.width).saturating_sub(22).clamp(6, 12);
    let bar = usize::from(inside.width).saturating_sub(name + 24);
    let head = format!(
        "{}{:>5}{:>6}{:>5}{:>6}",
        " ".repeat(name),
        "prec.",
        "rec.",
        "F1",
        "clips"
    );
    buffer.put(inside, 0, 0, &head, theme.dim());
    let row = |label: &str, values: [f64; 3], support: usize| {
        // Columns of one width stay apart.
        let figure = |value| Some(format!("{:.1}", 100.0 * value)).filter(|text| text != "100.0");
        let [precision, recall, f1] = values.map(|value| figure(value).unwrap_or_else(|| "100".to_owned()));
        format!(
            "{}{precision:>5}{recall:>6}{f1:>5}{:>6}",
            fit(label, name),
            grouped(support)
        )
    };
    for (index, class) in scores.classes.iter().enumerate() {
        let y = index as u16 + 1;
        let values = [class.precision, class.recall, class.f1];
        buffer.put(inside, 0, y, &row(&class.label, values, class.support), theme.text());
        buffer.put(inside, 0, y, &fit(&class.label, name), theme.emotion(&class.label));
        if bar >= 6 {
            let recall = blocks(class.recall, bar);
            buffer.put(inside, (name + 24) as u16, y, &recall, theme.emotion(&class.label));
        }
    }
    let y = scores.classes.len() as u16 + 1;
    let macros = [scores.macro_precision, scores.macro_recall, scores.macro_f1];
    let weighted = [scores.weighted_precision, scores.weighted_recall, scores.weighted_f1];
    buffer.put(inside, 0, y, &row("macro", macros, scores.support), theme.heading());
    buffer.put(
        inside,
        0,
        y + 1,
        &row("weighted", weighted, scores.support),
        theme.heading(),
    );
}

fn folds(report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let folds = report.spread.first().map_or(0, |score| score.values.len());
    let inside = section(buffer, area, &format!("Over {folds} runs"), "mean ± dev.", theme);
    let name = usize::from(inside.width).saturating_sub(14).clamp(6, 16);
    if let Some(pooled) = &report.pooled {
        buffer.put(inside, 0, 0, &fit("UAR, all clips", name), theme.heading());
        let figure = format!("{:5.1}", 100.0 * pooled.report.scores.unweighted_average_recall);
        buffer.put(inside, name as u16 + 1, 0, &figure, theme.heading());
    }
    let first = u16::from(report.pooled.is_some());
    for (row, score) in report.spread.iter().enumerate() {
        let y = row as u16 + first;
        let words = score
            .score
            .replace('_', " ")
            .replace("unweighted average recall", "UAR")
            .replace(" f1", " F1");
        buffer.put(inside, 0, y, &fit(&words, name), theme.text());
        let figures = format!("{:5.1} ± {:<4.1}", 100.0 * score.mean, 100.0 * score.deviation);
        let at = name as u16 + 1;
        let taken = buffer.put(inside, at, y, &figures, theme.heading()) + 2;
        let values: Vec<String> = score
            .values
            .iter()
            .map(|value| format!("{:.1}", 100.0 * value))
            .collect();
        let room = usize::from(inside.width.saturating_sub(at + taken));
        if room >= 5 {
            buffer.put(inside, at + taken, y, &cut(&values.join("  "), room), theme.dim());
        }
    }
}

fn groups(title: &str, groups: &[(String, Scores)], area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inside = section(buffer, area, title, "UAR   acc. clips", theme);
    let name = usize::from(inside.width).saturating_sub(18).clamp(6, 12);
    for (row, (label, scores)) in groups.iter().enumerate() {
        let y = row as u16;
        let share = |share: f64| format!("{:.1}", 100.0 * share);
        let figures = format!(
            "{}{}{}",
            fit_right(&share(scores.unweighted_average_recall), 5),
            fit_right(&share(scores.accuracy), 7),
            fit_right(&grouped(scores.support), 6),
        );
        buffer.put(inside, 0, y, &cut(label, name), theme.text());
        let bar = usize::from(inside.width).saturating_sub(name + width(&figures) + 3);
        if bar >= 6 {
            let recall = blocks(scores.unweighted_average_recall, bar);
            buffer.put(inside, name as u16 + 1, y, &recall, theme.bar());
        }
        buffer.put_right(inside, y, &figures, theme.text());
    }
}

fn confused(report: &Report, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inside = section(buffer, area, "Most confused", "", theme);
    let pairs = &report.most_confused;
    let largest = pairs.first().map_or(1, |(.., clips)| *clips).max(1);
    for (row, (truth, prediction, clips)) in pairs.iter().enumerate() {
        let y = row as u16;
        buffer.put(inside, 0, y, &fit(truth, 9), theme.emotion(truth));
        buffer.put(inside, 10, y, "as", theme.dim());
        buffer.put(inside, 13, y, &fit(prediction, 9), theme.emotion(prediction));
        buffer.put(inside, 23, y, &fit_right(&grouped(*clips), 6), theme.heading());
        let room = usize::from(inside.width).saturating_sub(31);
        buffer.put(
            inside,
            31,
            y,
            &blocks(*clips as f64 / largest as f64, room.min(24)),
            theme.bar(),
        );
    }
}
