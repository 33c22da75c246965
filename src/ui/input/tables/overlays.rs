//! The keys of what lies over a tab.

use super::{ENTER, ESCAPE, INTERRUPT, LEFT, RIGHT, keys};
use crate::engine::Clear;
use crate::ui::input::{Action, Binding, Key, bind};
use crate::ui::widgets::list::Step;
use ratatui::crossterm::event::KeyCode;

pub const FILTER: &[Binding] = &[
    bind(&[ENTER], Action::Open, "keep the filter").hint("keep"),
    bind(&[ESCAPE], Action::Back, "clear the filter").hint("clear"),
    bind(&[Key::plain(KeyCode::Up)], Action::Move(Step::Up), "up"),
    bind(&[Key::plain(KeyCode::Down)], Action::Move(Step::Down), "down").hint("move"),
    bind(&[Key::plain(KeyCode::PageUp)], Action::Move(Step::PageUp), "a page up"),
    bind(
        &[Key::plain(KeyCode::PageDown)],
        Action::Move(Step::PageDown),
        "a page down",
    ),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];

pub const HELP: &[Binding] = &[
    bind(
        &[ESCAPE, Key::character('q'), Key::character('?'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];

pub const SETTINGS: &[Binding] = &[
    bind(keys!['/'], Action::Filter, "filter").hint("filter"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('c'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];

pub const CACHE: &[Binding] = &[
    bind(keys!['s'], Action::Clear(Clear::Stale), "clear what is no longer used").hint("clear stale"),
    bind(keys!['d'], Action::Clear(Clear::Features), "clear the features").hint("clear features"),
    bind(keys!['D'], Action::Clear(Clear::All), "clear all").hint("clear all"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('C'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];

pub const PRESETS: &[Binding] = &[
    bind(&[ENTER], Action::Open, "a new run with its settings").hint("new run"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('P')],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];

pub const MODELS: &[Binding] = &[
    bind(&[ENTER], Action::Open, "its layers for the settings' recipe").hint("layers"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('M')],
        Action::Back,
        "back to the list, or close",
    )
    .hint("back"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];

pub const TRIM: &[Binding] = &[
    bind(keys!['r'], Action::Rescan, "read the clips again").hint("again"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('t'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];

pub const QUESTION: &[Binding] = &[
    bind(
        &[Key::plain(KeyCode::Tab), Key::plain(KeyCode::BackTab)],
        Action::Toggle,
        "the other button",
    )
    .hint("choose"),
    bind(&[LEFT], Action::Left, "the button on the left"),
    bind(&[RIGHT], Action::Right, "the button on the right"),
    bind(&[ENTER], Action::Open, "press the button").hint("press"),
    bind(&[ESCAPE], Action::Back, "cancel").hint("cancel"),
    bind(
        &[Key::character('q'), INTERRUPT],
        Action::Quit,
        "quit; runs keep running",
    ),
];

pub const PROMPT: &[Binding] = &[
    bind(&[ENTER], Action::Open, "go").hint("go"),
    bind(&[ESCAPE], Action::Back, "cancel").hint("cancel"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
];
