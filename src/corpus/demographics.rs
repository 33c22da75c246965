//! CREMA-D's `VideoDemographics.csv`: age, sex, race and ethnicity of every actor. Age and sex ship with the program, for
//! the recordings are often passed on without it.

use super::demo::MARKER;
use super::layouts::Labels;
use super::{CorpusError, Gender};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// `ActorID,Age,Sex` with the source above it.
const PUBLISHED: &str = include_str!("crema_d_actors.csv");

const NAMES: [&str; 2] = ["VideoDemographics.csv", "videodemographics.csv"];
const COLUMNS: [&str; 5] = ["ActorID", "Age", "Sex", "Race", "Ethnicity"];

/// Tables that CREMA-D's repository brings, and that label no clips.
const TABLES: [&str; 7] = [
    "finishedemoresponses.csv",
    "finishedresponses.csv",
    "finishedresponseswithrepeatwithpractice.csv",
    "sentencefilenames.csv",
    "summarytable.csv",
    "tabulatedvotes.csv",
    "videodemographics.csv",
];

/// Whether a file belongs to a corpus without being a clip: CREMA-D's tables, the demo corpus's marker.
pub(super) fn is_metadata(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == MARKER || TABLES.contains(&name.to_lowercase().as_str())
}

/// What is known of CREMA-D's actors.
#[derive(Debug, Default)]
pub(super) struct Demographics {
    actors: HashMap<String, Actor>,
}

#[derive(Debug)]
struct Actor {
    age: Option<u16>,
    gender: Option<Gender>,
    ethnicity: Option<String>,
}

impl Demographics {
    /// What ships: age and sex as published.
    pub fn published() -> &'static Self {
        static KNOWN: LazyLock<Demographics> = LazyLock::new(|| {
            let lines = PUBLISHED.lines().filter(|line| !line.starts_with('#')).skip(1);
            let actor = |line: &str| {
                let (actor, rest) = line.split_once(',')?;
                let (age, sex) = rest.split_once(',')?;
                let known = Actor {
                    age: age.parse().ok(),
                    gender: Gender::parse(sex),
                    ethnicity: None,
                };
                Some((actor.to_owned(), known))
            };
            Demographics {
                actors: lines.filter_map(actor).collect(),
            }
        });
        &KNOWN
    }

    /// The table beside the clips, see [`beside`].
    pub fn find(folder: &Path) -> Option<PathBuf> {
        beside(folder, &NAMES)
    }

    /// Reads the table.
    ///
    /// # Errors
    /// A file that cannot be read, or lacks a column.
    pub fn read(path: &Path) -> Result<Self, CorpusError> {
        let bytes = fs::read(path).map_err(|source| CorpusError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        let text = String::from_utf8_lossy(&bytes);
        let wrong = |line: u64, problem: String| CorpusError::Table {
            path: path.to_path_buf(),
            line,
            problem,
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headers = reader.headers().map_err(|error| wrong(1, error.to_string()))?;
        let mut indices = [0; COLUMNS.len()];
        for (index, column) in indices.iter_mut().zip(COLUMNS) {
            let found = headers.iter().position(|header| header.eq_ignore_ascii_case(column));
            *index = found.ok_or_else(|| {
                wrong(
                    1,
                    format!(
                        "no column `{column}`; CREMA-D's table of actors has {}",
                        COLUMNS.join(", ")
                    ),
                )
            })?;
        }
        let mut actors = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                wrong(line, error.to_string())
            })?;
            let [actor, age, sex, race, ethnicity] = indices.map(|index| record.get(index).unwrap_or_default());
            let known = Actor {
                age: age.parse().ok(),
                gender: Gender::parse(sex),
                ethnicity: origin(race, ethnicity),
            };
            actors.insert(actor.to_owned(), known);
        }
        Ok(Self { actors })
    }

    /// Adds what is known of the speaker; whether anything is.
    pub fn complete(&self, labels: &mut Labels) -> bool {
        let Some(actor) = labels.speaker.as_ref().and_then(|speaker| self.actors.get(speaker)) else {
            return false;
        };
        labels.age = actor.age;
        labels.gender = actor.gender;
        labels.ethnicity.clone_from(&actor.ethnicity);
        true
    }
}

