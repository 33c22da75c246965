//! How results are presented, once for both faces: words, numbers, plain tables, filters of lists, and the documents of
//! `--json`.

pub mod filter;
pub mod fuzzy;
pub mod json;
pub mod numbers;
pub mod refusals;
pub mod table;
pub mod times;
pub mod words;
