//! What may be asked of the engine: of every row of the table a typed request and a [`Command`].

use super::table::requests;
use super::{
    Architectures, CacheReport, Cancelled, Clear, Comparison, Deletion, DemoCorpus, EncoderReport, Enqueued,
    Evaluation, Exported, FeatureSummary, FeaturesExported, Fetch, FilePrediction, Finding, ImportSummary, LabelChoice,
    Measured, NoteChange, Noted, Overrides, PatternReport, Predictor, PublishedReport, QueueReport, Reply, Restored,
    Resumed, RunDetail, RunLog, RunPlan, RunReport, RunSelector, RunSummary, Shift, SoundState, Started, Stopping,
    StudyDeletion, StudyExported, StudyPage, StudyRepaired, StudyRestored, StudySummary, Subset, Survey, Trimming,
    Tuning, TuningStops, Variant,
};
use crate::engine::api;
use crate::engine::settings::{Preset, SettingsEdit, Tidying};
use std::path::PathBuf;
use std::sync::Arc;
use strum::{EnumDiscriminants, EnumIter};

/// What is asked once and answered once. Before the reply, the engine may emit others of its type: the picture so far.
pub trait Request: Into<Command> {
    /// The answer.
    type Reply: Reply;
    /// Its kind.
    const KIND: CommandKind;
}

/// What is followed: emitted at once, and again whenever it changed, until it ends or another of its kind is asked for.
pub trait Subscription: Into<Command> {
    /// What it is now.
    type Update: Reply;
    /// Its kind.
    const KIND: CommandKind;
}

/// The typed request of one row.
macro_rules! typed {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name;
    };
    ($(#[$doc:meta])* $name:ident { $( $(#[$about:meta])* $field:ident: $type:ty ),* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $( $(#[$about])* pub $field: $type ),* }
    };
}

macro_rules! define {
    (
        asked { $( $(#[$doc:meta])* $name:ident $({ $( $(#[$about:meta])* $field:ident: $type:ty ),* $(,)? })? -> $reply:ty; )* }
        followed { $( $(#[$f_doc:meta])* $f_name:ident { $( $(#[$f_about:meta])* $f_field:ident: $f_type:ty ),* $(,)? } -> $update:ty; )* }
    ) => {
        /// Any request. Every variant has a subcommand and a key; a test walks them.
        #[derive(Debug, Clone, PartialEq, EnumDiscriminants)]
        #[strum_discriminants(name(CommandKind), derive(EnumIter, Hash, PartialOrd, Ord))]
        #[strum_discriminants(doc = "The kinds of [`Command`].")]
        pub enum Command {
            $( $(#[$doc])* $name $({ $( $(#[$about])* $field: $type ),* })?, )*
            $( $(#[$f_doc])* $f_name { $( $(#[$f_about])* $f_field: $f_type ),* }, )*
        }

        $(
            typed! { $(#[$doc])* $name $({ $( $(#[$about])* $field: $type ),* })? }

            impl Request for $name {
                type Reply = $reply;
                const KIND: CommandKind = CommandKind::$name;
            }

            impl From<$name> for Command {
                fn from($name $({ $($field),* })?: $name) -> Self {
                    Self::$name $({ $($field),* })?
                }
            }
        )*

        $(
            typed! { $(#[$f_doc])* $f_name { $( $(#[$f_about])* $f_field: $f_type ),* } }

            impl Subscription for $f_name {
                type Update = $update;
                const KIND: CommandKind = CommandKind::$f_name;
            }

            impl From<$f_name> for Command {
                fn from($f_name { $($f_field),* }: $f_name) -> Self {
                    Self::$f_name { $($f_field),* }
                }
            }
        )*
    };
}
requests!(define);
