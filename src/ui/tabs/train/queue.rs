//! What waiting runs are asked, and the words for where they stand.

use super::TrainView;
use crate::engine::{Command, QueueLane, QueuePosition, QueueReport, RunState, RunSummary, Shift};
use crate::present::numbers::count;
use crate::ui::message::Message;
use crate::ui::model::Model;
use crate::ui::overlays::Question;
use crate::ui::pane::Effects;

/// The run under the cursor, if it waits; else it is said that it does not.
fn waiting(view: &TrainView, effects: &mut Effects) -> Option<String> {
    let run = view.run()?;
    if run.queue.is_none() {
        effects.note(format!(
            "Run {} does not wait in the queue, it is {}.",
            run.id,
            run.state.name()
        ));
        return None;
    }
    Some(run.id.clone())
}

/// Moves the run under the cursor.
pub fn shift(view: &TrainView, to: Shift, effects: &mut Effects) {
    if let Some(run) = waiting(view, effects) {
        effects.send(Command::Move { run: run.into(), to });
    }
}

/// Asks whether the run under the cursor is to start at once.
pub fn start_now(view: &mut TrainView, _: &Model, effects: &mut Effects) {
    if let Some(run) = waiting(view, effects) {
        effects.open(Question::new(
            format!("Start run {run} now?"),
            "It is trained beside the runs that are training already: all take longer, and all need memory.".to_owned(),
            "Start",
            vec![Command::StartNow { run: run.into() }],
        ));
    }
}

/// Asks whether the run under the cursor is to wait no more.
pub fn cancel(view: &mut TrainView, _: &Model, effects: &mut Effects) {
    if let Some(run) = waiting(view, effects) {
        effects.open(Question::new(
            format!("Take run {run} out of the queue?"),
            "It has not begun. Its folder is kept, as that of a stopped run.".to_owned(),
            "Remove",
            vec![Command::Cancel { run: run.into() }],
        ));
    }
}

/// In the column of states, at most 8 characters.
pub fn state_word(run: &RunSummary) -> String {
    match (&run.queue, run.state) {
        (Some(queue), _) if !queue.worker => "waiting".to_owned(),
        (Some(queue), _) if queue.place < 10 => format!("queued {}", queue.place),
        (Some(queue), _) => format!("queue {}", queue.place),
        (None, RunState::Queued) => "starting".to_owned(),
        (None, state) => state.name().to_owned(),
    }
}

/// In a sentence.
pub fn sentence(queue: &QueuePosition) -> String {
    match (&queue.host, queue.worker, queue.place) {
        (None, true, 1) => format!("next on {}; K J move it, x removes it, ! starts it", queue.device),
        (None, true, place) => format!("{place} on {}; K J move it, x removes it, ! starts it", queue.device),
        (None, false, _) => format!("no worker takes it on {}; W starts one", queue.device),
        (Some(host), true, place) => format!("{place} on {} of {host}", queue.device),
        (Some(host), false, _) => format!("{} of {host} has no worker; ! starts it here", queue.device),
    }
}

/// The whole queue.
pub fn message(report: &QueueReport) -> Message {
    let lane = |lane: &QueueLane| {
        let waiting = lane.runs.iter().filter(|run| run.queue.is_some()).count();
        let host = lane.host.as_ref().map(|host| format!(" of {host}")).unwrap_or_default();
        format!(
            "{}{host}: {} trained, {waiting} waiting{}.",
            lane.device,
            lane.runs.len() - waiting,
            if waiting > 0 && !lane.worker { ", no worker" } else { "" }
        )
    };
    let mut words: Vec<String> = report.lanes.iter().map(lane).collect();
    if words.is_empty() {
        words.push("No run is training or waiting.".to_owned());
    }
    if !report.woken.is_empty() {
        words.push(format!(
            "Started {} for {}.",
            count(report.woken.len(), "worker"),
            report.woken.join(", ")
        ));
    }
    Message::note(words.join(" "))
}
