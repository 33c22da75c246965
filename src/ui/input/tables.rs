//! The tables of keys; a tab's own first, then those for moving, then those for everywhere.

use super::{Action, Binding, Key, Tab, bind};
use crate::engine::{Clear, CommandKind, Shift};
use crate::ui::widgets::list::Step;
use ratatui::crossterm::event::KeyCode;

const ENTER: Key = Key::plain(KeyCode::Enter);
const ESCAPE: Key = Key::plain(KeyCode::Esc);
const INTERRUPT: Key = Key {
    code: KeyCode::Char('c'),
    control: true,
};

macro_rules! keys {
    ($($key:literal),+) => { &[$(Key::character($key)),+] };
}

pub const DATA: &[Binding] = &[
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
    bind(
        keys!['X'],
        Action::ExportFeatures,
        "export the features as NumPy arrays with their labels",
    )
    .sends(CommandKind::ExportFeatures, &[ENTER]),
    bind(
        keys!['i'],
        Action::ImportFeatures,
        "import features made elsewhere, such as embeddings, from NumPy arrays",
    )
    .sends(CommandKind::ImportFeatures, &[ENTER]),
    bind(
        keys!['t'],
        Action::Trim,
        "what trimming silence at several thresholds would remove",
    )
    .sends(CommandKind::Trim, &[]),
    bind(keys!['C'], Action::Cache, "what lies in the cache; clear it").sends(CommandKind::Cache, &[]),
    bind(
        keys!['b'],
        Action::Bench,
        "measure how fast features are extracted here",
    )
    .sends(CommandKind::Bench, &[]),
    bind(keys!['d'], Action::Demo, "write the synthetic demo corpus")
        .hint("demo")
        .sends(CommandKind::Demo, &[ENTER]),
    bind(keys!['c'], Action::Settings, "settings, and where each came from")
        .hint("settings")
        .sends(CommandKind::Config, &[]),
    bind(
        keys!['D'],
        Action::Doctor,
        "look at this machine: what it has, what it lacks, what would help",
    )
    .sends(CommandKind::Doctor, &[]),
];

pub const LISTEN: &[Binding] = &[
    bind(keys![' '], Action::Play, "play the clip, or pause it")
        .hint("play")
        .sends(CommandKind::Play, &[]),
    bind(&[Key::plain(KeyCode::Left)], Action::Left, "half a second back"),
    bind(
        &[Key::plain(KeyCode::Right)],
        Action::Right,
        "half a second further; in a long clip, a twentieth of it",
    )
    .hint("seek"),
    bind(
        keys!['v'],
        Action::NextVariant,
        "see and hear it as the model's input, then with noise, pitch, ...",
    )
    .hint("variant"),
    bind(keys!['V'], Action::PreviousVariant, "the variant before"),
    bind(
        keys!['/'],
        Action::Filter,
        "filter by corpus, speaker, gender, emotion, file, text; as in fzf: 'exact ^start end$ !not",
    )
    .hint("filter"),
    bind(keys!['s'], Action::Sort, "sort by the next property").hint("sort"),
    bind(keys!['S'], Action::Reverse, "sort the other way round"),
    bind(
        keys!['p'],
        Action::Predict,
        "what a model says: that of the run chosen in Train, or of the newest",
    )
    .hint("predict")
    .sends(CommandKind::Predict, &[]),
    bind(keys!['m'], Action::Mute, "mute, or be heard again")
        .hint("mute")
        .sends(CommandKind::Sound, &[]),
    bind(
        keys!['a'],
        Action::PlayOnSelection,
        "play clips as the cursor comes to them, or no more",
    )
    .hint("auto"),
    bind(&[ESCAPE], Action::Back, "clear the filter"),
];

