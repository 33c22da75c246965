//! Keys: one table per place says which key does what, and in which words the help tells it.

use crate::engine::CommandKind;
use crate::ui::widgets::list::Step;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tab {
    /// What there is to learn from.
    Data,
    /// Clips, one by one.
    Listen,
    /// Runs.
    Train,
    /// What a run's model is worth.
    Report,
}

impl Tab {
    /// In the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Data, Self::Listen, Self::Train, Self::Report];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Listen => "Listen",
            Self::Train => "Train",
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

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// To a tab.
    Tab(Tab),
    /// To the tab on the right.
    NextTab,
    /// To the tab on the left.
    PreviousTab,
    /// Show the keys.
    Help,
    /// Leave the workbench.
    Quit,
    /// Move the cursor.
    Move(Step),
    /// Move to the left, or show what is there.
    Left,
    /// Move to the right, or show what is there.
    Right,
    /// Open what is under the cursor; accept what was entered.
    Open,
    /// Close what was opened last.
    Back,
    /// Type a filter.
    Filter,
    /// Scan the corpora again.
    Rescan,
    /// Write the table of clips.
    Export,
    /// Extract features.
    Features,
    /// Write the demo corpus.
    Demo,
    /// Show the settings.
    Settings,
    /// Sort by the next property.
    Sort,
    /// Sort the other way round.
    Reverse,
    /// Ask a model about the clip.
    Predict,
    /// Fill in the form of a new run.
    NewRun,
    /// Stop the run at once.
    StopNow,
    /// Stop the run when the epoch is done.
    StopAfterEpoch,
    /// Lay the run's curves over the others, or take them away.
    Mark,
    /// Show the next quantity.
    Metric,
    /// List the runs again.
    Refresh,
    /// To an older run.
    OlderRun,
    /// To a newer run.
    NewerRun,
    /// Counts or shares.
    Normalise,
    /// Say yes.
    Yes,
    /// Switch what is under the cursor.
    Toggle,
}

/// Where keys have a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a tab.
    Tab(Tab),
    /// While a filter is typed.
    Filter,
    /// In the clips of a cell of a confusion matrix.
    Clips,
    /// In the help.
    Help,
    /// In the settings.
    Settings,
    /// In the form of a new run.
    Form,
    /// Before a question.
    Question,
    /// Before a line to be typed.
    Prompt,
}

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Which.
    pub code: KeyCode,
    /// Whether with Control.
    pub control: bool,
}

impl Key {
    const fn plain(code: KeyCode) -> Self {
        Self { code, control: false }
    }

    const fn character(character: char) -> Self {
        Self::plain(KeyCode::Char(character))
    }

    /// The event that a terminal sends for it.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(
            self.code,
            if self.control {
                KeyModifiers::CONTROL
            } else {
                KeyModifiers::NONE
            },
        )
    }

    fn is(self, event: KeyEvent) -> bool {
        let others = KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META;
        self.code == event.code
            && self.control == event.modifiers.contains(KeyModifiers::CONTROL)
            && !event.modifiers.intersects(others)
    }

    /// As the help writes it.
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(character) if self.control => character.to_uppercase().to_string(),
            KeyCode::Char(character) => character.to_string(),
            KeyCode::Enter => "Enter".to_owned(),
            KeyCode::Esc => "Esc".to_owned(),
            KeyCode::Tab => "Tab".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::Home => "Home".to_owned(),
            KeyCode::End => "End".to_owned(),
            other => format!("{other:?}"),
        };
        if self.control { format!("Ctrl-{name}") } else { name }
    }
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

const ENTER: Key = Key::plain(KeyCode::Enter);
const ESCAPE: Key = Key::plain(KeyCode::Esc);
const INTERRUPT: Key = Key {
    code: KeyCode::Char('c'),
    control: true,
};

macro_rules! keys {
    ($($key:literal),+) => { &[$(Key::character($key)),+] };
}

