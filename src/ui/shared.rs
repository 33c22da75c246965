//! Keys that many panes have: for moving, for closing, for typing a filter.

use crate::ui::input::key::{DOWN, ENTER, ESCAPE, TAB, UP};
use crate::ui::input::{Key, bind};
use crate::ui::pane::{Pane, Table};
use crate::ui::widgets::list::Step;
use ratatui::crossterm::event::KeyCode;

/// Said where there is nothing to copy.
const NOTHING: &str =
    "There is nothing to copy here: y and Y copy what a run, study, trial or clip under the cursor is called.";
const PAGE_UP: Key = Key::plain(KeyCode::PageUp);
const PAGE_DOWN: Key = Key::plain(KeyCode::PageDown);

impl<P: Pane> Table<P> {
    /// For what is only read.
    pub const CLOSE: Self = Self {
        heading: "Here",
        bindings: &[bind(&[ESCAPE, Key::character('q'), ENTER], "close")
            .hint("close")
            .does(|_, _, effects| effects.close())],
    };

    /// For naming outside what the cursor is on.
    pub const COPY: Self = Self {
        heading: "Copying (OSC 52)",
        bindings: &[
            bind(&[Key::character('y')], "copy the id, or a clip's file name").does(|pane, model, effects| match pane
                .selected(model)
            {
                Some(selected) => effects.copied = Some(selected.id),
                None => effects.note(NOTHING),
            }),
            bind(&[Key::character('Y')], "copy the path of its folder, or of the clip").does(|pane, model, effects| {
                match pane.selected(model) {
                    Some(selected) => effects.copied = Some(selected.path.display().to_string()),
                    None => effects.note(NOTHING),
                }
            }),
        ],
    };

    /// For moving.
    pub const MOVES: Self = Self {
        heading: "Moving",
        bindings: &[
            bind(&[UP, Key::character('k')], "up").does(|pane, model, _| pane.step(Step::Up, model)),
            bind(&[DOWN, Key::character('j')], "down").does(|pane, model, _| pane.step(Step::Down, model)),
            bind(&[PAGE_UP], "a page up").does(|pane, model, _| pane.step(Step::PageUp, model)),
            bind(&[PAGE_DOWN], "a page down").does(|pane, model, _| pane.step(Step::PageDown, model)),
            bind(&[Key::plain(KeyCode::Home), Key::character('g')], "to the first")
                .does(|pane, model, _| pane.step(Step::First, model)),
            bind(&[Key::plain(KeyCode::End), Key::character('G')], "to the last")
                .does(|pane, model, _| pane.step(Step::Last, model)),
        ],
    };

    /// While a filter is kept.
    pub const FILTERED: Self = Self {
        heading: "While a filter is kept",
        bindings: &[bind(&[ESCAPE], "clear the filter")
            .hint("clear")
            .does(|pane, model, _| pane.clear_filter(model))],
    };

    /// While a filter is typed.
    pub const FILTER: Self = Self {
        heading: "While a filter is typed",
        bindings: &[
            bind(&[ENTER], "keep the filter").hint("keep").does(|pane, _, _| {
                if let Some(filter) = pane.filter_mut() {
                    filter.typing = false;
                }
            }),
            bind(&[ESCAPE], "clear the filter")
                .hint("clear")
                .does(|pane, model, _| pane.clear_filter(model)),
            bind(&[TAB], "complete the name of a field, or its value")
                .hint("complete")
                .does(|pane, model, _| pane.complete(model)),
            bind(&[UP], "up").does(|pane, model, _| pane.step(Step::Up, model)),
            bind(&[DOWN], "down")
                .hint("move")
                .does(|pane, model, _| pane.step(Step::Down, model)),
            bind(&[PAGE_UP], "a page up").does(|pane, model, _| pane.step(Step::PageUp, model)),
            bind(&[PAGE_DOWN], "a page down").does(|pane, model, _| pane.step(Step::PageDown, model)),
        ],
    };
}
