//! The tabs: each holds what is seen of it, its keys and what they do, and how it is drawn.

mod data;
mod listen;
mod report;
pub mod train;
mod tune;

use crate::ui::pane::AnyPane;

/// All of them, from left to right.
pub fn all() -> Vec<Box<dyn AnyPane>> {
    vec![
        Box::<data::DataView>::default(),
        Box::<listen::ListenView>::default(),
        Box::<train::TrainView>::default(),
        Box::<tune::TuneView>::default(),
        Box::<report::ReportView>::default(),
    ]
}
