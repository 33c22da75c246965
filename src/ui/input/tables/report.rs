//! The Report tab's keys.

use super::{ENTER, ESCAPE, keys};
use crate::engine::CommandKind;
use crate::ui::input::{Action, Binding, Key, bind};
use ratatui::crossterm::event::KeyCode;

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
