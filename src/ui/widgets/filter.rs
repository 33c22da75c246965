//! The line that a list is filtered by.

use crate::ui::text::Paint;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The text of a filter, and whether it is being typed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The text.
    pub field: Field,
    /// Whether it is being typed.
    pub typing: bool,
}

impl Filter {
    /// The text.
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// The field, while it is being typed.
    pub fn typed(&mut self) -> Option<&mut Field> {
        self.typing.then_some(&mut self.field)
    }

    /// Whether there is something to be seen of it.
    pub fn is_shown(&self) -> bool {
        self.typing || !self.text().is_empty()
    }

    /// Its words in small letters.
    pub fn words(&self) -> Vec<String> {
        self.text().split_whitespace().map(str::to_lowercase).collect()
    }

    /// Draws it into the first row of the area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let taken = buffer.put(area, 0, 0, "/ ", theme.accent());
        let field = Rect {
            x: area.x + taken,
            width: area.width.saturating_sub(taken),
            height: area.height.min(1),
            ..area
        };
        self.field.draw(buffer, field, theme.heading(), self.typing, theme);
    }
}

/// Whether a text holds every one of these words, which are in small letters.
pub fn holds(text: &str, words: &[String]) -> bool {
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}
