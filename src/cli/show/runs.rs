//! Runs, as a list and while they go on.

use super::{SYNTHETIC, coverage_line, percent, test_score};
use crate::cli::output::Output;
use crate::cli::table::Table;
use crate::engine::{Deletion, EpochMetrics, RunDetail, RunNote, RunState, RunSummary, Stop};
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;
use std::io;

/// Said of a model that learnt from its test clips.
const FINAL_MODEL: &str = "a final model, fitted on all clips, without an held-out test score; the scores are those of the model before the final fit";

/// The list of runs.
pub fn runs(output: Output, runs: &[RunSummary]) -> io::Result<()> {
    output.either(&runs, || runs_table(runs))
}

/// The list of runs, newest first.
pub fn runs_table(runs: &[RunSummary]) -> String {
    if runs.is_empty() {
        return "no runs yet; `undertone train` starts one".to_owned();
    }
    let headings = [
        "run",
        "state",
        "data",
        "split",
        "doing",
        "epochs",
        "best val. UAR %",
        "test UAR %",
        "test acc. %",
    ];
    let mut table = Table::new(5, &headings);
    let score = |score: Option<f64>| score.map_or_else(|| "-".to_owned(), percent);
    for run in runs {
        let mut data = run.corpora.join("+");
        if run.synthetic {
            data += " (synthetic)";
        }
        let fold = run
            .fold
            .as_ref()
            .map(|(fold, folds, _)| format!(" {}/{folds}", fold + 1));
        table.row([
            run.id.clone(),
            state(run),
            data,
            format!("{}{}", run.split, fold.unwrap_or_default()),
            doing(run),
            format!("{}/{}", run.epochs, run.max_epochs),
            score(run.best_validation_uar),
            test_score(run, run.test_uar),
            score(run.test_accuracy),
        ]);
    }
    let mut text = table.render();
    text += &stalled(runs);
    for run in runs {
        if let Some(reason) = &run.reason {
            text += &format!("{}: {reason}\n", run.id);
        }
        text += &coverage_line(run);
        if run.final_model {
            text += &format!("{}: {FINAL_MODEL}\n", run.id);
        }
        if run.note != RunNote::default() {
            text += &format!("{}: {}\n", run.id, note(&run.note));
        }
    }
    text
}

/// What it is doing; where it stands while it waits.
fn state(run: &RunSummary) -> String {
    match &run.queue {
        Some(queue) if queue.worker => format!("queued {}", queue.place),
        Some(_) => "waiting".to_owned(),
        None => run.state.name().to_owned(),
    }
}

/// What is waited for in vain, and the remedy; nothing when all is well.
pub fn stalled(runs: &[RunSummary]) -> String {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for queue in runs
        .iter()
        .filter_map(|run| run.queue.as_ref())
        .filter(|queue| !queue.worker)
    {
        let remedy = match &queue.host {
            None => format!(
                "no worker takes what waits for {}; `undertone queue wake` starts one",
                queue.device
            ),
            Some(host) => format!(
                "no worker takes what waits for {} of {host}; start one there with `undertone queue wake`, \
                 or `undertone queue start RUN` trains a run here",
                queue.device
            ),
        };
        *words.entry(remedy).or_default() += 1;
    }
    let line = |(remedy, count): (String, usize)| {
        let subject = if count == 1 {
            "1 run waits"
        } else {
            &format!("{count} runs wait")
        };
        format!("{subject}: {remedy}\n")
    };
    words.into_iter().map(line).collect()
}

pub(super) fn doing(run: &RunSummary) -> String {
    match &run.heartbeat {
        Some(heartbeat) if !run.state.is_over() && heartbeat.total > 0 => {
            format!("{} {}/{}", heartbeat.phase, heartbeat.done, heartbeat.total)
        }
        Some(heartbeat) if !run.state.is_over() => heartbeat.phase.clone(),
        _ => "-".to_owned(),
    }
}

/// Tags and text.
fn note(note: &RunNote) -> String {
    let tags = note.tags.iter().map(|tag| format!("#{tag}"));
    let text = Some(note.text.clone()).filter(|text| !text.is_empty());
    tags.chain(text).collect::<Vec<_>>().join(" ")
}

/// What people say of a run.
pub fn noted(output: Output, run: &str, said: &RunNote) -> io::Result<()> {
    output.either(&json!({ "run": run, "note": said }), || {
        if *said == RunNote::default() {
            format!("{run} has no note; --text and --tag write one")
        } else {
            format!("{run}: {}", note(said))
        }
    })
}

/// Runs are gone.
pub fn deleted(output: Output, gone: &Deletion) -> io::Result<()> {
    output.either(gone, || {
        let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
        let runs = gone.runs.join(", ");
        if gone.restorable {
            format!(
                "deleted {runs}; `undertone runs --restore {}` brings it back for a week. The trash holds {}; `undertone \
                 delete --now` frees the space at once",
                gone.runs.first().map_or("last", String::as_str),
                megabytes(gone.trash_bytes)
            )
        } else {
            format!("deleted {runs} for good; {} freed", megabytes(gone.bytes))
        }
    })
}

