//! Clips, features, settings.

use crate::cli::output::Output;
use crate::engine::{
    Clip, Config, CrossTable, DemoSummary, DimensionStatistics, FeatureSummary, PatternPreview, PatternReport,
    SettingsEdit, Survey, Tidying, VoteStatistics,
};
use crate::present::numbers::{count, grouped, percent};
use crate::present::refusals::Refusals;
use crate::present::table::Table;
use crate::present::words::SYNTHETIC;
use crate::present::{json, words};
use std::borrow::Cow;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

/// Files listed per kind of refusal or data-quality issue; JSON lists them all.
const LISTED: usize = 40;

/// What a scan found; of a filter, the places of the clips that pass.
pub fn survey(
    output: Output,
    survey: &Survey,
    found: Option<&[usize]>,
    exported: Option<&(PathBuf, usize)>,
) -> io::Result<()> {
    let document = || json::Scan {
        exported: exported.map(|(path, _)| path.clone()),
        found: found.map(|found| passing(survey, found).map(Into::into).collect()),
        ..json::Scan::from(survey)
    };
    output.either(document, || match found {
        Some(found) => found_text(survey, found, exported),
        None => survey_text(survey, exported).unwrap_or_default(),
    })
}

fn passing<'a>(survey: &'a Survey, found: &'a [usize]) -> impl Iterator<Item = &'a Clip> {
    found.iter().filter_map(|index| survey.catalogue.clips.get(*index))
}

/// The clips that pass a filter, one a line.
fn found_text(survey: &Survey, found: &[usize], exported: Option<&(PathBuf, usize)>) -> String {
    let mut table = Table::new(5, &["corpus", "emotion", "speaker", "gender", "clip", "s"]);
    for clip in passing(survey, found) {
        let dash = || "–".to_owned();
        table.row([
            clip.corpus.to_string(),
            clip.emotion.name().to_owned(),
            clip.speaker.as_deref().map_or_else(dash, str::to_owned),
            clip.gender.map_or_else(dash, |gender| gender.name().to_owned()),
            clip.name().display().to_string(),
            format!("{:.2}", clip.seconds()),
        ]);
    }
    let all = count(survey.catalogue.clips.len(), "clip");
    let mut text = match found.is_empty() {
        true => String::new(),
        false => table.render(),
    };
    text += &format!("{} of {all}\n", grouped(found.len()));
    if let Some((path, clips)) = exported {
        text += &format!("{} written to {}\n", count(*clips, "clip"), path.display());
    }
    text
}

/// What a pattern makes of names.
pub fn pattern(output: Output, report: &PatternReport, preview: &PatternPreview) -> io::Result<()> {
    let text = || {
        let groups = preview.groups().map(|(group, values)| format!("{group}: {values}"));
        let more = preview.unlike.len().saturating_sub(LISTED);
        let unlike = preview.unlike.iter().take(LISTED);
        let unlike = unlike.map(|(file, why)| format!("does not match: {}: {why}", file.display()));
        let more = (more > 0).then(|| format!("and {more} more; --json lists them all"));
        let entry = (preview.matching > 0).then(|| format!("\n{}", report.entry));
        let lines = std::iter::once(format!("{}: {}", report.folder.display(), preview.matches()));
        let lines: Vec<String> = lines.chain(groups).chain(unlike).chain(more).chain(entry).collect();
        lines.join("\n")
    };
    output.either(|| json::NamePattern::from(report), text)
}

