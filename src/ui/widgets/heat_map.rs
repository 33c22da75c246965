//! A confusion matrix as a heat map that fits its area: cells shrink, then labels, then a window follows the cursor.

use crate::ui::text::{Paint, cut, fit_right, short, width};
use crate::ui::theme::{Colours, Scale, Theme, shade};
use crate::ui::widgets::section::Parts;
use crate::ui::widgets::targets::Targets;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

/// A matrix of counts, rows are the truth, columns the prediction.
pub struct HeatMap<'a> {
    /// Names of rows and columns.
    pub labels: &'a [String],
    /// `counts[truth][prediction]`.
    pub counts: &'a [Vec<usize>],
    /// Rows divided by their sums: what the colour shows.
    pub shares: &'a [Vec<f64>],
    /// Whether the figures are shares in percent.
    pub normalised: bool,
    /// The cell under the cursor.
    pub cell: (usize, usize),
    /// Where the cells are seen.
    pub targets: &'a Targets<(usize, usize)>,
    /// Colours.
    pub theme: Theme,
}

/// Cells of the colour scale.
const SCALE: usize = 10;

/// Sizes in columns and rows, and the part of the matrix that is seen.
#[derive(Debug, PartialEq, Eq)]
struct Fit {
    /// Whether there is a row for the axes' titles above, and one for the colour scale below.
    titles: bool,
    scale: bool,
    label: usize,
    cell: (usize, usize),
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
}

/// What fits: the largest cells up to 10 x 4, labels of at least 3 columns, and the cursor within the window.
fn fitted(area: Rect, labels: &[String], digits: usize, at: (usize, usize)) -> Fit {
    let classes = labels.len().max(1);
    let longest = labels.iter().map(|label| width(label)).max().unwrap_or(0).max(3);
    let columns = usize::from(area.width);
    // Without room for both brackets of the cursor beside the longest figure, the left one has to do.
    let brackets = if longest.min(5) + 1 + classes * (digits + 2) <= columns {
        2
    } else {
        1
    };
    let narrowest = digits + brackets;
    let label = if longest + 1 + classes * narrowest <= columns {
        longest
    } else {
        longest.min(5)
    };
    let room = columns.saturating_sub(label + 1);
    let cell_width = (room / classes).clamp(narrowest, 10.max(narrowest));
    let rows = usize::from(area.height).saturating_sub(1);
    // Words give way to labels.
    let titles = rows > classes;
    let scale = rows > classes + 1;
    let rows = rows - usize::from(titles) - usize::from(scale);
    let tallest = match cell_width {
        9.. => 4,
        7.. => 3,
        5.. => 2,
        _ => 1,
    };
    let cell_height = (rows / classes).clamp(1, tallest);
    let window = |at: usize, shown: usize| {
        let shown = shown.min(classes);
        let start = (at + 1).saturating_sub(shown).min(classes - shown);
        start..start + shown
    };
    Fit {
        titles,
        scale,
        label,
        cell: (cell_width, cell_height),
        rows: window(at.0, rows / cell_height),
        columns: window(at.1, room / cell_width),
    }
}

impl Widget for HeatMap<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let largest = self.counts.iter().flatten().max().copied().unwrap_or(0);
        let digits = if self.normalised {
            3
        } else {
            largest.to_string().len().max(2)
        };
        let fit = fitted(area, self.labels, digits, self.cell);
        let area = self.legend(&fit, area, buffer);
        let x_of = |column: usize| (fit.label + 1 + (column - fit.columns.start) * fit.cell.0) as u16;
        for column in fit.columns.clone() {
            let style = if column == self.cell.1 {
                self.theme.accent()
            } else {
                self.theme.dim()
            };
            let name = short(&self.labels[column], fit.cell.0 - 1);
            buffer.put(
                area,
                x_of(column),
                0,
                &fit_right(&format!("{} ", name), fit.cell.0),
                style,
            );
        }
        for row in fit.rows.clone() {
            let y = (1 + (row - fit.rows.start) * fit.cell.1) as u16;
            let middle = y + (fit.cell.1 as u16 - 1) / 2;
            let style = if row == self.cell.0 {
                self.theme.accent()
            } else {
                self.theme.text()
            };
            buffer.put(
                area,
                0,
                middle,
                &fit_right(&short(&self.labels[row], fit.label), fit.label),
                style,
            );
            for column in fit.columns.clone() {
                let (Some(count), Some(share)) = (self.count(row, column), self.share(row, column)) else {
                    continue;
                };
                let seen = area.below(y).right_of(x_of(column));
                let seen = seen.first_rows(fit.cell.1 as u16).first_columns(fit.cell.0 as u16);
                self.targets.add(seen, (row, column));
                self.square(area, (x_of(column), y), fit.cell, (row, column), (count, share), buffer);
            }
        }
        let hidden = self.labels.len() - fit.columns.len();
        if hidden > 0 || fit.rows.len() < self.labels.len() {
            buffer.put(
                area,
                0,
                0,
                &cut(
                    &format!("+{}", hidden.max(self.labels.len() - fit.rows.len())),
                    fit.label,
                ),
                self.theme.dim(),
            );
        }
    }
}

