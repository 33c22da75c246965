//! The program over a small synthetic corpus, in a folder of its own.

#![allow(dead_code, reason = "every test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

pub mod classifier;
pub mod encoder;
pub mod kept;
#[cfg(unix)]
pub mod pty;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SETTINGS: &str = "
[training]
epochs = 2
[model.conv1d]
filters = [4, 8]
dense_units = 8
[demo]
clips = 60
speakers = 12
";

/// A folder with settings and a demo corpus.
pub struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    /// With the demo corpus in it.
    pub fn new() -> Self {
        let lab = Self::empty();
        lab.done(&["demo", "--clips", "60"]);
        lab
    }

    /// Without any corpus.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("workbench.toml"), SETTINGS).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, to be started.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_undertone"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command.env_remove("NO_COLOR").env("RAYON_NUM_THREADS", "2");
        // Encoders are those of the test, not those of the user.
        command.env("HF_HOME", self.path("huggingface"));
        for variable in [
            "HF_HUB_CACHE",
            "HUGGINGFACE_HUB_CACHE",
            "HF_HUB_OFFLINE",
            "TRANSFORMERS_OFFLINE",
        ] {
            command.env_remove(variable);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// Standard output of a call that must succeed.
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Standard error of a call that must end with this code.
    pub fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The one JSON document of a call that must succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self.done(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }

    /// Starts a run that would go on for minutes; its id.
    pub fn start_long_run(&self, more: &[&str]) -> String {
        let long = [
            "-s",
            "training.epochs=100000",
            "-s",
            "training.early_stopping.patience=0",
        ];
        let arguments = [&["train", "--detach"], &long[..], more].concat();
        let started = self.json(&arguments);
        started["runs"][0].as_str().unwrap().to_owned()
    }

    /// A clip of the demo corpus.
    pub fn clip(&self) -> PathBuf {
        let mut folder = self.path("data/demo/crema-d");
        while folder.is_dir() {
            let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
            folder = entries
                .filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "wav"))
                .min()
                .unwrap();
        }
        folder
    }

    /// The runs.
    pub fn runs(&self) -> Value {
        self.json(&["runs"])["runs"].take()
    }

    /// The row of a run.
    pub fn row(&self, id: &str) -> Value {
        let runs = self.runs();
        let row = runs.as_array().unwrap().iter().find(|row| row["id"] == id);
        row.unwrap_or_else(|| panic!("no {id} in {runs}")).clone()
    }

    pub fn run_folder(&self, id: &str) -> PathBuf {
        self.path("runs").join(id)
    }

    /// Waits until the row of a run is as wanted.
    pub fn wait(&self, id: &str, within: Duration, wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let row = self.row(id);
            if wanted(&row) {
                return row;
            }
            assert!(begun.elapsed() < within, "after {within:?}: {row}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until some epochs are done; the process that does them.
    pub fn wait_for_epochs(&self, id: &str) -> i32 {
        // One that is resumed has epochs already while it is in the queue.
        let row = self.wait(id, Duration::from_secs(60), |row| {
            row["epochs"].as_u64() >= Some(2) && row["state"] == "running"
        });
        i32::try_from(row["heartbeat"]["pid"].as_i64().unwrap()).unwrap()
    }
}

/// Sends a signal to a process.
pub fn signal(name: &str, process: i32) {
    let status = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Every line of a file of JSON lines.
pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A mono wav file at 16 kHz of samples as 32-bit floats.
pub fn write_wav(path: &Path, samples: &[f32]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, format).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

/// Every file below a folder, sorted; nothing where there is none.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