const DATA: &[Binding] = &[
    bind(
        &[Key::plain(KeyCode::Left), Key::character('h')],
        Action::Left,
        "the view on the left",
    ),
    bind(
        &[Key::plain(KeyCode::Right), Key::character('l')],
        Action::Right,
        "the view on the right",
    )
    .hint("views"),
    bind(&[ENTER], Action::Open, "open the suspicious clip in Listen"),
    bind(
        keys!['/'],
        Action::Filter,
        "filter speakers, suspicious or refused files",
    ),
    bind(
        keys!['r'],
        Action::Rescan,
        "scan the corpora again; only what changed is read",
    )
    .hint("rescan")
    .sends(CommandKind::Scan, &[]),
    bind(
        keys!['e'],
        Action::Export,
        "export the table of clips (CSV, or TSV by its name)",
    )
    .hint("export")
    .sends(CommandKind::Export, &[ENTER]),
    bind(
        keys!['x'],
        Action::Features,
        "extract the features of all selected clips",
    )
    .hint("extract")
    .sends(CommandKind::Features, &[]),
    bind(keys!['d'], Action::Demo, "write the synthetic demo corpus")
        .hint("demo")
        .sends(CommandKind::Demo, &[ENTER]),
    bind(keys!['c'], Action::Settings, "settings, and where each came from")
        .hint("settings")
        .sends(CommandKind::Config, &[]),
];

const LISTEN: &[Binding] = &[
    bind(
        keys!['/'],
        Action::Filter,
        "filter by corpus, speaker, gender, emotion, file, text; as in fzf: 'exact ^start end$ !not",
    )
    .hint("filter"),
    bind(keys!['s'], Action::Sort, "sort by the next property").hint("sort"),
    bind(keys!['S'], Action::Reverse, "sort the other way round").hint("reverse"),
    bind(
        keys!['p'],
        Action::Predict,
        "what a model says: that of the run chosen in Train, or of the newest",
    )
    .hint("predict")
    .sends(CommandKind::Predict, &[]),
    bind(&[ESCAPE], Action::Back, "clear the filter"),
];

const TRAIN: &[Binding] = &[
    bind(keys!['n'], Action::NewRun, "new run")
        .hint("new run")
        .sends(CommandKind::Train, &[ENTER]),
    bind(&[ENTER], Action::Open, "open the run's report").hint("report"),
    bind(
        keys![' '],
        Action::Mark,
        "lay the run's curves over the others, or take them away",
    )
    .hint("overlay"),
    bind(keys!['m'], Action::Metric, "show loss, accuracy or UAR first").hint("metric"),
    bind(keys!['s'], Action::StopNow, "stop the run now; its checkpoints stay")
        .hint("stop")
        .sends(CommandKind::Stop, &[ENTER]),
    bind(
        keys!['S'],
        Action::StopAfterEpoch,
        "stop the run when the epoch is done",
    )
    .sends(CommandKind::Stop, &[ENTER]),
    bind(keys!['r'], Action::Refresh, "list the runs again").sends(CommandKind::Runs, &[]),
];

const REPORT: &[Binding] = &[
    bind(keys!['['], Action::OlderRun, "an older run")
        .hint("older")
        .sends(CommandKind::Report, &[]),
    bind(keys![']'], Action::NewerRun, "a newer run")
        .hint("newer")
        .sends(CommandKind::Report, &[]),
    bind(
        &[Key::plain(KeyCode::Left), Key::character('h')],
        Action::Left,
        "the cell on the left",
    ),
    bind(
        &[Key::plain(KeyCode::Right), Key::character('l')],
        Action::Right,
        "the cell on the right",
    ),
    bind(&[ENTER], Action::Open, "list the clips of the cell").hint("clips"),
    bind(keys!['n'], Action::Normalise, "counts, or percent of each row").hint("counts/percent"),
    bind(
        keys!['t'],
        Action::Metric,
        "the next table: classes, folds, corpora, genders, most confused",
    )
    .hint("tables"),
];

const CLIPS: &[Binding] = &[
    bind(&[ENTER], Action::Open, "open the clip in Listen").hint("listen"),
    bind(
        &[ESCAPE, Key::character('h'), Key::plain(KeyCode::Left)],
        Action::Back,
        "back to the matrix",
    )
    .hint("back"),
];

