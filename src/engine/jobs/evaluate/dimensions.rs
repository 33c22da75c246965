//! A map from dimensions to categories, fitted on labelled clips.

use crate::corpus::{Emotion, Selection};
use crate::engine::EngineError;
use crate::evaluation::ClassMeans;
use crate::training::Rows;

/// The map, and what is to be said of it.
pub struct DimensionMap {
    /// The categories.
    pub labels: Vec<String>,
    /// Where they are.
    pub means: ClassMeans,
    /// How it was made.
    pub note: String,
}

/// Fits it on clips and what the model says of them.
///
/// # Errors
/// Too few clips to fit a map on.
pub fn fit(selection: &Selection, rows: &Rows, dimensions: &[String]) -> Result<DimensionMap, EngineError> {
    let mut emotions: Vec<&Emotion> = selection.clips.iter().map(|clip| &clip.emotion).collect();
    emotions.sort_by_key(|emotion| emotion.rank());
    emotions.dedup();
    let labels: Vec<String> = emotions.iter().map(|emotion| emotion.name().to_owned()).collect();
    let of_clips = selection.clips.iter().zip(rows);
    let (values, targets): (Vec<&[f32]>, Vec<usize>) = of_clips
        .filter_map(|(clip, row)| {
            let target = labels.iter().position(|label| label == clip.emotion.name())?;
            Some((row.as_ref().ok()?.as_slice(), target))
        })
        .unzip();
    let means = ClassMeans::fit(&values, &targets, labels.len()).filter(|_| labels.len() > 1);
    let means = means.ok_or_else(|| {
        EngineError::Unsuitable(format!(
            "{} clips of {} cannot fit a map from {} to categories; select more clips",
            values.len(),
            labels.join(", "),
            dimensions.join(", ")
        ))
    })?;
    Ok(DimensionMap {
        note: format!(
            "the model gives {} and no categories: these are the nearest class means in units of the deviation within \
             classes, FITTED HERE on {} clips of the split's training and validation sets",
            dimensions.join(", "),
            values.len()
        ),
        labels,
        means,
    })
}
