//! Curves over epochs, several over each other, with axes.

use crate::ui::text::{Paint, fit_right, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::dots::Dots;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

/// One curve.
pub struct Series {
    /// (x, y), x ascending.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub style: Style,
    /// Broken, for what is shown beside the main thing.
    pub dashed: bool,
    /// Written at its end.
    pub name: Option<char>,
    /// A point to be marked.
    pub mark: Option<(f64, f64)>,
}

/// A plot of curves; the last row and the first columns are its axes.
pub struct Curves<'a> {
    /// The curves, the most important last.
    pub series: &'a [Series],
    /// Whether y never leaves 0 to 1 and is shown in percent.
    pub share: bool,
    /// Whether equal ratios take equal heights; what is not above 0 is left out.
    pub log: bool,
    /// What x counts, as in `epoch`.
    pub unit: &'a str,
    /// Values that y reaches as well.
    pub holds: &'a [f64],
    /// Where a line is drawn from top to bottom.
    pub point: Option<f64>,
    /// Colours.
    pub theme: Theme,
}

/// What a plot spans.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    x: (f64, f64),
    y: (f64, f64),
    step: f64,
}

impl Widget for Curves<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        if area.height < 3 || area.width < 12 {
            return;
        }
        let scaled: Vec<Vec<(f64, f64)>> = self.series.iter().map(|series| self.scaled(&series.points)).collect();
        let held: Vec<(f64, f64)> = self.holds.iter().map(|value| (0.0, *value)).collect();
        let held: Vec<f64> = self.scaled(&held).into_iter().map(|(_, value)| value).collect();
        let Some(span) = span(&scaled, &held, self.share, area.height - 1) else {
            return;
        };
        let (ticks, labels): (Vec<f64>, Vec<String>) = if self.log {
            let values = log_ticks(span.y, most_ticks(area.height - 1));
            values
                .into_iter()
                .map(|value| (value.log10(), ratio_label(value)))
                .unzip()
        } else {
            let ticks = ticks(span.y, span.step).into_iter();
            ticks.map(|tick| (tick, self.label(tick, span.step))).unzip()
        };
        let gutter = labels.iter().map(|label| width(label)).max().unwrap_or(0) as u16 + 1;
        let plot = Rect {
            x: area.x + gutter,
            width: area.width.saturating_sub(gutter),
            height: area.height - 1,
            ..area
        };
        let place = |x: f64, y: f64| {
            let across = (x - span.x.0) / (span.x.1 - span.x.0).max(f64::MIN_POSITIVE);
            let down = (span.y.1 - y) / (span.y.1 - span.y.0).max(f64::MIN_POSITIVE);
            let dot =
                |share: f64, dots: u16| (share.clamp(-1.0, 2.0) * f64::from(dots.saturating_sub(1))).round() as i32;
            (dot(across, 2 * plot.width), dot(down, 4 * plot.height))
        };
        for (tick, label) in ticks.iter().zip(&labels) {
            let y = (place(span.x.0, *tick).1 / 4) as u16;
            buffer.put(area, 0, y, &fit_right(label, usize::from(gutter) - 1), self.theme.dim());
            buffer.put(plot, 0, y, &"┈".repeat(usize::from(plot.width)), self.theme.faint());
        }
        if let Some(point) = self.point.filter(|point| (span.x.0..=span.x.1).contains(point)) {
            let x = (place(point, span.y.0).0 / 2) as u16;
            for y in 0..plot.height {
                buffer.put(plot, x, y, "│", self.theme.accent());
            }
        }
        let mut dots = Dots::new(usize::from(plot.width), usize::from(plot.height));
        for (series, scaled) in self.series.iter().zip(&scaled) {
            let points: Vec<(i32, i32)> = scaled.iter().map(|(x, y)| place(*x, *y)).collect();
            if let [point] = points[..] {
                dots.set(point.0, point.1, series.style);
            }
            for pair in points.windows(2) {
                dots.line(pair[0], pair[1], series.style, series.dashed);
            }
        }
        dots.draw(plot, buffer);
        let cell = |point: (f64, f64)| {
            let (x, y) = place(point.0, point.1);
            ((x / 2).max(0) as u16, (y / 4).max(0) as u16)
        };
        for (series, mark) in self.series.iter().filter_map(|series| Some((series, series.mark?))) {
            if let [mark] = self.scaled(&[mark])[..] {
                let (x, y) = cell(mark);
                buffer.put(plot, x, y, "●", series.style);
            }
        }
        let named = self.series.iter().zip(&scaled);
        for (series, scaled, name) in named.filter_map(|(series, scaled)| Some((series, scaled, series.name?))) {
            if let Some(last) = scaled.last() {
                let (x, y) = cell(*last);
                let style = series.style.add_modifier(Modifier::BOLD);
                buffer.put(plot, x.min(plot.width - 1), y, name.encode_utf8(&mut [0; 4]), style);
            }
        }
        self.across(
            Rect {
                y: plot.bottom(),
                height: 1,
                ..plot
            },
            span,
            buffer,
        );
    }
}

