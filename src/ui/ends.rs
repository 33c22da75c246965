//! What has ended since it was listed last: runs, cross-validations, studies. What was over before is not among them.

use crate::engine::{RunState, RunSummary, StudySummary};
use crate::present::numbers::{ccc, count};
use crate::ui::message::{Message, Tone};
use std::collections::BTreeSet;

/// Runs that were at work and are over; folds when all of theirs are.
pub fn of_runs(before: &[RunSummary], after: &[RunSummary]) -> Vec<Message> {
    let was_active = |run: &&RunSummary| {
        let known = before.iter().find(|known| known.id == run.id);
        known.is_some_and(|known| !known.state.is_over())
    };
    let mut groups = BTreeSet::new();
    let mut ended = Vec::new();
    for run in after.iter().filter(|run| run.state.is_over()).filter(was_active) {
        match &run.fold {
            None => ended.push(run_ended(run)),
            Some((.., group)) if groups.insert(group) => ended.extend(folds_ended(group, after)),
            Some(_) => {}
        }
    }
    ended
}

fn run_ended(run: &RunSummary) -> Message {
    let reason = run.end.as_ref().map_or_else(String::new, |end| format!(" ({end})"));
    let uar = || run.test_uar.map(|uar| format!(": test UAR {:.1} %", 100.0 * uar));
    let score = run
        .test_ccc
        .map(|score| format!(": test CCC {}", ccc(score)))
        .or_else(uar);
    let text = format!(
        "Run {} {}{reason}{}.",
        run.id,
        over(run.state),
        score.unwrap_or_default()
    );
    Message {
        tone: tone(run.state),
        text,
    }
}

/// Nothing while one goes on.
fn folds_ended(group: &str, runs: &[RunSummary]) -> Option<Message> {
    let of_group = |run: &&RunSummary| run.fold.as_ref().is_some_and(|(.., of)| of == group);
    let folds: Vec<&RunSummary> = runs.iter().filter(of_group).collect();
    if folds.iter().any(|fold| !fold.state.is_over()) {
        return None;
    }
    let finished = folds.iter().filter(|fold| fold.state == RunState::Finished).count();
    let together = folds.iter().find_map(|fold| fold.folds.as_ref());
    let uar = together.map_or_else(String::new, |folds| format!(": test UAR {:.1} %", 100.0 * folds.uar));
    let text = format!(
        "All folds from {group} on are over, {finished} of {} finished{uar}.",
        folds.len()
    );
    let worst = [RunState::Dead, RunState::Failed, RunState::Stopped].into_iter();
    let mut worst = worst.filter(|state| folds.iter().any(|fold| fold.state == *state));
    let tone = tone(worst.next().unwrap_or(RunState::Finished));
    Some(Message { tone, text })
}

/// Studies that somebody worked on, and nobody works on now.
pub fn of_studies(before: &[StudySummary], after: &[StudySummary]) -> Vec<Message> {
    let was_active = |study: &&StudySummary| {
        let known = before.iter().find(|known| known.name == study.name);
        known.is_some_and(|known| known.workers > 0)
    };
    let ended = after.iter().filter(|study| study.workers == 0).filter(was_active);
    ended.map(study_ended).collect()
}

fn study_ended(study: &StudySummary) -> Message {
    let done = study.counts.complete + study.counts.pruned;
    let best = study
        .best
        .map_or_else(String::new, |(_, best)| format!(", best {best:.4}"));
    let trials = count(done, "trial");
    match study.wanted {
        Some(wanted) if done < wanted => Message::note(format!(
            "Study {} is no longer worked on: {trials} of {wanted} done{best}.",
            study.name
        )),
        _ => Message::good(format!("Study {} is finished: {trials}{best}.", study.name)),
    }
}

fn over(state: RunState) -> &'static str {
    match state {
        RunState::Finished => "is finished",
        RunState::Stopped => "was stopped",
        RunState::Failed => "has failed",
        RunState::Dead => "has died",
        RunState::Queued | RunState::Running => "goes on",
    }
}

fn tone(state: RunState) -> Tone {
    match state {
        RunState::Finished => Tone::Good,
        RunState::Failed | RunState::Dead => Tone::Bad,
        RunState::Stopped | RunState::Queued | RunState::Running => Tone::Note,
    }
}