pub const TRAIN: &[Binding] = &[
    bind(keys!['n'], Action::NewRun, "new run")
        .hint("new run")
        .sends(CommandKind::Train, &[ENTER]),
    bind(
        keys!['e'],
        Action::Edit,
        "new run, its TOML edited in $VISUAL or $EDITOR",
    )
    .sends(CommandKind::Plan, &[]),
    bind(&[ENTER], Action::Open, "open the run's report").hint("report"),
    bind(
        keys![' '],
        Action::Mark,
        "lay the run's curves over the others, or take them away",
    )
    .hint("overlay"),
    bind(
        keys!['m'],
        Action::Metric,
        "show loss, accuracy, UAR or the use of the machine first",
    )
    .hint("metric"),
    bind(
        keys!['d'],
        Action::Compare,
        "differences: the settings that tell the marked runs apart",
    )
    .hint("differences")
    .sends(CommandKind::Compare, &[]),
    bind(keys!['l'], Action::Log, "draw the loss on a logarithmic axis, or not"),
    bind(
        keys!['w'],
        Action::Smooth,
        "smooth the curves: EMA 0.6, 0.9, 0.97, not at all",
    ),
    bind(keys!['+', '='], Action::More, "zoom into the epochs").hint("zoom"),
    bind(keys!['-'], Action::Fewer, "zoom out"),
    bind(&[Key::plain(KeyCode::Left)], Action::Left, "zoomed in: earlier epochs"),
    bind(&[Key::plain(KeyCode::Right)], Action::Right, "zoomed in: later epochs"),
    bind(
        keys!['/'],
        Action::Filter,
        "filter by name, state, model, corpus, split, #tag, note",
    ),
    bind(keys!['a'], Action::Note, "write a note of the run, with #tags").sends(CommandKind::Note, &[ENTER]),
    bind(keys!['X'], Action::Delete, "delete the run, with those linked with it").sends(CommandKind::Delete, &[ENTER]),
    bind(&[ESCAPE], Action::Back, "clear the filter"),
    bind(keys!['s'], Action::StopNow, "stop the run now; its checkpoints stay")
        .hint("stop")
        .sends(CommandKind::Stop, &[ENTER]),
    bind(
        keys!['S'],
        Action::StopAfterEpoch,
        "stop the run when the epoch is done",
    )
    .sends(CommandKind::Stop, &[ENTER]),
    bind(
        keys!['K'],
        Action::Shift(Shift::Up),
        "queue: before the run that comes before it",
    )
    .sends(CommandKind::Move, &[]),
    bind(
        keys!['J'],
        Action::Shift(Shift::Down),
        "queue: behind the run that comes after it",
    ),
    bind(keys!['<'], Action::Shift(Shift::First), "queue: make it the next"),
    bind(keys!['>'], Action::Shift(Shift::Last), "queue: make it the last"),
    bind(
        keys!['!'],
        Action::StartNow,
        "queue: start it now, beside what is trained",
    )
    .sends(CommandKind::StartNow, &[ENTER]),
    bind(keys!['x'], Action::Cancel, "queue: take the run out").sends(CommandKind::Cancel, &[ENTER]),
    bind(
        keys!['Q'],
        Action::Queue,
        "queue: what waits for what; start workers that are missing",
    )
    .sends(CommandKind::Queue, &[]),
    bind(
        keys!['c'],
        Action::Resume,
        "continue a run that was killed, stopped or failed",
    )
    .sends(CommandKind::Resume, &[]),
    bind(keys!['r'], Action::Refresh, "list the runs again").sends(CommandKind::Runs, &[]),
    bind(
        keys!['b'],
        Action::Bench,
        "measure how fast the settings' network is trained here",
    )
    .sends(CommandKind::Bench, &[]),
    bind(
        keys!['P'],
        Action::Presets,
        "the presets: papers' settings, and their honest twins",
    )
    .sends(CommandKind::Presets, &[]),
    bind(keys!['M'], Action::Models, "the architectures, and their layers").sends(CommandKind::Models, &[]),
];