/// Deleted runs are back.
pub fn restored(output: Output, runs: &[String]) -> io::Result<()> {
    output.either(&json!({ "restored": runs }), || format!("restored {}", runs.join(", ")))
}

/// Runs are in the queue, behind so many others.
pub fn started(output: Output, runs: &[String], ahead: usize, detached: bool) -> io::Result<()> {
    match (output.json, detached) {
        (true, true) => output.document(&json!({ "runs": runs, "ahead": ahead })),
        (true, false) => output.json(&json!({ "event": "started", "runs": runs, "ahead": ahead })),
        (false, _) if ahead == 0 => output.text(&format!("started {}", runs.join(", "))),
        (false, _) => {
            let others = if ahead == 1 {
                "1 run comes"
            } else {
                &format!("{ahead} runs come")
            };
            output.text(&format!(
                "queued {}: {others} before; `undertone queue` shows them",
                runs.join(", ")
            ))
        }
    }
}

/// Runs go on.
pub fn resumed(output: Output, runs: &[(String, usize)], detached: bool) -> io::Result<()> {
    if !output.json {
        let words = runs.iter().map(|(run, epoch)| match epoch {
            0 => format!("{run} starts again from the beginning\n"),
            epoch => format!("{run} goes on after epoch {epoch}\n"),
        });
        return output.text(words.collect::<String>().trim_end());
    }
    let runs: Vec<_> = runs
        .iter()
        .map(|(run, epoch)| json!({ "run": run, "epoch": epoch }))
        .collect();
    if detached {
        output.document(&json!({ "runs": runs }))
    } else {
        output.json(&json!({ "event": "resumed", "runs": runs }))
    }
}

/// Runs were asked to stop, or had not begun and were taken out of the queue.
pub fn stopping(output: Output, asked: &[String], cancelled: &[String], when: Stop) -> io::Result<()> {
    let runs: Vec<&String> = asked.iter().chain(cancelled).collect();
    output.either(&json!({ "runs": runs, "when": when }), || {
        let when = match when {
            Stop::Now => "at the next step",
            Stop::AfterEpoch => "when its epoch is done",
        };
        let stops = asked.iter().map(|run| format!("{run} stops {when}\n"));
        let gone = cancelled
            .iter()
            .map(|run| format!("{run} was taken out of the queue\n"));
        stops.chain(gone).collect()
    })
}

/// One epoch is done.
pub fn epoch(output: Output, run: &RunSummary, several: bool, epoch: &EpochMetrics) -> io::Result<()> {
    if output.json {
        return output.json(&json!({ "event": "epoch", "run": run.id, "facts": epoch }));
    }
    let fold = match &run.fold {
        Some((fold, folds, _)) if several => format!("{}/{folds} ", fold + 1),
        _ => String::new(),
    };
    let pair = |train: f64, validation: f64| format!("{}/{}", percent(train), percent(validation));
    // Eighty columns; learning rate, pace and memory are in the journal, in `--json` and in the workbench.
    output.text(&format!(
        "{fold}epoch {:>3}/{}  loss {:.3}/{:.3}  acc. {}  UAR {} %  {:.1} s{}",
        epoch.epoch,
        run.max_epochs,
        epoch.train_loss,
        epoch.validation_loss,
        pair(epoch.train_accuracy, epoch.validation_accuracy),
        pair(epoch.train_uar, epoch.validation_uar),
        epoch.seconds,
        if epoch.best { "  best" } else { "" },
    ))
}

/// What a run uses of the machine, when that was measured anew; for programs only.
pub fn usage(output: Output, run: &RunSummary, last: &mut Option<Timestamp>) -> io::Result<()> {
    match &run.usage {
        Some(usage) if output.json && *last != Some(usage.at) => {
            *last = Some(usage.at);
            output.json(&json!({ "event": "usage", "run": run.id, "usage": usage }))
        }
        _ => Ok(()),
    }
}

/// A run has ended.
pub fn ended(output: Output, detail: &RunDetail) -> io::Result<()> {
    let run = &detail.summary;
    if output.json {
        return output.json(&json!({ "event": "ended", "run": run }));
    }
    let mut text = format!("{} is {}", run.id, run.state.name());
    if let Some(reason) = &run.reason {
        text += &format!(": {reason}");
    }
    if run.state == RunState::Dead {
        text += "; its checkpoints are kept, log.txt may say why";
        for line in &detail.log {
            text += &format!("\n  {line}");
        }
    }
    if run.synthetic {
        text += &format!("\n{SYNTHETIC}");
    }
    output.text(&text)
}
