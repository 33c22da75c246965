//! One short file per job.
