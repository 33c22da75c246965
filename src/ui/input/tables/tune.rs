//! The Tune tab's keys.

use super::{CONFIRMED, ENTER, ESCAPE, keys};
use crate::engine::CommandKind;
use crate::ui::input::{Action, Binding, Key, bind};
use ratatui::crossterm::event::KeyCode;

pub const TUNE: &[Binding] = &[
    bind(keys!['n'], Action::NewRun, "start a study, or continue this one")
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
    bind(keys!['s'], Action::StopNow, "stop all workers now; their trials fail")
        .hint("stop")
        .sends(CommandKind::StopTuning, CONFIRMED),
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
        "retrain the trial with three seeds and evaluate it on the test set",
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
    bind(keys!['M'], Action::Repair, "repair a damaged journal; a copy is kept")
        .sends(CommandKind::RepairStudy, CONFIRMED),
    bind(keys!['r'], Action::Refresh, "list the studies again").sends(CommandKind::Studies, &[]),
    bind(&[ESCAPE], Action::Back, "clear the filter"),
];

pub const TRIAL: &[Binding] = &[
    bind(&[ESCAPE, ENTER], Action::Back, "back to the leaderboard").hint("back"),
    bind(
        keys!['p'],
        Action::Promote,
        "retrain the trial with three seeds and evaluate it on the test set",
    )
    .hint("promote"),
    bind(
        keys!['c'],
        Action::Copy,
        "copy the trial's settings to the form of a new run",
    )
    .hint("copy"),
];
