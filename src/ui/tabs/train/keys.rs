//! The Train tab's keys.

use super::{MEASURED, TrainView, note, queue};
use crate::engine::{Command, CommandKind, Shift, Stop};
use crate::ui::input::key::{CONFIRMED, ENTER, ESCAPE, LEFT, RIGHT, keys};
use crate::ui::overlays::form::Form;
use crate::ui::overlays::{ModelsView, PresetsView, Subject};
use crate::ui::pane::{Table, bind};
use crate::ui::shared::Filtered;

/// Everything that can be done in it.
pub const TRAIN: Table<TrainView> = Table {
    heading: "In this tab",
    bindings: &[
        bind(keys!['n'], "new run", TrainView::new_run)
            .hint("new run")
            .sends(CommandKind::Train, &[ENTER]),
        bind(
            keys!['e'],
            "new run, its TOML edited in $VISUAL or $EDITOR",
            |_, model, effects| Form::open_in_editor(model, effects),
        )
        .sends(CommandKind::Plan, &[]),
        bind(&[ENTER], "open the run's report", TrainView::open).hint("report"),
        bind(
            keys![' '],
            "lay the run's curves over the others, or take them away",
            |view: &mut TrainView, _, effects| view.mark_selected(effects),
        )
        .hint("overlay"),
        bind(
            keys!['m'],
            "show loss, accuracy, UAR or the use of the machine first",
            |view: &mut TrainView, _, _| view.metric = view.metric.turned(1),
        )
        .hint("metric"),
        bind(
            keys!['d'],
            "compare the marked runs: the settings in which they differ",
            note::compare,
        )
        .hint("differences")
        .sends(CommandKind::Compare, &[]),
        bind(
            keys!['l'],
            "draw the loss on a logarithmic axis, or not",
            |view: &mut TrainView, _, _| view.log = !view.log,
        ),
        bind(
            keys!['w'],
            "smooth the curves: EMA 0.6, 0.9, 0.97, not at all",
            |view: &mut TrainView, _, _| view.smooth(),
        ),
        bind(keys!['+', '='], "zoom into the epochs", |view: &mut TrainView, _, _| {
            view.zoom.closer(view.longest());
        })
        .hint("zoom"),
        bind(keys!['-'], "zoom out", |view: &mut TrainView, _, _| {
            view.zoom.wider(view.longest());
        }),
        bind(&[LEFT], "zoomed in: earlier epochs", |view: &mut TrainView, _, _| {
            view.zoom.pan(view.longest(), false);
        }),
        bind(&[RIGHT], "zoomed in: later epochs", |view: &mut TrainView, _, _| {
            view.zoom.pan(view.longest(), true);
        }),
        bind(
            keys!['/'],
            "filter by name, state, model, corpus, split, #tag, note",
            |view: &mut TrainView, _, _| view.filter.typing = true,
        ),
        bind(keys!['a'], "write a note of the run, with #tags", note::note).sends(CommandKind::Note, &[ENTER]),
        bind(keys!['X'], "delete the run, with its other folds", note::delete).sends(CommandKind::Delete, CONFIRMED),
        bind(
            keys!['u'],
            "bring back the run that was deleted last",
            |_, _, effects| {
                effects.send(Command::Restore { run: "last".into() });
            },
        )
        .sends(CommandKind::Restore, &[]),
        bind(&[ESCAPE], "clear the filter", |view: &mut TrainView, model, _| {
            view.clear_filter(model)
        }),
        bind(
            keys!['s'],
            "stop the run now; its checkpoints stay",
            |view: &mut TrainView, model, effects| {
                if view.run().is_some_and(|run| run.queue.is_some()) {
                    queue::cancel(view, model, effects);
                } else {
                    view.stop(Stop::Now, effects);
                }
            },
        )
        .hint("stop")
        .sends(CommandKind::Stop, &[ENTER]),
        bind(
            keys!['S'],
            "stop the run when the epoch is done",
            |view: &mut TrainView, _, effects| {
                view.stop(Stop::AfterEpoch, effects);
            },
        )
        .sends(CommandKind::Stop, &[ENTER]),
        bind(
            keys!['K'],
            "queue: before the run that comes before it",
            |view: &mut TrainView, _, effects| queue::shift(view, Shift::Up, effects),
        )
        .sends(CommandKind::Move, &[]),
        bind(
            keys!['J'],
            "queue: behind the run that comes after it",
            |view: &mut TrainView, _, effects| queue::shift(view, Shift::Down, effects),
        ),
        bind(
            keys!['<'],
            "queue: make it the next",
            |view: &mut TrainView, _, effects| {
                queue::shift(view, Shift::First, effects);
            },
        ),
        bind(
            keys!['>'],
            "queue: make it the last",
            |view: &mut TrainView, _, effects| {
                queue::shift(view, Shift::Last, effects);
            },
        ),
        bind(
            keys!['!'],
            "queue: start it now, beside what is trained",
            queue::start_now,
        )
        .sends(CommandKind::StartNow, &[ENTER]),
        bind(keys!['x'], "queue: take the run out", queue::cancel).sends(CommandKind::Cancel, &[ENTER]),
        bind(
            keys!['Q'],
            "queue: what is trained, and what waits for what",
            |_, _, effects| effects.send(Command::Queue),
        )
        .sends(CommandKind::Queue, &[]),
        bind(
            keys!['W'],
            "queue: start the workers that are missing",
            |_, _, effects| {
                effects.send(Command::Wake { follow: false });
            },
        )
        .sends(CommandKind::Wake, &[]),
        bind(
            keys!['c'],
            "continue a run that was killed, stopped or failed",
            TrainView::resume,
        )
        .sends(CommandKind::Resume, &[]),
        bind(keys!['r'], "list the runs again", |_, _, effects| {
            effects.send(Command::Runs { follow: true });
        })
        .sends(CommandKind::Runs, &[]),
        bind(
            keys!['b'],
            "measure how fast the settings' network is trained here",
            |_, model, effects| {
                effects.open(Subject::Model);
                let command = Command::Bench { what: MEASURED };
                effects.send_once(command, model, "Something is still being measured.");
            },
        )
        .sends(CommandKind::Bench, &[]),
        bind(
            keys!['P'],
            "the presets: papers' settings, and their speaker-independent variants",
            |_, _, effects| {
                effects.open(PresetsView::default());
                effects.send(Command::Presets);
            },
        )
        .sends(CommandKind::Presets, &[]),
        bind(keys!['M'], "the architectures, and their layers", |_, _, effects| {
            effects.open(ModelsView::default());
            effects.send(Command::Models { name: None });
        })
        .sends(CommandKind::Models, &[]),
    ],
};
