//! How results are presented, once for both faces: words, numbers, plain tables, and the documents of `--json`.

pub mod json;
pub mod numbers;
pub mod refusals;
pub mod table;
pub mod times;
pub mod words;
