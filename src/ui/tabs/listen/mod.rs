//! Listen: the clips one by one.

mod clip;
mod list;
pub mod order;
mod prediction;
pub mod sound;

use crate::engine::{Clip, Command, FilePrediction, Preview, SampleAnalysis, Survey, Variant};
use crate::ui::input::Action;
use crate::ui::message::Message;
use crate::ui::state::State;
use crate::ui::text::{Paint, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use order::{Order, Sort};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use sound::Hearing;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is seen of the clips.
#[derive(Debug, Default)]
pub struct ListenView {
    /// The filter.
    pub filter: Field,
    /// Whether it is being typed.
    pub filtering: bool,
    /// What the list is sorted by.
    pub sort: Sort,
    /// Whether the other way round.
    pub reversed: bool,
    /// The listed clips.
    pub order: Order,
    /// The clip under the cursor.
    pub cursor: Cursor,
    /// The newest preview.
    pub preview: Option<Arc<Preview>>,
    /// What models said, by file.
    pub evaluated: HashMap<PathBuf, FilePrediction>,
    /// What is heard of the clips.
    pub playback_view: Hearing,
    /// The clip whose preview was asked for last, and in which form.
    asked: Option<(PathBuf, Variant)>,
    /// Whether the answer is still to come.
    waiting: bool,
}

impl ListenView {
    /// Index of the clip under the cursor.
    fn index(&self) -> Option<usize> {
        self.order.rows.get(self.cursor.row).map(|row| *row as usize)
    }

    fn clip<'a>(&self, survey: &'a Survey) -> Option<&'a Clip> {
        survey.catalogue.clips.get(self.index()?)
    }

    /// Takes a new survey; the cursor stays on its clip.
    pub fn survey(&mut self, before: Option<&Survey>, survey: &Survey) {
        let same = before.is_some_and(|before| Arc::ptr_eq(&before.catalogue.clips, &survey.catalogue.clips));
        if same && self.sort != Sort::Level {
            return;
        }
        let kept = before
            .and_then(|before| self.clip(before))
            .map(|clip| clip.path.clone());
        self.update(survey);
        if let Some(path) = kept {
            self.select(survey, &path);
        }
    }

    fn update(&mut self, survey: &Survey) {
        self.order
            .update(&survey.catalogue, self.filter.text(), self.sort, self.reversed);
        self.cursor.row = self.cursor.row.min(self.order.rows.len().saturating_sub(1));
    }

    /// Puts the cursor on a clip; false when it is not listed.
    fn select(&mut self, survey: &Survey, path: &Path) -> bool {
        let clips = &survey.catalogue.clips;
        let row = self.order.rows.iter().position(|row| clips[*row as usize].path == path);
        self.cursor.row = row.unwrap_or(self.cursor.row);
        row.is_some()
    }

    /// The filter was typed at.
    pub fn filtered(&mut self, survey: Option<&Survey>) {
        self.cursor.row = 0;
        if let Some(survey) = survey {
            self.update(survey);
        }
    }

    /// The preview to ask for, if the one of the clip under the cursor was not asked for yet. Only one is on
    /// its way at any time: however fast the cursor moves, the clip it stops at comes next.
    pub fn needs(&mut self, survey: &Survey) -> Option<Command> {
        let path = self.clip(survey)?.path.clone();
        let wanted = (path, self.playback_view.variant.clone());
        if self.waiting || self.asked.as_ref() == Some(&wanted) {
            return None;
        }
        self.waiting = true;
        let (path, variant) = self.asked.insert(wanted).clone();
        Some(Command::Preview { path, variant })
    }

    /// The clip to be played because the cursor has come to it.
    pub fn needs_sound(&mut self, survey: &Survey) -> Option<Command> {
        let path = self.clip(survey)?.path.clone();
        self.playback_view.needs(&path)
    }

    /// The answer to the last preview is complete.
    pub fn answered(&mut self) {
        self.waiting = false;
    }
}

/// Shows a clip, whatever the filter.
pub fn open(state: &mut State, path: &Path) -> bool {
    let Some(survey) = state.survey.clone() else {
        return false;
    };
    let view = &mut state.listen;
    if view.select(&survey, path) {
        return true;
    }
    if !survey.catalogue.clips.iter().any(|clip| clip.path == path) {
        return false;
    }
    view.filter = Field::default();
    view.update(&survey);
    view.select(&survey, path)
}

/// What a key does.
pub fn act(state: &mut State, action: Action) -> Vec<Command> {
    let survey = state.survey.clone();
    let view = &mut state.listen;
    match action {
        Action::Move(step) => view.cursor.step(step, view.order.rows.len()),
        Action::Filter => view.filtering = true,
        Action::Open => view.filtering = false,
        Action::Back => {
            view.filtering = false;
            if !view.filter.text().is_empty() {
                let kept = survey
                    .as_ref()
                    .and_then(|survey| view.clip(survey))
                    .map(|clip| clip.path.clone());
                view.filter = Field::default();
                view.filtered(survey.as_deref());
                if let (Some(survey), Some(path)) = (&survey, kept) {
                    view.select(survey, &path);
                }
            }
        }
        Action::Sort | Action::Reverse => {
            match action {
                Action::Sort => view.sort = view.sort.next(),
                _ => view.reversed = !view.reversed,
            }
            if let Some(survey) = survey {
                let kept = view.clip(&survey).map(|clip| clip.path.clone());
                view.update(&survey);
                if let Some(path) = kept {
                    view.select(&survey, &path);
                }
            }
        }
        Action::Predict => return predict(state),
        _ => return sound::act(state, action),
    }
    Vec::new()
}

fn predict(state: &mut State) -> Vec<Command> {
    let Some(path) = state
        .survey
        .as_ref()
        .and_then(|survey| state.listen.clip(survey))
        .map(|clip| clip.path.clone())
    else {
        return Vec::new();
    };
    let Some(run) = state.train.model(state.runs()) else {
        state.message = Some(Message::note("No run has a model yet: press 3, then n, to train one."));
        return Vec::new();
    };
    vec![Command::Predict {
        files: vec![path],
        run: run.id.clone().into(),
    }]
}

/// Draws the tab.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(survey) = &state.survey else {
        buffer.put(
            area,
            0,
            1,
            "The clips appear here as soon as their headers are read.",
            theme.dim(),
        );
        return;
    };
    if survey.catalogue.clips.is_empty() {
        let text =
            "There is no clip yet. Press 1 for Data, then d to make the synthetic demo corpus, or r to scan again.";
        for (row, line) in wrap(text, usize::from(area.width)).iter().enumerate() {
            buffer.put(area, 0, row as u16 + 1, line, theme.dim());
        }
        return;
    }
    if area.width >= 120 && area.height >= 24 {
        let columns = [Constraint::Percentage(48), Constraint::Length(2), Constraint::Fill(1)];
        let [left, _, right] = area.layout(&Layout::horizontal(columns));
        list::draw(state, survey, left, buffer, theme);
        clip::draw(state, survey, right, buffer, theme);
    } else {
        let list_rows = (area.height * 2 / 5).max(5);
        let rows = [Constraint::Length(list_rows), Constraint::Fill(1)];
        let [top, bottom] = area.layout(&Layout::vertical(rows));
        list::draw(state, survey, top, buffer, theme);
        clip::draw(state, survey, bottom, buffer, theme);
    }
}

/// What the samples of a clip say, if they were analysed.
fn details(survey: &Survey, index: usize) -> Option<&SampleAnalysis> {
    survey.catalogue.analysis.get(index)?.as_deref()
}