impl Curves<'_> {
    /// What can be drawn, as it is to be spread over the height.
    fn scaled(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let scale = |y: f64| if self.log { y.log10() } else { y };
        let points = points.iter().map(|(x, y)| (*x, scale(*y)));
        points.filter(|(_, y)| y.is_finite()).collect()
    }

    fn label(&self, tick: f64, step: f64) -> String {
        match () {
            () if self.share && step < 0.01 => format!("{:.1}", 100.0 * tick),
            () if self.share => format!("{:.0}", 100.0 * tick),
            () => match (-step.log10() - 1e-9).ceil().max(1.0) as usize {
                digits @ 1..=4 => format!("{tick:.digits$}"),
                digits => {
                    let digits = digits
                        .saturating_add_signed(tick.abs().log10().floor() as isize)
                        .clamp(1, 4);
                    if tick == 0.0 {
                        "0".to_owned()
                    } else {
                        format!("{tick:.digits$e}")
                    }
                }
            },
        }
    }

    fn across(&self, axis: Rect, span: Span, buffer: &mut Buffer) {
        let (start, end) = span.x;
        let whole = end - start >= 10.0 || start.fract() == 0.0 && end.fract() == 0.0;
        let number = |x: f64| if whole { format!("{x:.0}") } else { format!("{x:.1}") };
        let last = format!("{} {}", self.unit, number(end));
        buffer.put(axis, 0, 0, &number(start), self.theme.dim());
        let middle = (start + end) / 2.0;
        let middle = if whole { middle.round() } else { middle };
        let x = ((middle - start) / (end - start) * f64::from(axis.width)) as u16;
        if axis.width > 30 && middle > start {
            buffer.put(axis, x, 0, &number(middle), self.theme.dim());
        }
        buffer.put_right(axis, 0, &last, self.theme.dim());
    }
}

/// Limits around all points and the further values of y, and the finest step of 1, 2 or 5 times a power of ten whose ticks keep apart.
fn span(series: &[Vec<(f64, f64)>], held: &[f64], share: bool, rows: u16) -> Option<Span> {
    let points = || series.iter().flatten().copied();
    points().next()?;
    let fold = |start: f64, pick: fn(f64, f64) -> f64, values: &dyn Fn((f64, f64)) -> f64| {
        points().map(values).fold(start, pick)
    };
    let x = (
        fold(f64::MAX, f64::min, &|point| point.0),
        fold(f64::MIN, f64::max, &|point| point.0),
    );
    let held = |start: f64, pick: fn(f64, f64) -> f64| held.iter().copied().fold(start, pick);
    let low = fold(held(f64::MAX, f64::min), f64::min, &|point| point.1);
    let high = fold(held(f64::MIN, f64::max), f64::max, &|point| point.1);
    let room = (high - low).max(if share { 0.02 } else { (1e-3 * high.abs()).max(1e-6) });
    let mut y = (low - 0.04 * room, high + 0.04 * room);
    if share {
        y = (y.0.max(0.0), y.1.min(1.0));
    }
    if y.1 - y.0 < room / 2.0 {
        y = (y.1 - room, y.1 + room);
    }
    let most = most_ticks(rows);
    let finest = 10f64.powf(room.log10().floor() - 1.0);
    let steps = (0..4).flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * finest * 10f64.powi(power)));
    let step = steps.into_iter().find(|step| ticks(y, *step).len() <= most)?;
    Some(Span {
        x: (x.0, x.1.max(x.0 + 1.0)),
        y,
        step,
    })
}

