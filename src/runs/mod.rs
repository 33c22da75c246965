//! Run folders on disk: the only truth about a run.

mod control;
mod error;
mod folder;
mod journal;
mod lease;
mod note;
pub mod queue;
mod state;
mod usage;

pub use control::{Stop, read_stop, request_stop};
pub use error::RunError;
pub use folder::{RunFolder, find_judge, find_run, list_runs};
pub use journal::{Fact, Journal, read_facts};
pub use lease::{Beat, Lease, Liveness, host_name, liveness};
pub use note::{NoteChange, RunNote};
pub use state::RunState;
pub use usage::{UsageLog, read_usage};
