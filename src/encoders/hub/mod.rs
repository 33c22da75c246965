//! The Hugging Face hub: names of models, its cache on this machine, and fetching what is not there yet.

mod cache;
mod environment;
mod get;
mod name;

pub use cache::{Cache, Cached};
pub use environment::Hub;
pub use name::ModelName;