fn most_ticks(rows: u16) -> usize {
    usize::from((rows * 2 / 5).clamp(2, 7))
}

/// Round numbers between both limits, which are powers of ten: as many as there is room for, from the roundest on.
fn log_ticks(limits: (f64, f64), most: usize) -> Vec<f64> {
    let tenths = |step: usize| {
        (10..100)
            .step_by(step)
            .map(|tenth| tenth as f64 / 10.0)
            .collect::<Vec<f64>>()
    };
    let sets = [
        vec![1.0],
        vec![1.0, 2.0, 5.0],
        vec![1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
        tenths(5),
        tenths(2),
        tenths(1),
    ];
    let of = |set: &[f64]| -> Vec<f64> {
        let powers = limits.0.floor() as i32..=limits.1.ceil() as i32;
        let all = powers.flat_map(|power| set.iter().map(move |digit| digit * 10f64.powi(power)));
        all.filter(|value| (limits.0 - 1e-9..=limits.1 + 1e-9).contains(&value.log10()))
            .collect()
    };
    let mut best = of(&sets[0]);
    for set in &sets[1..] {
        let found = of(set);
        if found.len() > most {
            break;
        }
        best = found;
    }
    let every = best.len().div_ceil(most.max(1)).max(1);
    best.into_iter().step_by(every).collect()
}

/// Two significant digits, whatever the size.
fn ratio_label(value: f64) -> String {
    match value {
        0.0..1e-3 => format!("{value:.0e}"),
        0.0..0.1 => format!("{value:.3}"),
        0.0..1.0 => format!("{value:.2}"),
        0.0..10.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// Multiples of the step between both limits.
fn ticks(limits: (f64, f64), step: f64) -> Vec<f64> {
    let first = (limits.0 / step - 1e-9).ceil() as i64;
    let last = (limits.1 / step + 1e-9).floor() as i64;
    (first..=last.min(first + 1000))
        .map(|tick| tick as f64 * step)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Colours;

    fn series(points: &[(f64, f64)]) -> Series {
        Series {
            points: points.to_vec(),
            style: Style::new(),
            dashed: false,
            name: None,
            mark: None,
        }
    }

    #[test]
    fn limits_hold_every_point_and_ticks_are_round() {
        let loss = [vec![(1.0, 1.93), (2.0, 1.21), (30.0, 0.34)]];
        let found = span(&loss, &[], false, 12).unwrap();
        assert_eq!(found.x, (1.0, 30.0));
        assert!(found.y.0 <= 0.34 && found.y.1 >= 1.93);
        assert_eq!(found.step, 0.5);
        assert_eq!(ticks(found.y, found.step), [0.5, 1.0, 1.5]);
        let wider = span(&loss, &[0.1, 2.9], false, 12).unwrap();
        assert!(wider.y.0 <= 0.1 && wider.y.1 >= 2.9 && wider.x == found.x);
        let share = span(&[vec![(1.0, 0.18), (2.0, 0.985)]], &[], true, 20).unwrap();
        assert!(share.y.0 <= 0.18 && share.y.1 == 1.0);
        for rows in 2..40 {
            for high in [0.3, 0.52, 0.61, 0.97, 1.4, 9.3, 250.0] {
                let found = span(&[vec![(1.0, 0.21), (2.0, high)]], &[], false, rows).unwrap();
                let marks = ticks(found.y, found.step);
                assert!(
                    !marks.is_empty() && marks.len() <= usize::from(rows * 2 / 5).max(2),
                    "{rows} {high} {marks:?}"
                );
            }
        }
    }

    #[test]
    fn a_flat_curve_a_single_point_and_numbers_that_are_none_are_drawn() {
        for points in [
            vec![(1.0, 0.5)],
            vec![(1.0, 2.0), (2.0, 2.0)],
            vec![(1.0, f64::NAN), (2.0, 1.0)],
            vec![(1.0, 0.0)],
        ] {
            let numbers: Vec<(f64, f64)> = points.iter().copied().filter(|point| point.1.is_finite()).collect();
            let found = span(&[numbers], &[], false, 9).unwrap();
            assert!(found.y.1 > found.y.0 && found.x.1 > found.x.0, "{points:?}: {found:?}");
            let area = Rect::new(0, 0, 40, 10);
            let curves = [series(&points)];
            for log in [false, true] {
                Curves {
                    series: &curves,
                    share: false,
                    log,
                    unit: "epoch",
                    holds: &[],
                    point: Some(1.0),
                    theme: Theme::new(Colours::None),
                }
                .render(area, &mut Buffer::empty(area));
            }
        }
        assert!(span(&[], &[], false, 9).is_none());
    }

    #[test]
    fn numbers_of_any_size_are_told_apart_on_the_axis() {
        let curves = Curves {
            series: &[],
            share: false,
            log: false,
            unit: "step",
            holds: &[],
            point: None,
            theme: Theme::new(Colours::None),
        };
        let labels = |low: f64, step: f64| [0.0, 1.0, 2.0].map(|tick| curves.label(low + tick * step, step));
        assert_eq!(labels(0.5, 0.5), ["0.5", "1.0", "1.5"]);
        assert_eq!(labels(0.0, 0.001), ["0.000", "0.001", "0.002"]);
        assert_eq!(labels(0.0, 2e-5), ["0", "2.0e-5", "4.0e-5"]);
        assert_eq!(labels(0.0003, 1e-5), ["3.0e-4", "3.1e-4", "3.2e-4"]);
        for (low, step) in [(2.0, 1.0), (0.25, 0.05), (0.001, 2e-4), (1e-4, 5e-7)] {
            let [one, other, third] = labels(low, step);
            assert!(one != other && other != third, "{one} {other} {third}");
        }
    }

    #[test]
    fn a_higher_value_is_drawn_higher() {
        let area = Rect::new(0, 0, 40, 10);
        let mut buffer = Buffer::empty(area);
        let curves = [series(&[(1.0, 0.0), (10.0, 1.0)])];
        Curves {
            series: &curves,
            share: true,
            log: false,
            unit: "epoch",
            holds: &[],
            point: None,
            theme: Theme::new(Colours::None),
        }
        .render(area, &mut buffer);
        let braille = |y: u16| {
            (0..40)
                .filter(|x| buffer[(*x, y)].symbol().chars().any(|c| ('⠁'..='⣿').contains(&c)))
                .min()
        };
        let first: Vec<u16> = (0..9).filter_map(braille).collect();
        assert!(
            first.len() == 9 && first.windows(2).all(|pair| pair[0] > pair[1]),
            "{first:?}"
        );
    }

    #[test]
    fn a_logarithmic_axis_has_round_numbers_that_keep_apart() {
        assert_eq!(log_ticks((-2.3, 0.3), 4), [0.01, 0.1, 1.0]);
        assert_eq!(log_ticks((-1.0, 0.31), 7), [0.1, 0.2, 0.5, 1.0, 2.0]);
        for (low, high) in [(0.31, 1.94), (0.9, 1.1), (1e-6, 40.0), (0.02, 0.021)] {
            for most in 2..8 {
                let ticks = log_ticks((f64::log10(low), f64::log10(high)), most);
                assert!(ticks.len() <= most, "{low} {high} {most}: {ticks:?}");
                assert!(ticks.iter().all(|tick| (low * 0.999..=high * 1.001).contains(tick)));
            }
            assert!(
                !log_ticks((f64::log10(low), f64::log10(high)), 7).is_empty(),
                "{low} {high}"
            );
        }
        assert_eq!(
            [2e-5, 0.05, 0.5, 2.0, 300.0].map(ratio_label),
            ["2e-5", "0.050", "0.50", "2.0", "300"]
        );
    }
}
