//! Scan: headers at once, samples in the background.

use super::Answer;
use super::context::Context;
use super::rate_limiter::RateLimiter;
use crate::corpus::{AnalysisCache, Exclusion, Selection, analyse, name_notes, quality_issues, statistics};
use crate::engine::{Catalogue, EngineError, Survey, Task, reading, request};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the picture is drawn again while the samples are read.
const REDRAW: Duration = Duration::from_secs(1);

impl Answer for request::Scan {
    /// Emits a [`Survey`] of the headers, then, when wanted, further ones as the samples are read.
    fn answer(self, context: &Context) -> Result<Arc<Survey>, EngineError> {
        let corpora = reading::corpora(&context.settings)?;
        let begun = Instant::now();
        let analysis = reading::remembered(&context.settings);
        let report = context.progress_reporter();
        let catalogue = reading::headers(&context.settings, &corpora, &analysis, &report)?;
        let header_seconds = begun.elapsed().as_secs_f64();
        let found = survey(context, &catalogue, (header_seconds, 0.0));
        if self.headers_only || reading::is_analysed(&catalogue) {
            return Ok(found);
        }
        context.emit(found);
        let begun = Instant::now();
        let catalogue = read_samples(context, &catalogue, &analysis, header_seconds)?;
        context.check()?;
        Ok(survey(
            context,
            &catalogue,
            (header_seconds, begun.elapsed().as_secs_f64()),
        ))
    }
}

fn read_samples(
    context: &Context,
    catalogue: &Catalogue,
    analysis: &AnalysisCache,
    header_seconds: f64,
) -> Result<Catalogue, EngineError> {
    let report = context.progress_reporter();
    let (begun, rate_limiter) = (Instant::now(), RateLimiter::after(REDRAW));
    Ok(analyse(catalogue, analysis, &|done, total, so_far| {
        if done < total && rate_limiter.is_due() {
            context.emit(survey(
                context,
                &so_far(),
                (header_seconds, begun.elapsed().as_secs_f64()),
            ));
        }
        report(Task::Samples, done, total)
    })?)
}

/// What is known of the clips; jobs go on with it.
fn survey(context: &Context, catalogue: &Catalogue, (header_seconds, analysis_seconds): (f64, f64)) -> Arc<Survey> {
    context.remember(catalogue);
    // Where nothing can be learnt of them, no clip takes part; who wants to train is told why.
    let selection = reading::selection(catalogue, &context.settings).unwrap_or_else(|_| Selection {
        excluded: [(Exclusion::Dimensions, catalogue.clips.len())].into(),
        ..Selection::default()
    });
    Arc::new(Survey {
        statistics: statistics(catalogue),
        quality_issues: quality_issues(catalogue),
        name_notes: name_notes(catalogue, &context.settings.labels),
        selected: selection.clips.len(),
        excluded: selection.excluded.into_iter().collect(),
        synthetic: catalogue.clips.iter().any(|clip| clip.synthetic),
        analysed: reading::is_analysed(catalogue),
        header_seconds,
        analysis_seconds,
        catalogue: catalogue.clone(),
    })
}

/// The catalogue of the last scan, or the headers read now.
pub fn catalogue(context: &Context) -> Result<Arc<Catalogue>, EngineError> {
    if let Some(known) = context.known_catalogue() {
        return Ok(known);
    }
    let report = context.progress_reporter();
    let corpora = reading::corpora(&context.settings)?;
    let analysis = reading::remembered(&context.settings);
    let catalogue = reading::headers(&context.settings, &corpora, &analysis, &report)?;
    context.remember(&catalogue);
    Ok(Arc::new(catalogue))
}
