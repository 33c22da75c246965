//! How the corpora were read, and what their names give to think about.

use super::DataView;
use super::files::{Row, draw};
use crate::engine::Survey;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// One note.
struct Note {
    /// What it is about: the layout of a corpus, or names.
    about: &'static str,
    corpus: String,
    /// The folder or table of the corpus.
    path: String,
    text: String,
}

/// Which layout each corpus was read by and why, with what else is to be known of that; then the notes on names.
fn notes(survey: &Survey) -> impl Iterator<Item = Note> {
    let readings = survey.catalogue.readings.iter().flat_map(|reading| {
        let first = std::iter::once(format!("read by {}", reading.layout));
        first.chain(reading.notes.iter().cloned()).map(|text| Note {
            about: "layout",
            corpus: reading.corpus.to_string(),
            path: reading.path.display().to_string(),
            text,
        })
    });
    let names = survey.name_notes.iter().map(|note| Note {
        about: "names",
        corpus: String::new(),
        path: String::new(),
        text: note.clone(),
    });
    readings.chain(names)
}

/// How many there are.
pub fn number(survey: &Survey) -> usize {
    let readings = survey.catalogue.readings.iter();
    readings.map(|reading| 1 + reading.notes.len()).sum::<usize>() + survey.name_notes.len()
}

/// What the filter searches in each.
pub fn texts(survey: &Survey) -> Vec<String> {
    let text = |note: Note| format!("{} {} {}", note.about, note.corpus, note.text);
    notes(survey).map(text).collect()
}

/// Draws them.
pub fn draw_notes(view: &DataView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let notes: Vec<Note> = notes(survey).collect();
    let row = |index: usize| {
        let note = notes.get(index)?;
        Some(Row {
            word: (note.about.to_owned(), theme.dim()),
            corpus: note.corpus.clone(),
            file: String::new(),
            reason: note.text.clone(),
            path: note.path.clone(),
        })
    };
    let empty = match notes.is_empty() {
        true => "Nothing was noted.",
        false => "No note passes the filter.",
    };
    draw(view, &row, empty, area, buffer, theme);
}
