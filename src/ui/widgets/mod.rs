//! What the tabs are drawn with: each draws itself into an area, at any size, and knows no state.

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
pub mod thumbnail;
pub mod track;
pub mod waveform;
