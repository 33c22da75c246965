//! Published corpora: where each is to be had, and getting it: fetched, checked, and unpacked into a folder of its own.

mod archive;
mod error;
mod files;
mod get;
mod inside;
mod known;
mod listing;
mod place;

pub use error::PublishedError;
pub use get::{Stage, get};
pub use known::{Access, Archive, Dataverse, Files, Published, known};
