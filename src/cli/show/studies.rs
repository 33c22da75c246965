//! Studies, their leaderboards, and their trials as they end.

use crate::cli::output::Output;
use crate::engine::{
    Coverage, LeftOut, Repaired, StopTuning, StudyCounts, StudyDeletion, StudyPage, StudyRestored, StudySummary,
    TrialRow, TrialState,
};
use crate::present::json::{self, StudyEvent};
use crate::present::numbers::percent;
use crate::present::table::Table;
use crate::present::words;
use std::io;

/// The list of studies.
pub fn studies(output: Output, studies: &[StudySummary]) -> io::Result<()> {
    output.either(
        || json::Studies::from(studies),
        || {
            if studies.is_empty() {
                return "no studies yet; `undertone tune` starts one".to_owned();
            }
            let headings = [
                "study", "model", "best", "trial", "complete", "pruned", "failed", "running", "lost", "waiting",
                "workers",
            ];
            let mut table = Table::new(2, &headings);
            let mut problems = String::new();
            for study in studies {
                let StudyCounts {
                    waiting,
                    running,
                    lost,
                    complete,
                    pruned,
                    failed,
                } = study.counts;
                let (value, trial) = match study.best {
                    Some((trial, value)) => (format!("{value:.4}"), trial.to_string()),
                    None => ("–".to_owned(), "–".to_owned()),
                };
                let counts = [complete, pruned, failed, running, lost, waiting, study.workers];
                let counts = counts.iter().map(ToString::to_string);
                let model = if study.model.is_empty() { "–" } else { &study.model };
                table.row(
                    [study.name.clone(), model.to_owned(), value, trial]
                        .into_iter()
                        .chain(counts),
                );
                if let Some(problem) = &study.problem {
                    problems += &format!("study {}: {problem}\n", study.name);
                }
            }
            table.render() + &problems
        },
    )
}

/// A study was deleted.
pub fn study_deleted(output: Output, gone: &StudyDeletion) -> io::Result<()> {
    output.either(
        || json::StudyDeleted::from(gone),
        || words::study_deleted(gone, "`undertone study restore`"),
    )
}

/// A deleted study is back.
pub fn study_restored(output: Output, back: &StudyRestored) -> io::Result<()> {
    output.either(
        || json::StudyRestored::from(back),
        || format!("restored study {}", back.study),
    )
}

/// At most how many trials are listed, and which.
type Listed<'a> = (Option<usize>, &'a dyn Fn(&TrialRow) -> bool);

/// One study: what it is, its best trials, what mattered, and how often the test set was evaluated.
pub fn study(output: Output, page: &StudyPage, listed: Listed<'_>) -> io::Result<()> {
    let document = || {
        let passes = |number: usize| page.trials.get(number).is_some_and(|trial| listed.1(trial));
        let mut document = json::Study::from(page);
        document.trials.retain(|trial| passes(trial.number));
        document
    };
    output.either(document, || study_text(page, listed))
}

fn study_text(page: &StudyPage, listed: Listed<'_>) -> String {
    let StudyCounts {
        waiting,
        running,
        lost,
        complete,
        pruned,
        failed,
    } = page.counts;
    let lost = match lost {
        0 => String::new(),
        lost => format!("{lost} lost, "),
    };
    let wanted = page.wanted.map_or_else(String::new, |wanted| format!(" of {wanted}"));
    let mut text = format!(
        "study {}: {}{wanted} trials, {complete} complete, {pruned} pruned; {running} running, {lost}{waiting} waiting, \
         {failed} failed; {} epochs\nranked by {}, to {}{}\n",
        page.name,
        complete + pruned,
        page.epochs,
        page.objective,
        page.direction,
        if page.method.is_empty() {
            String::new()
        } else {
            format!(" ({})", page.method)
        },
    );
    text.extend(words::study_damage(page).map(|damage| damage + "\n"));
    text.extend(words::space_coverage(page).map(|tried| format!("settings: {tried}\n")));
    for worker in &page.workers {
        match (&worker.heartbeat, &worker.problem) {
            (Some(heartbeat), _) => {
                let at = worker
                    .trial
                    .map_or_else(|| heartbeat.phase.clone(), |trial| format!("trial {trial}"));
                text += &format!(
                    "worker {}: {at} (process {} on {})\n",
                    worker.name, heartbeat.pid, heartbeat.host
                );
            }
            (None, Some(problem)) => text += &format!("worker {} has ended: {problem}\n", worker.name),
            (None, None) => {}
        }
    }
    text += "\n";
    text += &leaderboard(page, listed);
    if !page.importance.is_empty() {
        text += &format!(
            "\nparameter importance (PED-ANOVA over {} complete trials)\n",
            page.importance_trials
        );
        let mut table = Table::new(1, &[]);
        for (name, share) in &page.importance {
            table.row([name.clone(), percent(*share)]);
        }
        text += &table.render();
    }
    text += "\n";
    text += &test_evaluations(page);
    text
}

