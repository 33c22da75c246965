//! The Data tab, and what is done with corpora and features.

use super::fixtures;
use super::fixtures::{opening, synthetic_survey};
use super::harness::{SIZES, Workbench, screens};
use std::path::PathBuf;
use std::sync::Arc;
use undertone::engine::{
    ChangedLine, Clear, Command, CommandKind, DemoCorpus, DimensionRow, DimensionStatistics, Event, PatternPreview,
    PatternReport, Progress, Reading, Refused, SettingsEdit, Task, TidyRow, Tidying, VoteStatistics,
};

#[test]
fn data_shows_every_view() {
    let mut workbench = Workbench::new(opening());
    for name in ["overview", "tables", "speakers", "suspicious", "refused", "notes"] {
        screens(&workbench, &format!("data_{name}"));
        workbench.press("Right");
    }
    workbench.press("Left Left Left Down Down Down");
    workbench.press("/ s a m e");
    assert!(
        workbench.text(80, 24).contains("1 of 2"),
        "two suspicions speak of the same samples"
    );
    workbench.press("Enter Enter");
    assert!(workbench.text(80, 24).contains("1006_TIE_HAP_XX.wav") || workbench.text(80, 24).contains("Clips"));
}

/// Thirty files of one folder that were refused alike, and one that was not; what a scan noted.
#[test]
fn like_refusals_are_one_row_and_notes_are_listed() {
    let mut found = fixtures::survey();
    let refused = |name: String, reason: &str| Refused {
        corpus: "mine".into(),
        path: format!("data/mine/{name}").into(),
        reason: reason.to_owned(),
    };
    let mut all: Vec<_> = (0..30)
        .map(|file| refused(format!("{file}.amr"), "AMR is not read"))
        .collect();
    all.push(refused("other.wav".to_owned(), "is empty"));
    found.catalogue.refused = Arc::new(all);
    found.catalogue.readings = Arc::new(vec![Reading {
        corpus: "tess".into(),
        path: "data/tess".into(),
        layout: "the names of TESS (2800 of 2800 sound files)".to_owned(),
        notes: vec!["list.csv would fit, too".to_owned()],
        counts: None,
    }]);
    found.name_notes = vec!["the labels 0, 1 of mine are numbers".to_owned()];
    let mut events = opening();
    events.push(Event::Survey(Arc::new(found)));
    let mut workbench = Workbench::new(events);
    assert!(workbench.text(120, 40).contains("1 note on names: see Notes"));
    workbench.press("Left");
    let notes = workbench.text(120, 40);
    for words in [
        "Notes 3",
        "read by the names of TESS",
        "list.csv would fit",
        "are numbers",
        "1 of 3",
    ] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
    workbench.press("Left");
    let refused = workbench.text(120, 40);
    for words in [
        "Refused 31",
        "30 files",
        "AMR is not read",
        "other.wav",
        "1 of 2",
        "such as 0.amr",
    ] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    workbench.press("/ a m r Enter");
    assert!(workbench.text(120, 40).contains("1 of 30"));
}

