//! The Listen tab's keys.

use super::{ListenView, sound};
use crate::engine::CommandKind;
use crate::ui::input::key::{ESCAPE, LEFT, RIGHT, keys};
use crate::ui::pane::{Table, bind};
use crate::ui::shared::Filtered;

/// Everything that can be done in it.
pub const LISTEN: Table<ListenView> = Table {
    heading: "In this tab",
    bindings: &[
        bind(keys![' '], "play the clip, or pause it", sound::play)
            .hint("play")
            .sends(CommandKind::Play, &[]),
        bind(
            &[LEFT],
            "half a second back",
            |view: &mut ListenView, model, effects| {
                sound::seek(view, model, false, effects);
            },
        ),
        bind(
            &[RIGHT],
            "half a second further; in a long clip, a twentieth of it",
            |view: &mut ListenView, model, effects| sound::seek(view, model, true, effects),
        )
        .hint_as("← →", "seek"),
        bind(
            keys!['v'],
            "see it and listen to it as the model's input, then with noise, pitch, ...",
            |view: &mut ListenView, model, effects| sound::turn(view, model, true, effects),
        )
        .hint("variant"),
        bind(
            keys!['V'],
            "the variant before",
            |view: &mut ListenView, model, effects| {
                sound::turn(view, model, false, effects);
            },
        ),
        bind(
            keys!['/'],
            "filter by corpus, speaker, gender, emotion, file, text; as in fzf: 'exact ^start end$ !not",
            |view: &mut ListenView, _, _| view.filter.typing = true,
        )
        .hint("filter"),
        bind(
            keys!['s'],
            "sort by the next property",
            |view: &mut ListenView, model, _| {
                view.sort = view.sort.next();
                view.rearrange(model);
            },
        )
        .hint("sort"),
        bind(
            keys!['S'],
            "sort the other way round",
            |view: &mut ListenView, model, _| {
                view.reversed = !view.reversed;
                view.rearrange(model);
            },
        ),
        bind(
            keys!['p'],
            "what a model says: that of the run chosen in Train, or of the newest",
            ListenView::predict,
        )
        .hint("predict")
        .sends(CommandKind::Predict, &[]),
        bind(keys!['m'], "mute, or unmute", sound::mute)
            .hint("mute")
            .sends(CommandKind::Sound, &[]),
        bind(
            keys!['a'],
            "play clips as the cursor comes to them, or no more",
            sound::play_on_selection,
        )
        .hint("auto"),
        bind(&[ESCAPE], "clear the filter", |view: &mut ListenView, model, _| {
            view.clear_filter(model)
        }),
    ],
};