/// The ranked trials, then the others by number.
fn leaderboard(page: &StudyPage, (rows, passes): Listed<'_>) -> String {
    let headings = ["state", "rank", "trial", "value", "epochs", "time"];
    let names = page.axes.iter().map(|axis| page.short_name(&axis.name));
    let headings: Vec<String> = headings.into_iter().map(str::to_owned).chain(names).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut table = Table::new(1, &headings);
    let ranked = page
        .ranking
        .iter()
        .enumerate()
        .map(|(rank, number)| (Some(rank + 1), *number));
    let others = page
        .trials
        .iter()
        .filter(|trial| trial.state != TrialState::Complete || trial.value.is_none());
    let all = ranked.chain(others.map(|trial| (None, trial.number)));
    let mut reasons = String::new();
    let all = all.filter_map(|(rank, number)| Some((rank, page.trials.get(number)?)));
    let passing = all.filter(|(_, trial)| passes(trial));
    for (rank, trial) in passing.take(rows.unwrap_or(usize::MAX)) {
        let number = trial.number;
        let dash = || "–".to_owned();
        let details = [
            words::trial_state(trial),
            rank.map_or_else(dash, |rank| rank.to_string()),
            number.to_string(),
            trial.value.map_or_else(dash, |value| format!("{value:.4}")),
            trial.reports.len().to_string(),
            trial.seconds.map_or_else(dash, |seconds| format!("{seconds:.0} s")),
        ];
        let values = page.axes.iter().map(|axis| {
            trial
                .parameter(&axis.name)
                .map_or_else(dash, |parameter| plain(&parameter.text))
        });
        table.row(details.into_iter().chain(values));
        if let Some(end) = end_words(trial) {
            reasons += &format!("trial {number} {end}\n");
        }
    }
    table.render() + &reasons
}

fn end_words(trial: &TrialRow) -> Option<String> {
    if let Some(reason) = &trial.lost {
        return Some(format!("is lost: {reason}; the next worker fails it"));
    }
    match (trial.state, trial.threshold, &trial.reason) {
        (TrialState::Pruned, Some(threshold), _) => {
            let step = trial.reports.last().map_or(0, |(step, _)| *step);
            Some(format!(
                "was pruned in epoch {step}: its best was worse than {threshold:.4}"
            ))
        }
        (_, _, Some(reason)) => Some(format!("failed: {reason}")),
        _ => None,
    }
}

/// A number in few digits.
fn plain(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(value) if value != 0.0 && text.len() > 7 => {
            if value.abs() < 0.01 {
                format!("{value:.2e}")
            } else {
                format!("{value:.4}")
            }
        }
        _ => text.to_owned(),
    }
}

fn test_evaluations(page: &StudyPage) -> String {
    let mut text = match page.test_evaluations() {
        0 => "no test-set evaluations; `undertone study promote` retrains the best trial and evaluates it on the test set\n"
            .to_owned(),
        1 => "the test set was evaluated once\n".to_owned(),
        times => format!("the test set was evaluated {times} times\n"),
    };
    for run in &page.promoted {
        let warning = run.coverage.as_ref().and_then(Coverage::warning);
        let warning = warning.map_or_else(String::new, |words| format!("; {words}"));
        let test = words::promoted(run);
        text += &format!(
            "trial {} as {} (seed {}): {test}{warning}\n",
            run.trial, run.run, run.seed
        );
    }
    text
}