fn survey_text(survey: &Survey, exported: Option<&(PathBuf, usize)>) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let known = &survey.statistics;
    if survey.synthetic {
        writeln!(text, "{SYNTHETIC}")?;
    }
    let sums = match known.clips {
        0 => "no clips".to_owned(),
        clips => format!(
            "{}, {}, {:.1} min",
            count(clips, "clip"),
            count(known.speakers.len(), "speaker"),
            known.seconds / 60.0
        ),
    };
    writeln!(
        text,
        "{sums}; headers read in {:.2} s{}",
        survey.header_seconds,
        match (survey.analysed, survey.analysis_seconds) {
            _ if known.clips == 0 => String::new(),
            (true, 0.0) => ", samples known".to_owned(),
            (true, seconds) => format!(", samples in {seconds:.1} s"),
            (false, _) => ", samples not read".to_owned(),
        }
    )?;
    for reading in survey.catalogue.readings.iter() {
        writeln!(text, "{}: read by {}", reading.corpus, reading.layout)?;
        if let Some(counts) = &reading.counts {
            writeln!(text, "  {}", words::published_counts(counts))?;
        }
        for note in &reading.notes {
            writeln!(text, "  {note}")?;
        }
    }
    if known.clips > 0 {
        writeln!(
            text,
            "lengths {:.2} to {:.2} s, mean {:.2} s, median {:.2} s",
            known.lengths.minimum, known.lengths.maximum, known.lengths.mean, known.lengths.median
        )?;
        for table in [&known.emotion_by_corpus, &known.emotion_by_gender] {
            write!(text, "\n{}", cross_table("emotion", table))?;
        }
        for of in &known.dimensions {
            write!(text, "\n{}", dimensions(of))?;
        }
        for of in &known.votes {
            writeln!(text, "\n{}", votes(of))?;
        }
        writeln!(text, "\n{} selected for training", count(survey.selected, "clip"))?;
    }
    for (why, clips) in &survey.excluded {
        writeln!(text, "{clips} left out: {}", words::exclusion(*why))?;
    }
    if !survey.name_notes.is_empty() {
        writeln!(text, "\nnames: {}", survey.name_notes.len())?;
    }
    for note in survey.name_notes.iter().take(LISTED) {
        writeln!(text, "  {note}")?;
    }
    if survey.name_notes.len() > LISTED {
        writeln!(
            text,
            "  and {} more (--json lists them all)",
            survey.name_notes.len() - LISTED
        )?;
    }
    refusals(&mut text, survey)?;
    let mut rest = survey.quality_issues.as_slice();
    while let Some(first) = rest.first() {
        let (same, others) = rest.split_at(rest.iter().take_while(|other| other.kind == first.kind).count());
        rest = others;
        let files = same
            .iter()
            .filter_map(|one| Some((survey.catalogue.clips.get(one.clip)?.name(), &one.detail)));
        listing(&mut text, words::quality_issue(first.kind), files)?;
    }
    if let Some((path, clips)) = exported {
        writeln!(text, "\n{clips} clips written to {}", path.display())?;
    }
    Ok(text)
}

/// One line for those of a folder that were refused for the same reason.
fn refusals(text: &mut String, survey: &Survey) -> std::fmt::Result {
    let refused = &survey.catalogue.refused;
    let groups = Refusals::of(refused.iter().map(|refused| (&*refused.path, &*refused.reason)));
    if !groups.is_empty() {
        writeln!(text, "\nrefused: {}", refused.len())?;
    }
    for group in groups.iter().take(LISTED) {
        writeln!(text, "  {}", group.line())?;
    }
    let more: usize = groups.iter().skip(LISTED).map(|group| group.files).sum();
    if more > 0 {
        writeln!(text, "  and {more} more (--json lists them all)")?;
    }
    Ok(())
}

fn listing<'a>(
    text: &mut String,
    title: &str,
    files: impl Iterator<Item = (Cow<'a, Path>, &'a String)>,
) -> std::fmt::Result {
    let files: Vec<_> = files.collect();
    if files.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{title}: {}", files.len())?;
    for (path, detail) in files.iter().take(LISTED) {
        let path = path.display().to_string();
        // Some reasons name their file already.
        match detail.strip_prefix(&path) {
            Some(_) => writeln!(text, "  {detail}")?,
            None => writeln!(text, "  {path}: {detail}")?,
        }
    }
    if files.len() > LISTED {
        writeln!(text, "  and {} more (--json lists them all)", files.len() - LISTED)?;
    }
    Ok(())
}

/// In the corpus's units.
fn dimensions(of: &DimensionStatistics) -> String {
    let whose = match of.range_stated {
        true => "as the settings state",
        false => "that of the values (range = [1, 5] in the corpus's settings states it)",
    };
    let mut table = Table::new(
        1,
        &[
            of.corpus.as_str(),
            "clips",
            "minimum",
            "median",
            "mean",
            "s.d.",
            "maximum",
            "range",
            "beyond",
        ],
    );
    for row in &of.dimensions {
        let numbers = [row.minimum, row.median, row.mean, row.deviation, row.maximum];
        let numbers = numbers.iter().map(|value| format!("{value:.2}"));
        let ends = [
            format!("{:.2} to {:.2}", row.range.0, row.range.1),
            row.beyond.to_string(),
        ];
        table.row(
            [row.name.clone(), row.clips.to_string()]
                .into_iter()
                .chain(numbers)
                .chain(ends),
        );
    }
    format!("dimensions, the range {whose}\n{}", table.render())
}

fn votes(of: &VoteStatistics) -> String {
    let labels: Vec<String> = of
        .labels
        .iter()
        .map(|(label, share)| format!("{label} {}", percent(*share)))
        .collect();
    format!(
        "votes of {}: {}, {:.1} votes each, agreement {}, {}\n  {}",
        of.corpus,
        count(of.clips, "clip"),
        of.votes,
        percent(of.agreement),
        count(of.ties, "tie"),
        labels.join(", ")
    )
}