#[test]
fn dimensions_and_votes_have_a_view_where_there_are_any() {
    let row = |name: &str| DimensionRow {
        name: name.to_owned(),
        clips: 900,
        range: (1.0, 7.0),
        mean: 4.25,
        deviation: 1.5,
        histogram: vec![(1.0, 4.0, 300), (4.0, 7.0, 600)],
        ..DimensionRow::default()
    };
    let mut survey = fixtures::survey();
    survey.statistics.dimensions = vec![DimensionStatistics {
        corpus: "msp".to_owned(),
        range_stated: true,
        dimensions: vec![row("arousal"), row("valence")],
        scatter: vec![(1.0, 1.0, 400), (7.0, 7.0, 500)],
    }];
    survey.statistics.votes = vec![VoteStatistics {
        corpus: "ravdess".to_owned(),
        clips: 10,
        votes: 9.8,
        agreement: 0.61,
        ties: 1,
        labels: vec![("happy".to_owned(), 0.25), ("angry".to_owned(), 0.75)],
    }];
    let mut events = opening();
    events.push(Event::Survey(Arc::new(survey)));
    let mut workbench = Workbench::new(events);
    workbench.press("Right Right");
    for (width, height) in SIZES {
        workbench.text(width, height);
    }
    let screen = workbench.text(120, 40);
    for words in [
        "msp",
        "1 of 2",
        "Arousal",
        "mean 4.25, s.d. 1.50, 900 clips",
        "Arousal by valence",
    ] {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    assert!(
        screen.contains('⡀') && screen.contains('⠈'),
        "both corners of the scatter:\n{screen}"
    );
    workbench.press("Down");
    let screen = workbench.text(120, 40);
    assert!(
        screen.contains("Votes") && screen.contains("agreement 61.0 %"),
        "{screen}"
    );
    workbench.press("Left Left Left Left");
    assert!(workbench.text(120, 40).contains("Refused"));
}

#[test]
fn a_demo_corpus_is_called_synthetic_wherever_it_is_shown() {
    let mut events = opening();
    events.push(Event::Survey(Arc::new(synthetic_survey())));
    let mut workbench = Workbench::new(events);
    for key in ["1", "2", "3"] {
        workbench.press(key);
        for (width, height) in SIZES {
            assert!(
                workbench
                    .text(width, height)
                    .lines()
                    .next()
                    .unwrap()
                    .contains("SYNTHETIC"),
                "tab {key}"
            );
        }
    }
}

#[test]
fn the_demo_corpus_is_scanned_when_it_is_written() {
    let mut workbench = Workbench::new(opening());
    workbench.press("d");
    workbench.compare("demo_80x24", 80, 24);
    workbench.press("Right Enter");
    assert_eq!(
        workbench.last(),
        Some(Command::Demo {
            folder: None,
            clips: None,
            if_empty: false,
        })
    );
    let summary = undertone::engine::DemoSummary {
        clips: 1200,
        speakers: 24,
        seconds: 1804.0,
    };
    let folder = PathBuf::from("data/demo");
    workbench.tell(Event::Demo(DemoCorpus {
        folder: folder.clone(),
        summary: None,
    }));
    assert!(
        matches!(workbench.last(), Some(Command::Demo { .. })),
        "nothing was written"
    );
    workbench.tell(Event::Demo(DemoCorpus {
        folder,
        summary: Some(summary),
    }));
    assert_eq!(workbench.last(), Some(Command::Scan { headers_only: false }));
}

/// What a pattern makes of seven names, of which it matches five.
fn patterned(pattern: &str, folder: &str) -> PatternReport {
    let count = |values: &[(&str, usize)]| {
        values
            .iter()
            .map(|(value, count)| ((*value).to_owned(), *count))
            .collect()
    };
    let unlike = |name: &str| {
        (
            PathBuf::from(name),
            "its name is not of the form of the pattern".to_owned(),
        )
    };
    PatternReport {
        folder: folder.into(),
        pattern: pattern.to_owned(),
        entry: format!(
            "[[corpora]]\nname = \"mine\"\nlayout = \"pattern\"\npath = \"{folder}\"\npattern = '{pattern}'\n"
        ),
        outcome: Ok(PatternPreview {
            matching: 5,
            unlike: vec![unlike("notes/01.wav"), unlike("s3-W-2.wav")],
            caught: [
                ("emotion".to_owned(), count(&[("W", 3), ("F", 2)])),
                ("speaker".to_owned(), count(&[("s1", 3), ("s2", 2)])),
            ]
            .into(),
        }),
    }
}

#[test]
fn a_pattern_is_tried_on_names_at_every_key() {
    let mut workbench = Workbench::new(opening());
    workbench.press("N");
    let asked = |pattern: Option<&str>, folder: Option<&str>| {
        Some(Command::Pattern {
            folder: folder.map(PathBuf::from),
            pattern: pattern.map(str::to_owned),
        })
    };
    assert_eq!(workbench.last(), asked(None, None));
    let first = r"(?<speaker>s\d)_(?<emotion>[A-Z])";
    workbench.tell(Event::Pattern(Arc::new(patterned(first, "data"))));
    screens(&workbench, "pattern");
    workbench.type_text("_");
    let second = format!("{first}_");
    assert_eq!(workbench.last(), asked(Some(&second), Some("data")));
    // What was found for an earlier text is not shown for this one.
    let mut late = patterned(first, "data");
    late.outcome = Err("late".into());
    workbench.tell(Event::Pattern(Arc::new(late)));
    assert!(workbench.text(80, 24).contains("5 of 7 names match"));
    let mut wrong = patterned(&second, "data");
    wrong.outcome = Err("corpora.pattern: mine: `(` is no regular expression: unclosed group".into());
    workbench.tell(Event::Pattern(Arc::new(wrong)));
    let shown = workbench.text(80, 24);
    assert!(
        shown.contains("unclosed group") && !shown.contains("names match"),
        "{shown}"
    );
    workbench.press("Tab");
    let before = workbench.sent().len();
    workbench.type_text("/mine");
    assert_eq!(
        workbench.sent().len(),
        before,
        "a folder that is half typed is not read"
    );
    workbench.press("Enter");
    assert_eq!(workbench.last(), asked(Some(&second), Some("data/mine")));
    workbench.press("Esc");
    assert!(!workbench.text(80, 24).contains("unclosed group"));
}

#[test]
fn a_setting_is_edited_in_its_file_after_a_look_at_the_lines() {
    let mut workbench = Workbench::new(opening());
    workbench.press("c");
    workbench.press("/");
    workbench.type_text("seed");
    workbench.press("Enter Enter");
    workbench.compare("setting_80x24", 80, 24);
    workbench.press("Ctrl-u");
    workbench.type_text("7");
    workbench.press("Enter");
    let changes = vec![("seed".to_owned(), Some("7".to_owned()))];
    let edit = |seen| {
        Some(Command::EditSettings {
            changes: changes.clone(),
            seen,
        })
    };
    assert_eq!(workbench.last(), edit(None));
    let found = SettingsEdit {
        file: "workbench.toml".into(),
        keys: vec!["seed".into()],
        lines: vec![ChangedLine {
            line: 3,
            before: Some("seed = 1 # lucky".into()),
            after: Some("seed = 7 # lucky".into()),
        }],
        seen: 99,
        text: String::new(),
        overridden: vec!["seed".into()],
        written: false,
    };
    workbench.tell(Event::SettingsEdit(Arc::new(found.clone())));
    workbench.done(CommandKind::EditSettings);
    for (width, height) in [(80, 24), (120, 40)] {
        workbench.compare(&format!("setting_lines_{width}x{height}"), width, height);
    }
    workbench.press("Enter");
    assert_eq!(workbench.last(), edit(Some(99)));
    let message = "workbench.toml, seed: the file has changed since its lines were shown".to_owned();
    let command = CommandKind::EditSettings;
    workbench.tell(Event::Failed { command, message });
    let shown = workbench.text(80, 24);
    assert!(shown.contains("has changed since"), "{shown}");
    assert!(shown.contains("› 7"), "what was typed stays: {shown}");
    workbench.press("Ctrl-r");
    let reset = vec![("seed".to_owned(), None)];
    assert_eq!(
        workbench.last(),
        Some(Command::EditSettings {
            changes: reset,
            seen: None
        })
    );
    workbench.tell(Event::SettingsEdit(Arc::new(SettingsEdit { written: true, ..found })));
    let shown = workbench.text(80, 24);
    assert!(shown.contains("seed written to workbench.toml"), "{shown}");
}

#[test]
fn what_trimming_would_remove_is_measured_once() {
    let mut workbench = Workbench::new(opening());
    let asked = |workbench: &Workbench| workbench.sent().iter().filter(|sent| **sent == Command::Trim).count();
    workbench.press("t");
    workbench.tell(Event::Progress(Progress {
        task: Task::Trimming,
        done: 3120,
        total: 8140,
    }));
    workbench.compare("trimming_80x24", 80, 24);
    workbench.press("Esc t");
    assert_eq!(asked(&workbench), 1, "it is being measured");
    workbench.tell(Event::Trimming(Arc::new(fixtures::trimming())));
    workbench.done(CommandKind::Trim);
    screens(&workbench, "trim");
    // How far a screen scrolls depends on the one that was drawn last.
    workbench.text(80, 24);
    workbench.press("G");
    assert!(
        workbench.text(80, 24).contains("1001_IEO_ANG_XX.wav"),
        "what was refused stands at the end"
    );
    workbench.press("Esc t");
    assert_eq!(asked(&workbench), 1, "it is known");
    workbench.press("r");
    assert_eq!(asked(&workbench), 2);
}

#[test]
fn features_are_exported_and_imported_by_a_folder() {
    let mut workbench = Workbench::new(opening());
    workbench.press("X");
    workbench.compare("export_features_80x24", 80, 24);
    workbench.type_text("/w2v");
    workbench.press("Enter");
    let (folder, per_clip) = (PathBuf::from("features/w2v"), false);
    assert_eq!(workbench.last(), Some(Command::ExportFeatures { folder, per_clip }));
    workbench.press("X");
    assert!(workbench.text(80, 24).contains("still being exported"));
    workbench.press("i");
    workbench.compare("import_features_80x24", 80, 24);
    workbench.press("Enter");
    let (folder, name) = (PathBuf::from("features"), None);
    assert_eq!(workbench.last(), Some(Command::ImportFeatures { folder, name }));
    workbench.tell(Event::FeaturesImported(Arc::new(undertone::engine::ImportSummary {
        folder: "/data/features".into(),
        recipe: "features".to_owned(),
        shape: (8140, 1, 768),
        matched: 8139,
        unmatched: vec![(7, "a.wav: no clip of the corpora".to_owned())],
        faulty: Vec::new(),
        relabelled: 0,
        missing: 1,
    })));
    let text = workbench.text(80, 24);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("8,139 of 8,140 rows") && text.contains("Row 7: a.wav"),
        "{text}"
    );
}

