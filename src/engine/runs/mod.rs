//! What the folders of runs hold, and the processes that train them.

pub mod book;
pub mod chosen;
pub mod command;
pub mod ending;
pub mod file;
pub mod launch;
pub mod page;
pub mod results;
pub mod usage;
