//! Files from the network: with progress, resumed, and checked before they get their name.

mod checksum;
mod client;
mod error;
mod fetch;
mod partial;
mod patience;
mod receive;
mod redirect;

pub use checksum::Checksum;
pub use client::{Client, Head, Token};
pub use error::DownloadError;
pub use fetch::Download;
pub use patience::Patience;
