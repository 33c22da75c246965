//! The samples of all clips, analysed on all cores.

use super::together::runs;
use super::{AnalysisCache, Catalogue, Clip, CorpusError, SampleAnalysis};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Time between two calls of `progress`.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// Time between two writes of the cache: what a crash may cost.
const SAVE_INTERVAL: Duration = Duration::from_secs(20);

/// Called with `(done, total, so_far)`; returns whether to continue.
pub type AnalysisProgress<'a> = dyn Fn(usize, usize, &dyn Fn() -> Catalogue) -> bool + Sync + 'a;

/// Analyses the clips that have not been analysed, on all cores. `progress(done, total, so_far)` is called now and
/// then, from one thread at a time, with the catalogue as it stands; returning false stops the analysis,
/// keeping what was measured. Saves the cache now and then and at the end.
///
/// # Errors
/// A cache that cannot be written.
pub fn analyse(
    catalogue: &Catalogue,
    cache: &AnalysisCache,
    progress: &AnalysisProgress,
) -> Result<Catalogue, CorpusError> {
    let clips = &catalogue.clips;
    let analysis: Vec<OnceLock<Arc<_>>> = (0..clips.len())
        .map(|index| {
            catalogue
                .analysis
                .get(index)
                .cloned()
                .flatten()
                .map_or_else(OnceLock::new, OnceLock::from)
        })
        .collect();
    let so_far = || Catalogue {
        clips: Arc::clone(clips),
        analysis: analysis.iter().map(|slot| slot.get().cloned()).collect(),
        refused: Arc::clone(&catalogue.refused),
        readings: Arc::clone(&catalogue.readings),
        names: Arc::clone(&catalogue.names),
        scales: Arc::clone(&catalogue.scales),
    };
    let missing: Vec<usize> = (0..clips.len())
        .filter(|index| analysis[*index].get().is_none())
        .collect();
    let done = AtomicUsize::new(clips.len() - missing.len());
    let stopped = AtomicBool::new(false);
    // Held by the one thread that reports and saves; the others continue.
    let times = Mutex::new(Times {
        reported: Instant::now(),
        saved: Instant::now(),
    });
    let take_note = |index: usize, found: Arc<SampleAnalysis>| {
        let _ = analysis[index].set(found);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        let Ok(mut times) = times.try_lock() else {
            return;
        };
        if times.reported.elapsed() >= REPORT_INTERVAL {
            if !progress(done, clips.len(), &so_far) {
                stopped.store(true, Ordering::Relaxed);
            }
            times.reported = Instant::now();
        }
        if times.saved.elapsed() >= SAVE_INTERVAL {
            // A failure is reported at the end, when it has not passed by then.
            let _ = cache.save();
            times.saved = Instant::now();
        }
    };
    // Segments of a file together: it is decoded once.
    let files = runs(missing.iter().map(|index| &clips[*index]));
    let measure = |file: &Range<usize>| {
        if stopped.load(Ordering::Relaxed) {
            return;
        }
        let missing = &missing[file.clone()];
        let of_file: Vec<&Clip> = missing.iter().map(|index| &clips[*index]).collect();
        cache.analyses(&of_file, &mut |index, found| {
            take_note(missing[index], found);
            !stopped.load(Ordering::Relaxed)
        });
    };
    // Threads of its own: whoever else asks for all cores meanwhile must not wait until the last clip.
    match rayon::ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(|| files.par_iter().for_each(measure)),
        Err(_) => files.par_iter().for_each(measure),
    }
    if !stopped.into_inner() {
        progress(done.into_inner(), clips.len(), &so_far);
    }
    cache.save()?;
    // At the end only: until then whoever looks at the clips goes on looking at the same.
    let mut analysed = so_far();
    analysed.take_decoded_lengths();
    Ok(analysed)
}

struct Times {
    reported: Instant,
    saved: Instant,
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{catalogue_of, clip_of, tone, write_wav};
    use super::*;
    use std::fs;

    #[test]
    fn every_clip_is_analysed_and_progress_ends_at_the_total() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = (0..20).map(|n| folder.path().join(format!("{n}.wav"))).collect();
        for (n, path) in paths.iter().enumerate() {
            write_wav(path, 16_000, 1, &tone(1_000 + 100 * (n % 10)));
        }
        let catalogue = catalogue_of(&paths);
        let last = Mutex::new((0, 0));
        let cache = AnalysisCache::load(&folder.path().join("analyses"));
        let analysed = analyse(&catalogue, &cache, &|done, total, so_far| {
            assert_eq!(so_far().analysis.len(), total);
            *last.lock().unwrap() = (done, total);
            true
        })
        .unwrap();
        assert_eq!(*last.lock().unwrap(), (20, 20));
        let content = |n: usize| analysed.analysis[n].as_ref().unwrap().content;
        assert_eq!(content(3), content(13));
        assert_ne!(content(3), content(4));
        assert!(folder.path().join("analyses").is_file());
        let again = AnalysisCache::load(&folder.path().join("analyses"));
        assert!(paths.iter().all(|path| again.get(&clip_of(path)).is_some()));
    }

    #[test]
    fn damage_is_recorded_and_the_others_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["good.wav", "bad.wav", "gone.wav"].map(|name| folder.path().join(name));
        write_wav(&paths[0], 16_000, 1, &tone(1_000));
        fs::write(&paths[1], "no sound at all").unwrap();
        let cache = AnalysisCache::load(&folder.path().join("analyses"));
        let analysed = analyse(&catalogue_of(&paths), &cache, &|_, _, _| true).unwrap();
        let damage = |n: usize| analysed.analysis[n].as_ref().unwrap().damage.clone();
        assert_eq!(damage(0), None);
        assert!(damage(1).is_some_and(|why| !why.contains("bad.wav")));
        assert!(damage(2).is_some());
        assert!(cache.get(&clip_of(&paths[1])).is_some());
        assert!(cache.get(&clip_of(&paths[2])).is_none());
    }

    #[test]
    fn an_analysis_that_is_stopped_keeps_what_was_measured() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = (0..400).map(|n| folder.path().join(format!("{n}.wav"))).collect();
        for path in &paths {
            write_wav(path, 16_000, 1, &tone(32_000));
        }
        let cache = AnalysisCache::load(&folder.path().join("analyses"));
        let analysed = analyse(&catalogue_of(&paths), &cache, &|_, _, _| false).unwrap();
        let measured = analysed.analysis.iter().flatten().count();
        let remembered = paths.iter().filter(|path| cache.get(&clip_of(path)).is_some()).count();
        assert!(measured > 0);
        assert_eq!(measured, remembered);
    }
}
