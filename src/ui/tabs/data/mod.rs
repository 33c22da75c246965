//! Data: what there is to learn from.

mod dimensions;
mod empty;
mod files;
mod keys;
mod notes;
mod overview;
mod speakers;
mod tables;

use crate::engine::{Clip, Command, CommandKind, DemoCorpus, Event, Survey, Tidying};
use crate::present::numbers::{count, grouped};
use crate::ui::model::Model;
use crate::ui::overlays::Question;
use crate::ui::pane::{Effects, Pane, Selected, Show, Table};
use crate::ui::text::Paint;
use crate::ui::theme::Theme;
use crate::ui::widgets::filter::{Filter, holds};
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::Parts;
use crate::ui::widgets::targets::Targets;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

/// A view of the Data tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Distributions.
    #[default]
    Overview,
    /// Cross-tables.
    Tables,
    /// Dimensions and votes, where a corpus has them.
    Dimensions,
    /// Speakers.
    Speakers,
    /// Clips with data-quality issues.
    Issues,
    /// Files that are no clips.
    Refused,
    /// How the corpora were read, and notes on their names.
    Notes,
}

impl View {
    const ALL: [Self; 7] = [
        Self::Overview,
        Self::Tables,
        Self::Dimensions,
        Self::Speakers,
        Self::Issues,
        Self::Refused,
        Self::Notes,
    ];

    /// Those that there is something for.
    fn shown(survey: Option<&Survey>) -> Vec<Self> {
        let has_dimensions = survey.is_some_and(|survey| !dimensions::corpora(&survey.statistics).is_empty());
        let views = Self::ALL.into_iter();
        views
            .filter(|view| *view != Self::Dimensions || has_dimensions)
            .collect()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Tables => "Tables",
            Self::Dimensions => "Dimensions",
            Self::Speakers => "Speakers",
            Self::Issues => "Issues",
            Self::Refused => "Refused",
            Self::Notes => "Notes",
        }
    }
}

/// To which side the views are turned.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Left,
    Right,
}

/// What is seen of the data.
#[derive(Debug, Default)]
pub struct DataView {
    view: View,
    cursor: Cursor,
    filter: Filter,
    /// Indices of the rows of the list in front that pass the filter.
    rows: Vec<usize>,
    /// Where the names of the views are seen.
    names: Targets<View>,
    /// Why the last scan found nothing.
    unread: Option<String>,
}

impl DataView {
    /// To the next view or the one before, past those that there is nothing for.
    fn turn(&mut self, step: Turn, model: &Model) {
        let shown = View::shown(model.survey.as_deref());
        let index = shown.iter().position(|view| *view == self.view).unwrap_or(0);
        let next = match step {
            Turn::Left => index + shown.len() - 1,
            Turn::Right => index + 1,
        };
        self.open_view(shown[next % shown.len()], model);
    }

    fn open_view(&mut self, view: View, model: &Model) {
        self.view = view;
        (self.cursor, self.filter) = (Cursor::default(), Filter::default());
        self.list(model.survey.as_deref());
    }

    /// Filters the list in front again.
    fn list(&mut self, survey: Option<&Survey>) {
        self.rows = survey.map_or_else(Vec::new, |survey| self.passing(survey));
    }

    fn passing(&self, survey: &Survey) -> Vec<usize> {
        let words = self.filter.words();
        let all = |count: usize, text: &dyn Fn(usize) -> String| {
            (0..count)
                .filter(|index| words.is_empty() || holds(&text(*index), &words))
                .collect()
        };
        match self.view {
            View::Overview | View::Tables => Vec::new(),
            View::Dimensions => all(dimensions::corpora(&survey.statistics).len(), &|_| String::new()),
            View::Speakers => all(survey.statistics.speakers.len(), &|index| speakers::text(survey, index)),
            View::Issues => all(survey.quality_issues.len(), &|index| files::issue_text(survey, index)),
            View::Refused if words.is_empty() => files::refusals(survey).iter().map(|group| group.first).collect(),
            View::Refused => all(survey.catalogue.refused.len(), &|index| {
                files::refused_text(survey, index)
            }),
            View::Notes => {
                let texts = notes::texts(survey);
                all(texts.len(), &|index| texts[index].clone())
            }
        }
    }

    fn open(&mut self, model: &Model, effects: &mut Effects) {
        let Some(survey) = &model.survey else { return };
        effects.show = self.clip(survey).map(|clip| Show::Clip(clip.name().into_owned()));
    }

    /// The clip under the cursor.
    fn clip<'a>(&self, survey: &'a Survey) -> Option<&'a Clip> {
        let row = self.rows.get(self.cursor.row).copied();
        let issue = row.filter(|_| self.view == View::Issues)?;
        survey.catalogue.clips.get(survey.quality_issues.get(issue)?.clip)
    }
}

