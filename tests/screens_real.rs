//! The workbench over real speech, through the real engine: all tabs at 80x24 and 160x50.
//!
//! Train and Report show two recorded runs on RAVDESS (`tests/screens/real_runs`: journal, report and predictions as
//! the program wrote them, with other folder names). Data and Listen read RAVDESS itself from `UNDERTONE_CORPORA`.
//! `UNDERTONE_UPDATE_SCREENS=1` records the screens again.
//!
//! An ignored test draws the pictures of the documentation from a session of its own; docs/extending.md has the command.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and may say that it is skipped"
)]

#[path = "screens_real/svg.rs"]
mod svg;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use undertone::engine::{Engine, Event, load_settings};
use undertone::ui::{App, Colours, Theme};

/// Long enough for the samples of 1,080 clips on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(120);
/// An engine that says nothing for this long has nothing more to say.
const QUIET: Duration = Duration::from_millis(700);

struct Workbench {
    app: App,
    events: Receiver<Event>,
}

impl Workbench {
    fn open(settings: &Path) -> Self {
        let (engine, events) = Engine::start(load_settings(Some(settings), &[]).unwrap());
        let app = App::new(Theme::new(Colours::True), move |command| engine.send(command));
        Self { app, events }
    }

    /// Presses a key and lets the engine answer until the screen shows these words and nothing more comes.
    fn press(&mut self, key: char, words: &[&str]) {
        self.app.key(KeyCode::Char(key).into());
        self.wait(words);
    }

    fn wait(&mut self, words: &[&str]) {
        let begun = Instant::now();
        loop {
            match self.events.recv_timeout(QUIET) {
                Ok(event) => self.app.apply(event),
                Err(RecvTimeoutError::Timeout) => {
                    let screen = self.text(160, 50);
                    if words.iter().all(|word| screen.contains(word)) {
                        return;
                    }
                    assert!(begun.elapsed() < TIMEOUT, "no {words:?} on\n{screen}");
                }
                Err(RecvTimeoutError::Disconnected) => panic!("the engine is gone"),
            }
        }
    }

    fn buffer(&self, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// Writes the screen as a picture of the documentation.
    fn draw(&self, name: &str, title: &str) {
        let file = format!("docs/{name}.svg");
        let picture = svg::svg(&self.buffer(120, 36), title);
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), picture).unwrap();
    }

    fn text(&self, width: u16, height: u16) -> String {
        let buffer = self.buffer(width, height);
        let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| without_times(line(y).trim_end()) + "\n").collect()
    }

    /// Compares both sizes with their files. One cell in a hundred may differ: a bar or a dot that lies between two
    /// characters falls to another side on another processor.
    fn compare(&self, name: &str) {
        for (width, height) in [(80, 24), (160, 50)] {
            let text = self.text(width, height);
            let file = format!("tests/screens/real_{name}_{width}x{height}.txt");
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            if std::env::var_os("UNDERTONE_UPDATE_SCREENS").is_some() {
                std::fs::write(&path, &text).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            let cells = |text: &str| -> Vec<char> {
                text.lines()
                    .flat_map(|line| {
                        format!("{line:width$}", width = usize::from(width))
                            .chars()
                            .collect::<Vec<_>>()
                    })
                    .collect()
            };
            let (is, was) = (cells(&text), cells(&expected));
            let different = is.iter().zip(&was).filter(|(is, was)| is != was).count();
            assert!(
                is.len() == was.len() && different * 100 <= is.len(),
                "{} differs in {different} cells; is now\n{text}\nand was\n{expected}",
                path.display()
            );
        }
    }
}