const MOVES: &[Binding] = &[
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

const EVERYWHERE: &[Binding] = &[
    bind(keys!['1'], Action::Tab(Tab::Data), "Data"),
    bind(keys!['2'], Action::Tab(Tab::Listen), "Listen").sends(CommandKind::Preview, &[]),
    bind(keys!['3'], Action::Tab(Tab::Train), "Train").sends(CommandKind::Watch, &[]),
    bind(keys!['4'], Action::Tab(Tab::Report), "Report"),
    bind(&[Key::plain(KeyCode::Tab)], Action::NextTab, "the next tab"),
    bind(&[Key::plain(KeyCode::BackTab)], Action::PreviousTab, "the tab before"),
    bind(keys!['?'], Action::Help, "these keys").hint("help"),
    bind(&[Key::character('q'), INTERRUPT], Action::Quit, "quit; runs go on").hint("quit"),
];

const FILTER: &[Binding] = &[
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
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

const HELP: &[Binding] = &[
    bind(
        &[ESCAPE, Key::character('q'), Key::character('?'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

const SETTINGS: &[Binding] = &[
    bind(keys!['/'], Action::Filter, "filter").hint("filter"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('c'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

const FORM: &[Binding] = &[
    bind(&[ENTER], Action::Open, "start the run").hint("start"),
    bind(&[ESCAPE], Action::Back, "cancel").hint("cancel"),
    bind(
        &[Key::plain(KeyCode::Up), Key::plain(KeyCode::BackTab)],
        Action::Move(Step::Up),
        "the field above",
    ),
    bind(
        &[Key::plain(KeyCode::Down), Key::plain(KeyCode::Tab)],
        Action::Move(Step::Down),
        "the field below",
    )
    .hint("fields"),
    bind(&[Key::plain(KeyCode::Left)], Action::Left, "the choice on the left"),
    bind(&[Key::plain(KeyCode::Right)], Action::Right, "the choice on the right").hint("choices"),
    bind(keys![' '], Action::Toggle, "switch on or off").hint("switch"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

const QUESTION: &[Binding] = &[
    bind(&[ENTER, Key::character('y')], Action::Yes, "yes").hint("yes"),
    bind(&[ESCAPE, Key::character('n')], Action::Back, "no").hint("no"),
    bind(&[Key::character('q'), INTERRUPT], Action::Quit, "quit; runs go on"),
];

const PROMPT: &[Binding] = &[
    bind(&[ENTER], Action::Open, "go").hint("go"),
    bind(&[ESCAPE], Action::Back, "cancel").hint("cancel"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

impl Place {
    /// The tables in force, the first that knows a key decides.
    pub fn tables(self) -> &'static [&'static [Binding]] {
        match self {
            Self::Tab(Tab::Data) => &[DATA, MOVES, EVERYWHERE],
            Self::Tab(Tab::Listen) => &[LISTEN, MOVES, EVERYWHERE],
            Self::Tab(Tab::Train) => &[TRAIN, MOVES, EVERYWHERE],
            Self::Tab(Tab::Report) => &[REPORT, MOVES, EVERYWHERE],
            Self::Clips => &[CLIPS, MOVES, EVERYWHERE],
            Self::Filter => &[FILTER],
            Self::Help => &[HELP, MOVES],
            Self::Settings => &[SETTINGS, MOVES],
            Self::Form => &[FORM],
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
        Place::Tab(*tab)
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

    const PLACES: [Place; 11] = [
        Place::Tab(Tab::Data),
        Place::Tab(Tab::Listen),
        Place::Tab(Tab::Train),
        Place::Tab(Tab::Report),
        Place::Filter,
        Place::Clips,
        Place::Help,
        Place::Settings,
        Place::Form,
        Place::Question,
        Place::Prompt,
    ];

    #[test]
    fn no_key_means_two_things_in_one_table() {
        for place in PLACES {
            for table in place.tables() {
                let keys: Vec<Key> = table.iter().flat_map(|binding| binding.keys).copied().collect();
                for (index, key) in keys.iter().enumerate() {
                    assert!(!keys[..index].contains(key), "{place:?}: {key:?} twice");
                }
            }
        }
    }

    #[test]
    fn every_place_can_be_left() {
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for place in PLACES {
            assert_eq!(place.action(interrupt), Some(Action::Quit), "{place:?}");
        }
    }

    #[test]
    fn characters_are_typed_where_text_is_expected() {
        for place in [Place::Filter, Place::Prompt] {
            for character in ['a', 'q', '?', '1', ' ', '/'] {
                assert_eq!(
                    place.action(Key::character(character).event()),
                    None,
                    "{place:?} {character}"
                );
            }
        }
    }
}
