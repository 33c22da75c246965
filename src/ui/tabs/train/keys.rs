//! The Train tab's keys.

use super::{MEASURED, TrainView, evaluate, note, queue};
use crate::engine::{Command, CommandKind, Shift, Stop};
use crate::ui::input::bind;
use crate::ui::input::key::{CONFIRMED, ENTER, ESCAPE, LEFT, RIGHT, keys};
use crate::ui::overlays::form::Form;
use crate::ui::overlays::{LogView, ModelsView, PresetsView, Subject};
use crate::ui::pane::{Pane, Table};

/// Everything that can be done in it.
pub const TRAIN: Table<TrainView> = Table {
    heading: "In this tab",
    bindings: &[
        bind(keys!['n'], "new run")
            .hint("new run")
            .sends(CommandKind::Train, &[ENTER])
            .does(TrainView::new_run),
        bind(keys!['e'], "new run, its TOML edited in $VISUAL or $EDITOR")
            .more("edit")
            .sends(CommandKind::Plan, &[])
            .does(|_, model, effects| Form::open_in_editor(model, effects)),
        bind(&[ENTER], "open the run's report")
            .hint("report")
            .does(TrainView::open),
        bind(keys!['L'], "the run's log, whole: scroll and search it")
            .more("log")
            .sends(CommandKind::Log, &[])
            .does(|view, _, effects| {
                if let Some(run) = view.run() {
                    LogView::open(&run.id, effects);
                }
            }),
        bind(
            keys!['E'],
            "evaluate its model, or an encoder with a head, on all selected clips",
        )
        .more("evaluate")
        .sends(CommandKind::Evaluate, &[ENTER])
        .does(evaluate::ask),
        bind(keys![' '], "mark the run and overlay its curves, or remove the mark")
            .hint("mark")
            .does(|view, _, effects| view.mark_selected(effects)),
        bind(keys!['A'], "mark all runs that are listed, or remove their marks")
            .does(|view, _, _| view.marks.toggle_all(view.listed.iter().map(|run| &run.id))),
        bind(
            keys!['*'],
            "pin the run above all others, by its tag #pinned, or unpin it",
        )
        .does(note::pin),
        bind(keys!['o'], "order by newest, state, validation, test, epochs, model").does(|view, model, _| {
            view.sort = view.sort.next();
            view.reorder(model);
        }),
        bind(keys!['O'], "order the other way round")
            .more("reverse")
            .does(|view, model, _| {
                view.reversed = !view.reversed;
                view.reorder(model);
            }),
        bind(
            keys!['m'],
            "show loss, accuracy, UAR, step loss, learning rate or resource usage first",
        )
        .hint("metric")
        .does(|view, _, _| view.look.first = view.look.first.next(view.known())),
        bind(keys!['d'], "compare the marked runs: the settings in which they differ")
            .hint("differences")
            .sends(CommandKind::Compare, &[])
            .does(note::compare),
        bind(keys!['i'], "inspect: the values of all curves at a point, or no longer")
            .more("inspect")
            .does(|view, _, _| view.look.inspect(view.longest())),
        bind(keys!['l'], "draw losses on a logarithmic axis, or not")
            .more("log scale")
            .does(|view, _, _| view.look.log = !view.look.log),
        bind(keys!['T'], "draw the curves over epochs, steps or time")
            .more("steps or time")
            .does(|view, _, _| view.look.turn_across()),
        bind(
            keys!['U'],
            "one scale for the losses, and for accuracy and UAR; or each its own",
        )
        .does(|view, _, _| view.look.one_scale = !view.look.one_scale),
        bind(keys!['w'], "smooth the curves: EMA 0.6, 0.9, 0.97, not at all")
            .more("smooth")
            .does(|view, _, _| view.smooth()),
        bind(
            keys!['t'],
            "show the newest epochs (tail), these as they are (frozen), or the whole run",
        )
        .does(|view, _, _| view.look.zoom.turn(view.longest())),
        bind(keys!['+', '='], "zoom into the epochs")
            .hint("zoom")
            .does(|view, _, _| view.look.zoom.closer(view.longest())),
        bind(keys!['-'], "zoom out").does(|view, _, _| view.look.zoom.wider(view.longest())),
        bind(&[LEFT], "zoomed in: earlier epochs; inspecting: the point before")
            .does(|view, _, _| view.look.sideways(view.longest(), false)),
        bind(&[RIGHT], "zoomed in: later epochs; inspecting: the next point")
            .does(|view, _, _| view.look.sideways(view.longest(), true)),
        bind(
            keys!['/'],
            "filter by words, or as uar>60 model=crnn !tag=old; Tab completes",
        )
        .more("filter")
        .does(|view, _, _| view.filter.typing = true),
        bind(keys!['a'], "write a note of the run, with #tags")
            .more("note")
            .sends(CommandKind::Note, &[ENTER])
            .does(note::note),
        bind(
            keys!['X'],
            "delete the marked runs, or the one under the cursor, with their other folds",
        )
        .more("delete")
        .sends(CommandKind::Delete, CONFIRMED)
        .does(note::delete),
        bind(keys!['u'], "restore what was deleted last")
            .sends(CommandKind::Restore, &[])
            .does(|_, _, effects| {
                effects.send(Command::Restore { run: "last".into() });
            }),
        bind(keys!['Z'], "delete for good what lies in the trash")
            .sends(CommandKind::EmptyTrash, CONFIRMED)
            .does(|_, _, effects| effects.open(note::empty_trash())),
        bind(&[ESCAPE], "inspect no longer; clear the filter").does(|view, model, _| {
            if view.look.point.take().is_none() {
                view.clear_filter(model);
            }
        }),
        bind(keys!['s'], "stop the run now; its checkpoints stay")
            .hint("stop")
            .sends(CommandKind::Stop, &[ENTER])
            .does(|view, model, effects| {
                if view.run().is_some_and(|run| run.queue.is_some()) {
                    queue::cancel(view, model, effects);
                } else {
                    view.stop(Stop::Now, effects);
                }
            }),
        bind(keys!['S'], "stop the run when the epoch is done")
            .sends(CommandKind::Stop, &[ENTER])
            .does(|view, _, effects| view.stop(Stop::AfterEpoch, effects)),
        bind(keys!['K'], "queue: before the run that comes before it")
            .sends(CommandKind::Move, &[])
            .does(|view, _, effects| queue::shift(view, Shift::Up, effects)),
        bind(keys!['J'], "queue: behind the run that comes after it")
            .does(|view, _, effects| queue::shift(view, Shift::Down, effects)),
        bind(keys!['<'], "queue: make it the next").does(|view, _, effects| queue::shift(view, Shift::First, effects)),
        bind(keys!['>'], "queue: make it the last").does(|view, _, effects| queue::shift(view, Shift::Last, effects)),
        bind(keys!['!'], "queue: start it now, beside the runs that are training")
            .sends(CommandKind::StartNow, &[ENTER])
            .does(queue::start_now),
        bind(keys!['x'], "queue: remove the run")
            .sends(CommandKind::Cancel, &[ENTER])
            .does(queue::cancel),
        bind(keys!['Q'], "queue: what is trained, and what waits for what")
            .more("queue")
            .sends(CommandKind::Queue, &[])
            .does(|_, _, effects| effects.send(Command::Queue)),
        bind(keys!['W'], "queue: start the workers that are missing")
            .sends(CommandKind::Wake, &[])
            .does(|_, _, effects| effects.send(Command::Wake { follow: false })),
        bind(keys!['c'], "continue a run that was killed, stopped or failed")
            .more("resume")
            .sends(CommandKind::Resume, &[])
            .does(TrainView::resume),
        bind(keys!['r'], "list the runs again")
            .sends(CommandKind::Runs, &[])
            .does(|_, _, effects| {
                effects.send(Command::Runs { follow: true });
            }),
        bind(keys!['b'], "measure how fast the settings' network is trained here")
            .sends(CommandKind::Bench, &[])
            .does(|_, model, effects| {
                effects.open(Subject::Model);
                let command = Command::Bench { what: MEASURED };
                effects.send_once(command, model, "Something is still being measured.");
            }),
        bind(
            keys!['P'],
            "the presets: papers' settings, and their speaker-independent variants",
        )
        .sends(CommandKind::Presets, &[])
        .does(|_, _, effects| {
            effects.open(PresetsView::default());
            effects.send(Command::Presets);
        }),
        bind(keys!['M'], "the architectures, and their layers")
            .more("models")
            .sends(CommandKind::Models, &[])
            .does(|_, _, effects| {
                effects.open(ModelsView::default());
                effects.send(Command::Models { name: None });
            }),
    ],
};
