//! The user's command, with what is told in its environment.

use crate::engine::EngineError;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(30);
/// Time between two looks at it.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// What ended, and how.
#[derive(Debug)]
pub struct Told {
    /// `run`, `folds` or `study`.
    pub kind: &'static str,
    /// The id of the run, of the first fold, or the study's name.
    pub id: String,
    /// `finished`, `stopped`, `failed` or `dead`.
    pub state: String,
    /// UAR on the test set, once evaluated (0 to 1).
    pub uar: Option<f64>,
    /// Best validation UAR (0 to 1).
    pub validation_uar: Option<f64>,
    /// Why it ended.
    pub reason: String,
    /// Its folder.
    pub folder: PathBuf,
}

impl Told {
    /// Runs the command by the shell. What it prints goes where this process's own words go.
    ///
    /// # Errors
    /// A command that cannot be started, says that it failed, or takes more than 30 s, after which it is killed with all that it has
    /// started.
    pub fn by(&self, command: &str) -> Result<(), EngineError> {
        self.within(command, LIMIT)
    }

    fn within(&self, command: &str, limit: Duration) -> Result<(), EngineError> {
        let failed = |problem: &str| {
            let problem = format!("notify.command {problem}; correct it in [notify] of the settings");
            Err(EngineError::Process(problem))
        };
        let percent = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{:.1}", 100.0 * share));
        let started = Command::new("sh")
            .arg("-c")
            .arg(command)
            .env("UNDERTONE_KIND", self.kind)
            .env("UNDERTONE_ID", &self.id)
            .env("UNDERTONE_STATE", &self.state)
            .env("UNDERTONE_UAR", percent(self.uar))
            .env("UNDERTONE_VALIDATION_UAR", percent(self.validation_uar))
            .env("UNDERTONE_REASON", &self.reason)
            .env("UNDERTONE_FOLDER", &self.folder)
            .stdin(Stdio::null())
            .process_group(0)
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => return failed(&format!("cannot be started: {error}")),
        };
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return failed(&format!("failed ({status})")),
                Ok(None) if begun.elapsed() < limit => thread::sleep(POLL_INTERVAL),
                Ok(None) => {
                    kill_group(&mut child);
                    return failed(&format!("took more than {} s and was killed", limit.as_secs()));
                }
                Err(error) => return failed(&format!("cannot be watched: {error}")),
            }
        }
    }
}

fn kill_group(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // It may have ended just now.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        Told {
            kind: "run",
            id: "a run".to_owned(),
            state: "finished".to_owned(),
            uar: Some(0.587),
            validation_uar: None,
            reason: "patience: it's \"over\"; $(no shell)".to_owned(),
            folder: "/tmp".into(),
        }
    }

    #[test]
    fn the_command_has_all_of_it_in_its_environment_and_nothing_is_expanded() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("said");
        let words =
            "$UNDERTONE_KIND|$UNDERTONE_ID|$UNDERTONE_STATE|$UNDERTONE_UAR|$UNDERTONE_VALIDATION_UAR|$UNDERTONE_REASON";
        told()
            .by(&format!("printf '%s' \"{words}\" > {}", file.display()))
            .unwrap();
        assert_eq!(
            std::fs::read_to_string(file).unwrap(),
            "run|a run|finished|58.7||patience: it's \"over\"; $(no shell)"
        );
    }

    #[test]
    fn what_fails_or_hangs_is_said_and_ended_with_its_children() {
        let error = told().by("exit 3").unwrap_err().to_string();
        assert!(
            error.contains("notify.command failed") && error.contains('3'),
            "{error}"
        );
        let begun = Instant::now();
        let error = told()
            .within("sleep 60 & sleep 60", Duration::from_secs(1))
            .unwrap_err()
            .to_string();
        assert!(error.contains("took more than 1 s"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
