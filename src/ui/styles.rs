//! The colours of states and data-quality issues; their words are in [`crate::present::words`].

use crate::engine::{QualityIssueKind, RunState, RunSummary};
use crate::ui::theme::Theme;
use ratatui::style::Style;

/// How bad a data-quality issue is.
pub fn quality_issue_style(kind: QualityIssueKind, theme: Theme) -> Style {
    match kind {
        QualityIssueKind::Silent
        | QualityIssueKind::Cancelled
        | QualityIssueKind::ConflictingDuplicate
        | QualityIssueKind::Damaged => theme.bad(),
        QualityIssueKind::Duplicate
        | QualityIssueKind::Incomplete
        | QualityIssueKind::Scheme
        | QualityIssueKind::Clipping => theme.warn(),
        _ => theme.dim(),
    }
}

/// The colour of a state.
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
