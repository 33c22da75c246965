//! Scan: headers at once, samples in the background.

use super::context::Context;
use super::rate_limiter::RateLimiter;
use crate::corpus::{AnalysisCache, analyse, quality_issues, select, statistics};
use crate::engine::{Catalogue, EngineError, Event, Survey, reading};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the picture is drawn anew while the samples are read.
const REDRAW: Duration = Duration::from_secs(1);

/// At most one scan at a time; who asks while one runs gets what that one finds.
#[derive(Debug, Default)]
pub struct ScanScheduler {
    order: Mutex<Order>,
}

#[derive(Debug, Default)]
struct Order {
    running: bool,
    samples: bool,
}

impl ScanScheduler {
    /// Whether the caller is to scan, or a scan runs already and has taken the request along.
    pub fn admit(&self, headers_only: bool) -> bool {
        let mut order = self.lock();
        order.samples |= !headers_only;
        !std::mem::replace(&mut order.running, true)
    }

    fn wants_samples(&self) -> bool {
        self.lock().samples
    }

    /// Ends the scan, unless somebody has wished for samples too late for it to notice.
    fn close(&self, samples_read: bool) -> bool {
        let mut order = self.lock();
        let missed = order.samples && !samples_read;
        if !missed {
            *order = Order::default();
        }
        !missed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells a [`Survey`] of the headers, then, when wanted, further ones as the samples are read.
pub fn scan(context: &Context, scheduler: &ScanScheduler) -> Result<(), EngineError> {
    loop {
        let outcome = read(context, scheduler);
        // After an error there is nothing to make up for.
        if scheduler.close(!matches!(outcome, Ok(false))) {
            return outcome.map(|_| ());
        }
    }
}

/// Whether the samples were looked at as well.
fn read(context: &Context, scheduler: &ScanScheduler) -> Result<bool, EngineError> {
    let tell = context.progress_reporter();
    let corpora = reading::corpora(&context.settings, &tell)?;
    let begun = Instant::now();
    let analysis = reading::remembered(&context.settings);
    let catalogue = reading::headers(&context.settings, &corpora, &analysis, &tell)?;
    let header_seconds = begun.elapsed().as_secs_f64();
    publish(context, &catalogue, (header_seconds, 0.0));
    if reading::is_analysed(&catalogue) {
        return Ok(true);
    }
    if !scheduler.wants_samples() {
        return Ok(false);
    }
    let begun = Instant::now();
    let catalogue = read_samples(context, &catalogue, &analysis, header_seconds)?;
    context.check()?;
    publish(context, &catalogue, (header_seconds, begun.elapsed().as_secs_f64()));
    Ok(true)
}

fn read_samples(
    context: &Context,
    catalogue: &Catalogue,
    analysis: &AnalysisCache,
    header_seconds: f64,
) -> Result<Catalogue, EngineError> {
    let tell = context.progress_reporter();
    let (begun, rate_limiter) = (Instant::now(), RateLimiter::after(REDRAW));
    Ok(analyse(catalogue, analysis, &|done, total, so_far| {
        if done < total && rate_limiter.is_due() {
            publish(context, &so_far(), (header_seconds, begun.elapsed().as_secs_f64()));
        }
        tell("analysing samples", done, total)
    })?)
}

fn publish(context: &Context, catalogue: &Catalogue, (header_seconds, analysis_seconds): (f64, f64)) {
    context.remember(catalogue);
    let selection = select(catalogue, &context.settings.labels, &context.settings.filter);
    context.emit(Event::Survey(Arc::new(Survey {
        statistics: statistics(catalogue),
        quality_issues: quality_issues(catalogue),
        selected: selection.clips.len(),
        excluded: selection.excluded.into_iter().collect(),
        synthetic: catalogue.clips.iter().any(|clip| clip.synthetic),
        analysed: reading::is_analysed(catalogue),
        header_seconds,
        analysis_seconds,
        catalogue: catalogue.clone(),
    })));
}

/// The catalogue of the last scan, or the headers read now.
pub fn catalogue(context: &Context) -> Result<Arc<Catalogue>, EngineError> {
    if let Some(known) = context.known_catalogue() {
        return Ok(known);
    }
    let tell = context.progress_reporter();
    let corpora = reading::corpora(&context.settings, &tell)?;
    let analysis = reading::remembered(&context.settings);
    let catalogue = reading::headers(&context.settings, &corpora, &analysis, &tell)?;
    context.remember(&catalogue);
    Ok(Arc::new(catalogue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_during_a_scan_is_taken_along_and_never_lost() {
        let scheduler = ScanScheduler::default();
        assert!(scheduler.admit(true));
        assert!(!scheduler.wants_samples());
        assert!(!scheduler.admit(false), "one scan at a time");
        assert!(!scheduler.close(false), "somebody wished for samples");
        assert!(scheduler.wants_samples());
        assert!(scheduler.close(true));
        assert!(scheduler.admit(true), "the next scan is one of its own");
        assert!(scheduler.close(false));
    }
}