pub const TUNE: &[Binding] = &[
    bind(keys!['n'], Action::NewRun, "begin a study, or go on with this one")
        .hint("work")
        .sends(CommandKind::Tune, &[ENTER]),
    bind(&[ENTER], Action::Open, "open the trial: its curves, its run, its log").hint("trial"),
    bind(
        keys!['m'],
        Action::Metric,
        "the next panel: best so far, learning curves, importance, slice, parallel coordinates, workers",
    )
    .hint("panels"),
    bind(keys!['v'], Action::Parameter, "the next parameter of the slice"),
    bind(
        keys!['s'],
        Action::StopNow,
        "stop all workers now; the trials they are at fail",
    )
    .hint("stop")
    .sends(CommandKind::StopTuning, &[ENTER]),
    bind(
        keys!['S'],
        Action::StopAfterEpoch,
        "stop all workers when their trials are done",
    ),
    bind(keys!['+'], Action::More, "one worker more"),
    bind(keys!['-'], Action::Fewer, "one worker fewer, when its trial is done"),
    bind(keys!['a'], Action::Enqueue, "put a trial in the queue by hand")
        .hint("add trial")
        .sends(CommandKind::Enqueue, &[ENTER]),
    bind(
        keys!['p'],
        Action::Promote,
        "train the trial anew with three seeds, and judge it on test",
    )
    .hint("promote")
    .sends(CommandKind::Promote, &[ENTER]),
    bind(
        keys!['c'],
        Action::Copy,
        "copy the trial's settings to the form of a new run",
    ),
    bind(
        keys!['o'],
        Action::Sort,
        "order by rank, newest, epochs, time, or the slice's parameter",
    )
    .hint("order"),
    bind(keys!['O'], Action::Reverse, "order the other way round"),
    bind(keys!['/'], Action::Filter, "filter by state, parameter=value, reason"),
    bind(
        &[Key::plain(KeyCode::Left), Key::character('h')],
        Action::Left,
        "the parameters on the left",
    ),
    bind(
        &[Key::plain(KeyCode::Right), Key::character('l')],
        Action::Right,
        "the parameters on the right",
    ),
    bind(keys!['['], Action::OlderRun, "the study before"),
    bind(keys![']'], Action::NewerRun, "the next study"),
    bind(
        keys!['e'],
        Action::Export,
        "export the trials (CSV, or JSON by its name)",
    )
    .sends(CommandKind::ExportStudy, &[ENTER]),
    bind(keys!['r'], Action::Refresh, "list the studies again").sends(CommandKind::Studies, &[]),
    bind(&[ESCAPE], Action::Back, "clear the filter"),
];

pub const TRIAL: &[Binding] = &[
    bind(&[ESCAPE, ENTER], Action::Back, "back to the leaderboard").hint("back"),
    bind(
        keys!['p'],
        Action::Promote,
        "train the trial anew with three seeds, and judge it on test",
    )
    .hint("promote"),
    bind(
        keys!['c'],
        Action::Copy,
        "copy the trial's settings to the form of a new run",
    )
    .hint("copy"),
];

pub const REPORT: &[Binding] = &[
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

pub const CLIPS: &[Binding] = &[
    bind(&[ENTER], Action::Open, "open the clip in Listen").hint("listen"),
    bind(
        &[ESCAPE, Key::character('h'), Key::plain(KeyCode::Left)],
        Action::Back,
        "back to the matrix",
    )
    .hint("back"),
];

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
    bind(&[Key::character('q'), INTERRUPT], Action::Quit, "quit; runs go on").hint("quit"),
];

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
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

pub const HELP: &[Binding] = &[
    bind(
        &[ESCAPE, Key::character('q'), Key::character('?'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

pub const SETTINGS: &[Binding] = &[
    bind(keys!['/'], Action::Filter, "filter").hint("filter"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('c'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
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
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

pub const PRESETS: &[Binding] = &[
    bind(&[ENTER], Action::Open, "a new run with its settings").hint("new run"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('P')],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

pub const MODELS: &[Binding] = &[
    bind(&[ENTER], Action::Open, "its layers for the settings' recipe").hint("layers"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('M')],
        Action::Back,
        "back to the list, or close",
    )
    .hint("back"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

pub const TRIM: &[Binding] = &[
    bind(keys!['r'], Action::Rescan, "read the clips again").hint("again"),
    bind(
        &[ESCAPE, Key::character('q'), Key::character('t'), ENTER],
        Action::Back,
        "close",
    )
    .hint("close"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];

/// Where no letter is typed.
pub const EDIT: &[Binding] =
    &[bind(keys!['e'], Action::Edit, "edit the run's TOML in $VISUAL or $EDITOR").hint("edit")];

/// Where letters are typed.
pub const EDIT_TYPING: &[Binding] = &[bind(
    &[Key {
        code: KeyCode::Char('e'),
        control: true,
    }],
    Action::Edit,
    "edit the run's TOML in $VISUAL or $EDITOR",
)];

pub const FORM: &[Binding] = &[
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

pub const QUESTION: &[Binding] = &[
    bind(&[ENTER, Key::character('y')], Action::Yes, "yes").hint("yes"),
    bind(&[ESCAPE, Key::character('n')], Action::Back, "no").hint("no"),
    bind(&[Key::character('q'), INTERRUPT], Action::Quit, "quit; runs go on"),
];

pub const PROMPT: &[Binding] = &[
    bind(&[ENTER], Action::Open, "go").hint("go"),
    bind(&[ESCAPE], Action::Back, "cancel").hint("cancel"),
    bind(&[INTERRUPT], Action::Quit, "quit; runs go on"),
];
