//! Data: what there is to learn from.

mod empty;
mod files;
mod overview;
mod speakers;
mod tables;

use crate::engine::{Bench, Command, CommandKind, Survey};
use crate::ui::input::{Action, Tab};
use crate::ui::message::Message;
use crate::ui::overlays::{CacheView, DoctorView, Overlay, Prompt, Purpose, Question, SettingsView, Subject, TrimView};
use crate::ui::state::State;
use crate::ui::tabs::listen;
use crate::ui::text::{Paint, grouped};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// A view of the Data tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Distributions.
    #[default]
    Overview,
    /// Cross-tables.
    Tables,
    /// Speakers.
    Speakers,
    /// Clips that deserve a second look.
    Suspicious,
    /// Files that are no clips.
    Refused,
}

impl View {
    const ALL: [Self; 5] = [
        Self::Overview,
        Self::Tables,
        Self::Speakers,
        Self::Suspicious,
        Self::Refused,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Tables => "Tables",
            Self::Speakers => "Speakers",
            Self::Suspicious => "Suspicious",
            Self::Refused => "Refused",
        }
    }
}

/// What is seen of the data.
#[derive(Debug, Default)]
pub struct DataView {
    /// The view in front.
    pub view: View,
    /// The row under the cursor.
    pub cursor: Cursor,
    /// The filter of the lists.
    pub filter: Field,
    /// Whether it is being typed.
    pub filtering: bool,
}

impl DataView {
    fn turn(&mut self, by: usize) {
        let index = (self.view as usize + by) % View::ALL.len();
        *self = Self {
            view: View::ALL[index],
            ..Self::default()
        };
    }

    /// The filter was typed at.
    pub fn filtered(&mut self) {
        self.cursor = Cursor::default();
    }

    /// Whether a row passes the filter: it holds every word of it.
    fn passes(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.filter
            .text()
            .split_whitespace()
            .all(|word| text.contains(&word.to_lowercase()))
    }

    /// Indices of the rows of the list in front that pass the filter.
    fn rows(&self, survey: &Survey) -> Vec<usize> {
        let everything = self.filter.text().trim().is_empty();
        let all = |count: usize, text: &dyn Fn(usize) -> String| {
            (0..count)
                .filter(|index| everything || self.passes(&text(*index)))
                .collect()
        };
        match self.view {
            View::Overview | View::Tables => Vec::new(),
            View::Speakers => all(survey.statistics.speakers.len(), &|index| speakers::text(survey, index)),
            View::Suspicious => all(survey.quality_issues.len(), &|index| {
                files::suspicious_text(survey, index)
            }),
            View::Refused => all(survey.catalogue.refused.len(), &|index| {
                files::refused_text(survey, index)
            }),
        }
    }
}

/// What a key does.
pub fn act(state: &mut State, action: Action) -> Vec<Command> {
    let survey = state.survey.clone();
    let view = &mut state.data;
    match action {
        Action::Left => view.turn(View::ALL.len() - 1),
        Action::Right => view.turn(1),
        Action::Move(step) => {
            let rows = survey.as_ref().map_or(0, |survey| view.rows(survey).len());
            view.cursor.step(step, rows);
        }
        Action::Filter if matches!(view.view, View::Overview | View::Tables) => {
            state.message = Some(Message::note(
                "There is nothing to filter here; → shows speakers, data-quality issues and refused files.",
            ));
        }
        Action::Filter => view.filtering = true,
        Action::Open if view.filtering => view.filtering = false,
        Action::Back => {
            view.filtering = false;
            view.filter = Field::default();
            view.cursor = Cursor::default();
        }
        Action::Open => open(state),
        Action::Rescan => {
            return once(
                state,
                Command::Scan { headers_only: false },
                "The scan is still running.",
            );
        }
        Action::Features => return once(state, Command::Features, "The features are still being extracted."),
        Action::Bench => {
            state.overlays.push(Overlay::Bench(Subject::Features));
            let what = Bench::Features {
                clips: None,
                recipe: None,
            };
            return once(state, Command::Bench { what }, "The features are still being measured.");
        }
        Action::Export => state.overlays.push(Overlay::Prompt(Prompt::new(Purpose::Clips))),
        Action::ExportFeatures if state.jobs.busy(CommandKind::ExportFeatures) => {
            state.message = Some(Message::note("The features are still being exported."));
        }
        Action::ExportFeatures => state.overlays.push(Overlay::Prompt(Prompt::new(Purpose::Features))),
        Action::ImportFeatures if state.jobs.busy(CommandKind::ImportFeatures) => {
            state.message = Some(Message::note("Features are still being imported."));
        }
        Action::ImportFeatures => state.overlays.push(Overlay::Prompt(Prompt::new(Purpose::Import))),
        Action::Cache => {
            state.overlays.push(Overlay::Cache(CacheView::default()));
            return vec![Command::Cache { clear: None }];
        }
        Action::Trim => {
            let view = TrimView {
                found: state.trimming.clone(),
                ..TrimView::default()
            };
            let asks = view.found.is_none() && !state.jobs.busy(CommandKind::Trim);
            state.overlays.push(Overlay::Trim(view));
            return if asks { vec![Command::Trim] } else { Vec::new() };
        }
        Action::Settings => {
            state.overlays.push(Overlay::Settings(SettingsView::default()));
            return vec![Command::Config];
        }
        Action::Doctor => {
            state.overlays.push(Overlay::Doctor(DoctorView::default()));
            return vec![Command::Doctor];
        }
        Action::Demo if state.jobs.busy(CommandKind::Demo) => {
            state.message = Some(Message::note("The demo corpus is still being written."));
        }
        Action::Demo => state.overlays.push(Overlay::Question(demo(state))),
        _ => {}
    }
    Vec::new()
}

