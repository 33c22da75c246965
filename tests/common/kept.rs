//! Folders that an earlier version of the program wrote, kept as tests: the lab they come from and go to.

use super::Lab;
use std::fs;
use std::path::Path;

const SETTINGS: &str = "
corpora = [{ name = \"mine\", path = \"clips\", layout = \"ravdess\" }]
seed = 1
[training]
epochs = 3
early_stopping.patience = 0
[model.conv1d]
filters = [4, 4]
dense_units = 4
[tuning]
workers = 1
baseline = false
sampler = \"random\"
pruner = \"none\"
[tuning.space.conv1d]
training.learning_rate = { float = [1e-4, 1e-2], log = true }
";

/// Four speakers with twelve clips, and one with a single clip: 16-bit mono at 8 kHz, a quarter of a second each.
fn write_corpus(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for speaker in 0..4 {
        for emotion in 0..6 {
            for sentence in 0..2 {
                let (code, actor) = (emotion + 3, speaker + 1);
                let name = format!("03-01-{code:02}-01-{:02}-01-{actor:02}.wav", sentence + 1);
                write_wav(&folder.join(name), 20 + 12 * speaker + 2 * emotion + sentence);
            }
        }
    }
    write_wav(&folder.join("03-01-03-01-01-01-05.wav"), 97);
}

/// A triangle of so many samples, in whole numbers: the same bytes everywhere.
fn write_wav(path: &Path, period: i32) {
    let triangle = |index: i32| {
        let phase = index % period;
        let height = phase.min(period - phase) * 4 - period;
        i16::try_from(8000 * height / period).unwrap()
    };
    let data: Vec<u8> = (0..2000).flat_map(|index| triangle(index).to_le_bytes()).collect();
    let size = u32::try_from(data.len()).unwrap();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1u16.to_le_bytes(), 1u16.to_le_bytes()].concat());
    bytes.extend([8_000u32.to_le_bytes(), 16_000u32.to_le_bytes()].concat());
    bytes.extend([2u16.to_le_bytes(), 16u16.to_le_bytes()].concat());
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(data);
    fs::write(path, bytes).unwrap();
}

/// A folder with these settings and this corpus.
pub fn lab() -> Lab {
    let lab = Lab::empty();
    fs::write(lab.path("workbench.toml"), SETTINGS).unwrap();
    write_corpus(&lab.path("clips"));
    lab
}

/// Copies a folder; in texts, one word stands for another.
pub fn copy(from: &Path, to: &Path, words: &[(String, String)]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target, words);
            continue;
        }
        match String::from_utf8(fs::read(&entry).unwrap()) {
            Ok(text) => {
                let text = words.iter().fold(text, |text, (word, other)| text.replace(word, other));
                fs::write(target, text).unwrap();
            }
            Err(binary) => fs::write(target, binary.into_bytes()).unwrap(),
        }
    }
}

/// What stands for the folder and the machine in the kept folders, and what they are in a lab.
pub fn words(lab: &Lab) -> [(String, String); 2] {
    let folder = fs::canonicalize(lab.path("")).unwrap();
    let folder = folder.to_str().unwrap().trim_end_matches('/').to_owned();
    [
        ("@LAB@".to_owned(), folder),
        ("@HOST@".to_owned(), undertone::runs::host_name()),
    ]
}