impl HeatMap<'_> {
    /// Above, what rows and columns are; below, what the colours mean. What is left between.
    fn legend(&self, fit: &Fit, area: Rect, buffer: &mut Buffer) -> Rect {
        if fit.titles {
            let words = "rows: labelled, columns: predicted as";
            buffer.put(area, 0, 0, words, self.theme.dim());
        }
        let rest = area.below(u16::from(fit.titles));
        if fit.scale {
            let y = 1 + (fit.rows.len() * fit.cell.1) as u16;
            let mut x = fit.label as u16 + 1;
            x += buffer.put(rest, x, y, "of its row 0 % ", self.theme.dim());
            for step in 0..SCALE {
                let share = step as f32 / (SCALE - 1) as f32;
                let (sign, style) = if self.theme.colours == Colours::None {
                    (self.fill(share), Style::new())
                } else {
                    (' ', Style::new().bg(self.theme.scale(Scale::Mako, share)))
                };
                x += buffer.put(rest, x, y, sign.encode_utf8(&mut [0; 4]), style);
            }
            buffer.put(rest, x, y, " 100 %", self.theme.dim());
        }
        rest
    }

    /// What stands for a share where there are no colours.
    fn fill(&self, share: f32) -> char {
        shade((share * 1.25 - 0.125).max(0.0))
    }

    fn count(&self, row: usize, column: usize) -> Option<usize> {
        self.counts.get(row)?.get(column).copied()
    }

    fn share(&self, row: usize, column: usize) -> Option<f64> {
        self.shares.get(row)?.get(column).copied()
    }

    /// One cell: the figure in its middle, the share as its colour; the cursor in brackets.
    fn square(
        &self,
        area: Rect,
        at: (u16, u16),
        size: (usize, usize),
        index: (usize, usize),
        value: (usize, f64),
        buffer: &mut Buffer,
    ) {
        let (count, share) = value;
        let text = match () {
            () if count == 0 => "·".to_owned(),
            () if self.normalised => format!("{:.0}", 100.0 * share),
            () => count.to_string(),
        };
        let mut style = Style::new();
        let monochrome = self.theme.colours == Colours::None;
        if !monochrome {
            style = style
                .bg(self.theme.scale(Scale::Mako, share as f32))
                .fg(self.theme.ink(Scale::Mako, share as f32));
        }
        if index.0 == index.1 {
            style = style.add_modifier(Modifier::BOLD);
        }
        let middle = (size.1 as u16 - 1) / 2;
        for row in 0..size.1 as u16 {
            let fill = if monochrome { self.fill(share as f32) } else { ' ' };
            let mut line: Vec<char> = vec![if monochrome && row != middle { fill } else { ' ' }; size.0];
            if row == middle {
                let start = (size.0 - text.chars().count()).div_ceil(2);
                for (place, character) in text.chars().enumerate() {
                    line[start + place] = character;
                }
                if monochrome && size.0 > 4 {
                    line[0] = fill;
                }
                if index == self.cell {
                    line[start - 1] = '[';
                    if let Some(place) = line.get_mut(start + text.chars().count()) {
                        *place = ']';
                    }
                }
            }
            let line: String = line.into_iter().collect();
            let style = if index == self.cell && row == middle {
                style.add_modifier(Modifier::BOLD)
            } else {
                style
            };
            buffer.put(area, at.0, at.1 + row, &line, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("emotion{index}")).collect()
    }

    #[test]
    fn cells_fill_the_room_and_the_cursor_is_never_lost() {
        let wide = fitted(Rect::new(0, 0, 100, 31), &labels(7), 2, (0, 0));
        assert_eq!(
            (wide.cell, wide.rows.clone(), wide.columns.clone()),
            ((10, 4), 0..7, 0..7)
        );
        for width in 1..80 {
            for height in 1..30 {
                for at in [(0, 0), (11, 3), (19, 19)] {
                    let fit = fitted(Rect::new(0, 0, width, height), &labels(20), 3, at);
                    assert!(fit.columns.is_empty() || fit.columns.contains(&at.1));
                    assert!(fit.rows.is_empty() || fit.rows.contains(&at.0));
                    assert!(
                        fit.columns.is_empty() || fit.label + 1 + fit.columns.len() * fit.cell.0 <= usize::from(width)
                    );
                }
            }
        }
    }

    #[test]
    fn eight_classes_are_all_seen_on_eighty_columns() {
        // What is left of 80 columns beside the tables of a report.
        let area = Rect::new(0, 0, 45, 10);
        for (digits, cell) in [(2, 4), (3, 4)] {
            let fit = fitted(area, &labels(8), digits, (0, 0));
            assert_eq!((fit.rows.clone(), fit.columns.clone()), (0..8, 0..8), "{fit:?}");
            assert!(fit.cell.0 >= cell, "{fit:?}");
        }
        let counts = vec![vec![100; 8]; 8];
        let shares = vec![vec![1.0; 8]; 8];
        let mut buffer = Buffer::empty(area);
        HeatMap {
            labels: &labels(8),
            counts: &counts,
            shares: &shares,
            normalised: true,
            cell: (7, 7),
            targets: &Targets::default(),
            theme: Theme::new(Colours::None),
        }
        .render(area, &mut buffer);
        let line = |y: u16| -> String { (0..45).map(|x| buffer[(x, y)].symbol()).collect() };
        assert!(line(0).contains("rows: labelled, columns: predicted as"));
        let last = line(9);
        assert_eq!(last.matches("100").count(), 8, "{last}");
        assert!(last.contains("[100"), "{last}");
    }

    #[test]
    fn axes_and_colours_are_explained_where_no_label_is_lost_for_it() {
        let said = |height: u16| {
            let area = Rect::new(0, 0, 60, height);
            let mut buffer = Buffer::empty(area);
            HeatMap {
                labels: &labels(5),
                counts: &vec![vec![7; 5]; 5],
                shares: &vec![vec![0.2; 5]; 5],
                normalised: false,
                cell: (0, 0),
                targets: &Targets::default(),
                theme: Theme::new(Colours::None),
            }
            .render(area, &mut buffer);
            let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
            let rows = (0..5).filter(|row| text.matches(&format!("emotion{row}")).count() > 1);
            (rows.count(), text.contains("predicted as"), text.contains("0 % "))
        };
        assert_eq!(
            [6, 7, 8, 30].map(said).map(|(_, titles, scale)| (titles, scale)),
            [(false, false), (true, false), (true, true), (true, true)]
        );
        assert!(
            (6..40).all(|height| said(height).0 == 5),
            "every label is seen in every height"
        );
    }

    #[test]
    fn the_figure_of_every_cell_is_the_share_or_the_count() {
        let (names, counts) = (vec!["a".to_owned(), "b".to_owned()], vec![vec![3, 1], vec![0, 12]]);
        let shares = vec![vec![0.75, 0.25], vec![0.0, 1.0]];
        for (normalised, expected) in [(false, ["3", "12"]), (true, ["75", "100"])] {
            let area = Rect::new(0, 0, 24, 3);
            let mut buffer = Buffer::empty(area);
            let theme = Theme::new(Colours::None);
            HeatMap {
                labels: &names,
                counts: &counts,
                shares: &shares,
                normalised,
                cell: (0, 0),
                targets: &Targets::default(),
                theme,
            }
            .render(area, &mut buffer);
            let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
            assert!(expected.iter().all(|figure| text.contains(figure)), "{text}");
        }
    }
}
