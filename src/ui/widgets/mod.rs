//! What the tabs are drawn with: each draws itself into an area, at any size, and knows no state.
//!
//! Frames are ratatui's `Block`. Its other widgets would cost more than they save here. `Table` and `List` take every row
//! as a value and cut a cell without a sign; our lists are as long as a corpus, only the rows in sight are made, their
//! columns are as wide as these need, and what is cut ends with an ellipsis. `Tabs` gives a title one
//! style and does not say how much room it took; ours carry a count of another colour and have the state of the runs at
//! their right. `Scrollbar` takes a column where `12 of 30` says more in the frame. `Chart` reads every point at every
//! frame; a [`curve`] reads the extremes that its [`track`] keeps.

pub mod bars;
pub mod cross_table;
pub mod curve;
pub mod dots;
pub mod field;
pub mod filter;
pub mod gauge;
pub mod heat_map;
pub mod histogram;
pub mod list;
pub mod playhead;
pub mod section;
pub mod spectrogram;
pub mod targets;
pub mod thumbnail;
pub mod track;
pub mod waveform;
