//! What the engine is busy with.

use crate::engine::{CommandKind, Progress};
use std::collections::BTreeMap;

/// What the engine is busy with.
#[derive(Debug, Default)]
pub struct Jobs {
    /// How many commands of a kind have not been answered to the end.
    asked: BTreeMap<CommandKind, usize>,
    /// The newest word of every task that is not complete.
    pub tasks: Vec<Progress>,
}

impl Jobs {
    /// A command went out.
    pub fn asked(&mut self, kind: CommandKind) {
        *self.asked.entry(kind).or_default() += 1;
    }

    /// Whether a command of this kind is being carried out.
    pub fn busy(&self, kind: CommandKind) -> bool {
        self.asked.get(&kind).is_some_and(|count| *count > 0)
    }

    /// Whether a command is being carried out whose work would be lost if the engine ended; what is followed, shown or read
    /// is soon asked for again.
    pub fn would_lose_work(&self) -> bool {
        use CommandKind::{
            Config, EditSettings, Pattern, Plan, Play, Preview, Runs, Scan, Sound, Studies, Study, Wake, Watch,
        };
        let repeated = [
            Config,
            EditSettings,
            Pattern,
            Plan,
            Play,
            Preview,
            Runs,
            Scan,
            Sound,
            Studies,
            Study,
            Wake,
            Watch,
        ];
        let asked = self.asked.iter();
        asked
            .filter(|(_, count)| **count > 0)
            .any(|(kind, _)| !repeated.contains(kind))
    }

    /// A command was answered to the end.
    pub fn ended(&mut self, kind: CommandKind) {
        if let Some(count) = self.asked.get_mut(&kind) {
            *count = count.saturating_sub(1);
        }
        if !self.asked.values().any(|count| *count > 0) {
            self.tasks.clear();
        }
        // Others read headers and compute features as well; what goes on says so again.
        let asked = &self.asked;
        let goes_on = |of: CommandKind| of != kind && asked.get(&of).is_some_and(|count| *count > 0);
        self.tasks
            .retain(|progress| progress.task.command().is_none_or(goes_on));
    }

    /// A task goes on; it is forgotten when it is complete.
    pub fn progress(&mut self, progress: Progress) {
        self.tasks.retain(|known| known.task != progress.task);
        if progress.total == 0 || progress.done < progress.total {
            self.tasks.push(progress);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Task;

    #[test]
    fn what_a_command_had_done_by_the_way_ends_with_it() {
        let mut jobs = Jobs::default();
        jobs.asked(CommandKind::Runs);
        jobs.asked(CommandKind::Resume);
        let progress = |task, total| Progress { task, done: 0, total };
        jobs.progress(progress(Task::Headers, 0));
        assert_eq!(jobs.tasks.len(), 1);
        jobs.ended(CommandKind::Resume);
        assert!(
            jobs.tasks.is_empty(),
            "the runs are still followed, but nobody reads headers"
        );
        jobs.asked(CommandKind::Scan);
        jobs.asked(CommandKind::Preview);
        jobs.progress(progress(Task::Samples, 9));
        jobs.ended(CommandKind::Preview);
        assert_eq!(jobs.tasks.len(), 1, "the scan goes on");
    }
}
