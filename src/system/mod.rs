//! The machine: what it has, what it lacks, and what would help. A leaf that only `engine` uses.
//!
//! | module | what it looks at |
//! |---|---|
//! | [`processor`] | cores, vector units, memory |
//! | [`graphics`] | NVIDIA driver, graphics processors |
//! | [`usage`] | what a run uses of processor, memory and graphics processor from moment to moment |
//! | [`terminal`] | size, colours, character set |
//! | [`tmux`] | what tmux keeps from the terminal behind it |
//! | [`disk`] | room where runs and caches are written |
//! | [`login`] | whether the host ends processes when their user logs out |

mod amount;
pub mod disk;
mod finding;
mod gpu;
pub mod graphics;
pub mod login;
pub mod processor;
pub mod terminal;
pub mod tmux;
pub mod usage;

pub use amount::Amount;
pub use finding::{Finding, Health};
pub use gpu::GpuUsage;
pub use usage::{Usage, UsageMeter};
