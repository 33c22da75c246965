//! The Data tab's keys.

use super::{DataView, Turn, View, demo};
use crate::engine::{Bench, Command, CommandKind};
use crate::ui::input::key::{CONFIRMED, ENTER, ESCAPE, LEFT, RIGHT, keys};
use crate::ui::input::{Key, bind};
use crate::ui::overlays::{
    CacheView, DoctorView, EncodersView, PatternView, Prompt, PublishedView, SettingsView, Subject, TrimView, prompt,
};
use crate::ui::pane::{Pane, Table};

/// What is wrong with an empty name of a folder.
const FOLDER: &str = "write the name of a folder, such as features";

/// Everything that can be done in it.
pub const DATA: Table<DataView> = Table {
    heading: "In this tab",
    bindings: &[
        bind(&[LEFT, Key::character('h')], "the view on the left").does(|view, model, _| view.turn(Turn::Left, model)),
        bind(&[RIGHT, Key::character('l')], "the view on the right")
            .hint_as("← →", "views")
            .does(|view, model, _| view.turn(Turn::Right, model)),
        bind(&[ENTER], "open the clip in Listen").does(DataView::open),
        bind(
            keys!['/'],
            "filter speakers, data-quality issues, refused files or notes",
        )
        .more("filter")
        .does(|view, _, effects| {
            view.filter.typing = !matches!(view.view, View::Overview | View::Tables | View::Dimensions);
            if !view.filter.typing {
                effects.note(
                    "There is nothing to filter here; → shows speakers, data-quality issues, refused files and notes.",
                );
            }
        }),
        bind(keys!['r'], "scan the corpora again; only what changed is read")
            .hint("rescan")
            .sends(CommandKind::Scan, &[])
            .does(|_, model, effects| {
                effects.send_once(
                    Command::Scan { headers_only: false },
                    model,
                    "The scan is still running.",
                );
            }),
        bind(keys!['e'], "export the table of clips (CSV, or TSV by its name)")
            .hint("export")
            .sends(CommandKind::Export, &[ENTER])
            .does(|_, _, effects| {
                effects.open(Prompt::new(
                    (
                        "Export the table of clips",
                        "File (.csv or .tsv); one that is there is replaced.",
                        "write",
                    ),
                    "clips.csv",
                    |line| {
                        let path = prompt::file(line, "write the name of a file, such as clips.csv")?;
                        Ok(Command::Export { path, only: None })
                    },
                ));
            }),
        bind(keys!['x'], "extract the features of all selected clips")
            .hint("extract")
            .sends(CommandKind::Features, &[])
            .does(|_, model, effects| {
                effects.send_once(Command::Features, model, "The features are still being extracted.")
            }),
        bind(keys!['X'], "export the features as NumPy arrays with their labels")
            .sends(CommandKind::ExportFeatures, &[ENTER])
            .does(|_, model, effects| {
                if model.busy(CommandKind::ExportFeatures) {
                    effects.note("The features are still being exported.");
                    return;
                }
                effects.open(Prompt::new(
                    (
                        "Export features for NumPy",
                        "Folder for X.npy, y.npy, labels.csv: new, or an export.",
                        "write",
                    ),
                    "features",
                    |line| {
                        let folder = prompt::folder(line, FOLDER)?;
                        let per_clip = false;
                        Ok(Command::ExportFeatures { folder, per_clip })
                    },
                ));
            }),
        bind(
            keys!['i'],
            "import features made elsewhere, such as embeddings, from NumPy arrays",
        )
        .sends(CommandKind::ImportFeatures, &[ENTER])
        .does(|_, model, effects| {
            if model.busy(CommandKind::ImportFeatures) {
                effects.note("Features are still being imported.");
                return;
            }
            effects.open(Prompt::new(
                (
                    "Import features made elsewhere",
                    "Folder with X.npy and labels.csv (column path).",
                    "read",
                ),
                "features",
                |line| {
                    let folder = prompt::folder(line, FOLDER)?;
                    Ok(Command::ImportFeatures { folder, name: None })
                },
            ));
        }),
        bind(keys!['t'], "what trimming silence at several thresholds would remove")
            .more("trimming")
            .sends(CommandKind::Trim, &[])
            .does(|_, model, effects| TrimView::open(model, effects)),
        bind(keys!['C'], "the contents of the cache; clear them")
            .more("cache")
            .sends(CommandKind::Cache, &[])
            .does(|_, _, effects| {
                effects.open(CacheView::default());
                effects.send(Command::Cache { clear: None });
            }),
        bind(keys!['E'], "the speech encoders: which are here, and fetching others")
            .more("encoders")
            .sends(CommandKind::Encoders, &[])
            .does(|_, _, effects| {
                effects.open(EncodersView::default());
                effects.send(Command::Encoders { fetch: None });
            }),
        bind(keys!['a'], "published corpora: which are here, and getting others")
            .more("corpora")
            .sends(CommandKind::Get, &[])
            .does(|_, _, effects| {
                effects.open(PublishedView::default());
                effects.send(Command::Get { fetch: None });
            }),
        bind(
            keys!['N'],
            "try a pattern on the names of sound files, while it is typed",
        )
        .sends(CommandKind::Pattern, &[])
        .does(|_, _, effects| PatternView::open(effects)),
        bind(keys!['b'], "measure how fast features are extracted here")
            .sends(CommandKind::Bench, &[])
            .does(|_, model, effects| {
                effects.open(Subject::Features);
                let what = Bench::Features {
                    clips: None,
                    recipe: None,
                };
                effects.send_once(Command::Bench { what }, model, "The features are still being measured.");
            }),
        bind(keys!['d'], "write the synthetic demo corpus")
            .hint("demo")
            .sends(CommandKind::Demo, CONFIRMED)
            .does(|_, model, effects| {
                if model.busy(CommandKind::Demo) {
                    effects.note("The demo corpus is still being written.");
                } else {
                    effects.open(demo(model));
                }
            }),
        bind(keys!['c'], "settings, and where each came from")
            .hint("settings")
            .sends(CommandKind::Config, &[])
            .does(|_, _, effects| {
                effects.open(SettingsView::default());
                effects.send(Command::Config);
            }),
        bind(
            keys!['T'],
            "take what equals the defaults out of the settings file; asks first",
        )
        .sends(CommandKind::Tidy, &[])
        .does(|_, _, effects| effects.send(Command::Tidy { confirmed: false })),
        bind(
            keys!['D'],
            "check this machine: what it has, what it lacks, what would help",
        )
        .more("doctor")
        .sends(CommandKind::Doctor, &[])
        .does(|_, _, effects| {
            effects.open(DoctorView::default());
            effects.send(Command::Doctor);
        }),
        bind(&[ESCAPE], "clear the filter").does(|view, model, _| view.clear_filter(model)),
    ],
};
