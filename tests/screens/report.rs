//! The Report tab.

use super::fixtures::{opening, report, runs, survey};
use super::harness::{Workbench, screens};
use std::sync::Arc;
use undertone::engine::{Command, Event};
use undertone::ui::{Colours, Theme};

#[test]
fn report_shows_the_newest_and_any_other() {
    let mut workbench = Workbench::new(opening());
    let (runs, survey) = (runs(), survey());
    workbench.press("5");
    assert_eq!(
        workbench.last(),
        Some(Command::Report {
            run: runs[1].id.clone().into()
        })
    );
    workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
    workbench.press("Down Right Right Right");
    screens(&workbench, "report");
    workbench.press("n");
    workbench.compare("report_percent_80x24", 80, 24);
    workbench.theme(Theme::new(Colours::None));
    workbench.compare("report_monochrome_80x24", 80, 24);
    workbench.press("Enter Down");
    workbench.compare("report_clips_80x24", 80, 24);
    workbench.press("Enter");
    assert!(
        matches!(workbench.last(), Some(Command::Preview { .. })),
        "the clip is opened in Listen"
    );
    workbench.press("5 Esc [");
    assert_eq!(
        workbench.last(),
        Some(Command::Report {
            run: runs[3].id.clone().into()
        })
    );
    workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
    assert!(
        workbench.text(80, 24).contains("Reading the report of"),
        "a report that was not asked for last is not shown"
    );
    workbench.press("3 Down Enter");
    assert_eq!(
        workbench.last(),
        Some(Command::Report {
            run: runs[1].id.clone().into()
        })
    );
}
