//! The documents of `--json`: types of their own, so that no name inside the program is one that scripts depend on.
//! Their keys are promised under [`SCHEMA`]; `undertone schema` prints their JSON Schema, `docs/json.md` shows examples.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The version of the documents: raised when a key is renamed, removed, or means something else.
pub const SCHEMA: u32 = 1;

/// Writes the type of a document and how it is made from what the engine replied, in one table: each line has a key,
/// its type and, unless that is the reply's field of the same name, its value.
macro_rules! document {
    (@value $reply:ident $key:ident) => {
        $reply.$key.clone()
    };
    (@value $reply:ident $key:ident $value:expr) => {
        $value
    };
    ($($(#[$about:meta])* $name:ident($reply:ident: $source:ty) {
        $($(#[$meaning:meta])* $key:ident: $type:ty $(= $value:expr)?,)*
    })+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
        pub struct $name {
            $($(#[$meaning])* pub $key: $type,)*
        }

        impl From<&$source> for $name {
            #[allow(clippy::clone_on_copy, reason = "the table does not say which of its types are")]
            fn from($reply: &$source) -> Self {
                Self {
                    $($key: document!(@value $reply $key $($value)?),)*
                }
            }
        }
    )+};
}

mod clips;
mod dimensions;
mod encoders;
mod evaluation;
mod features;
mod machine;
mod predictions;
mod process;
mod published;
mod queue;
mod report;
mod runs;
mod settings;
mod sound;
mod studies;
mod training;

pub use clips::{Demo, Exported, NamePattern, Scan};
pub use encoders::{Encoder, Encoders, FetchedEncoder};
pub use evaluation::Evaluation;
pub use features::{Cache, Features, FeaturesExported, FeaturesImported, Trimming};
pub use machine::{Doctor, FeatureBench, Model, ModelBench, Models};
pub use predictions::{Prediction, Predictions};
pub use published::{FetchedCorpus, PublishedCorpora};
pub use queue::Queue;
pub use report::Report;
pub use runs::{Comparison, Deleted, Log, NoteOfRun, Restored, Run, Runs, Stopping};
pub use settings::{Config, Preset, Presets, SettingsEdit, Tidying};
pub use sound::{Playback, Preview};
pub use studies::{
    Enqueued, Studies, Study, StudyDeleted, StudyEvent, StudyExported, StudyRepaired, StudyRestored, StudyStopping,
};
pub use training::{Plan, ResumedRun, RunEvent};

/// A document as it is printed: with the version of its keys.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Versioned<D> {
    /// The version of the keys of all documents.
    schema: u32,
    #[serde(flatten)]
    document: D,
}

impl<D> From<D> for Versioned<D> {
    fn from(document: D) -> Self {
        Self {
            schema: SCHEMA,
            document,
        }
    }
}

/// A kind of document that `--json` prints.
#[derive(Debug)]
pub struct Kind {
    /// What `undertone schema` calls it.
    pub name: &'static str,
    /// The subcommand that prints it.
    pub subcommand: &'static str,
    schema: fn() -> Schema,
}

impl Kind {
    /// Its JSON Schema.
    pub fn schema(&self) -> Schema {
        let mut schema = (self.schema)();
        schema.insert(
            "title".to_owned(),
            format!("undertone {} --json", self.subcommand).into(),
        );
        schema
    }
}

const fn kind<D: JsonSchema>(name: &'static str, subcommand: &'static str) -> Kind {
    Kind {
        name,
        subcommand,
        schema: || schema_for!(Versioned<D>),
    }
}

/// All kinds of documents, in the order of the subcommands.
pub const KINDS: &[Kind] = &[
    kind::<Scan>("scan", "scan"),
    kind::<NamePattern>("pattern", "pattern"),
    kind::<Exported>("export", "export PATH"),
    kind::<Features>("features", "features"),
    kind::<FeaturesExported>("features export", "features --export DIR"),
    kind::<FeaturesImported>("features import", "features --import DIR"),
    kind::<Trimming>("trim", "trim"),
    kind::<Cache>("cache", "cache"),
    kind::<Encoders>("encoders", "encoders"),
    kind::<Encoder>("encoders show", "encoders show NAME"),
    kind::<FetchedEncoder>("encoders get", "encoders get NAME"),
    kind::<PublishedCorpora>("get", "get"),
    kind::<FetchedCorpus>("get corpus", "get NAME --yes"),
    kind::<RunEvent>("train", "train"),
    kind::<Plan>("train plan", "train --plan"),
    kind::<Runs>("runs", "runs"),
    kind::<Restored>("runs restore", "runs --restore RUN"),
    kind::<RunEvent>("watch", "watch"),
    kind::<Stopping>("stop", "stop RUN"),
    kind::<Comparison>("compare", "compare RUN RUN"),
    kind::<Log>("log", "log"),
    kind::<NoteOfRun>("note", "note RUN"),
    kind::<Deleted>("delete", "delete RUN --yes"),
    kind::<Queue>("queue", "queue"),
    kind::<Queue>("queue wake", "queue wake"),
    kind::<RunEvent>("resume", "resume"),
    kind::<Report>("report", "report"),
    kind::<Predictions>("predict", "predict FILE"),
    kind::<Evaluation>("evaluate", "evaluate --run RUN"),
    kind::<Preview>("preview", "preview FILE"),
    kind::<Playback>("play", "play FILE"),
    kind::<Demo>("demo", "demo"),
    kind::<FeatureBench>("bench features", "bench features"),
    kind::<ModelBench>("bench model", "bench model"),
    kind::<Config>("config", "config"),
    kind::<Tidying>("config tidy", "config --tidy"),
    kind::<SettingsEdit>("config write", "config --write KEY=VALUE"),
    kind::<Doctor>("doctor", "doctor"),
    kind::<Presets>("presets", "presets"),
    kind::<Preset>("preset", "presets NAME"),
    kind::<Models>("models", "models"),
    kind::<Model>("model", "models NAME"),
    kind::<StudyEvent>("tune", "tune"),
    kind::<Studies>("study list", "study list"),
    kind::<Study>("study show", "study show"),
    kind::<StudyStopping>("study stop", "study stop STUDY"),
    kind::<Enqueued>("study enqueue", "study enqueue STUDY KEY=VALUE"),
    kind::<RunEvent>("study promote", "study promote STUDY"),
    kind::<StudyRepaired>("study repair", "study repair STUDY"),
    kind::<StudyDeleted>("study delete", "study delete STUDY --yes"),
    kind::<StudyRestored>("study restore", "study restore STUDY"),
    kind::<StudyExported>("study export", "study export STUDY PATH"),
    kind::<Kinds>("schema", "schema"),
];

document! {
    /// A file that cannot be used.
    RefusedFile(refused: (PathBuf, String)) {
        /// The file.
        path: PathBuf = refused.0.clone(),
        /// Why, and what would help.
        reason: String = refused.1.clone(),
    }
}

/// The kinds of documents.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Kinds {
    /// What `undertone schema` takes, and the subcommand that prints it.
    pub documents: BTreeMap<&'static str, &'static str>,
}

impl Default for Kinds {
    fn default() -> Self {
        Self {
            documents: KINDS.iter().map(|kind| (kind.name, kind.subcommand)).collect(),
        }
    }
}

/// Every item in the form of a document.
fn all<'a, T: 'a, D: From<&'a T>>(items: impl IntoIterator<Item = &'a T>) -> Vec<D> {
    items.into_iter().map(D::from).collect()
}

/// Pairs as an object.
fn object<K: Ord + Clone, V: Clone>(pairs: &[(K, V)]) -> BTreeMap<K, V> {
    pairs.iter().cloned().collect()
}
