//! Repair: a journal with a line that is no record, made whole as far as possible.
//!
//! Several records on one line are taken apart. Where a record is lost the study ends before it: identifiers follow from
//! the order of records, and the lines behind it would speak of other trials.

use super::super::error::io;
use super::Journal;
use super::lock::Lock;
use super::operation::{NewTrial, Operation};
use super::replay::Replay;
use crate::tuning::{Damage, TrialState, TuningError, json};
use crate::{files, lines};
use jiff::Timestamp;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What was done to a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    /// The file as it was.
    pub copy: PathBuf,
    /// Lines of several records that were taken apart.
    pub separated: usize,
    /// The lost record that the journal ends before now; `None` when nothing was lost.
    pub lost: Option<Damage>,
    /// The trials that this leaves out, wholly or in their end.
    pub left_out: Vec<LeftOut>,
}

/// A trial that is no longer in the journal, or that is there as it was earlier.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// Its study.
    pub study: String,
    /// Its number, as far as the lines behind the lost record say.
    pub number: usize,
    /// How far it was.
    pub state: TrialState,
    /// Its value, when it had one.
    pub value: Option<f64>,
}

/// Repairs a journal under its lock; `None` when it is sound, and then nothing is changed.
///
/// # Errors
/// [`TuningError::Locked`], [`TuningError::Io`]; then the journal is as it was.
pub fn repair(path: &Path) -> Result<Option<Repaired>, TuningError> {
    if Journal::open(path)?.damage().is_none() {
        return Ok(None);
    }
    let _lock = Lock::take(path)?;
    // What the name stands for is replaced, not a link to it.
    let file = fs::canonicalize(path).map_err(io(path))?;
    let bytes = fs::read(&file).map_err(io(&file))?;
    let sound = Sound::of(&bytes);
    if sound.lost.is_none() && sound.separated == 0 {
        return Ok(None);
    }
    let rights = fs::metadata(&file).map_err(io(&file))?.permissions();
    let copy = keep_copy(path, &bytes)?;
    files::replace(&file, &sound.text).map_err(io(&file))?;
    fs::set_permissions(&file, rights).map_err(io(&file))?;
    Ok(Some(Repaired {
        copy,
        separated: sound.separated,
        left_out: left_out(&sound.replay, sound.rest),
        lost: sound.lost,
    }))
}

/// Writes a copy beside the journal, over no other.
fn keep_copy(path: &Path, bytes: &[u8]) -> Result<PathBuf, TuningError> {
    let time = Timestamp::now().strftime("%Y%m%d-%H%M%S");
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{time}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        let copy = PathBuf::from(name);
        match fs::File::create_new(&copy) {
            Ok(mut file) => {
                return match file.write_all(bytes).and_then(|()| file.sync_all()) {
                    Ok(()) => Ok(copy),
                    Err(error) => {
                        // Half a copy is none; the first error is the one worth reporting.
                        let _ = fs::remove_file(&copy);
                        Err(io(&copy)(error))
                    }
                };
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(io(&copy)(error)),
        }
    }
}

/// The records before the first that is lost, one a line.
#[derive(Debug, Default)]
struct Sound<'a> {
    text: Vec<u8>,
    replay: Replay,
    separated: usize,
    lost: Option<Damage>,
    /// From the lost record on.
    rest: &'a [u8],
}

impl<'a> Sound<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut sound = Self::default();
        let whole = lines::whole(bytes);
        let mut offset = 0;
        for (index, line) in whole.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if let Some((start, problem)) = sound.line(line) {
                sound.lost = Some(Damage {
                    line: index + 1,
                    offset: offset as u64,
                    problem,
                });
                sound.rest = &whole[offset + start..];
                break;
            }
            offset += line.len();
        }
        sound
    }

    /// Takes a line in; where in it a record is lost, and why.
    fn line(&mut self, line: &[u8]) -> Option<(usize, String)> {
        let (text, mut trouble) = match str::from_utf8(line) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = error.valid_up_to();
                let text = str::from_utf8(&line[..valid]).unwrap_or_default();
                (text, Some((valid, "not UTF-8".to_owned())))
            }
        };
        let mut records = Vec::new();
        for piece in pieces(text) {
            let applied = piece.record.and_then(|operation| self.replay.apply(operation));
            match applied {
                Ok(()) => records.push(piece.text),
                Err(error) => {
                    trouble = Some((piece.start, error.to_string()));
                    break;
                }
            }
        }
        if trouble.is_none() && records.len() < 2 {
            self.text.extend_from_slice(line);
            return None;
        }
        self.separated += usize::from(records.len() > 1);
        for record in records {
            self.text.extend_from_slice(record.as_bytes());
            self.text.push(b'\n');
        }
        trouble
    }
}

