//! How far a job is: a bar on a terminal, now and then a line elsewhere. On standard error.

use super::output::note;
use crate::engine::{Progress, Task};
use crate::present::numbers::bytes;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// Time between two lines about the same task, where there is no terminal.
const LINES: Duration = Duration::from_secs(5);

/// Shows how far a job is.
#[derive(Debug)]
pub struct Display {
    bar: Option<ProgressBar>,
    task: Option<Task>,
    /// Whether it is known how much there is to do.
    counted: bool,
    shown: Instant,
}

impl Display {
    /// For the standard error stream as it is.
    pub fn new() -> Self {
        let bar = stderr()
            .is_terminal()
            .then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10)));
        Self {
            bar,
            task: None,
            counted: false,
            shown: Instant::now(),
        }
    }

    /// Shows it. Epochs are one task: each has a line of its own when it is done.
    pub fn show(&mut self, progress: &Progress) {
        let known = self.task.as_ref().is_some_and(|task| task.continues(&progress.task));
        // How much there is may become known on the way.
        let new = !known || self.counted != (progress.total > 0);
        self.counted = progress.total > 0;
        self.task = Some(progress.task.clone());
        match &self.bar {
            Some(bar) => {
                if new || bar.is_finished() {
                    bar.reset();
                    bar.set_style(style(progress));
                }
                bar.set_message(words(progress));
                bar.set_length(progress.total as u64);
                bar.set_position(progress.done as u64);
            }
            None if new || self.shown.elapsed() > LINES => {
                self.shown = Instant::now();
                note(&match progress.total {
                    0 => words(progress),
                    total if progress.task.is_in_bytes() => {
                        let [done, total] = [progress.done, total].map(|part| bytes(part as u64));
                        format!("{}: {done} of {total}", progress.task)
                    }
                    total => format!("{}: {} of {total}", progress.task, progress.done),
                });
            }
            None => {}
        }
    }

    /// Takes the bar off the screen, so that results can be written.
    pub fn clear(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The task; how much of it is done stands here only when a bar cannot show it.
fn words(progress: &Progress) -> String {
    if progress.total > 0 || progress.done == 0 {
        progress.task.to_string()
    } else if progress.task.is_in_bytes() {
        format!("{}: {}", progress.task, bytes(progress.done as u64))
    } else {
        format!("{}: {}", progress.task, progress.done)
    }
}

fn style(progress: &Progress) -> ProgressStyle {
    let template = match progress.total {
        1.. if progress.task.is_in_bytes() => {
            "{msg} [{bar:30}] {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}"
        }
        1.. => "{msg} [{bar:30}] {pos}/{len} {eta}",
        0 => "{spinner} {msg}",
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
