//! The words for what the engine counts and names.

use crate::engine::{Coverage, Exclusion, Note, QualityIssueKind, RunState, RunSummary, Stop, StopTuning, Warning};
use crate::ui::text::duration;
use crate::ui::theme::Theme;
use ratatui::style::Style;

/// Why clips take no part.
pub fn exclusion(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Filter => "not in the filter",
        Exclusion::Label => "label dropped",
        Exclusion::Unlabelled => "unlabelled",
        Exclusion::Silent => "silent",
        Exclusion::Damaged => "damaged",
        Exclusion::ConflictingDuplicate => "labelled twice",
        Exclusion::Features => "without features",
    }
}

/// What is odd about a clip.
pub fn quality_issue(kind: QualityIssueKind) -> &'static str {
    match kind {
        QualityIssueKind::Silent => "silent",
        QualityIssueKind::ConflictingDuplicate => "two labels",
        QualityIssueKind::Duplicate => "duplicate",
        QualityIssueKind::Damaged => "damaged",
        QualityIssueKind::Extension => "extension",
        QualityIssueKind::Stereo => "stereo",
        QualityIssueKind::Rate => "rate",
        QualityIssueKind::Clipping => "clipping",
        QualityIssueKind::Length => "length",
        QualityIssueKind::Name => "name",
    }
}

/// How bad that is.
pub fn quality_issue_style(kind: QualityIssueKind, theme: Theme) -> Style {
    match kind {
        QualityIssueKind::Silent | QualityIssueKind::ConflictingDuplicate | QualityIssueKind::Damaged => theme.bad(),
        QualityIssueKind::Duplicate | QualityIssueKind::Clipping => theme.warn(),
        _ => theme.dim(),
    }
}

/// What a run is doing.
pub fn state(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "queued",
        RunState::Running => "running",
        RunState::Finished => "finished",
        RunState::Stopped => "stopped",
        RunState::Failed => "failed",
        RunState::Dead => "dead",
    }
}

/// Its colour.
pub fn state_style(state: RunState, theme: Theme) -> Style {
    match state {
        RunState::Queued => theme.dim(),
        RunState::Running => theme.accent(),
        RunState::Finished => theme.good(),
        RunState::Stopped => theme.warn(),
        RunState::Failed | RunState::Dead => theme.bad(),
    }
}

/// The colour of a run: one that waits in vain stands out.
pub fn run_style(run: &RunSummary, theme: Theme) -> Style {
    match &run.queue {
        Some(queue) if !queue.worker => theme.warn(),
        _ => state_style(run.state, theme),
    }
}

/// The mark of a test score that has to be read with what is said of its classes; nothing for any other.
pub fn coverage_mark(run: &RunSummary) -> &'static str {
    if run.coverage.as_ref().is_some_and(Coverage::is_thin) {
        "!"
    } else {
        ""
    }
}

/// How soon a run stops.
pub fn stop(when: Stop) -> &'static str {
    match when {
        Stop::Now => "now",
        Stop::AfterEpoch => "when the epoch is done",
    }
}

/// How soon workers stop.
pub fn stop_tuning(when: StopTuning) -> &'static str {
    match when {
        StopTuning::Now => "now",
        StopTuning::AfterEpoch => "when the epoch is done",
        StopTuning::AfterTrial => "when the trial is done",
    }
}

/// What a recipe would note about a clip.
pub fn note(note: &Note) -> String {
    match note {
        Note::Trimmed {
            start_seconds,
            end_seconds,
        } => format!(
            "{} of silence trimmed at the start, {} at the end",
            duration(*start_seconds),
            duration(*end_seconds)
        ),
        Note::SkipClamped { to_seconds } => format!("only {} skipped, the clip is short", duration(*to_seconds)),
        Note::Padded { seconds } => format!("padded with {} of zeros", duration(*seconds)),
    }
}

/// A reason to trust a prediction less.
pub fn warning(warning: &Warning) -> String {
    match warning {
        Warning::Level {
            rms_dbfs,
            training_rms_dbfs,
        } => {
            format!("level {rms_dbfs:.0} dBFS, the training clips have {training_rms_dbfs:.0}")
        }
        Warning::Clipping { share } => format!("{:.1} % of the samples are clipped", 100.0 * share),
        Warning::Short { seconds, wanted } => {
            format!(
                "{}, the model listens to {}: padded with zeros",
                duration(*seconds),
                duration(*wanted)
            )
        }
        Warning::Long { seconds, used } => {
            format!("{}, the model used {} of it", duration(*seconds), duration(*used))
        }
        Warning::NoTestScore => "final model, without an held-out test score".to_owned(),
        Warning::OneSpeaker { files: 1 } => "standardised by itself, without its speaker's other clips".to_owned(),
        Warning::OneSpeaker { files } => format!("standardised by {files} files, taken as one speaker's"),
        Warning::Rate { rate, wanted } => format!("{rate} Hz, below the {wanted} Hz of training: no upper band"),
    }
}
