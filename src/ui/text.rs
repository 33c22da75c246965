//! Text made to measure: cut and padded by display width, and figures as people read them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

/// Writing into a buffer, relative to an area and never outside of it.
pub trait Paint {
    /// Writes at column `x` and row `y` of the area; returns the columns taken.
    fn put(&mut self, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16;
    /// Writes so that the text ends at the area's right edge.
    fn put_right(&mut self, area: Rect, y: u16, text: &str, style: Style);
}

impl Paint for Buffer {
    fn put(&mut self, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.area);
        if x >= area.width || y >= area.height {
            return 0;
        }
        let room = usize::from(area.width - x);
        let (end, _) = self.set_stringn(area.x + x, area.y + y, text, room, style);
        end - area.x - x
    }

    fn put_right(&mut self, area: Rect, y: u16, text: &str, style: Style) {
        let width = width(text).min(usize::from(area.width)) as u16;
        self.put(area, area.width - width, y, text, style);
    }
}

/// Columns that a text takes on the screen.
pub fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// The text in exactly `columns` columns: padded on the right, or cut with an ellipsis.
pub fn fit(text: &str, columns: usize) -> String {
    let mut fitted = cut(text, columns);
    let taken = width(&fitted);
    fitted.extend(std::iter::repeat_n(' ', columns.saturating_sub(taken)));
    fitted
}

/// The text in exactly `columns` columns, at the right.
pub fn fit_right(text: &str, columns: usize) -> String {
    let cut = cut(text, columns);
    let pad = columns.saturating_sub(width(&cut));
    format!("{}{cut}", " ".repeat(pad))
}

/// The text in at most `columns` columns; what does not fit is cut with an ellipsis.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 0;
    for character in text.chars() {
        let wide = width(character.encode_utf8(&mut [0; 4]));
        if taken + wide + 1 > columns {
            break;
        }
        taken += wide;
        kept.push(character);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// A name shortened without a sign: to three letters where there is little room.
pub fn short(name: &str, columns: usize) -> String {
    if width(name) <= columns {
        return name.to_owned();
    }
    let letters = if columns < 6 { columns.min(3) } else { columns };
    // What is cut leaves its last column to the ellipsis.
    cut(&format!("{name} "), letters + 1).trim_end_matches('…').to_owned()
}

/// Whole words in lines of at most `columns` columns; a longer word is broken.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && width(&line) + 1 + width(word) > columns {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            for character in word.chars() {
                if width(&line) + width(character.encode_utf8(&mut [0; 4])) > columns {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(character);
            }
        }
        lines.push(line);
    }
    lines
}

/// As [`wrap`], in at most so many lines; what does not fit is cut with an ellipsis.
pub fn wrap_to(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines = wrap(text, columns);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last} …"), columns);
        }
    }
    lines
}

/// `12345` as `12,345`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 clip`, `12,345 clips`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = match noun {
        "corpus" => "corpora".to_owned(),
        _ => format!("{noun}s"),
    };
    format!("{} {}", grouped(number), if number == 1 { noun } else { &plural })
}

/// A stretch of time: `3.4 s`, `2 min 05 s`, `1 h 20 min`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A share as `71.2 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A share as `71.2`, or a dash when there is none.
pub fn score(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1}", 100.0 * share))
}

/// Bytes as `412 MB`.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// The last part of a path.
pub fn file_name(path: &std::path::Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitted_text_takes_its_columns_whatever_the_characters() {
        for text in ["", "abc", "a long sentence", "怒りの声", "é́"] {
            for columns in 0..12 {
                let fitted = fit(text, columns);
                assert_eq!(width(&fitted), columns, "{text:?} in {columns}: {fitted:?}");
                assert_eq!(width(&fit_right(text, columns)), columns);
            }
        }
        assert_eq!(fit("neutral", 4), "neu…");
        assert_eq!(["neutral", "sad"].map(|name| short(name, 4)), ["neu", "sad"]);
        assert_eq!(short("surprised", 7), "surpris");
        for columns in 0..12 {
            assert!(width(&short("surprised", columns)) <= columns);
        }
    }

    #[test]
    fn wrapping_loses_nothing_and_keeps_to_the_width() {
        let text = "speaker-disjoint, 24 speakers, none shared; a/very/long/path/without/any/space.wav";
        for columns in 1..40 {
            let lines = wrap(text, columns);
            assert!(lines.iter().all(|line| width(line) <= columns));
            let joined: String = lines.concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "corpus"), "1 corpus");
        assert_eq!(count(2, "corpus"), "2 corpora");
        assert_eq!(duration(125.0), "2 min 05 s");
        assert_eq!(duration(59.7), "1 min 00 s");
        assert_eq!(duration(4800.0), "1 h 20 min");
        assert_eq!(score(Some(0.7123)), "71.2");
    }
}
