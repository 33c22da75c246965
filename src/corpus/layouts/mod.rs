//! One file per naming scheme.
