//! Runs, as a list and while they are trained.

use super::{coverage_line, test_score};
use crate::cli::output::Output;
use crate::engine::{Deletion, EpochMetrics, FoldScores, RunDetail, RunNote, RunState, RunSummary, StepMetrics, Stop};
use crate::present::json::{self, RunEvent};
use crate::present::numbers::{bytes, ccc, score};
use crate::present::table::Table;
use crate::present::words::{self, FINAL_MODEL, SYNTHETIC};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io;

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
        "phase",
        "ended",
        "epochs",
        "best val. UAR %",
        "test UAR %",
        "test acc. %",
    ];
    let mut table = Table::new(6, &headings);
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
            words::ended(run).to_owned(),
            format!("{}/{}", run.epochs, run.max_epochs),
            best_score(run),
            test_score(run, run.shown_uar()),
            score(run.shown_accuracy()),
        ]);
    }
    let mut text = table.render();
    text += &stalled(runs);
    text += &folds(runs);
    for run in runs {
        if let Some(reason) = &run.reason {
            text += &format!("{}: {reason}\n", run.id);
        } else if run.state == RunState::Dead
            && let Some(end) = &run.end
        {
            text += &format!("{}: {end}\n", run.id);
        }
        text += &coverage_line(run);
        if run.final_model {
            text += &format!(
                "{}: {FINAL_MODEL}; the scores are those of the model before the final fit\n",
                run.id
            );
        }
        if run.note != RunNote::default() {
            text += &format!("{}: {}\n", run.id, note(&run.note));
        }
    }
    text
}

/// What the scores of folds are, a line for each cross-validation.
fn folds(runs: &[RunSummary]) -> String {
    let mut groups: BTreeMap<&str, &FoldScores> = BTreeMap::new();
    for run in runs {
        if let (Some((.., group)), Some(folds)) = (&run.fold, &run.folds) {
            groups.insert(group, folds);
        }
    }
    let line = |(group, folds): (&str, &FoldScores)| {
        format!(
            "Σ {group}: test scores over the predictions of {}; {}\n",
            folds.which(),
            words::mean_of_folds(folds)
        )
    };
    groups.into_iter().map(line).collect()
}

/// The best on validation: UAR in percent, or what is said to be the CCC of dimensions.
pub fn best_score(run: &RunSummary) -> String {
    run.best_validation_ccc
        .map_or_else(|| score(run.best_validation_uar), |found| format!("CCC {}", ccc(found)))
}

/// Its state; its position in the queue while it waits.
fn state(run: &RunSummary) -> String {
    match &run.queue {
        Some(queue) if queue.worker => format!("queued {}", queue.place),
        Some(_) => "waiting".to_owned(),
        None => run.state.name().to_owned(),
    }
}

