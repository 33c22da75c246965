//! How well predicted dimensions agree with stated ones.

use super::all;
use crate::engine;
use std::collections::BTreeMap;

document! {
    /// How a model that has learnt dimensions does.
    Regression(of: engine::Regression) {
        /// Mean over the dimensions of the CCC over all clips.
        mean_ccc: Option<f64> = of.mean_ccc(),
        /// How well predicted dimensions agree with stated ones.
        agreement: Agreement = (&of.agreement).into(),
        /// The ends of the scale of every corpus and dimension.
        scales: BTreeMap<String, BTreeMap<String, (f32, f32)>> = scales(of),
    }

    /// How well predicted dimensions agree with stated ones, over the clips that state them.
    Agreement(report: engine::DimensionReport) {
        /// Over the clips of all corpora.
        all: Vec<DimensionAgreement> = all(&report.all),
        /// Per corpus.
        by_corpus: BTreeMap<String, Vec<DimensionAgreement>> = report.by_corpus.iter().map(|(corpus, scores)| (corpus.clone(), all(scores))).collect(),
    }

    /// The agreement of one dimension.
    DimensionAgreement(scores: engine::DimensionScores) {
        /// The dimension, as the model calls it.
        dimension: String,
        /// Clips that state it.
        clips: usize,
        /// The concordance correlation coefficient over these clips; none where neither side varies.
        ccc: Option<f64>,
        /// Pearson's correlation coefficient; none where one side does not vary.
        pearson: Option<f64>,
        /// The root mean square error, of values on 0 to 1.
        rmse: f64,
        /// The same in the units of the corpus; none over several.
        rmse_in_units: Option<f64>,
    }
}

fn scales(of: &engine::Regression) -> BTreeMap<String, BTreeMap<String, (f32, f32)>> {
    let named = |ends: &[Option<(f32, f32)>]| {
        let pairs = of.dimensions.iter().cloned().zip(ends);
        pairs.filter_map(|(name, ends)| Some((name, (*ends)?))).collect()
    };
    of.scales
        .iter()
        .map(|(corpus, ends)| (corpus.clone(), named(ends)))
        .collect()
}
