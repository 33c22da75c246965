//! The Data tab's keys.

use super::{CONFIRMED, ENTER, keys};
use crate::engine::CommandKind;
use crate::ui::input::{Action, Binding, Key, bind};
use ratatui::crossterm::event::KeyCode;

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
    bind(&[ENTER], Action::Open, "open the clip in Listen"),
    bind(
        keys!['/'],
        Action::Filter,
        "filter speakers, data-quality issues or refused files",
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
    bind(keys!['C'], Action::Cache, "the contents of the cache; clear them").sends(CommandKind::Cache, &[]),
    bind(
        keys!['b'],
        Action::Bench,
        "measure how fast features are extracted here",
    )
    .sends(CommandKind::Bench, &[]),
    bind(keys!['d'], Action::Demo, "write the synthetic demo corpus")
        .hint("demo")
        .sends(CommandKind::Demo, CONFIRMED),
    bind(keys!['c'], Action::Settings, "settings, and where each came from")
        .hint("settings")
        .sends(CommandKind::Config, &[]),
    bind(
        keys!['D'],
        Action::Doctor,
        "check this machine: what it has, what it lacks, what would help",
    )
    .sends(CommandKind::Doctor, &[]),
];
