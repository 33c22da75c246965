//! The line that a list is filtered by.

use crate::present::filter::{Completion, Fields, Mistake, Query, complete};
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The text of a filter, what was read of it, and whether it is being typed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The text.
    pub field: Field,
    /// Whether it is being typed.
    pub typing: bool,
    /// What was read of it; where there is a mistake, what stands before that.
    query: Query,
    /// What cannot be read of the text.
    mistake: Option<Mistake>,
    /// The text as it was completed last, and what else fits there.
    offers: (String, Vec<String>),
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

    /// What rows must fulfil; where there is a mistake in the text, what stands before that.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Reads the text as a filter of rows with these fields.
    pub fn read(&mut self, fields: &Fields) {
        match Query::read(self.text(), fields) {
            Ok(query) => (self.query, self.mistake) = (query, None),
            Err(mistake) => {
                self.query = Query::read(mistake.before(self.text()), fields).unwrap_or_default();
                self.mistake = Some(mistake);
            }
        }
    }

    /// Completes what stands before the cursor, a field or one of its values; returns whether the text has changed.
    pub fn complete(&mut self, fields: &Fields, values: impl FnOnce(&str) -> Vec<String>) -> bool {
        let Some(Completion { replaced, text, offers }) = complete(self.field.before(), fields, values) else {
            self.offers = Default::default();
            return false;
        };
        let changed = self.field.replace(replaced, &text);
        self.offers = (self.text().to_owned(), offers);
        changed
    }

    /// What fits, as long as nothing else was typed.
    fn offers(&self) -> &[String] {
        let (text, offers) = &self.offers;
        if self.typing && *text == self.text() {
            offers
        } else {
            &[]
        }
    }

    /// What stands beside the text: what fits, or what cannot be read.
    fn remark(&self) -> Option<String> {
        match self.offers() {
            [] => self.mistake.as_ref().map(Mistake::to_string),
            offers => Some(offers.join("  ")),
        }
    }

    /// Draws it into the first row of the area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let taken = buffer.put(area, 0, 0, "/ ", theme.accent());
        let mut field = Rect {
            x: area.x + taken,
            width: area.width.saturating_sub(taken),
            height: area.height.min(1),
            ..area
        };
        if let Some(remark) = self.remark() {
            // The text keeps its columns, and a cursor behind it, up to half of the line.
            let columns = usize::from(field.width);
            let text = (width(self.text()) + 2).min(columns / 2);
            let remark = cut(&remark, columns.saturating_sub(text + 1));
            let style = if self.offers().is_empty() {
                theme.bad()
            } else {
                theme.dim()
            };
            buffer.put_right(field, 0, &remark, style);
            field.width = field.width.saturating_sub(width(&remark) as u16 + 1);
        }
        self.field.draw(buffer, field, theme.heading(), self.typing, theme);
    }
}

/// Whether a text holds every one of these words, which are in small letters.
pub fn holds(text: &str, words: &[String]) -> bool {
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}
