//! Run folders on disk: the only truth about a run.

mod control;
mod ending;
mod error;
mod folder;
mod heartbeat;
mod journal;
mod lease;
mod note;
pub mod queue;
mod state;
mod steps;
pub mod trash;
mod usage;

pub use control::{Stop, read_stop, request_stop};
pub use ending::{EndReason, LastBeat};
pub use error::RunError;
pub use folder::{RunFolder, find_predictor, find_run, list_runs, trash_folder};
pub use heartbeat::{Heartbeat, host_name};
pub use journal::{Journal, JournalEntry, read_entries};
pub use lease::{Lease, Liveness, liveness, watch_heartbeats};
pub use note::{NoteChange, RunNote};
pub use state::RunState;
pub use steps::{StepLog, read_steps};
pub use usage::{UsageLog, read_usage};
