//! The Tune tab's keys.

use super::{TuneView, ask};
use crate::engine::{Command, CommandKind, StopTuning};
use crate::ui::input::key::{CONFIRMED, ENTER, ESCAPE, LEFT, RIGHT, keys};
use crate::ui::input::{Key, bind};
use crate::ui::overlays::StudiesView;
use crate::ui::pane::{Pane, Table};

/// Over the leaderboard.
pub const TUNE: Table<TuneView> = Table {
    heading: "In this tab",
    bindings: &[
        bind(
            keys!['n'],
            "new study: its name, trials, workers, sampler, pruner, model, space",
        )
        .hint("new study")
        .sends(CommandKind::Tune, &[ENTER])
        .does(ask::new_study),
        bind(keys!['w'], "work on this study: start the workers that are missing")
            .hint("work")
            .does(ask::work),
        bind(keys!['L'], "the studies: show another one, delete one, restore one")
            .hint("studies")
            .sends(CommandKind::DeleteStudy, &[Key::character('X')])
            .does(|view, _, effects| {
                let seen = view.page.as_ref().map(|page| page.name.as_str());
                effects.open(StudiesView::new(view.studies.as_ref(), seen));
            }),
        bind(&[ENTER], "open the trial: its curves, its run, its log")
            .hint("trial")
            .does(|view, _, _| view.opened = view.trial().is_some()),
        bind(
            keys!['m'],
            "the next panel: best so far, learning curves, importance, slice, parallel coordinates, workers",
        )
        .hint("panels")
        .does(|view, _, _| view.panel = view.panel.turned(1)),
        bind(keys!['K'], "charts of the top 5, 20 or 100 trials, or of all")
            .does(|view, _, _| view.chosen_trials.turn_top()),
        bind(keys!['P'], "hide the pruned trials in all charts, or show them")
            .does(|view, _, _| view.chosen_trials.turn_pruned()),
        bind(keys!['v'], "the next parameter of the slice")
            .more("slice")
            .does(|view, _, _| {
                let axes = view.page.as_ref().map_or(0, |page| page.axes.len());
                view.axis = (view.axis + 1) % axes.max(1);
                view.arrange();
            }),
        bind(keys!['s'], "stop all workers now; their trials fail")
            .hint("stop")
            .sends(CommandKind::StopTuning, CONFIRMED)
            .does(|view, _, effects| ask::stop(view, StopTuning::Now, effects)),
        bind(keys!['S'], "stop all workers when their trials are done")
            .does(|view, _, effects| ask::stop(view, StopTuning::AfterTrial, effects)),
        bind(keys!['+'], "one worker more").does(ask::more),
        bind(keys!['-'], "one worker fewer, when its trial is done").does(ask::fewer),
        bind(keys!['a'], "put a trial in the queue by hand")
            .hint("add trial")
            .sends(CommandKind::Enqueue, &[ENTER])
            .does(ask::enqueue),
        bind(
            keys!['p'],
            "retrain the trial with three seeds and evaluate it on the test set",
        )
        .hint("promote")
        .sends(CommandKind::Promote, &[ENTER])
        .does(ask::promote),
        bind(keys!['c'], "copy the trial's settings to the form of a new run")
            .more("copy")
            .does(ask::copy),
        bind(
            keys!['o'],
            "order by rank, newest, epochs, time, or the slice's parameter",
        )
        .hint("order")
        .does(|view, _, _| {
            view.sort = view.sort.next();
            view.arrange();
        }),
        bind(keys!['O'], "order the other way round")
            .more("reverse")
            .does(|view, _, _| {
                view.reversed = !view.reversed;
                view.arrange();
            }),
        bind(
            keys!['/'],
            "filter by words, or as uar>60 state=pruned hidden=64; Tab completes",
        )
        .more("filter")
        .does(|view, _, _| view.filter.typing = view.page.is_some()),
        bind(&[LEFT, Key::character('h')], "the parameters on the left")
            .does(|view, _, _| view.column = view.column.saturating_sub(1)),
        bind(&[RIGHT, Key::character('l')], "the parameters on the right").does(|view, _, _| {
            let last = view.page.as_ref().map_or(0, |page| page.axes.len().saturating_sub(1));
            view.column = (view.column + 1).min(last);
        }),
        bind(keys!['['], "the study before").does(|view, _, _| view.turn(-1)),
        bind(keys![']'], "the next study").does(|view, _, _| view.turn(1)),
        bind(keys!['e'], "export the trials (CSV, or JSON by its name)")
            .more("export")
            .sends(CommandKind::ExportStudy, &[ENTER])
            .does(ask::export),
        bind(keys!['M'], "repair a damaged journal; a copy is kept")
            .sends(CommandKind::RepairStudy, CONFIRMED)
            .does(ask::repair),
        bind(keys!['u'], "restore the study that was deleted last")
            .sends(CommandKind::RestoreStudy, &[])
            .does(|_, _, effects| {
                let study = "last".to_owned();
                effects.send(Command::RestoreStudy { study });
            }),
        bind(keys!['r'], "list the studies again")
            .sends(CommandKind::Studies, &[])
            .does(|view, _, _| {
                view.chosen = view.page.as_ref().map(|page| page.name.clone());
                view.asked = (false, None);
            }),
        bind(&[ESCAPE], "clear the filter").does(|view, model, _| view.clear_filter(model)),
    ],
};

/// In an opened trial.
pub const TRIAL: Table<TuneView> = Table {
    heading: "In an opened trial",
    bindings: &[
        bind(&[ESCAPE, ENTER], "back to the leaderboard")
            .hint("back")
            .does(|view, _, _| view.opened = false),
        bind(
            keys!['p'],
            "retrain the trial with three seeds and evaluate it on the test set",
        )
        .hint("promote")
        .does(ask::promote),
        bind(keys!['c'], "copy the trial's settings to the form of a new run")
            .hint("copy")
            .does(ask::copy),
    ],
};
