//! The Tune tab's keys.

use super::{TuneView, ask};
use crate::engine::{CommandKind, StopTuning};
use crate::ui::input::Key;
use crate::ui::input::key::{CONFIRMED, ENTER, ESCAPE, LEFT, RIGHT, keys};
use crate::ui::pane::{Table, bind};
use crate::ui::shared::Filtered;

/// Over the leaderboard.
pub const TUNE: Table<TuneView> = Table {
    heading: "In this tab",
    bindings: &[
        bind(keys!['n'], "begin a study, or go on with this one", ask::begin)
            .hint("work")
            .sends(CommandKind::Tune, &[ENTER]),
        bind(
            &[ENTER],
            "open the trial: its curves, its run, its log",
            |view: &mut TuneView, _, _| view.opened = view.trial().is_some(),
        )
        .hint("trial"),
        bind(
            keys!['m'],
            "the next panel: best so far, learning curves, importance, slice, parallel coordinates, workers",
            |view: &mut TuneView, _, _| view.panel = view.panel.turned(1),
        )
        .hint("panels"),
        bind(
            keys!['v'],
            "the next parameter of the slice",
            |view: &mut TuneView, _, _| {
                let axes = view.page.as_ref().map_or(0, |page| page.axes.len());
                view.axis = (view.axis + 1) % axes.max(1);
                view.arrange();
            },
        ),
        bind(
            keys!['s'],
            "stop all workers now; the trials they are at fail",
            |view: &mut TuneView, _, effects| ask::stop(view, StopTuning::Now, effects),
        )
        .hint("stop")
        .sends(CommandKind::StopTuning, CONFIRMED),
        bind(
            keys!['S'],
            "stop all workers when their trials are done",
            |view: &mut TuneView, _, effects| ask::stop(view, StopTuning::AfterTrial, effects),
        ),
        bind(keys!['+'], "one worker more", ask::more),
        bind(keys!['-'], "one worker fewer, when its trial is done", ask::fewer),
        bind(keys!['a'], "put a trial in the queue by hand", ask::enqueue)
            .hint("add trial")
            .sends(CommandKind::Enqueue, &[ENTER]),
        bind(
            keys!['p'],
            "retrain the trial with three seeds and evaluate it on the test set",
            ask::promote,
        )
        .hint("promote")
        .sends(CommandKind::Promote, &[ENTER]),
        bind(
            keys!['c'],
            "copy the trial's settings to the form of a new run",
            ask::copy,
        ),
        bind(
            keys!['o'],
            "order by rank, newest, epochs, time, or the slice's parameter",
            |view: &mut TuneView, _, _| {
                view.sort = view.sort.next();
                view.arrange();
            },
        )
        .hint("order"),
        bind(keys!['O'], "order the other way round", |view: &mut TuneView, _, _| {
            view.reversed = !view.reversed;
            view.arrange();
        }),
        bind(
            keys!['/'],
            "filter by state, parameter=value, reason",
            |view: &mut TuneView, _, _| {
                view.filter.typing = view.page.is_some();
            },
        ),
        bind(
            &[LEFT, Key::character('h')],
            "the parameters on the left",
            |view: &mut TuneView, _, _| {
                view.column = view.column.saturating_sub(1);
            },
        ),
        bind(
            &[RIGHT, Key::character('l')],
            "the parameters on the right",
            |view: &mut TuneView, _, _| {
                let last = view.page.as_ref().map_or(0, |page| page.axes.len().saturating_sub(1));
                view.column = (view.column + 1).min(last);
            },
        ),
        bind(keys!['['], "the study before", |view: &mut TuneView, _, _| {
            view.turn(-1)
        }),
        bind(keys![']'], "the next study", |view: &mut TuneView, _, _| view.turn(1)),
        bind(keys!['e'], "export the trials (CSV, or JSON by its name)", ask::export)
            .sends(CommandKind::ExportStudy, &[ENTER]),
        bind(keys!['M'], "repair a damaged journal; a copy is kept", ask::repair)
            .sends(CommandKind::RepairStudy, CONFIRMED),
        bind(keys!['r'], "list the studies again", |view: &mut TuneView, _, _| {
            view.chosen = view.page.as_ref().map(|page| page.name.clone());
            view.asked = (false, None);
        })
        .sends(CommandKind::Studies, &[]),
        bind(&[ESCAPE], "clear the filter", |view: &mut TuneView, model, _| {
            view.clear_filter(model)
        }),
    ],
};

/// In an opened trial.
pub const TRIAL: Table<TuneView> = Table {
    heading: "In an opened trial",
    bindings: &[
        bind(
            &[ESCAPE, ENTER],
            "back to the leaderboard",
            |view: &mut TuneView, _, _| view.opened = false,
        )
        .hint("back"),
        bind(
            keys!['p'],
            "retrain the trial with three seeds and evaluate it on the test set",
            ask::promote,
        )
        .hint("promote"),
        bind(
            keys!['c'],
            "copy the trial's settings to the form of a new run",
            ask::copy,
        )
        .hint("copy"),
    ],
};
