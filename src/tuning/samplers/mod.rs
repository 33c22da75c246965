//! The ways of choosing the next parameters, one a file.

mod grid;
pub(super) mod random;
pub(super) mod tpe;

pub use grid::Grid;
pub use tpe::Tpe;
