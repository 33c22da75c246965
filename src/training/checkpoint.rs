//! Weights of the best and the last epoch on disk.