/// Workers were started.
pub fn tuning(output: Output, study: &str, workers: &[String], notes: &[String]) -> io::Result<()> {
    if output.json {
        return output.json(StudyEvent::Started {
            study: study.to_owned(),
            workers: workers.to_vec(),
            notes: notes.to_vec(),
        });
    }
    let mut text = match workers.len() {
        0 => format!("study {study}: no worker was missing\n"),
        _ => format!("study {study}: started {}\n", workers.join(", ")),
    };
    for note in notes {
        text += &format!("{note}\n");
    }
    output.text(&text)
}

/// A trial has ended.
pub fn trial(output: Output, page: &StudyPage, trial: &TrialRow) -> io::Result<()> {
    if output.json {
        let (study, trial) = (page.name.clone(), Box::new(trial.into()));
        return output.json(StudyEvent::Trial { study, trial });
    }
    let value = trial
        .value
        .map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
    let best = if page.best.last().is_some_and(|(number, _)| *number == trial.number) {
        "  best so far"
    } else {
        ""
    };
    let end = end_words(trial).unwrap_or_else(|| trial.state.to_string());
    output.text(&format!(
        "trial {:>4}  {value:>8}  {:>3} epochs  {end}{best}",
        trial.number,
        trial.reports.len()
    ))
}

/// Workers were asked to stop.
pub fn tuning_stops(output: Output, study: &str, workers: &[String], when: StopTuning) -> io::Result<()> {
    let document = || json::StudyStopping {
        study: study.to_owned(),
        workers: workers.to_vec(),
        when,
    };
    output.either(document, || {
        let when = words::stop_tuning(when);
        format!("{} of study {study} stop {when}", workers.join(", "))
    })
}

/// A trial is in the queue.
pub fn enqueued(output: Output, study: &str, trial: usize) -> io::Result<()> {
    output.either(
        || json::Enqueued::from(&(study.to_owned(), trial)),
        || format!("trial {trial} of study {study} waits for a worker"),
    )
}

/// A study's journal was repaired.
pub fn study_repaired(output: Output, study: &str, repaired: Option<&Repaired>) -> io::Result<()> {
    let document = || json::StudyRepaired {
        study: study.to_owned(),
        repaired: repaired.map(Into::into),
    };
    output.either(document, || {
        let Some(repaired) = repaired else {
            return format!("the journal of study {study} is not damaged: nothing to repair");
        };
        let mut text = format!(
            "study {study} is repaired; a copy of it as it was is {}\n",
            repaired.copy.display()
        );
        if repaired.separated > 0 {
            text += &format!("lines of several records, separated: {}\n", repaired.separated);
        }
        match &repaired.lost {
            None => text += "nothing was lost\n",
            Some(damage) => {
                text += &format!("{damage}; the study ends before it now\n");
                text += &left_out(study, &repaired.left_out);
            }
        }
        text
    })
}

fn left_out(study: &str, trials: &[LeftOut]) -> String {
    if trials.is_empty() {
        return "that leaves out no trial\n".to_owned();
    }
    let mut text = "that leaves out, or takes back to what was known before that line:\n".to_owned();
    for trial in trials {
        let of = if trial.study == study {
            String::new()
        } else {
            format!(" of {}", trial.study)
        };
        let value = trial.value.map_or_else(String::new, |value| format!(", {value:.4}"));
        text += &format!("trial {}{of}: {}{value}\n", trial.number, trial.state);
    }
    text + "their runs, where they have any, stay in the study's folder trials\n"
}

/// A study's trials were written.
pub fn study_exported(output: Output, path: &std::path::Path, trials: usize) -> io::Result<()> {
    output.either(
        || json::StudyExported::from(&(path.to_owned(), trials)),
        || format!("{trials} trials written to {}", path.display()),
    )
}