fn once(state: &mut State, command: Command, busy: &str) -> Vec<Command> {
    if state.jobs.busy(CommandKind::from(&command)) {
        state.message = Some(Message::note(busy));
        return Vec::new();
    }
    vec![command]
}

fn demo(state: &State) -> Question {
    let setting = |key: &str| {
        let row = state.config.as_ref()?.rows.iter().find(|row| row.key == key)?;
        Some(row.value.trim_matches('"').to_owned())
    };
    let clips = setting("demo.clips").map_or_else(String::new, |clips| format!("About {clips} clips are written"));
    let clips = if clips.is_empty() { "It goes".to_owned() } else { clips };
    let folder = setting("data").unwrap_or_else(|| "data".to_owned());
    let text = format!(
        "{clips} to {folder}/demo; an earlier demo corpus there is replaced. It holds no human voice, and is called synthetic wherever it is shown."
    );
    let command = Command::Demo {
        folder: None,
        clips: None,
        if_empty: false,
    };
    let title = "Write the synthetic demo corpus?".to_owned();
    Question::new(title, text, "Write", vec![command]).before_loss()
}

fn open(state: &mut State) {
    let Some(survey) = state.survey.clone() else { return };
    if state.data.view != View::Suspicious {
        return;
    }
    let row = state.data.rows(&survey).get(state.data.cursor.row).copied();
    let clip = row.and_then(|row| survey.catalogue.clips.get(survey.quality_issues.get(row)?.clip));
    if let Some(clip) = clip
        && listen::open(state, &clip.path)
    {
        state.tab = Tab::Listen;
    }
}

/// Draws the tab.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(survey) = &state.survey else {
        empty::reading(state, area, buffer, theme);
        return;
    };
    if survey.catalogue.clips.is_empty() && survey.catalogue.refused.is_empty() {
        empty::nothing(state, area, buffer, theme);
        return;
    }
    views(state, survey, area, buffer, theme);
    let gap = if area.height >= 16 { 2 } else { 1 };
    let body = Rect {
        y: area.y + gap,
        height: area.height.saturating_sub(gap),
        ..area
    };
    match state.data.view {
        View::Overview => overview::draw(state, survey, body, buffer, theme),
        View::Tables => tables::draw(survey, body, buffer, theme),
        View::Speakers => speakers::draw(state, survey, body, buffer, theme),
        View::Suspicious => files::draw_suspicious(state, survey, body, buffer, theme),
        View::Refused => files::draw_refused(state, survey, body, buffer, theme),
    }
}

fn views(state: &State, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let mut x = 0;
    for view in View::ALL {
        let count = match view {
            View::Overview | View::Tables => None,
            View::Speakers => Some(survey.statistics.speakers.len()),
            View::Suspicious => Some(survey.quality_issues.len()),
            View::Refused => Some(survey.catalogue.refused.len()),
        };
        let front = view == state.data.view;
        let style = if front {
            theme.accent().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
        } else {
            theme.dim()
        };
        x += buffer.put(area, x, 0, view.name(), style);
        if let Some(count) = count {
            let style = match view {
                View::Suspicious | View::Refused if count > 0 => theme.warn(),
                _ => theme.faint(),
            };
            x += buffer.put(area, x, 0, &format!(" {}", grouped(count)), style);
        }
        x += 3;
    }
    let view = &state.data;
    if view.filtering || !view.filter.text().is_empty() {
        let field = Rect {
            x: (area.x + x).min(area.right()),
            width: area.width.saturating_sub(x),
            height: 1,
            ..area
        };
        let taken = buffer.put(field, 0, 0, "/ ", theme.accent());
        let typed = Rect {
            x: field.x + taken,
            width: field.width - taken,
            ..field
        };
        view.filter.draw(buffer, typed, theme.heading(), view.filtering, theme);
    }
}
