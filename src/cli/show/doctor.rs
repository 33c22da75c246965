//! What the machine has, what it lacks, and what would help.

use crate::cli::output::Output;
use crate::engine::{Finding, Health};
use crate::present::json;
use std::io;

/// One line per finding, its remedy below it.
pub fn doctor(output: Output, findings: &[Finding]) -> io::Result<()> {
    output.either(
        || json::Doctor::from(findings),
        || {
            let topics = findings.iter().map(|finding| finding.topic.len()).max().unwrap_or(0);
            let mut text = String::new();
            for finding in findings {
                let mark = match finding.health {
                    Health::Good => "ok  ",
                    Health::Note => "note",
                    Health::Lack => "LACK",
                };
                text += &format!("{mark}  {:topics$}  {}\n", finding.topic, finding.found);
                if !finding.remedy.is_empty() {
                    text += &format!("      {:topics$}  → {}\n", "", finding.remedy);
                }
            }
            text
        },
    )
}
