//! Studies: many trials that search the settings for better ones.

pub mod book;
pub mod folder;
pub mod lost;
pub mod report;
mod rows;
pub mod table;
pub mod trash;
pub mod trial;
pub mod worker;
