//! Keys: one table per place says which key does what, and in which words the help tells it.

mod action;
mod key;
mod sequences;
mod tables;

use crate::engine::CommandKind;
pub use action::Action;
pub use key::Key;
use ratatui::crossterm::event::KeyEvent;
pub use sequences::Sequences;
use tables::{
    CACHE, CLIPS, DATA, EDIT, EDIT_TYPING, EVERYWHERE, FILTER, FORM, HELP, LISTEN, MODELS, MOVES, PRESETS, PROMPT,
    QUESTION, REPORT, SETTINGS, TRAIN, TRIAL, TRIM, TUNE,
};

/// A tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tab {
    /// What there is to learn from.
    Data,
    /// Clips, one by one.
    Listen,
    /// Runs.
    Train,
    /// Studies.
    Tune,
    /// What a run's model is worth.
    Report,
}

impl Tab {
    /// In the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Data, Self::Listen, Self::Train, Self::Tune, Self::Report];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Listen => "Listen",
            Self::Train => "Train",
            Self::Tune => "Tune",
            Self::Report => "Report",
        }
    }

    /// From 0.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The tab so many places further, around the end.
    pub fn turned(self, by: usize) -> Self {
        Self::ALL[(self.index() + by) % Self::ALL.len()]
    }
}

/// Where keys have a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyContext {
    /// In a tab.
    Tab(Tab),
    /// While a filter is typed.
    Filter,
    /// In the clips of a cell of a confusion matrix.
    Clips,
    /// In an opened trial.
    Trial,
    /// In the help.
    Help,
    /// In the settings.
    Settings,
    /// In a form.
    Form,
    /// In a choice of the form of a new run.
    RunForm,
    /// In a number of the form of a new run.
    RunNumber,
    /// In the cache.
    Cache,
    /// In the architectures.
    Models,
    /// In the presets.
    Presets,
    /// In what trimming would remove.
    Trim,
    /// Before a question.
    Question,
    /// Before a line to be typed.
    Prompt,
}

/// One row of a table of keys.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Any of these.
    pub keys: &'static [Key],
    /// What they mean.
    pub action: Action,
    /// The help's words.
    pub help: &'static str,
    /// The word in the bottom row; none for keys that need no reminder.
    pub hint: Option<&'static str>,
    /// The command that is sent in the end.
    pub sends: Option<CommandKind>,
    /// The keys that answer the question, or accept the form, in between.
    pub then: &'static [Key],
}

const fn bind(keys: &'static [Key], action: Action, help: &'static str) -> Binding {
    Binding {
        keys,
        action,
        help,
        hint: None,
        sends: None,
        then: &[],
    }
}

impl Binding {
    const fn hint(self, word: &'static str) -> Self {
        Self {
            hint: Some(word),
            ..self
        }
    }

    const fn sends(self, kind: CommandKind, then: &'static [Key]) -> Self {
        Self {
            sends: Some(kind),
            then,
            ..self
        }
    }

    /// The keys as the help writes them.
    pub fn names(&self) -> String {
        let names: Vec<String> = self.keys.iter().map(|key| key.name()).collect();
        names.join(" ")
    }
}

impl KeyContext {
    /// The tables in force, the first that knows a key decides.
    pub fn tables(self) -> &'static [&'static [Binding]] {
        match self {
            Self::Tab(Tab::Data) => &[DATA, MOVES, EVERYWHERE],
            Self::Tab(Tab::Listen) => &[LISTEN, MOVES, EVERYWHERE],
            Self::Tab(Tab::Train) => &[TRAIN, MOVES, EVERYWHERE],
            Self::Tab(Tab::Tune) => &[TUNE, MOVES, EVERYWHERE],
            Self::Trial => &[TRIAL, MOVES, EVERYWHERE],
            Self::Tab(Tab::Report) => &[REPORT, MOVES, EVERYWHERE],
            Self::Clips => &[CLIPS, MOVES, EVERYWHERE],
            Self::Filter => &[FILTER],
            Self::Help => &[HELP, MOVES],
            Self::Settings => &[SETTINGS, MOVES],
            Self::Form => &[FORM],
            Self::RunForm => &[EDIT, EDIT_TYPING, FORM],
            Self::RunNumber => &[EDIT_TYPING, FORM],
            Self::Cache => &[CACHE, MOVES],
            Self::Models => &[MODELS, MOVES],
            Self::Presets => &[PRESETS, MOVES],
            Self::Trim => &[TRIM, MOVES],
            Self::Question => &[QUESTION],
            Self::Prompt => &[PROMPT],
        }
    }

    /// What a key means here; none for a character to be typed, or a key without a meaning.
    pub fn action(self, event: KeyEvent) -> Option<Action> {
        let bindings = self.tables().iter().copied().flatten();
        bindings
            .filter(|binding| binding.keys.iter().any(|key| key.is(event)))
            .map(|binding| binding.action)
            .next()
    }
}

/// The tab in which a kind of command has its key, and the keys to press there: the key itself, then the
/// answers on the way.
pub fn key_for(kind: CommandKind) -> Option<(Tab, Vec<KeyEvent>)> {
    let tabs = Tab::ALL.iter().flat_map(|tab| {
        KeyContext::Tab(*tab)
            .tables()
            .iter()
            .copied()
            .flatten()
            .map(move |binding| (*tab, binding))
    });
    let (tab, binding) = tabs.into_iter().find(|(_, binding)| binding.sends == Some(kind))?;
    let keys = binding.keys.first().into_iter().chain(binding.then);
    Some((tab, keys.map(|key| key.event()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    const PLACES: [KeyContext; 19] = [
        KeyContext::Tab(Tab::Data),
        KeyContext::Tab(Tab::Listen),
        KeyContext::Tab(Tab::Train),
        KeyContext::Tab(Tab::Tune),
        KeyContext::Tab(Tab::Report),
        KeyContext::Trial,
        KeyContext::Filter,
        KeyContext::Clips,
        KeyContext::Help,
        KeyContext::Settings,
        KeyContext::Form,
        KeyContext::RunForm,
        KeyContext::RunNumber,
        KeyContext::Cache,
        KeyContext::Models,
        KeyContext::Presets,
        KeyContext::Trim,
        KeyContext::Question,
        KeyContext::Prompt,
    ];

    #[test]
    fn no_key_means_two_things_in_one_table() {
        for key_context in PLACES {
            for table in key_context.tables() {
                let keys: Vec<Key> = table.iter().flat_map(|binding| binding.keys).copied().collect();
                for (index, key) in keys.iter().enumerate() {
                    assert!(!keys[..index].contains(key), "{key_context:?}: {key:?} twice");
                }
            }
        }
    }

    #[test]
    fn every_place_can_be_left() {
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for key_context in PLACES {
            assert_eq!(key_context.action(interrupt), Some(Action::Quit), "{key_context:?}");
        }
    }

    #[test]
    fn characters_are_typed_where_text_is_expected() {
        for key_context in [KeyContext::Filter, KeyContext::Prompt] {
            for character in ['a', 'q', '?', '1', ' ', '/'] {
                assert_eq!(
                    key_context.action(Key::character(character).event()),
                    None,
                    "{key_context:?} {character}"
                );
            }
        }
    }
}