impl Pane for DataView {
    fn name(&self) -> &'static str {
        "Data"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![keys::DATA, Table::COPY, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.rows.len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    /// A view is opened, or a row chosen.
    fn click(&mut self, place: Position, model: &Model, _: &mut Effects) {
        if let Some(view) = self.names.at(place).filter(|view| *view != self.view) {
            self.open_view(view, model);
        } else if let Some(row) = self.cursor.row_at(place) {
            self.step(Step::To(row), model);
        }
    }

    fn filter(&self) -> Option<&Filter> {
        Some(&self.filter)
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn typed(&mut self, model: &Model) {
        self.cursor = Cursor::default();
        self.list(model.survey.as_deref());
    }

    fn selected(&self, model: &Model) -> Option<Selected> {
        let clip = self.clip(model.survey.as_ref()?)?;
        Some(Selected::clip(&clip.name()))
    }

    fn apply(&mut self, event: &Event, model: &Model, effects: &mut Effects) {
        match event {
            Event::Survey(survey) => {
                self.unread = None;
                self.list(Some(survey));
            }
            Event::Failed {
                command: CommandKind::Scan,
                message,
            } if model.survey.is_none() => {
                self.unread = Some(message.clone());
                effects.said = true;
            }
            Event::Demo(DemoCorpus { summary: Some(_), .. }) => effects.send(Command::Scan { headers_only: false }),
            Event::Published(report) if report.fetched.as_ref().is_some_and(|fetched| fetched.folder.is_some()) => {
                effects.send(Command::Scan { headers_only: false });
            }
            Event::Tidying(tidying) if tidying.kept.is_none() && !tidying.removed.is_empty() => {
                effects.open(tidy(tidying));
            }
            _ => {}
        }
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw(self, model, area, buffer, theme);
    }
}

fn tidy(tidying: &Tidying) -> Question {
    let keys: Vec<&str> = tidying.removed.iter().map(|row| row.key.as_str()).collect();
    let text = format!(
        "{} in {} equal the defaults and go. {} stay, with your comments; a copy of the file as it is now is kept beside it.\n\n{}",
        count(keys.len(), "setting"),
        tidying.file.display(),
        count(tidying.text.lines().count(), "line"),
        keys.join(", ")
    );
    let commands = vec![Command::Tidy { confirmed: true }];
    Question::new("Tidy the settings file?".to_owned(), text, "Tidy", commands).before_loss()
}

fn demo(model: &Model) -> Question {
    let clips = model.setting("demo.clips").map_or_else(
        || "It goes".to_owned(),
        |clips| format!("About {clips} clips are written"),
    );
    let folder = model.setting("data").unwrap_or("data");
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

fn draw(view: &DataView, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    view.names.clear();
    let Some(survey) = &model.survey else {
        empty::reading(view.unread.as_deref(), model, area, buffer, theme);
        return;
    };
    if survey.catalogue.clips.is_empty() && survey.catalogue.refused.is_empty() {
        empty::nothing(model, area, buffer, theme);
        return;
    }
    views(view, survey, area, buffer, theme);
    let gap = if area.height >= 16 { 2 } else { 1 };
    let body = area.below(gap);
    match view.view {
        View::Overview => overview::draw(model, survey, body, buffer, theme),
        View::Tables => tables::draw(survey, body, buffer, theme),
        View::Dimensions => dimensions::draw(view, survey, body, buffer, theme),
        View::Speakers => speakers::draw(view, survey, body, buffer, theme),
        View::Issues => files::draw_issues(view, survey, body, buffer, theme),
        View::Refused => files::draw_refused(view, survey, body, buffer, theme),
        View::Notes => notes::draw_notes(view, survey, body, buffer, theme),
    }
}

fn views(data: &DataView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let mut x = 0;
    for view in View::shown(Some(survey)) {
        let count = match view {
            View::Overview | View::Tables | View::Dimensions => None,
            View::Speakers => Some(survey.statistics.speakers.len()),
            View::Issues => Some(survey.quality_issues.len()),
            View::Refused => Some(survey.catalogue.refused.len()),
            View::Notes => Some(notes::number(survey)),
        };
        let front = view == data.view;
        let style = if front {
            theme.accent().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
        } else {
            theme.dim()
        };
        let from = x;
        x += buffer.put(area, x, 0, view.name(), style);
        if let Some(count) = count {
            let style = match view {
                View::Issues | View::Refused if count > 0 => theme.warn(),
                _ => theme.faint(),
            };
            x += buffer.put(area, x, 0, &format!(" {}", grouped(count)), style);
        }
        data.names
            .add(area.line(0).right_of(from).first_columns(x - from), view);
        x += 3;
    }
    let rows = match data.view {
        View::Speakers | View::Issues | View::Refused | View::Notes => data.rows.len(),
        View::Overview | View::Tables | View::Dimensions => 0,
    };
    let place = match rows {
        0 => String::new(),
        rows => format!(" {}/{}", grouped(data.cursor.row.min(rows - 1) + 1), grouped(rows)),
    };
    let room = area.width.saturating_sub(x);
    let taken = if place.len() <= usize::from(room) {
        place.len() as u16
    } else {
        0
    };
    if taken > 0 {
        buffer.put_right(area, 0, &place, theme.dim());
    }
    if data.filter.is_shown() {
        let field = Rect {
            x: (area.x + x).min(area.right()),
            width: room - taken,
            height: 1,
            ..area
        };
        data.filter.draw(field, buffer, theme);
    }
}
