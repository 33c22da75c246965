//! The queue, by device.

use super::runs::{doing, stalled};
use crate::cli::output::Output;
use crate::engine::{QueueReport, RunSummary};
use crate::present::json;
use crate::present::table::Table;
use std::io;

/// What is trained and what waits.
pub fn queue(output: Output, report: &QueueReport) -> io::Result<()> {
    output.either(|| json::Queue::from(report), || table(report))
}

fn table(report: &QueueReport) -> String {
    if report.lanes.is_empty() {
        return "no run is training or waiting; `undertone train` adds one".to_owned();
    }
    let headings = ["device", "position", "run", "data", "split", "phase", "epochs"];
    let mut table = Table::new(6, &headings);
    for lane in &report.lanes {
        let device = match &lane.host {
            Some(host) => format!("{} of {host}", lane.device),
            None => lane.device.clone(),
        };
        for run in &lane.runs {
            let place = run.queue.as_ref().map(|queue| queue.place.to_string());
            table.row([
                device.clone(),
                place.unwrap_or_else(|| run.state.name().to_owned()),
                run.id.clone(),
                run.corpora.join("+"),
                run.split.clone(),
                doing(run),
                format!("{}/{}", run.epochs, run.max_epochs),
            ]);
        }
    }
    let runs: Vec<RunSummary> = report.lanes.iter().flat_map(|lane| lane.runs.clone()).collect();
    let woken = report
        .woken
        .iter()
        .map(|device| format!("started a worker for {device}\n"));
    woken.collect::<String>() + &table.render() + &stalled(&runs)
}
