//! How well predicted dimensions agree with stated ones.

use crate::engine::{DimensionReport, Regression};
use crate::present::numbers::ccc;
use crate::present::table::Table;

/// The mean over the dimensions, and each of them.
pub(super) fn mean_ccc(regression: &Regression) -> String {
    let each = regression.agreement.all.iter();
    let each: Vec<String> = each.map(|of| format!("{} {}", of.dimension, number(of.ccc))).collect();
    format!("mean CCC {} ({})", number(regression.mean_ccc()), each.join(", "))
}

/// A row per dimension, over all clips and by corpus.
pub(super) fn agreement(report: &DimensionReport, heading: &str) -> String {
    let mut table = Table::new(
        2,
        &[
            "dimension",
            "corpus",
            "clips",
            "CCC",
            "Pearson",
            "RMSE of 0 to 1",
            "RMSE in units",
        ],
    );
    let corpora = report
        .by_corpus
        .iter()
        .map(|(corpus, scores)| (corpus.as_str(), scores));
    for (corpus, scores) in std::iter::once(("all", &report.all)).chain(corpora) {
        for of in scores {
            table.row([
                of.dimension.clone(),
                corpus.to_owned(),
                of.clips.to_string(),
                number(of.ccc),
                number(of.pearson),
                number(Some(of.rmse)),
                number(of.rmse_in_units),
            ]);
        }
    }
    format!("{heading}{}", table.render())
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), ccc)
}
