//! The keys for moving, and those that mean the same everywhere.

use super::{INTERRUPT, keys};
use crate::engine::CommandKind;
use crate::ui::input::{Action, Binding, Key, Tab, bind};
use crate::ui::widgets::list::Step;
use ratatui::crossterm::event::KeyCode;

pub const MOVES: &[Binding] = &[
    bind(
        &[Key::plain(KeyCode::Up), Key::character('k')],
        Action::Move(Step::Up),
        "up",
    ),
    bind(
        &[Key::plain(KeyCode::Down), Key::character('j')],
        Action::Move(Step::Down),
        "down",
    ),
    bind(&[Key::plain(KeyCode::PageUp)], Action::Move(Step::PageUp), "a page up"),
    bind(
        &[Key::plain(KeyCode::PageDown)],
        Action::Move(Step::PageDown),
        "a page down",
    ),
    bind(
        &[Key::plain(KeyCode::Home), Key::character('g')],
        Action::Move(Step::First),
        "to the first",
    ),
    bind(
        &[Key::plain(KeyCode::End), Key::character('G')],
        Action::Move(Step::Last),
        "to the last",
    ),
];

pub const EVERYWHERE: &[Binding] = &[
    bind(keys!['1'], Action::Tab(Tab::Data), "Data"),
    bind(keys!['2'], Action::Tab(Tab::Listen), "Listen").sends(CommandKind::Preview, &[]),
    bind(keys!['3'], Action::Tab(Tab::Train), "Train").sends(CommandKind::Watch, &[]),
    bind(keys!['4'], Action::Tab(Tab::Tune), "Tune").sends(CommandKind::Study, &[]),
    bind(keys!['5'], Action::Tab(Tab::Report), "Report"),
    bind(&[Key::plain(KeyCode::Tab)], Action::NextTab, "the next tab"),
    bind(&[Key::plain(KeyCode::BackTab)], Action::PreviousTab, "the tab before"),
    bind(keys!['?'], Action::Help, "these keys").hint("help"),
    bind(
        &[Key::character('q'), INTERRUPT],
        Action::Quit,
        "quit; runs keep running",
    )
    .hint("quit"),
];
