//! Text made to measure: cut and padded by display width.

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
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain { text.len() } else { Span::raw(text).width() }
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
}
