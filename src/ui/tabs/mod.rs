//! The tabs: each holds what is seen of it, what its keys do, and how it is drawn.

pub mod data;
pub mod listen;
pub mod report;
pub mod train;
pub mod tune;
