//! The Listen tab's keys.

use super::{ESCAPE, keys};
use crate::engine::CommandKind;
use crate::ui::input::{Action, Binding, Key, bind};
use ratatui::crossterm::event::KeyCode;

pub const LISTEN: &[Binding] = &[
    bind(keys![' '], Action::Play, "play the clip, or pause it")
        .hint("play")
        .sends(CommandKind::Play, &[]),
    bind(&[Key::plain(KeyCode::Left)], Action::Left, "half a second back"),
    bind(
        &[Key::plain(KeyCode::Right)],
        Action::Right,
        "half a second forward; in a long clip, a twentieth of it",
    )
    .hint("seek"),
    bind(
        keys!['v'],
        Action::NextVariant,
        "show and play it as the model's input, then with noise, pitch, ...",
    )
    .hint("variant"),
    bind(keys!['V'], Action::PreviousVariant, "the variant before"),
    bind(
        keys!['/'],
        Action::Filter,
        "filter by corpus, speaker, gender, emotion, file, text; as in fzf: 'exact ^start end$ !not",
    )
    .hint("filter"),
    bind(keys!['s'], Action::Sort, "sort by the next property").hint("sort"),
    bind(keys!['S'], Action::Reverse, "sort the other way round"),
    bind(
        keys!['p'],
        Action::Predict,
        "predict its emotion with the model of the run chosen in Train, or of the newest",
    )
    .hint("predict")
    .sends(CommandKind::Predict, &[]),
    bind(keys!['m'], Action::Mute, "mute, or unmute")
        .hint("mute")
        .sends(CommandKind::Sound, &[]),
    bind(
        keys!['a'],
        Action::PlayOnSelection,
        "play clips as the cursor comes to them, or stop that",
    )
    .hint("auto"),
    bind(&[ESCAPE], Action::Back, "clear the filter"),
];