/// The times that a scan took are never the same twice.
fn without_times(line: &str) -> String {
    if line.contains("headers read in") {
        line.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
    } else {
        line.to_owned()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn train_and_report_show_recorded_runs_on_real_speech() {
    let folder = tempfile::tempdir().unwrap();
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens/real_runs");
    copy(&recorded, &folder.path().join("runs"));
    let settings = folder.path().join("workbench.toml");
    std::fs::write(&settings, "[demo]\nclips = 24\nspeakers = 24\n").unwrap();
    let mut workbench = Workbench::open(&settings);
    workbench.press('1', &["24 clips", "samples analysed"]);
    workbench.press('3', &["20261121-025203", "UAR %"]);
    workbench.compare("train");
    workbench.press('5', &["speakers leak", "By gender"]);
    workbench.compare("report_random");
    workbench.press('[', &["speaker-disjoint split", "By gender"]);
    workbench.compare("report");
}

/// Writes settings for RAVDESS into a folder. They name it by a link, which is returned: the screen shows that, so it has
/// to be the same everywhere.
fn ravdess(folder: &Path, link: &str) -> Option<PathBuf> {
    let Some(corpora) = std::env::var_os("UNDERTONE_CORPORA").map(PathBuf::from) else {
        println!("skipped: UNDERTONE_CORPORA names no folder of corpora");
        return None;
    };
    let link = std::env::temp_dir().join(link);
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(std::fs::canonicalize(corpora.join("ravdess")).unwrap(), &link).unwrap();
    let corpus = format!("corpora = [{{ name = \"ravdess\", path = \"{}\" }}]\n", link.display());
    std::fs::write(folder.join("workbench.toml"), corpus).unwrap();
    Some(link)
}

#[test]
fn data_and_listen_show_real_speech() {
    let folder = tempfile::tempdir().unwrap();
    let Some(link) = ravdess(folder.path(), "undertone-screens") else {
        return;
    };
    let settings = folder.path().join("workbench.toml");
    let mut workbench = Workbench::open(&settings);
    workbench.press('1', &["1,080 clips", "1,080 selected for training", "samples analysed"]);
    workbench.compare("data");
    workbench.press('2', &["03-01-01-01-01-01-01.ogg", "level"]);
    workbench.press('j', &["03-01-01-01-01-02-01.ogg", "level"]);
    workbench.compare("listen");
    std::fs::remove_file(link).unwrap();
}

#[test]
#[ignore = "trains for minutes, and draws the pictures of the documentation anew"]
fn pictures_of_the_documentation() {
    // It stays, so that pictures drawn again need no training.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    std::fs::create_dir_all(&folder).unwrap();
    let Some(link) = ravdess(&folder, "ravdess") else {
        return;
    };
    if !folder.join("runs").exists() {
        for arguments in [&["train", "--preset", "best"][..], &["train"]] {
            let mut program = Command::new(env!("CARGO_BIN_EXE_undertone"));
            assert!(program.args(arguments).current_dir(&folder).status().unwrap().success());
        }
    }
    let mut workbench = Workbench::open(&folder.join("workbench.toml"));
    workbench.press('1', &["1,080 clips", "samples analysed"]);
    workbench.draw(
        "data",
        "The Data tab over RAVDESS: classes, speakers, lengths and levels",
    );
    workbench.press('2', &["03-01-01-01-01-01-01.ogg", "level"]);
    // A speaker of the test set.
    "/angry 08"
        .chars()
        .for_each(|c| workbench.app.key(KeyCode::Char(c).into()));
    workbench.app.key(KeyCode::Enter.into());
    workbench.wait(&["16 of 1,080 clips", "ravdess 08, female"]);
    workbench.press('p', &["by 20", "angry", "%"]);
    workbench.draw(
        "workbench",
        "The Listen tab: a clip of RAVDESS, its wave, its mel spectrogram, and the emotions that a model predicts",
    );
    workbench.press('3', &["conv1d", "attentive_crnn", "UAR %"]);
    workbench.press(' ', &["UAR %"]);
    workbench.press('j', &["UAR %"]);
    workbench.press(' ', &["UAR %"]);
    workbench.draw("train", "The Train tab: two runs on RAVDESS and their learning curves");
    workbench.press('5', &["Protocol", "By gender"]);
    workbench.press('[', &["attentive_crnn on ravdess", "By gender"]);
    workbench.draw(
        "report",
        "The Report tab: scores, confusion matrix, classes, genders and the protocol",
    );
    std::fs::remove_file(link).unwrap();
}
