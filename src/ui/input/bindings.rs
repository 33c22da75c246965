//! Keys of the user's own: `ui.keys` says which key does what another does as shipped.

use super::Row;
use super::key::{INTERRUPT, Key};
use ratatui::crossterm::event::KeyEvent;
use std::collections::BTreeMap;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    /// The tab or overlay in which it holds, in small letters; empty is everywhere.
    pane: String,
    pressed: Key,
    /// The shipped key that it stands for.
    meant: Key,
}

/// What the user has bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings(Vec<Binding>);

impl Bindings {
    /// Reads `"Train N" = "n"` (in Train, N does what n does) and `"F10" = "q"` (everywhere); and what cannot be read, with
    /// the remedy, which is left out.
    pub fn read(keys: &BTreeMap<String, String>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let mut bindings = Vec::new();
        for (place, meant) in keys {
            match Binding::read(place, meant) {
                Ok(binding) => bindings.push(binding),
                Err(problem) => problems.push(format!("ui.keys, {place:?} = {meant:?}: {problem}")),
            }
        }
        // What is said of one pane comes before what is said of all.
        bindings.sort_by_key(|binding| binding.pane.is_empty());
        (Self(bindings), problems)
    }

    fn in_pane(&self, pane: &str) -> impl Iterator<Item = &Binding> {
        let holds = move |binding: &&Binding| binding.pane.is_empty() || binding.pane == pane.to_lowercase();
        self.0.iter().filter(holds)
    }

    /// What a key that was pressed in this pane means, as if shipped; what types a character types it where text is typed.
    pub fn meant(&self, pane: &str, event: KeyEvent, typing: bool) -> KeyEvent {
        let mut bound = self
            .in_pane(pane)
            .filter(|binding| !(typing && binding.pressed.types()));
        let found = bound.find(|binding| binding.pressed.is(event));
        found.map_or(event, |binding| binding.meant.event())
    }

    /// The row with the key that is pressed for it in this pane.
    pub fn shown(&self, pane: &str, row: Row) -> Row {
        let mut bound = self.in_pane(pane).filter(|binding| row.keys.contains(&binding.meant));
        let pressed = bound.next().map(|binding| binding.pressed);
        Row { pressed, ..row }
    }
}

impl Binding {
    fn read(place: &str, meant: &str) -> Result<Self, String> {
        let (pane, pressed) = place.trim().rsplit_once(' ').unwrap_or(("", place.trim()));
        let key = |name: &str| {
            Key::named(name).ok_or_else(|| {
                format!(
                    "`{name}` is no key; write it as the help (?) does: n, N, Enter, Space, F5, PgUp, Ctrl-R, ↑ or Up"
                )
            })
        };
        let (pressed, meant) = (key(pressed)?, key(meant.trim())?);
        if pressed == INTERRUPT {
            return Err("Ctrl-C always leaves".to_owned());
        }
        Ok(Self {
            pane: pane.trim().to_lowercase(),
            pressed,
            meant,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::bind;
    use super::super::key::keys;
    use super::*;
    use ratatui::crossterm::event::KeyCode;

    fn of(pairs: &[(&str, &str)]) -> (Bindings, Vec<String>) {
        Bindings::read(
            &pairs
                .iter()
                .map(|(place, meant)| ((*place).into(), (*meant).into()))
                .collect(),
        )
    }

    #[test]
    fn a_key_means_what_the_user_says_in_its_pane_and_nothing_else_changes() {
        let (bindings, problems) = of(&[("Train N", "n"), ("F10", "q"), ("train F10", "Ctrl-L")]);
        assert!(problems.is_empty(), "{problems:?}");
        let meant = |pane: &str, key: Key, typing| bindings.meant(pane, key.event(), typing);
        let (new, quit, f10) = (Key::character('n'), Key::character('q'), Key::plain(KeyCode::F(10)));
        assert_eq!(meant("Train", Key::character('N'), false), new.event());
        assert_eq!(meant("Train", Key::character('N'), true), Key::character('N').event());
        assert_eq!(meant("Tune", Key::character('N'), false), Key::character('N').event());
        assert_eq!(meant("Tune", f10, true), quit.event());
        assert_eq!(meant("Train", f10, false), Key::control('l').event());
        assert_eq!(meant("Train", new, false), new.event());
        const ROW: Row = bind(keys!['n'], "new run");
        assert_eq!(bindings.shown("Train", ROW).names(), "N n");
        assert_eq!(bindings.shown("Data", ROW).names(), "n");
    }

    #[test]
    fn what_is_no_key_is_said_and_the_rest_holds() {
        let (bindings, problems) = of(&[("Hyper-q", "q"), ("x", ""), ("Ctrl-C", "q"), ("", "q"), ("F2", "F1")]);
        assert_eq!((bindings.0.len(), problems.len()), (1, 4), "{problems:?}");
        assert!(problems.iter().all(|problem| problem.starts_with("ui.keys, ")));
    }

    #[test]
    fn every_key_is_read_by_the_name_that_the_help_writes() {
        let codes = [
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::PageUp,
            KeyCode::PageDown,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::F(1),
            KeyCode::F(12),
        ];
        let characters = "azAZ09 /?:+-*!<[é".chars();
        let keys = codes.map(Key::plain).into_iter().chain(characters.map(Key::character));
        for key in keys.chain(('a'..='z').map(Key::control)) {
            assert_eq!(Key::named(&key.name()), Some(key), "{}", key.name());
        }
        assert_eq!(Key::named("up"), Some(Key::plain(KeyCode::Up)));
    }
}
