//! `control.jsonl`: what is asked of a running worker.

use super::{RunError, lease};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A request to stop; the stronger one is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// At the next step.
    Now,
    /// When the epoch is done.
    AfterEpoch,
}

/// One line: what is asked, of which holder, when.
#[derive(Serialize, Deserialize)]
struct Request {
    stop: Stop,
    generation: u64,
    at: jiff::Timestamp,
}

fn control_path(run: &Path) -> PathBuf {
    run.join("control.jsonl")
}

/// Appends the request.
///
/// # Errors
/// [`RunError::Io`].
pub fn request_stop(run: &Path, stop: Stop) -> Result<(), RunError> {
    let path = control_path(run);
    let request = Request {
        stop,
        generation: lease::generation(run),
        at: jiff::Timestamp::now(),
    };
    let append = || {
        // Between two line ends, so that another asker's torn line cannot swallow this one.
        let line = format!("\n{}\n", serde_json::to_string(&request)?);
        let mut file = File::options().append(true).create(true).open(&path)?;
        file.write_all(line.as_bytes())?;
        file.sync_data()
    };
    append().map_err(RunError::io(&path))
}

/// The strongest request since this holder took the run up.
/// What was asked before anybody held the run is meant for its first holder.
pub fn read_stop(run: &Path) -> Option<Stop> {
    let content = fs::read(control_path(run)).ok()?;
    let generation = lease::generation(run);
    content
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Request>(line).ok())
        .filter(|request| request.generation == generation || (request.generation == 0 && generation == 1))
        .map(|request| request.stop)
        .min()
}

#[cfg(test)]
mod tests {
    use super::super::Lease;
    use super::*;

    #[test]
    fn the_strongest_request_counts_and_a_torn_line_swallows_none() {
        let run = tempfile::tempdir().unwrap();
        let _lease = Lease::take(run.path()).unwrap();
        assert_eq!(read_stop(run.path()), None);
        request_stop(run.path(), Stop::AfterEpoch).unwrap();
        assert_eq!(read_stop(run.path()), Some(Stop::AfterEpoch));
        File::options()
            .append(true)
            .open(control_path(run.path()))
            .unwrap()
            .write_all(b"{\"stop\":\"no")
            .unwrap();
        request_stop(run.path(), Stop::Now).unwrap();
        request_stop(run.path(), Stop::AfterEpoch).unwrap();
        assert_eq!(read_stop(run.path()), Some(Stop::Now));
    }

    #[test]
    fn a_request_to_an_earlier_holder_is_not_for_the_next_one() {
        let run = tempfile::tempdir().unwrap();
        let first = Lease::take(run.path()).unwrap();
        request_stop(run.path(), Stop::Now).unwrap();
        drop(first);
        let _second = Lease::take(run.path()).unwrap();
        assert_eq!(read_stop(run.path()), None);
    }

    #[test]
    fn a_request_before_the_first_holder_is_for_him() {
        let run = tempfile::tempdir().unwrap();
        request_stop(run.path(), Stop::Now).unwrap();
        let _lease = Lease::take(run.path()).unwrap();
        assert_eq!(read_stop(run.path()), Some(Stop::Now));
    }
}
