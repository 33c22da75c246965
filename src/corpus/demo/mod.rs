//! The synthetic demo corpus: something to try the program on when there is no speech at hand.
//!
//! A small source-filter `voice` reads nonsense sentences; what each emotion moves is in `prosody`, what tells
//! speakers apart in `speakers` and `channel`. The clips lie in four folders under the names of four published
//! corpora (`naming`), so that the real layouts read them.

mod cast;
mod channel;
mod folder;
mod naming;
mod prosody;
mod speakers;
#[cfg(test)]
mod tests;
mod utterance;
mod voice;
mod wav;

pub use folder::is_complete;

use super::{CorpusError, Gender};
use crate::files;
use crate::random::{Stream, stream};
use cast::Part;
use naming::{Scheme, Take};
use prosody::Category;
use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use speakers::Speaker;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// `[demo]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoSettings {
    /// Clips to write.
    pub clips: usize,
    /// Speakers, over all four naming schemes. The schemes can name only so many clips per speaker
    /// (RAVDESS 60, CREMA-D 247, TESS 1,680, SAVEE 693); when more clips are asked for, more speakers are added:
    /// 100,000 clips have some 400.
    pub speakers: usize,
    /// Seed of every random choice.
    pub seed: u64,
}

impl DemoSettings {
    /// Refuses a corpus that the four naming schemes cannot name.
    ///
    /// # Errors
    /// [`CorpusError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), CorpusError> {
        self.parts().map(|_| ())
    }

    fn parts(&self) -> Result<Vec<Part>, CorpusError> {
        for (key, value, most) in [
            ("demo.clips", self.clips, 2_000_000),
            ("demo.speakers", self.speakers, 9_000),
        ] {
            if value == 0 || value > most {
                return Err(CorpusError::settings(
                    key,
                    format!("{value} is out of range; set it between 1 and {most}"),
                ));
            }
        }
        cast::cast(self.clips, self.speakers).ok_or_else(|| {
            let problem = format!("{} clips are too many to be named; set it lower", self.clips);
            CorpusError::settings("demo.clips", problem)
        })
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DemoSummary {
    /// Clips.
    pub clips: usize,
    /// Speakers.
    pub speakers: usize,
    /// Total length of the clips (s).
    pub seconds: f64,
}

/// Name of the file that marks a folder as synthetic; a scan reads it.
pub const MARKER: &str = "SYNTHETIC.txt";

/// The table in which CREMA-D states who its actors are, below the demo folder.
const DEMOGRAPHICS: &str = "crema-d/VideoDemographics.csv";

/// Writes the demo corpus under `folder`, deterministically from the seed, on all cores: a clip's
/// samples depend on the seed and its name alone. `progress(done, all)` is called from any thread.
///
/// A folder that holds anything but an earlier demo corpus is refused. Clips of an earlier one that
/// are not part of this one are removed; other files are never touched. Until the end the marker
/// says that the corpus is incomplete ([`is_complete`]).
///
/// # Errors
/// A folder or a file that is not ours, numbers that no corpus can have, or what the file system says.
pub fn write_demo(
    folder: &Path,
    settings: &DemoSettings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<DemoSummary, CorpusError> {
    let parts = settings.parts()?;
    let clips = plan(&parts);
    let targets: HashSet<PathBuf> = clips.iter().map(|clip| folder.join(&clip.take.path)).collect();
    folder::claim(folder, settings, &targets)?;
    folder::sweep(folder, &targets)?;
    make_folders(&targets)?;
    write_demographics(folder, &parts, settings.seed)?;

    let speakers: Vec<Speaker> = parts
        .iter()
        .map(|part| Speaker::new(settings.seed, part.scheme, part.number))
        .collect();
    let done = AtomicUsize::new(0);
    progress(0, clips.len());
    let seconds: Vec<f64> = clips
        .par_iter()
        .map(|clip| {
            let seconds = write_clip(folder, clip, &speakers[clip.speaker], settings.seed)?;
            progress(1 + done.fetch_add(1, Ordering::Relaxed), clips.len());
            Ok(seconds)
        })
        .collect::<Result<_, CorpusError>>()?;

    let summary = DemoSummary {
        clips: clips.len(),
        speakers: parts.len(),
        seconds: seconds.iter().sum(),
    };
    folder::write_marker(folder, settings, Some(&summary))?;
    Ok(summary)
}

/// A clip to be written.
struct Planned {
    /// Index into the cast.
    speaker: usize,
    scheme: Scheme,
    category: Category,
    take: Take,
}

fn plan(parts: &[Part]) -> Vec<Planned> {
    let clips_of = |(speaker, part): (usize, &Part)| {
        let Part { scheme, number, clips } = *part;
        let clips = scheme.clips(number, clips).into_iter();
        clips.map(move |(category, take)| Planned {
            speaker,
            scheme,
            category,
            take,
        })
    };
    parts.iter().enumerate().flat_map(clips_of).collect()
}

fn make_folders(targets: &HashSet<PathBuf>) -> Result<(), CorpusError> {
    let folders: HashSet<&Path> = targets.iter().filter_map(|target| target.parent()).collect();
    folders
        .into_iter()
        .try_for_each(|folder| fs::create_dir_all(folder).map_err(failed(folder)))
}

/// Writes one clip and returns its length (s).
fn write_clip(folder: &Path, clip: &Planned, speaker: &Speaker, seed: u64) -> Result<f64, CorpusError> {
    let mut rng = stream(seed, &format!("demo clip {}", clip.take.path), 0);
    let samples = speaker.say(&clip.take.sentence, clip.category, clip.take.intensity, &mut rng);
    let rate = clip.scheme.rate();
    let path = folder.join(&clip.take.path);
    fs::write(&path, wav::encode(&samples, rate)).map_err(failed(&path))?;
    Ok(samples.len() as f64 / f64::from(rate))
}

/// Writes [`DEMOGRAPHICS`], if there are actors to state.
fn write_demographics(folder: &Path, parts: &[Part], seed: u64) -> Result<(), CorpusError> {
    let mut actors = parts.iter().filter(|part| part.scheme == Scheme::CremaD).peekable();
    if actors.peek().is_none() {
        return Ok(());
    }
    let mut table = "ActorID,Age,Sex,Race,Ethnicity\n".to_owned();
    for part in actors {
        let age = stream(seed, "demo age", part.number as u64).random_range(20..75);
        let sex = if part.scheme.gender(part.number) == Gender::Female {
            "Female"
        } else {
            "Male"
        };
        table += &format!("{},{age},{sex},Synthetic,\n", 1001 + part.number);
    }
    let path = folder.join(DEMOGRAPHICS);
    files::replace(&path, table.as_bytes()).map_err(failed(&path))
}

/// Says at which path the file system failed.
fn failed(path: &Path) -> impl FnOnce(io::Error) -> CorpusError + '_ {
    |source| CorpusError::Io {
        path: path.to_owned(),
        source,
    }
}

/// A draw from about the standard normal distribution, never beyond ±6: the sum of twelve uniform draws less 6.
fn normal(rng: &mut Stream) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}