fn cross_table(title: &str, cross: &CrossTable) -> String {
    let headings: Vec<&str> = std::iter::once(title)
        .chain(cross.columns.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(1, &headings);
    for (row, counts) in cross.rows.iter().zip(&cross.counts) {
        table.row(std::iter::once(row.clone()).chain(counts.iter().map(usize::to_string)));
    }
    table.render()
}

/// The table of clips was written.
pub fn exported(output: Output, path: &Path, clips: usize) -> io::Result<()> {
    output.either(
        || json::Exported::from(&(path.to_owned(), clips)),
        || format!("{clips} clips written to {}", path.display()),
    )
}

/// The demo corpus was written.
pub fn demo(output: Output, folder: &Path, summary: &DemoSummary) -> io::Result<()> {
    output.either(
        || json::Demo::from(&(folder.to_owned(), summary.clone())),
        || {
            format!(
                "{} clips of {} synthetic speakers, {:.1} min, written to {}\n{SYNTHETIC}",
                summary.clips,
                summary.speakers,
                summary.seconds / 60.0,
                folder.display()
            )
        },
    )
}

/// Features are in the cache.
pub fn features(output: Output, summary: &FeatureSummary) -> io::Result<()> {
    output.either(
        || json::Features::from(summary),
        || {
            let share = summary.cached as f64 / summary.clips.max(1) as f64;
            let mut text = format!(
                "{}: {} for each of {} clips in {:.1} s; {} were in the cache",
                summary.recipe,
                words::shape(summary.shape),
                summary.clips,
                summary.seconds,
                percent(share)
            );
            if summary.skip_clamped > 0 {
                text += &format!(
                    "\n{} clips are shorter than the skip, which was cut for them",
                    summary.skip_clamped
                );
            }
            for group in Refusals::of(summary.refused.iter().map(|(path, reason)| (&**path, &**reason))) {
                text += &format!("\nrefused: {}", group.line());
            }
            text
        },
    )
}

/// The resolved settings.
pub fn config(output: Output, config: &Config) -> io::Result<()> {
    output.either(
        || json::Config::from(config),
        || {
            let mut table = Table::new(3, &[]);
            for row in &config.rows {
                table.row([row.key.clone(), row.value.clone(), format!("# {}", row.origin)]);
            }
            let presets = config
                .presets
                .iter()
                .map(|preset| ("preset", &preset.name, preset.provenance));
            let recipes = config
                .recipes
                .iter()
                .map(|(name, provenance)| ("recipe", name, *provenance));
            for (what, name, provenance) in recipes.chain(presets) {
                table.row([format!("# {what} {name}"), String::new(), format!("# {provenance}")]);
            }
            table.render()
        },
    )
}

/// What goes from the settings file, line by line, and what comes of it.
pub fn tidying(output: Output, tidying: &Tidying) -> io::Result<()> {
    output.either(
        || json::Tidying::from(tidying),
        || {
            let file = tidying.file.display();
            let (settings, left) = (tidying.removed.len(), tidying.text.lines().count());
            if settings == 0 {
                return format!("nothing in {file} equals the defaults");
            }
            let mut table = Table::new(2, &["setting", "value", "line"]);
            for row in &tidying.removed {
                table.row([row.key.clone(), row.value.clone(), row.line.to_string()]);
            }
            let end = match &tidying.kept {
                Some(kept) => format!(
                    "were taken out of {file}, which has {left} lines now; a copy of it as it was: {}",
                    kept.display()
                ),
                None => format!("in {file} equal the defaults; --yes takes them out and leaves {left} lines"),
            };
            format!("{}\n{settings} settings {end}", table.render())
        },
    )
}

/// Lines of the settings file that change, or have changed.
pub fn settings_edit(output: Output, edit: &SettingsEdit) -> io::Result<()> {
    let text = || {
        let file = edit.file.display();
        if edit.lines.is_empty() {
            return format!("{file} says so already");
        }
        let mut text = String::new();
        for line in &edit.lines {
            let sides = [("-", &line.before), ("+", &line.after)];
            for (sign, words) in sides.iter().filter_map(|(sign, words)| Some((sign, words.as_ref()?))) {
                text += &format!("{:>5} {sign} {words}\n", line.line);
            }
        }
        for key in &edit.overridden {
            text += &format!("{key} is set by --set as well, which stands over the file\n");
        }
        match edit.written {
            true => text + &format!("written to {file}"),
            false => text + &format!("would change in {file}; --yes writes it"),
        }
    };
    output.either(|| json::SettingsEdit::from(edit), text)
}
