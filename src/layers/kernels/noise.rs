//! Gaussian noise as a function of a key, so that threads can share the work.

use crate::random::stream;
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;

/// Numbers that come from one stream; also a task.
const BLOCK: usize = 1 << 13;

/// So many numbers of mean 0 and the given deviation (Marsaglia and Tsang's ziggurat, 2000). The same key gives the same
/// numbers, whatever the number of threads.
pub fn normal(count: usize, deviation: f32, key: u64) -> Vec<f32> {
    let mut values = vec![0.0; count];
    values.par_chunks_mut(BLOCK).enumerate().for_each(|(block, values)| {
        let mut stream = stream(key, "noise", block as u64);
        for value in values {
            *value = deviation * stream.sample::<f32, _>(StandardNormal);
        }
    });
    values
}
