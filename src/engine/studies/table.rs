//! A study's trials as CSV.

use crate::engine::api::StudyPage;

/// One row per trial: number, rank, state, value, epochs, seconds, run, reason, then a column per parameter.
///
/// # Errors
/// What the writer says.
pub fn csv(page: &StudyPage) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = [
        "trial",
        "rank",
        "state",
        "value",
        "epochs",
        "seconds",
        "threshold",
        "run",
        "reason",
    ];
    writer.write_record(names.into_iter().chain(page.axes.iter().map(|axis| axis.name.as_str())))?;
    let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for row in &page.trials {
        let rank = page.ranking.iter().position(|number| *number == row.number);
        let details = [
            row.number.to_string(),
            rank.map(|rank| (rank + 1).to_string()).unwrap_or_default(),
            row.lost
                .as_ref()
                .map_or_else(|| row.state.to_string(), |_| "lost".to_owned()),
            text(row.value),
            row.reports.len().to_string(),
            text(row.seconds),
            text(row.threshold),
            row.run.clone().unwrap_or_default(),
            row.reason.clone().unwrap_or_default(),
        ];
        let parameters = page.axes.iter().map(|axis| {
            row.parameter(&axis.name)
                .map(|parameter| parameter.text.clone())
                .unwrap_or_default()
        });
        writer.write_record(details.into_iter().chain(parameters))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
