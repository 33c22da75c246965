//! What a run uses of the machine, one row per quantity: its course and where it stands.

use crate::engine::{Amount, GpuUsage, RunDetail, Usage};
use crate::present::numbers::{bytes, duration, percent};
use crate::ui::text::{Paint, fit_right, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::histogram::EIGHTHS;
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the machine does not report.
const UNKNOWN: &str = "-";
/// Temperature at which a course is at its top (°C).
const HOT: f64 = 100.0;

/// One quantity.
struct Row {
    name: &'static str,
    /// Over time, `None` where it is not known.
    history: Vec<Option<f64>>,
    /// What the top of the course stands for; by default its greatest value.
    top: Option<f64>,
    now: String,
}

/// Draws a section with all quantities that there is room for.
pub fn draw(detail: &RunDetail, area: Rect, note: &str, buffer: &mut Buffer, theme: Theme) {
    let inside = section(buffer, area, "Resource usage", note, theme);
    let (Some(first), Some(last)) = (detail.usage.first(), detail.usage.last()) else {
        let words = "Nothing was measured yet; readings come every few seconds.";
        buffer.put(inside, 0, inside.height / 2, words, theme.dim());
        return;
    };
    let rows = rows(&detail.usage, last);
    let names = rows.iter().map(|row| width(row.name)).max().unwrap_or(0) as u16 + 1;
    let now = rows.iter().map(|row| width(&row.now)).max().unwrap_or(0) as u16 + 1;
    let columns = inside.width.saturating_sub(names + now);
    for (y, row) in rows.iter().take(usize::from(inside.height)).enumerate() {
        let y = y as u16;
        buffer.put(inside, 0, y, row.name, theme.dim());
        for (x, level) in levels(row, usize::from(columns)).into_iter().enumerate() {
            buffer.put(inside, names + x as u16, y, EIGHTHS[level], theme.accent());
        }
        buffer.put(
            inside,
            names + columns,
            y,
            &fit_right(&row.now, usize::from(now)),
            theme.text(),
        );
    }
    let below = Rect {
        x: inside.x + names,
        y: inside.y + rows.len() as u16,
        width: columns,
        height: inside.height.saturating_sub(rows.len() as u16).min(1),
    };
    let span = last.at.duration_since(first.at).as_secs_f64();
    buffer.put(below, 0, 0, &format!("{} in all", duration(span)), theme.dim());
}

/// The same of this moment in words: (name, words).
pub fn words(usage: &Usage) -> Vec<(&'static str, String)> {
    let mut lines = vec![(
        "use",
        format!(
            "{}, host {}; {}, host {}",
            cores(usage),
            share(usage.host_cpu),
            or_dash(usage.process_memory.map(bytes)),
            amount(usage.host_memory)
        ),
    )];
    if let Some(gpu) = &usage.gpu {
        let heat = format!("{}, {}", celsius(gpu), watts(gpu));
        lines.push(("gpu", format!("{}, {}, {heat}", share(gpu.busy), amount(gpu.memory))));
    }
    lines
}

fn rows(all: &[Usage], last: &Usage) -> Vec<Row> {
    let history = |value: &dyn Fn(&Usage) -> Option<f64>| all.iter().map(value).collect();
    let used = |amount: Option<Amount>| amount.map(|amount| amount.used as f64);
    let total = |amount: Option<Amount>| amount.map(|amount| amount.total as f64);
    let mut rows = vec![
        Row {
            name: "cpu",
            history: history(&|usage| usage.process_cores),
            top: Some(last.cores as f64),
            now: cores(last),
        },
        Row {
            name: "cpu, host",
            history: history(&|usage| usage.host_cpu),
            top: Some(1.0),
            now: share(last.host_cpu),
        },
        Row {
            name: "memory",
            history: history(&|usage| usage.process_memory.map(|bytes| bytes as f64)),
            top: None,
            now: or_dash(last.process_memory.map(bytes)),
        },
        Row {
            name: "memory, host",
            history: history(&|usage| used(usage.host_memory)),
            top: total(last.host_memory),
            now: amount(last.host_memory),
        },
    ];
    if let Some(gpu) = &last.gpu {
        let of = |value: &dyn Fn(&GpuUsage) -> Option<f64>| history(&|usage| usage.gpu.as_ref().and_then(value));
        rows.extend([
            Row {
                name: "gpu",
                history: of(&|gpu| gpu.busy),
                top: Some(1.0),
                now: share(gpu.busy),
            },
            Row {
                name: "gpu memory",
                history: of(&|gpu| used(gpu.memory)),
                top: total(gpu.memory),
                now: amount(gpu.memory),
            },
            Row {
                name: "temperature",
                history: of(&|gpu| gpu.celsius.map(f64::from)),
                top: Some(HOT),
                now: celsius(gpu),
            },
            Row {
                name: "power",
                history: of(&|gpu| gpu.watts),
                top: None,
                now: watts(gpu),
            },
        ]);
    }
    rows
}

/// Eighths of a cell by column: the greatest of several readings, the nearest when there are more columns.
fn levels(row: &Row, columns: usize) -> Vec<usize> {
    let known = || row.history.iter().flatten().copied();
    let top = row
        .top
        .unwrap_or_else(|| known().fold(0.0, f64::max))
        .max(f64::MIN_POSITIVE);
    let readings = row.history.len();
    let level = |column: usize| {
        let from = column * readings / columns;
        let to = ((column + 1) * readings).div_ceil(columns).max(from + 1);
        let greatest = row.history[from..to.min(readings)]
            .iter()
            .flatten()
            .copied()
            .reduce(f64::max);
        greatest.map_or(0, |value| {
            let eighths = (8.0 * value / top).clamp(0.0, 8.0);
            (eighths.round() as usize).max(1)
        })
    };
    if readings == 0 {
        return Vec::new();
    }
    (0..columns).map(level).collect()
}

fn or_dash(words: Option<String>) -> String {
    words.unwrap_or_else(|| UNKNOWN.to_owned())
}

fn cores(usage: &Usage) -> String {
    let busy = or_dash(usage.process_cores.map(|cores| format!("{cores:.1}")));
    format!("{busy} of {} cores", usage.cores)
}

fn share(share: Option<f64>) -> String {
    or_dash(share.map(percent))
}

fn amount(amount: Option<Amount>) -> String {
    or_dash(amount.map(|amount| {
        let giga = |bytes: u64| bytes as f64 / 1e9;
        format!("{:.1} of {:.1} GB", giga(amount.used), giga(amount.total))
    }))
}

fn celsius(gpu: &GpuUsage) -> String {
    or_dash(gpu.celsius.map(|degrees| format!("{degrees} °C")))
}

fn watts(gpu: &GpuUsage) -> String {
    or_dash(gpu.watts.map(|watts| format!("{watts:.0} W")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_a_gap_and_what_is_nothing_is_not() {
        let mut row = Row {
            name: "gpu",
            history: vec![None, Some(0.0), Some(0.5), Some(1.0)],
            top: Some(1.0),
            now: String::new(),
        };
        assert_eq!(levels(&row, 4), [0, 1, 4, 8]);
        assert_eq!(levels(&row, 2), [1, 8]);
        assert_eq!(levels(&row, 8).len(), 8);
        row.history = vec![None, None];
        row.top = None;
        assert_eq!(levels(&row, 3), [0, 0, 0]);
        row.history.clear();
        assert!(levels(&row, 3).is_empty());
    }

    #[test]
    fn a_gpu_that_tells_nothing_has_a_dash_for_everything() {
        let usage = Usage {
            at: jiff::Timestamp::UNIX_EPOCH,
            cores: 2,
            process_cores: None,
            host_cpu: None,
            process_memory: None,
            host_memory: None,
            gpu: Some(GpuUsage::default()),
        };
        let lines = words(&usage);
        assert_eq!(lines[0].1, "- of 2 cores, host -; -, host -");
        assert_eq!(lines[1].1, "-, -, -, -");
    }
}
