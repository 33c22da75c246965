//! The Listen tab's keys.

use super::{ListenView, sound};
use crate::engine::CommandKind;
use crate::ui::input::bind;
use crate::ui::input::key::{ESCAPE, LEFT, RIGHT, keys};
use crate::ui::pane::Table;

/// Everything that can be done in it.
pub const LISTEN: Table<ListenView> = Table {
    heading: "In this tab",
    bindings: &[
        bind(keys![' '], "play the clip, or pause it")
            .hint("play")
            .sends(CommandKind::Play, &[])
            .does(sound::play),
        bind(&[LEFT], "half a second back").does(|view, model, effects| sound::seek(view, model, false, effects)),
        bind(&[RIGHT], "half a second forward; in a long clip, a twentieth of it")
            .hint_as("← →", "seek")
            .does(|view, model, effects| sound::seek(view, model, true, effects)),
        bind(
            keys!['v'],
            "show and play it as the model's input, then with noise, pitch, ...",
        )
        .hint("variant")
        .does(|view, model, effects| sound::turn(view, model, true, effects)),
        bind(keys!['V'], "the variant before").does(|view, model, effects| sound::turn(view, model, false, effects)),
        bind(
            keys!['/'],
            "filter by words as in fzf ('exact ^start end$ !not), or as emotion=sad seconds>2; Tab completes",
        )
        .hint("filter")
        .does(|view, _, _| view.filter.typing = true),
        bind(keys!['o', 's'], "order by the next property")
            .hint("order")
            .does(|view, model, _| {
                view.sort = view.sort.next();
                view.rearrange(model);
            }),
        bind(keys!['O', 'S'], "order the other way round")
            .more("reverse")
            .does(|view, model, _| {
                view.reversed = !view.reversed;
                view.rearrange(model);
            }),
        bind(
            keys!['p'],
            "predict its emotion with the model of the run chosen in Train, of the newest, or of the report it is from",
        )
        .hint("predict")
        .sends(CommandKind::Predict, &[])
        .does(ListenView::predict),
        bind(keys!['m'], "mute, or unmute")
            .hint("mute")
            .sends(CommandKind::Sound, &[])
            .does(sound::mute),
        bind(keys!['a'], "play clips as the cursor comes to them, or stop that")
            .hint("auto")
            .does(sound::play_on_selection),
        bind(&[ESCAPE], "from the clips of a report to all clips").does(|view, model, _| {
            view.leave_tested(model);
        }),
    ],
};
