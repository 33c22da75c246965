//! One line of text to be edited.

use crate::ui::text::{Paint, width};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// The most that is taken of a pasted text (bytes).
const PASTED: usize = 4096;
/// As Unicode has them.
const LINE_ENDS: [char; 7] = ['\n', '\r', '\x0b', '\x0c', '\u{85}', '\u{2028}', '\u{2029}'];

/// A text and the place in it where the next character goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    /// In characters.
    cursor: usize,
    /// Whether what is typed next takes the place of the whole text.
    selected: bool,
}

impl Field {
    /// A field with this text, the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.chars().count(),
            selected: false,
        }
    }

    /// Selects the text: what is typed or pasted next takes its place, and moving the cursor keeps it.
    pub fn select(&mut self) {
        self.cursor = self.text.chars().count();
        self.selected = !self.text.is_empty();
    }

    /// Ends the selection, and takes the text away where something takes its place.
    fn unselect(&mut self, replaced: bool) {
        if std::mem::take(&mut self.selected) && replaced {
            (self.text, self.cursor) = (String::new(), 0);
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor.
    pub fn before(&self) -> &str {
        &self.text[..self.byte(self.cursor)]
    }

    /// Puts a text in the place of so many characters before the cursor; returns whether that changes anything.
    pub fn replace(&mut self, characters: usize, text: &str) -> bool {
        self.unselect(false);
        let start = self.byte(self.cursor.saturating_sub(characters));
        let end = self.byte(self.cursor);
        let changed = self.text[start..end] != *text;
        self.text.replace_range(start..end, text);
        self.cursor = self.text[..start + text.len()].chars().count();
        changed
    }

    fn byte(&self, cursor: usize) -> usize {
        self.text
            .char_indices()
            .nth(cursor)
            .map_or(self.text.len(), |(byte, _)| byte)
    }

    /// Edits as shells do; returns whether the text has changed.
    pub fn edit(&mut self, key: KeyEvent) -> bool {
        let before = self.text.clone();
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alternate = key.modifiers.contains(KeyModifiers::ALT);
        let types = matches!(key.code, KeyCode::Char(_)) && !control && !alternate;
        let deletes = matches!(key.code, KeyCode::Backspace | KeyCode::Delete);
        if self.selected && deletes {
            self.unselect(true);
            return true;
        }
        self.unselect(types);
        match key.code {
            KeyCode::Char('u') if control => {
                self.text.drain(..self.byte(self.cursor));
                self.cursor = 0;
            }
            KeyCode::Char('w') if control => {
                let left: Vec<char> = self.text.chars().take(self.cursor).collect();
                let trimmed = left
                    .iter()
                    .rposition(|character| *character != ' ')
                    .map_or(0, |last| last + 1);
                let start = left[..trimmed]
                    .iter()
                    .rposition(|character| *character == ' ')
                    .map_or(0, |space| space + 1);
                self.text.drain(self.byte(start)..self.byte(self.cursor));
                self.cursor = start;
            }
            KeyCode::Char(character) if types => {
                self.text.insert(self.byte(self.cursor), character);
                self.cursor += 1;
            }
            KeyCode::Backspace if self.cursor > 0 => {
                self.text.remove(self.byte(self.cursor - 1));
                self.cursor -= 1;
            }
            KeyCode::Delete if self.byte(self.cursor) < self.text.len() => {
                self.text.remove(self.byte(self.cursor));
            }
            KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Right => self.cursor = (self.cursor + 1).min(self.text.chars().count()),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.chars().count(),
            _ => {}
        }
        self.text != before
    }

    /// Takes a text in as one line: line ends become blanks, control characters go, and at most 4 KB are taken.
    /// Returns whether the text has changed.
    pub fn paste(&mut self, text: &str) -> bool {
        let line = text.replace("\r\n", "\n").replace(LINE_ENDS, " ");
        let line: String = line.chars().filter(|character| !character.is_control()).collect();
        let line = &line[..line.floor_char_boundary(PASTED)];
        self.unselect(!line.is_empty());
        self.text.insert_str(self.byte(self.cursor), line);
        self.cursor += line.chars().count();
        !line.is_empty()
    }

    /// Draws the text so that the cursor is in sight; without `focus` there is no cursor.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, style: Style, focus: bool, theme: Theme) {
        if !focus {
            buffer.put(area, 0, 0, &self.text, style);
            return;
        }
        if self.selected {
            buffer.put(area, 0, 0, &self.text, theme.selected());
            return;
        }
        let characters: Vec<char> = self.text.chars().chain([' ']).collect();
        let mut start = 0;
        let until = |start: usize| characters[start..=self.cursor].iter().collect::<String>();
        while start < self.cursor && width(&until(start)) > usize::from(area.width) {
            start += 1;
        }
        let mut x = 0;
        for (index, character) in characters.iter().enumerate().skip(start) {
            let cursor = theme.text().add_modifier(Modifier::REVERSED);
            let style = if index == self.cursor { cursor } else { style };
            x += buffer.put(area, x, 0, character.encode_utf8(&mut [0; 4]), style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(field: &mut Field, keys: &[KeyCode]) {
        for code in keys {
            field.edit(KeyEvent::new(*code, KeyModifiers::NONE));
        }
    }

    #[test]
    fn what_is_pasted_is_one_line_of_at_most_4_kb() {
        let mut field = Field::new("ab");
        field.edit(KeyEvent::from(KeyCode::Left));
        assert!(field.paste("one\r\ntwo\rthree\n\u{2028}é\x1b[2J\t\u{7}\u{9b}!"));
        assert_eq!(field.text(), "aone two three  é[2J!b");
        field.edit(KeyEvent::from(KeyCode::Char('?')));
        assert_eq!(field.text(), "aone two three  é[2J!?b", "the cursor is behind it");
        assert!(!field.paste("\x1b\x07"));
        let mut field = Field::default();
        assert!(field.paste(&format!("x{}", "é".repeat(3000))));
        assert_eq!(field.text(), format!("x{}", "é".repeat(2047)), "no half of a character");
    }

    #[test]
    fn what_stands_before_the_cursor_is_replaced() {
        let mut field = Field::new("é mod x");
        typed(&mut field, &[KeyCode::Left, KeyCode::Left]);
        assert_eq!(field.before(), "é mod");
        assert!(field.replace(3, "model="));
        assert_eq!((field.before(), field.text()), ("é model=", "é model= x"));
        assert!(!field.replace(0, ""));
    }

    #[test]
    fn editing_works_in_characters_not_bytes() {
        let mut field = Field::new("fé");
        typed(
            &mut field,
            &[KeyCode::Char('x'), KeyCode::Left, KeyCode::Left, KeyCode::Char('ß')],
        );
        assert_eq!(field.text(), "fßéx");
        typed(
            &mut field,
            &[KeyCode::Backspace, KeyCode::Delete, KeyCode::End, KeyCode::Delete],
        );
        assert_eq!(field.text(), "fx");
        field.edit(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(field.text(), "");
        let mut field = Field::new("one two  ");
        field.edit(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(field.text(), "one ");
        typed(
            &mut Field::default(),
            &[KeyCode::Backspace, KeyCode::Left, KeyCode::Home],
        );
    }
}