/// A part of a line: a record, or what lies before the next one.
#[derive(Debug)]
struct Piece<'a> {
    start: usize,
    text: &'a str,
    record: Result<Operation, TuningError>,
}

fn pieces(line: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    loop {
        start += line[start..].len() - line[start..].trim_ascii_start().len();
        if start == line.len() {
            return pieces;
        }
        let (end, record) = match record_at(line, start) {
            Ok((operation, end)) => (end, Ok(operation)),
            Err(error) => {
                let starts = line[start..]
                    .match_indices('{')
                    .map(|(at, _)| start + at)
                    .filter(|next| *next > start);
                let mut records = starts.filter(|start| record_at(line, *start).is_ok());
                (records.next().unwrap_or(line.len()), Err(error))
            }
        };
        let text = line[start..end].trim_ascii_end();
        pieces.push(Piece { start, text, record });
        start = end;
    }
}

fn record_at(line: &str, start: usize) -> Result<(Operation, usize), TuningError> {
    let (value, length) = json::read_first(&line[start..])?;
    Ok((Operation::of(value)?, start + length))
}

/// The trials that the lines from a lost record on speak of, as far as they say.
fn left_out(kept: &Replay, rest: &[u8]) -> Vec<LeftOut> {
    let whole = outlook(kept, &String::from_utf8_lossy(rest));
    let mut found = Vec::new();
    for (id, study) in whole.studies() {
        let before = kept.study(id).map_or(&[][..], |study| &study.trials);
        let changed = study.trials.iter().filter(|trial| {
            let kept = before.get(trial.number);
            kept.is_none_or(|kept| (kept.state, &kept.values) != (trial.state, &trial.values))
        });
        found.extend(changed.map(|trial| LeftOut {
            study: study.name.clone(),
            number: trial.number,
            state: trial.state,
            value: trial.value(),
        }));
    }
    found
}

/// What the file would add up to if a lost record that began a trial had been one without parameters.
fn outlook(kept: &Replay, rest: &str) -> Replay {
    // A fragment may not say what it was; trials that are mentioned and that nothing began show it.
    let (plain, spoken_of) = replayed(kept, rest, 0);
    match spoken_of.saturating_sub(plain.trials()) {
        0 => plain,
        missing => replayed(kept, rest, missing).0,
    }
}

/// `missing` trials were begun by the first fragments that do not say what they were. Also returns how many trials there
/// must be for all that is said.
fn replayed(kept: &Replay, rest: &str, mut missing: usize) -> (Replay, usize) {
    let (mut replay, mut spoken_of) = (kept.clone(), 0);
    for piece in rest.lines().flat_map(pieces) {
        let begun = match piece.record {
            Ok(operation) => {
                spoken_of = spoken_of.max(operation.trial().map_or(0, |trial| trial.saturating_add(1)));
                let begins = matches!(operation, Operation::CreateTrial { .. });
                usize::from(replay.apply(operation).is_err() && begins)
            }
            Err(_) => match number_after(piece.text, "\"op_code\":") {
                Some(4) => 1,
                Some(_) => 0,
                None if missing > 0 => {
                    missing -= 1;
                    1
                }
                None => 0,
            },
        };
        let known = number_after(piece.text, "\"study_id\":");
        let study = known.or_else(|| replay.studies().last().map(|(id, _)| id));
        for study in std::iter::repeat_n(study, begun).flatten() {
            let trial = Box::new(NewTrial::new(TrialState::Running));
            // A trial without parameters makes sense in any study.
            let _ = replay.apply(Operation::CreateTrial { study, trial });
        }
    }
    (replay, spoken_of)
}

fn number_after(text: &str, key: &str) -> Option<usize> {
    let (_, rest) = text.split_once(key)?;
    let rest = rest.trim_start();
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