#[test]
fn the_cache_is_shown_and_cleared_after_a_question() {
    let mut workbench = Workbench::new(opening());
    workbench.press("C");
    assert_eq!(workbench.last(), Some(Command::Cache { clear: None }));
    assert!(workbench.text(80, 24).contains("looking"));
    workbench.tell(Event::Cache(Arc::new(fixtures::cache(false))));
    workbench.done(CommandKind::Cache);
    workbench.press("Down Down");
    screens(&workbench, "cache");
    workbench.press("s");
    workbench.compare("cache_clear_80x24", 80, 24);
    workbench.press("Esc d Right Enter");
    let clear = Some(Clear::Features);
    assert_eq!(workbench.last(), Some(Command::Cache { clear }));
    workbench.tell(Event::Cache(Arc::new(fixtures::cache(true))));
    let text = workbench.text(80, 24);
    assert!(
        text.contains("201 MB freed") && !text.contains("mfcc_zcr_rms"),
        "{text}"
    );
    workbench.press("d");
    assert!(workbench.text(80, 24).contains("nothing to clear"));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn data_that_is_not_understood_is_said_in_place_of_it() {
    let mut workbench = Workbench::new(Vec::new());
    workbench.tell(Event::Failed {
        command: CommandKind::Scan,
        message: "/home/ann/data: holds 2,880 sound files (happy/a.wav), 1 table (list.csv with the columns file, label), \
                  and nothing that is understood; name the table and its columns in workbench.toml: corpora = [{ name = \
                  \"mine\", layout = \"table\", path = \"/home/ann/data/list.csv\", columns = { path = \"file\", emotion \
                  = \"label\" } }]; then scan again. No synthetic corpus is made beside them: `undertone demo FOLDER` \
                  writes one elsewhere"
            .to_owned(),
    });
    workbench.compare("unread_80x24", 80, 24);
    workbench.compare("unread_120x40", 120, 40);
    for (width, height) in [(1, 1), (20, 5), (60, 15), (60, 14)] {
        workbench.text(width, height);
    }
    // It stays whatever is pressed, and goes when there is something to show.
    workbench.press("Right");
    assert!(workbench.text(80, 24).contains("nothing that is understood"));
    for event in opening() {
        workbench.tell(event);
    }
    assert!(!workbench.text(80, 24).contains("nothing that is understood"));
}

#[test]
fn the_settings_file_is_tidied_after_a_question() {
    let mut workbench = Workbench::new(opening());
    workbench.press("1 c T");
    assert_eq!(workbench.last(), Some(Command::Tidy { confirmed: false }));
    let row = |line, key: &str, value: &str| TidyRow {
        line,
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let mut tidying = Tidying {
        file: "workbench.toml".into(),
        removed: vec![
            row(3, "seed", "42"),
            row(9, "training.batch_size", "64"),
            row(12, "recipes.log_mel.n_mels", "64"),
        ],
        text: "# Mine.\n[training]\nepochs = 9\n".to_owned(),
        kept: None,
    };
    workbench.tell(Event::Tidying(Arc::new(tidying.clone())));
    workbench.done(CommandKind::Tidy);
    workbench.compare("tidy_80x24", 80, 24);
    workbench.press("Enter");
    assert!(
        !workbench.text(80, 24).contains("Tidy the settings file?"),
        "Cancel is the default"
    );
    workbench.press("T");
    workbench.tell(Event::Tidying(Arc::new(tidying.clone())));
    workbench.press("Tab Enter");
    assert_eq!(workbench.last(), Some(Command::Tidy { confirmed: true }));
    tidying.kept = Some("workbench.toml.untidied".into());
    workbench.tell(Event::Tidying(Arc::new(tidying)));
    assert!(workbench.text(120, 40).contains("workbench.toml.untidied"));
}
