//! Listen: the clips one by one.

mod clip;
mod keys;
mod list;
pub mod order;
mod prediction;
pub mod sound;
mod tested;

use crate::engine::{
    Clip, Command, CommandKind, Event, FilePrediction, LabelChoice, Predictor, Preview, SampleAnalysis, Survey, Variant,
};
use crate::present::filter::clips::{KnownClip, fields};
use crate::present::filter::values_of;
use crate::ui::model::Model;
use crate::ui::overlays::NoSoundView;
use crate::ui::pane::{Effects, Pane, Selected, Show, Table};
use crate::ui::text::{Paint, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::filter::Filter;
use crate::ui::widgets::list::{Cursor, Step};
use order::{Order, Sort};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use sound::PlaybackView;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tested::TestedList;

/// What is seen of the clips.
#[derive(Debug, Default)]
pub struct ListenView {
    /// The filter.
    pub filter: Filter,
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
    /// The clips of a report, while they are the list.
    tested: Option<TestedList>,
    /// What models predicted, by file.
    pub evaluated: HashMap<PathBuf, FilePrediction>,
    /// The playback of the clips.
    pub playback_view: PlaybackView,
    /// The clip whose preview was asked for last, and in which form.
    asked: Option<(PathBuf, Variant)>,
    /// Whether the answer is still to come.
    waiting: bool,
}

impl Pane for ListenView {
    fn name(&self) -> &'static str {
        "Listen"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![keys::LISTEN, Table::COPY, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.order.rows.len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn filter(&self) -> Option<&Filter> {
        Some(&self.filter)
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn typed(&mut self, model: &Model) {
        self.cursor.row = 0;
        self.filter.read(&fields());
        if let Some(survey) = &model.survey {
            self.update(survey);
        }
    }

    fn complete(&mut self, model: &Model) {
        let clips = model.survey.iter().flat_map(|survey| survey.catalogue.clips.iter());
        let known: Vec<_> = clips.map(|clip| KnownClip { clip, analysis: None }).collect();
        if self.filter.complete(&fields(), |field| values_of(field, &known)) {
            self.typed(model);
        }
    }

    /// The cursor stays on its clip.
    fn clear_filter(&mut self, model: &Model) {
        self.filter = Filter::default();
        self.rearrange(model);
    }

    fn apply(&mut self, event: &Event, model: &Model, effects: &mut Effects) {
        match event {
            Event::Survey(survey) => self.survey(model.survey.as_deref(), survey),
            Event::Preview(preview) => {
                self.playback_view.shown(preview);
                self.preview = Some(Arc::clone(preview));
            }
            Event::Sound(sound) => self.playback_view.follow(sound.clone()),
            Event::NoSound(no_sound) => {
                self.playback_view.gave_up();
                effects.open(NoSoundView(Arc::clone(no_sound)));
            }
            Event::Predicted(predictions) => {
                let by_file = predictions
                    .iter()
                    .map(|prediction| (prediction.path.clone(), prediction.clone()));
                self.evaluated.extend(by_file);
            }
            Event::Done(CommandKind::Preview)
            | Event::Failed {
                command: CommandKind::Preview,
                ..
            } => self.waiting = false,
            _ => {}
        }
    }

    fn selected(&self, model: &Model) -> Option<Selected> {
        let clip = self.clip(model.survey.as_ref()?)?;
        Some(Selected::clip(&clip.name()))
    }

    fn stops(&mut self, effects: &mut Effects) {
        sound::pause(self, effects);
    }

    /// The preview of the clip under the cursor, and its sound when it is to be played for that. Only one preview is on
    /// its way at any time: however fast the cursor moves, the clip it stops at comes next.
    fn needs(&mut self, model: &Model, effects: &mut Effects) {
        let clip = model.survey.as_ref().and_then(|survey| self.clip(survey));
        let Some(path) = clip.map(|clip| clip.name().into_owned()) else {
            return;
        };
        let wanted = (path.clone(), self.playback_view.variant.clone());
        if !self.waiting && self.asked.as_ref() != Some(&wanted) {
            self.waiting = true;
            let (path, variant) = self.asked.insert(wanted).clone();
            effects.send(Command::Preview { path, variant });
        }
        effects.commands.extend(self.playback_view.needs(&path));
    }

    /// Shows a clip, whatever the filter.
    fn shows(&mut self, show: &Show, model: &Model) -> bool {
        let (path, survey) = match (show, &model.survey) {
            (Show::Tested(tested), _) => return self.open_tested(tested, model),
            (Show::Clip(path), Some(survey)) => (path, survey),
            _ => return false,
        };
        self.leave_tested(model);
        if self.select(survey, path) {
            return true;
        }
        if !survey.catalogue.clips.iter().any(|clip| *clip.name() == **path) {
            return false;
        }
        self.filter = Filter::default();
        self.update(survey);
        self.select(survey, path)
    }

    fn asks(&self) -> Option<CommandKind> {
        Some(CommandKind::Preview)
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw(self, model, area, buffer, theme);
    }
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
    fn survey(&mut self, before: Option<&Survey>, survey: &Survey) {
        let same = before.is_some_and(|before| Arc::ptr_eq(&before.catalogue.clips, &survey.catalogue.clips));
        if same && self.sort != Sort::Level && !self.filter.query().names("level") {
            return;
        }
        let kept = before
            .and_then(|before| self.clip(before))
            .map(|clip| clip.name().into_owned());
        self.update(survey);
        if let Some(path) = kept {
            self.select(survey, &path);
        }
    }

    fn update(&mut self, survey: &Survey) {
        let tested = self.tested.as_ref().map(|tested| tested.places(&survey.catalogue));
        self.order.update(
            &survey.catalogue,
            self.filter.query(),
            (self.sort, self.reversed),
            tested.as_ref(),
        );
        self.cursor.row = self.cursor.row.min(self.order.rows.len().saturating_sub(1));
    }

    /// Puts the cursor on a clip; false when it is not listed.
    fn select(&mut self, survey: &Survey, path: &Path) -> bool {
        let clips = &survey.catalogue.clips;
        let row = self
            .order
            .rows
            .iter()
            .position(|row| *clips[*row as usize].name() == *path);
        self.cursor.row = row.unwrap_or(self.cursor.row);
        row.is_some()
    }

    /// Lists the clips again; the cursor stays on its clip.
    fn rearrange(&mut self, model: &Model) {
        let Some(survey) = &model.survey else { return };
        let kept = self.clip(survey).map(|clip| clip.name().into_owned());
        self.update(survey);
        if let Some(path) = kept {
            self.select(survey, &path);
        }
    }

    fn predict(&mut self, model: &Model, effects: &mut Effects) {
        let clip = model.survey.as_ref().and_then(|survey| self.clip(survey));
        let Some(path) = clip.map(|clip| clip.name().into_owned()) else {
            return;
        };
        let of_report = self.tested.as_ref().map(|tested| &tested.of.run);
        match of_report.or(model.predicting_run().map(|run| &run.id)) {
            Some(run) => effects.send(Command::Predict {
                files: vec![path],
                by: Predictor::Run(run.clone().into()),
                choice: LabelChoice::default(),
            }),
            None => effects.note("No run has a model yet: press 3, then n, to train one."),
        }
    }
}

fn draw(view: &ListenView, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(survey) = &model.survey else {
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
        list::draw(view, survey, left, buffer, theme);
        clip::draw(view, model, survey, right, buffer, theme);
    } else {
        let list_rows = (area.height * 2 / 5).max(5);
        let rows = [Constraint::Length(list_rows), Constraint::Fill(1)];
        let [top, bottom] = area.layout(&Layout::vertical(rows));
        list::draw(view, survey, top, buffer, theme);
        clip::draw(view, model, survey, bottom, buffer, theme);
    }
}

/// What the samples of a clip say, if they were analysed.
fn details(survey: &Survey, index: usize) -> Option<&SampleAnalysis> {
    survey.catalogue.analysis.get(index)?.as_deref()
}