/// What waits without a worker, and the remedy; nothing when every run has one.
pub fn stalled(runs: &[RunSummary]) -> String {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for queue in runs
        .iter()
        .filter_map(|run| run.queue.as_ref())
        .filter(|queue| !queue.worker)
    {
        let remedy = match &queue.host {
            None => format!("{} has no worker; `undertone queue wake` starts one", queue.device),
            Some(host) => format!(
                "{} of {host} has no worker; start one there with `undertone queue wake`, \
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
        _ => "–".to_owned(),
    }
}

/// Tags and text.
fn note(note: &RunNote) -> String {
    let tags = note.tags.iter().map(|tag| format!("#{tag}"));
    let text = Some(note.text.clone()).filter(|text| !text.is_empty());
    tags.chain(text).collect::<Vec<_>>().join(" ")
}

/// The note of a run.
pub fn noted(output: Output, run: &str, noted: &RunNote) -> io::Result<()> {
    output.either(
        || json::NoteOfRun::from(&(run.to_owned(), noted.clone())),
        || {
            if *noted == RunNote::default() {
                format!("{run} has no note; --text and --tag write one")
            } else {
                format!("{run}: {}", note(noted))
            }
        },
    )
}

/// Runs were deleted.
pub fn deleted(output: Output, gone: &Deletion) -> io::Result<()> {
    output.either(
        || json::Deleted::from(gone),
        || {
            let studies = gone.studies.iter().map(|study| format!("study {study}"));
            let runs = gone.runs.iter().cloned().chain(studies).collect::<Vec<_>>().join(", ");
            if gone.restorable {
                let (name, them) = match &*gone.runs {
                    [run] => (run.as_str(), "it"),
                    _ => ("last", "them"),
                };
                format!(
                    "deleted {runs}; `undertone runs --restore {name}` restores {them} for a week. The trash holds {}; \
                 `undertone delete --now` frees the space at once",
                    bytes(gone.trash_bytes)
                )
            } else {
                format!("deleted {runs} for good; {} freed", bytes(gone.bytes))
            }
        },
    )
}

/// Deleted runs are back.
pub fn restored(output: Output, runs: &[String]) -> io::Result<()> {
    let document = || json::Restored {
        restored: runs.to_vec(),
    };
    output.either(document, || format!("restored {}", runs.join(", ")))
}

/// Runs are in the queue, behind so many others.
pub fn started(output: Output, runs: &[String], ahead: usize) -> io::Result<()> {
    if output.json {
        let runs = runs.to_vec();
        return output.json(RunEvent::Started { runs, ahead });
    }
    let runs = runs.join(", ");
    output.text(&match ahead {
        0 => format!("started {runs}"),
        1 => format!("queued {runs}: 1 run comes before; `undertone queue` shows it"),
        _ => format!("queued {runs}: {ahead} runs come before; `undertone queue` shows them"),
    })
}

/// Runs were resumed.
pub fn resumed(output: Output, runs: &[(String, usize)]) -> io::Result<()> {
    if output.json {
        let runs = runs.iter().map(Into::into).collect();
        return output.json(RunEvent::Resumed { runs });
    }
    let words = runs.iter().map(|(run, epoch)| match epoch {
        0 => format!("{run} starts again from the beginning\n"),
        epoch => format!("{run} resumes after epoch {epoch}\n"),
    });
    output.text(&words.collect::<String>())
}

/// Runs were asked to stop, or had not begun and were removed from the queue.
pub fn stopping(output: Output, asked: &[String], cancelled: &[String], when: Stop) -> io::Result<()> {
    let document = || json::Stopping {
        runs: [asked, cancelled].concat(),
        when,
    };
    output.either(document, || {
        let when = words::stop(when);
        let stops = asked.iter().map(|run| format!("{run} stops {when}\n"));
        let gone = cancelled
            .iter()
            .map(|run| format!("{run} was removed from the queue\n"));
        stops.chain(gone).collect()
    })
}

/// One epoch is done.
pub fn epoch(output: Output, run: &RunSummary, several: bool, epoch: &EpochMetrics) -> io::Result<()> {
    if output.json {
        let (run, metrics) = (run.id.clone(), epoch.into());
        return output.json(RunEvent::Epoch { run, metrics });
    }
    let fold = match &run.fold {
        Some((fold, folds, _)) if several => format!("{}/{folds} ", fold + 1),
        _ => String::new(),
    };
    if let (Some(train), Some(validation)) = (epoch.train_ccc, epoch.validation_ccc) {
        return output.text(&format!(
            "{fold}epoch {:>3}/{}  loss {:.3}/{:.3}  CCC {}/{}  {:.1} s{}",
            epoch.epoch,
            run.max_epochs,
            epoch.train_loss,
            epoch.validation_loss,
            ccc(train),
            ccc(validation),
            epoch.seconds,
            if epoch.best { "  best" } else { "" },
        ));
    }
    let pair = |train: f64, validation: f64| format!("{}/{}", score(Some(train)), score(Some(validation)));
    // Eighty columns; learning rate, speed and memory are in the journal, in `--json` and in the workbench.
    output.text(&format!(
        "{fold}epoch {:>3}/{}  loss {:.3}/{:.3}  acc. {}  UAR {} %  {:.1} s{}",
        epoch.epoch,
        run.max_epochs,
        epoch.train_loss,
        epoch.validation_loss,
        pair(epoch.train_accuracy, epoch.validation_accuracy),
        pair(epoch.train_uar, epoch.validation_uar),
        epoch.seconds,
        if epoch.best { "  kept" } else { "" },
    ))
}

/// What a run uses of the machine, when that was measured again; in JSON only.
pub fn usage(output: Output, run: &RunSummary, last: &mut Option<Timestamp>) -> io::Result<()> {
    match &run.usage {
        Some(usage) if output.json && *last != Some(usage.at) => {
            *last = Some(usage.at);
            {
                let (run, usage) = (run.id.clone(), usage.into());
                output.json(RunEvent::Usage { run, usage })
            }
        }
        _ => Ok(()),
    }
}

/// A step of a run.
pub fn step(output: Output, run: &RunSummary, step: &StepMetrics) -> io::Result<()> {
    if output.json {
        let (run, step) = (run.id.clone(), step.into());
        return output.json(RunEvent::Step { run, step });
    }
    let StepMetrics {
        step,
        epoch,
        loss,
        learning_rate,
    } = step;
    output.text(&format!(
        "step {step:>5}  epoch {epoch:.2}  loss {loss:.4}  rate {learning_rate:.3e}"
    ))
}

/// A run has ended.
pub fn ended(output: Output, detail: &RunDetail) -> io::Result<()> {
    let run = &detail.summary;
    if output.json {
        let run = Box::new(run.into());
        return output.json(RunEvent::Ended { run });
    }
    let mut text = format!("{} is {}", run.id, run.state.name());
    match (&run.reason, &run.end) {
        (Some(reason), _) => text += &format!(": {reason}"),
        (None, Some(end)) => text += &format!(": {end}"),
        (None, None) => {}
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
