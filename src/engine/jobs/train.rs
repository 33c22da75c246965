//! Train: run folders, and a process of their own.

use super::scan;
use crate::corpus::{Selection, select, split};
use crate::engine::context::Context;
use crate::engine::run_file::{RunFacts, RunFile};
use crate::engine::{EngineError, Event, Fact, Settings, reading, run_page};
use crate::runs::{Journal, Lease, Liveness, RunFolder, liveness};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use xxhash_rust::xxh3::Xxh3Default;

/// How long a worker may take to hold its runs.
const START: Duration = Duration::from_secs(5);

/// Makes the run folders, starts a worker for them, and waits until it holds them.
pub fn train(context: &Context, changes: &[(String, String)]) -> Result<(), EngineError> {
    let (settings, facts) = prepare(context, changes)?;
    let folders = create(&settings, &facts)?;
    if let Err(error) = start(&folders) {
        mark_failed(&folders, &error);
        return Err(error);
    }
    context.emit(Event::Started {
        runs: folders.into_iter().map(|folder| folder.id).collect(),
    });
    Ok(())
}

/// The settings with all paths and corpora filled in, and what is known about the data. What cannot be
/// trained with them is refused here, before there is a run.
fn prepare(context: &Context, changes: &[(String, String)]) -> Result<(Settings, RunFacts), EngineError> {
    let mut settings = context.settings.with(changes)?;
    let tell = context.teller();
    let corpora = reading::corpora(&settings, &tell)?;
    let same_data = settings.data == context.settings.data && settings.corpora == context.settings.corpora;
    let catalogue = if same_data {
        scan::catalogue(context)?
    } else {
        reading::headers(&settings, &corpora, &reading::remembered(&settings), &tell)?.into()
    };
    settings.corpora = corpora;

    let selection = select(&catalogue, &settings.labels, &settings.filter);
    let folds = settings.split.kfold.max(1);
    for fold in 0..folds {
        split(&selection, &settings.split, settings.seed, fold)?;
    }
    let mut names: Vec<String> = selection.clips.iter().map(|clip| clip.corpus.to_string()).collect();
    names.dedup();
    names.sort();
    names.dedup();
    let facts = RunFacts {
        id: String::new(),
        created: jiff::Timestamp::now(),
        group: String::new(),
        fold: 0,
        folds,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        corpora: names,
        synthetic: selection.clips.iter().any(|clip| clip.synthetic),
        clips: selection.clips.len(),
        fingerprint: fingerprint(&selection),
        command: command(&settings),
    };
    Ok((settings, facts))
}

/// One folder per fold.
fn create(settings: &Settings, facts: &RunFacts) -> Result<Vec<RunFolder>, EngineError> {
    let mut folders: Vec<RunFolder> = Vec::new();
    for fold in 0..facts.folds {
        let name = if facts.folds > 1 {
            format!(
                "{}-fold{:0width$}",
                settings.model.name,
                fold + 1,
                width = facts.folds.to_string().len()
            )
        } else {
            settings.model.name.clone()
        };
        let folder = RunFolder::create(&settings.runs, &name, |id| {
            let group = folders.first().map_or(id, |first| &first.id).to_owned();
            let run = RunFacts {
                id: id.to_owned(),
                group,
                fold,
                ..facts.clone()
            };
            RunFile {
                run,
                settings: settings.clone(),
            }
            .to_toml()
        })?;
        folders.push(folder);
    }
    Ok(folders)
}

/// Hash over the clips that take part: corpus, file, length, rate and label.
fn fingerprint(selection: &Selection) -> String {
    let mut hash = Xxh3Default::new();
    for clip in &selection.clips {
        let file = clip.path.file_name().unwrap_or_default().to_string_lossy();
        hash.update(
            format!(
                "{}\t{file}\t{}\t{}\t{}\n",
                clip.corpus, clip.frames, clip.rate, clip.emotion
            )
            .as_bytes(),
        );
    }
    format!("{:032x}", hash.digest128())
}

fn command(settings: &Settings) -> String {
    let mut words = vec!["undertone".to_owned(), "train".to_owned()];
    if let Some(file) = &settings.source.file {
        words.extend(["--config".to_owned(), quoted(&file.to_string_lossy())]);
    }
    for (key, value) in &settings.source.changes {
        words.extend(["--set".to_owned(), quoted(&format!("{key}={value}"))]);
    }
    words.join(" ")
}

/// As a shell wants it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./=:,".contains(letter);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Starts the worker and returns when it holds its runs.
fn start(folders: &[RunFolder]) -> Result<(), EngineError> {
    let Some(first) = folders.first() else { return Ok(()) };
    let program = program()?;
    let log = File::options().create(true).append(true).open(first.log());
    let mut child = log
        .and_then(|log| Ok((log.try_clone()?, log)))
        .and_then(|(output, errors)| {
            Command::new(&program)
                .arg("worker")
                .args(folders.iter().map(|folder| &folder.path))
                .stdin(Stdio::null())
                .stdout(output)
                .stderr(errors)
                .spawn()
        })
        .map_err(|error| EngineError::Other(format!("the worker {} cannot be started: {error}", program.display())))?;
    if let Err(problem) = wait_for(&mut child, first) {
        // It holds nothing yet: nothing is lost. Whether it is gone already does not matter.
        let _ = child.kill();
        let _ = child.wait();
        let log = run_page::tail(&first.log()).join("\n");
        return Err(EngineError::Other(format!(
            "{problem}; {} says:\n{log}",
            first.log().display()
        )));
    }
    // Nobody waits for it, yet somebody has to take note of its end.
    let reaper = thread::Builder::new()
        .name("reaper".to_owned())
        .spawn(move || child.wait());
    reaper
        .map(|_| ())
        .map_err(|error| EngineError::Other(format!("no thread could be started: {error}")))
}

fn wait_for(child: &mut Child, first: &RunFolder) -> Result<(), String> {
    let begun = Instant::now();
    while begun.elapsed() < START {
        if !matches!(liveness(&first.path), Liveness::Never | Liveness::Gone(_)) {
            return Ok(());
        }
        match child.try_wait() {
            // A run of no time at all: its folder tells how it ended.
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("the worker ended at once ({status})")),
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("the worker cannot be watched: {error}")),
        }
    }
    Err(format!(
        "the worker did not take up its run within {} s",
        START.as_secs()
    ))
}

/// This very program, even when its file was replaced by a newer one since it was started.
fn program() -> Result<PathBuf, EngineError> {
    let running = Path::new("/proc/self/exe");
    match std::env::current_exe() {
        Ok(path) if path.exists() => Ok(path),
        _ if running.exists() => Ok(running.to_owned()),
        outcome => {
            let error = outcome.err().unwrap_or_else(|| io::ErrorKind::NotFound.into());
            Err(EngineError::Other(format!(
                "the program's own file is gone ({error}); start undertone again"
            )))
        }
    }
}

/// A run that never began must not look as if it still might.
fn mark_failed(folders: &[RunFolder], error: &EngineError) {
    for folder in folders {
        let Ok(lease) = Lease::take(&folder.path) else { continue };
        if let Ok(mut journal) = Journal::<()>::open(&folder.path) {
            // The error itself is told to whoever asked; this is for the list of runs.
            let fact = Fact::Failed {
                at: jiff::Timestamp::now(),
                reason: error.to_string(),
            };
            let _ = journal.append(&lease, &fact);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_wants_them() {
        assert_eq!(quoted("training.epochs=3"), "training.epochs=3");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