/// `Race`, or `Race, Ethnicity` where the table states more than `Not Hispanic`.
fn origin(race: &str, ethnicity: &str) -> Option<String> {
    let stated = |text: &&str| !text.is_empty() && !text.eq_ignore_ascii_case("not hispanic");
    let parts: Vec<&str> = [race, ethnicity].into_iter().filter(stated).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A table of one of these names that belongs to the clips in a folder: sought there, in its sub-folders, the folder above
/// and that folder's sub-folders, in this order. Tables of the demo corpus are found from within it only.
pub(super) fn beside(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    // The folder may be a link or `.`: what is around it is around its target.
    let folder = folder.canonicalize().ok()?;
    let above = folder.parent();
    let near = std::iter::once(folder.clone()).chain(folders_in(&folder));
    let around = above.into_iter().flat_map(|above| {
        let siblings = folders_in(above)
            .into_iter()
            .filter(|sibling| !sibling.join(MARKER).exists());
        std::iter::once(above.to_path_buf()).chain(siblings)
    });
    near.chain(around)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|table| table.is_file())
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\u{feff}\"ActorID\",\"Age\",\"Sex\",\"Race\",\"Ethnicity\"\n\
        1001,51,\"Male\",\"Caucasian\",\"Not Hispanic\"\n1002,x,\"Female\",\"Unknown\",\"Hispanic\"\n";

    fn of(actor: &str, table: &Path) -> Labels {
        let mut labels = Labels {
            speaker: Some(actor.into()),
            ..Labels::default()
        };
        Demographics::read(table).unwrap().complete(&mut labels);
        labels
    }

    #[test]
    fn actors_are_completed() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("t.csv");
        fs::write(&table, TABLE).unwrap();
        let first = of("1001", &table);
        assert_eq!((first.age, first.gender), (Some(51), Some(Gender::Male)));
        assert_eq!(first.ethnicity.as_deref(), Some("Caucasian"));
        let second = of("1002", &table);
        assert_eq!((second.age, second.gender), (None, Some(Gender::Female)));
        assert_eq!(second.ethnicity.as_deref(), Some("Unknown, Hispanic"));
        assert_eq!(of("1003", &table).gender, None);
    }

    #[test]
    fn all_91_published_actors_ship() {
        let known = &Demographics::published().actors;
        let actors: Vec<String> = (1001..=1091).map(|actor| actor.to_string()).collect();
        assert_eq!(known.len(), 91);
        assert!(actors.iter().all(|actor| known.contains_key(actor)));
        // As Cao et al. 2014 count them: 48 male, 43 female, 20 to 74 years old.
        let of = |gender| known.values().filter(|actor| actor.gender == Some(gender)).count();
        assert_eq!((of(Gender::Male), of(Gender::Female)), (48, 43));
        let ages: Vec<u16> = known.values().filter_map(|actor| actor.age).collect();
        assert_eq!(ages.len(), 91);
        assert_eq!((ages.iter().min(), ages.iter().max()), (Some(&20), Some(&74)));
        assert!(PUBLISHED.contains("Source: VideoDemographics.csv"));
    }

    #[test]
    fn what_ships_is_what_is_published() {
        let Some(corpora) = std::env::var_os("UNDERTONE_CORPORA") else {
            println!("skipped: UNDERTONE_CORPORA names no folder of corpora");
            return;
        };
        let table = Path::new(&corpora).join("crema-d-meta/VideoDemographics.csv");
        let published = Demographics::read(&table).unwrap().actors;
        let ships = &Demographics::published().actors;
        assert_eq!(published.len(), ships.len());
        for (actor, known) in ships {
            let there = &published[actor];
            assert_eq!((known.age, known.gender), (there.age, there.gender), "{actor}");
        }
    }

    #[test]
    fn a_missing_column_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("t.csv");
        fs::write(&table, "ActorID,Age,Race\n1,2,x\n").unwrap();
        let error = Demographics::read(&table).unwrap_err().to_string();
        assert!(error.contains("t.csv:1") && error.contains("`Sex`"), "{error}");
    }

    #[test]
    fn the_nearest_table_is_found_and_the_demo_corpus_keeps_its_own() {
        let root = tempfile::tempdir().unwrap();
        let clips = root.path().join("crema-d");
        let beside = root.path().join("crema-d-meta");
        let demo = root.path().join("a-demo");
        for folder in [&clips, &beside, &demo] {
            fs::create_dir(folder).unwrap();
        }
        let found = || {
            Demographics::find(&clips).map(|path| {
                path.strip_prefix(root.path().canonicalize().unwrap())
                    .unwrap()
                    .to_owned()
            })
        };
        fs::write(demo.join(MARKER), "").unwrap();
        fs::write(demo.join("VideoDemographics.csv"), TABLE).unwrap();
        assert_eq!(found(), None);
        fs::write(beside.join("VideoDemographics.csv"), TABLE).unwrap();
        assert_eq!(found(), Some("crema-d-meta/VideoDemographics.csv".into()));
        fs::write(clips.join("VideoDemographics.csv"), TABLE).unwrap();
        assert_eq!(found(), Some("crema-d/VideoDemographics.csv".into()));
    }
}
