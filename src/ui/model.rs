//! What the engine reported and more than one pane shows, stored once; panes only read it.

use crate::engine::{
    Command, CommandKind, Config, Event, Measured, RunState, RunSummary, StudySummary, Survey, Trimming,
};
use crate::present::times::Clock;
use crate::ui::jobs::Jobs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the engine reported, and what it is busy with.
#[derive(Debug, Default)]
pub struct Model {
    /// What the scan found.
    pub survey: Option<Arc<Survey>>,
    /// What trimming would remove from these clips.
    pub trimming: Option<Arc<Trimming>>,
    /// The resolved settings.
    pub config: Option<Arc<Config>>,
    /// The runs, newest first.
    pub listed: Option<Arc<Vec<RunSummary>>>,
    /// The studies, by name.
    pub studies: Option<Arc<Vec<StudySummary>>>,
    /// What time it is, for the ages of things.
    pub clock: Clock,
    /// What was measured last.
    pub measured: Option<Arc<Measured>>,
    /// What the engine is busy with.
    pub jobs: Jobs,
    /// The run that was asked to be watched last; only one is at a time.
    pub watched: Option<String>,
    /// The run under the cursor of the list of runs.
    pub chosen: Option<String>,
}

impl Model {
    /// The runs, newest first; none before they were listed.
    pub fn runs(&self) -> &[RunSummary] {
        self.listed.as_ref().map_or(&[], |runs| runs)
    }

    /// The folder of a run.
    pub fn run_folder(&self, id: &str) -> Option<PathBuf> {
        Some(Path::new(self.setting("runs")?).join(id))
    }

    /// How many runs have a process that works on them or waits.
    pub fn active_runs(&self) -> usize {
        let active = |run: &&RunSummary| matches!(run.state, RunState::Running | RunState::Queued);
        self.runs().iter().filter(active).count()
    }

    /// The run whose model predicts: the chosen one if it has one, else the newest that has.
    pub fn predicting_run(&self) -> Option<&RunSummary> {
        let has_model = |run: &&RunSummary| {
            run.state == RunState::Finished
                || run.state == RunState::Stopped
                    && (run.best_validation_uar.is_some() || run.best_validation_ccc.is_some())
        };
        let chosen = self.runs().iter().find(|run| Some(&run.id) == self.chosen.as_ref());
        chosen.filter(has_model).or_else(|| self.runs().iter().find(has_model))
    }

    /// A setting's value, without the quotes of a text.
    pub fn setting(&self, key: &str) -> Option<&str> {
        let row = self.config.as_ref()?.rows.iter().find(|row| row.key == key)?;
        Some(row.value.trim_matches('"'))
    }

    /// Whether a command of this kind is being carried out.
    pub fn busy(&self, kind: CommandKind) -> bool {
        self.jobs.busy(kind)
    }

    /// A command goes out.
    pub fn sent(&mut self, command: &Command) {
        self.jobs.asked(CommandKind::from(command));
        if let Command::Watch { run } = command {
            self.watched = Some(run.to_string());
        }
    }

    /// Follows an event.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Progress(progress) => self.jobs.progress(progress),
            Event::Survey(survey) => {
                let clips = |survey: &Survey| survey.catalogue.clips.len();
                if self.survey.as_deref().map(clips) != Some(clips(&survey)) {
                    self.trimming = None;
                }
                self.survey = Some(survey);
            }
            Event::Trimming(found) => self.trimming = Some(found),
            Event::Config(config) => self.config = Some(config),
            Event::Measured(measured) => self.measured = Some(measured),
            Event::Runs(runs) => self.listed = Some(runs),
            Event::Studies(studies) => self.studies = Some(studies),
            Event::Failed { command, .. } => self.jobs.ended(command),
            Event::Done(kind) => self.jobs.ended(kind),
            _ => {}
        }
    }
}
