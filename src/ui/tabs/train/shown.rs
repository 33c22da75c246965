//! The runs whose curves are drawn.

use super::TrainView;
use super::tracks::Tracks;
use crate::engine::RunDetail;

/// One run to be drawn.
pub struct Shown<'a> {
    pub detail: &'a RunDetail,
    pub tracks: &'a Tracks,
    pub color: usize,
    pub name: Option<char>,
}

/// Marked runs, then the one under the cursor.
pub fn shown(view: &TrainView) -> Vec<Shown<'_>> {
    let selected = view.run().map(|run| run.id.clone());
    let marked = view.marks.ids().filter(|id| Some(*id) != selected.as_ref());
    let ids: Vec<&String> = marked.chain(selected.as_ref()).collect();
    let several = ids.len() > 1;
    let found = ids.into_iter().filter_map(|id| {
        let (detail, tracks) = view.details.get(id)?;
        // Its colour and its letter stay with a run, wherever the cursor goes.
        let color = view.marks.color(id);
        let name = several.then(|| char::from(b'A' + color as u8));
        Some(Shown {
            detail,
            tracks,
            color,
            name,
        })
    });
    found.collect()
}
