//! The ways of choosing the next parameters, one a file.

mod grid;
pub(super) mod random;
pub(super) mod tpe;

pub use grid::Grid;
pub use tpe::Tpe;

use super::{History, Parameters, Space};

/// What a sampler is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The parameters to choose, and from what.
    pub space: &'a Space,
    /// The trials so far, running ones among them.
    pub history: History<'a>,
    /// The number of the trial that is to be.
    pub number: usize,
    /// The study's seed.
    pub seed: u64,
    /// Parameters that are given.
    pub fixed: &'a Parameters,
}

impl Request<'_> {
    /// The given parameters that the space knows and that exist beside the other given ones.
    pub(super) fn given(&self) -> Parameters {
        let mut given = Parameters::new();
        for parameter in self.space.parameters() {
            if let Some(chosen) = self.fixed.get(&parameter.name)
                && parameter.is_active(&given)
            {
                given.insert(parameter.name.clone(), chosen.clone());
            }
        }
        given
    }
}
