//! The Train tab's keys, and those of the form of a new run.

use super::{CONFIRMED, ENTER, ESCAPE, INTERRUPT, keys};
use crate::engine::{CommandKind, Shift};
use crate::ui::input::{Action, Binding, Key, bind};
use crate::ui::widgets::list::Step;
use ratatui::crossterm::event::KeyCode;

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
    bind(keys![' '], Action::Mark, "overlay the run's curves, or remove them").hint("overlay"),
    bind(
        keys!['m'],
        Action::Metric,
        "show loss, accuracy, UAR or resource usage first",
    )
    .hint("metric"),
    bind(
        keys!['d'],
        Action::Compare,
        "compare the marked runs: the settings in which they differ",
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
    bind(keys!['X'], Action::Delete, "delete the run, with its other folds").sends(CommandKind::Delete, CONFIRMED),
    bind(keys!['u'], Action::Restore, "restore the run that was deleted last").sends(CommandKind::Restore, &[]),
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
        "queue: start it now, beside the runs that are training",
    )
    .sends(CommandKind::StartNow, &[ENTER]),
    bind(keys!['x'], Action::Cancel, "queue: remove the run").sends(CommandKind::Cancel, &[ENTER]),
    bind(
        keys!['Q'],
        Action::Queue,
        "queue: what is trained, and what waits for what",
    )
    .sends(CommandKind::Queue, &[]),
    bind(keys!['W'], Action::Wake, "queue: start the workers that are missing").sends(CommandKind::Wake, &[]),
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
        "the presets: papers' settings, and their speaker-independent variants",
    )
    .sends(CommandKind::Presets, &[]),
    bind(keys!['M'], Action::Models, "the architectures, and their layers").sends(CommandKind::Models, &[]),
];

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
    bind(&[INTERRUPT], Action::Quit, "quit; runs keep running"),
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
