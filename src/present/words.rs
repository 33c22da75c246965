//! Words for what the engine counts and names.

use super::numbers::{bytes, ccc, count, duration, grouped, percent, score};
use crate::engine::{
    CacheKind, CacheState, CommandKind, Coverage, EncoderRow, EndReason, Exclusion, FetchedCorpus, FoldScores,
    KeptEpoch, Known, Monitor, Note, PromotedRun, Published, PublishedCounts, PublishedRow, PublishedScore,
    QualityIssueKind, RunNote, RunSummary, Stop, StopTuning, StudyDeletion, StudyPage, TrialRow, Warning,
};

/// What data of a program and not of people is called.
pub const SYNTHETIC: &str = "SYNTHETIC demo data: no human voice, scores mean nothing for real speech";

/// Said of a model that was fitted on its test clips as well.
pub const FINAL_MODEL: &str = "a final model, fitted on all clips, without a held-out test score";

/// How much of an encoder is on this machine.
pub fn encoder_here(row: &EncoderRow) -> String {
    match &row.here {
        None => "no".to_owned(),
        Some(here) => match &here.missing {
            None => bytes(here.bytes),
            Some(missing) => format!("without {missing}"),
        },
    }
}

/// Whether a published corpus is in the data folder.
pub fn corpus_here(row: &PublishedRow) -> &'static str {
    match (&row.here, row.begun) {
        (Some(_), _) => "yes",
        (None, true) => "begun",
        (None, false) => "no",
    }
}

/// How a published corpus comes here: how large it is, where that is stated, or that it does not.
pub fn corpus_download(published: &Published) -> String {
    match (published.by_hand(), published.bytes()) {
        (Some(_), _) => "by hand".to_owned(),
        (None, Some(size)) => bytes(size),
        (None, None) => "not stated".to_owned(),
    }
}

/// Under which licence a corpus is published.
pub fn corpus_licence(published: &Published) -> &str {
    published.licence.as_deref().unwrap_or("not stated")
}

/// Said before a corpus is fetched: size, licence, where from, and what nobody states.
pub fn before_getting(published: &Published) -> String {
    let size = match published.bytes() {
        Some(size) => bytes(size),
        None => "Its size is not stated".to_owned(),
    };
    let mut words = format!(
        "{size}. Licence: {}. From {}.",
        corpus_licence(published),
        published.page
    );
    if let Some(note) = &published.note {
        words += &format!(" {note}");
    }
    match (published.is_checked(), published.is_encrypted()) {
        (true, _) => {}
        (false, true) => words += " No source states a checksum.",
        (false, false) => words += " No source states a checksum, and the connection is not encrypted.",
    }
    words
}

/// What is to be done about a corpus that is not fetched by the program.
pub fn by_hand(published: &Published, how: &str) -> String {
    format!(
        "{} ({}) is not fetched by this program. {}: {how}.",
        published.title,
        corpus_licence(published),
        published.page
    )
}

/// A corpus was fetched, or stopped.
pub fn got(fetched: &FetchedCorpus) -> String {
    let FetchedCorpus { name, folder, line } = fetched;
    match (folder, line) {
        (None, _) => format!("{name} was stopped; what has arrived is kept."),
        (Some(folder), None) => format!("{name} is in {}.", folder.display()),
        (Some(folder), Some(line)) => format!(
            "{name} is in {}. To take it, add to `corpora` in the settings file: {line}",
            folder.display()
        ),
    }
}

/// The emotion corpora that an encoder was trained on.
pub fn emotion_corpora(known: &Known) -> String {
    match known.emotion_corpora {
        [] => "no corpus of emotions is known to be among that".to_owned(),
        corpora => format!("{}; scores on these are no scores on unseen clips", corpora.join(", ")),
    }
}

/// A published score in one line.
pub fn published_score(score: &PublishedScore) -> String {
    let speakers = if score.speaker_independent {
        "speaker-independent"
    } else {
        "not speaker-independent"
    };
    format!(
        "{} {}: {}, {speakers}: {} ({})",
        score.corpus, score.metric, score.value, score.protocol, score.source
    )
}

/// `94371712` as `94.4 M`.
pub fn millions(number: u64) -> String {
    format!("{:.1} M", number as f64 / 1e6)
}

/// Why clips take no part.
pub fn exclusion(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Filter => "not in the filter",
        Exclusion::Label => "label dropped",
        Exclusion::Unlabelled => "unlabelled",
        Exclusion::Dimensions => "without dimensions",
        Exclusion::Silent => "silent",
        Exclusion::Damaged => "damaged",
        Exclusion::ConflictingDuplicate => "labelled twice",
        Exclusion::Split => "in no part of the split",
        Exclusion::Features => "without features",
    }
}

/// How many clips of a known corpus are there: `crema_d 7,438 of 7,442, missing: angry 3, sad 1`.
pub fn published_counts(counts: &PublishedCounts) -> String {
    let mut words = format!(
        "{} {} of {}",
        counts.corpus,
        grouped(counts.found),
        grouped(counts.published)
    );
    for (what, classes) in [("missing", &counts.missing), ("more than published", &counts.surplus)] {
        let classes: Vec<String> = classes
            .iter()
            .map(|(class, clips)| match class.as_str() {
                "" => format!("unlabelled {}", grouped(*clips)),
                class => format!("{class} {}", grouped(*clips)),
            })
            .collect();
        if !classes.is_empty() {
            words += &format!(", {what}: {}", classes.join(", "));
        }
    }
    words
}

/// What is odd about a clip.
pub fn quality_issue(kind: QualityIssueKind) -> &'static str {
    match kind {
        QualityIssueKind::Silent => "silent",
        QualityIssueKind::Cancelled => "channels cancel",
        QualityIssueKind::ConflictingDuplicate => "two labels",
        QualityIssueKind::Duplicate => "duplicate",
        QualityIssueKind::Damaged => "damaged",
        QualityIssueKind::Incomplete => "incomplete",
        QualityIssueKind::Scheme => "other scheme",
        QualityIssueKind::Extension => "extension",
        QualityIssueKind::Stereo => "stereo",
        QualityIssueKind::Rate => "rate",
        QualityIssueKind::Clipping => "clipping",
        QualityIssueKind::Length => "length",
        QualityIssueKind::Name => "name",
    }
}

/// What a part of the cache is.
pub fn cache_kind(kind: CacheKind) -> &'static str {
    match kind {
        CacheKind::Scan => "headers",
        CacheKind::Analysis => "samples",
        CacheKind::Features => "features",
        CacheKind::Other => "other",
    }
}

/// Whether a part of the cache would be used.
pub fn cache_state(state: CacheState) -> &'static str {
    match state {
        CacheState::Current => "current",
        CacheState::Recipe => "recipe not in settings",
        CacheState::Version => "another version",
        CacheState::Damaged => "damaged",
        CacheState::Foreign => "foreign, never cleared",
    }
}

/// How soon a run stops.
pub fn stop(when: Stop) -> &'static str {
    match when {
        Stop::Now => "now",
        Stop::AfterEpoch => "when the epoch is done",
    }
}

/// How soon workers stop.
pub fn stop_tuning(when: StopTuning) -> &'static str {
    match when {
        StopTuning::Now => "now",
        StopTuning::AfterEpoch => "when the epoch is done",
        StopTuning::AfterTrial => "when the trial is done",
    }
}

/// The subcommand that asks for a kind of command.
pub fn subcommand(kind: CommandKind) -> &'static str {
    match kind {
        CommandKind::Scan => "scan",
        CommandKind::Pattern => "pattern",
        CommandKind::Export => "export",
        CommandKind::Features | CommandKind::ExportFeatures | CommandKind::ImportFeatures => "features",
        CommandKind::Trim => "trim",
        CommandKind::Cache => "cache",
        CommandKind::Encoders => "encoders",
        CommandKind::Get => "get",
        CommandKind::Demo => "demo",
        CommandKind::Bench => "bench",
        CommandKind::Config | CommandKind::Tidy | CommandKind::EditSettings => "config",
        CommandKind::Doctor => "doctor",
        CommandKind::Models => "models",
        CommandKind::Presets => "presets",
        CommandKind::Preview => "preview",
        CommandKind::Play | CommandKind::Sound => "play",
        CommandKind::Train | CommandKind::Plan => "train",
        CommandKind::Runs | CommandKind::Restore | CommandKind::EmptyTrash => "runs",
        CommandKind::Watch => "watch",
        CommandKind::Stop => "stop",
        CommandKind::Compare => "compare",
        CommandKind::Log => "log",
        CommandKind::Note => "note",
        CommandKind::Delete => "delete",
        CommandKind::Queue => "queue list",
        CommandKind::Wake => "queue wake",
        CommandKind::Move => "queue move",
        CommandKind::Cancel => "queue cancel",
        CommandKind::StartNow => "queue start",
        CommandKind::Resume => "resume",
        CommandKind::Report => "report",
        CommandKind::Predict => "predict",
        CommandKind::Evaluate => "evaluate",
        CommandKind::Tune => "tune",
        CommandKind::Studies => "study list",
        CommandKind::Study => "study show",
        CommandKind::StopTuning => "study stop",
        CommandKind::Enqueue => "study enqueue",
        CommandKind::Promote => "study promote",
        CommandKind::RepairStudy => "study repair",
        CommandKind::DeleteStudy => "study delete",
        CommandKind::RestoreStudy => "study restore",
        CommandKind::ExportStudy => "study export",
    }
}

/// Frames of an input; where clips have as many as they are long there is no number.
pub fn frames(frames: usize) -> String {
    match frames {
        0 => "unequal".to_owned(),
        frames => frames.to_string(),
    }
}

/// The mark of a test score that has to be read with what is said of its classes; nothing for any other.
pub fn coverage_mark(run: &RunSummary) -> &'static str {
    if run.coverage.as_ref().is_some_and(Coverage::is_thin) {
        "!"
    } else {
        ""
    }
}

/// The mark of a fold's score that is that of all folds together; nothing for any other.
pub fn fold_mark(run: &RunSummary) -> &'static str {
    match run.folds.is_some() || run.folds_ccc.is_some() {
        true => "Σ",
        false => "",
    }
}

/// What is the largest validation UAR of all epochs, wherever it is shown with the one of the kept epoch.
pub const BEST_VALIDATION_UAR: &str = "best validation UAR";

/// What the validation score of the epoch is called whose network is kept, by what chose it.
pub fn kept_name(kept: &KeptEpoch) -> String {
    let score = if kept.validation_ccc.is_some() { "CCC" } else { "UAR" };
    let epoch = match kept.monitor {
        Monitor::Loss => "lowest-loss",
        Monitor::Accuracy => "highest-accuracy",
        Monitor::Uar | Monitor::Ccc => "kept",
    };
    format!("{score} of the {epoch} epoch")
}

/// That score: UAR in percent, or the CCC of dimensions.
pub fn kept_figure(kept: &KeptEpoch) -> String {
    kept.validation_ccc.map_or_else(|| percent(kept.validation_uar), ccc)
}

/// Why a run is over, in at most ten columns; a dash while it is not.
pub fn ended(run: &RunSummary) -> &'static str {
    run.end.as_ref().map_or("–", EndReason::short)
}

/// Tags as they are shown.
pub fn tags(note: &RunNote) -> String {
    let tags: Vec<String> = note.tags.iter().map(|tag| format!("#{tag}")).collect();
    tags.join(" ")
}

/// What the scores of compared runs are called: UAR in percent, the CCC of dimensions, or either.
pub fn score_name(runs: &[RunSummary]) -> &'static str {
    let of_dimensions = |run: &RunSummary| run.best_validation_ccc.is_some() || run.test_ccc.is_some();
    match (runs.iter().any(of_dimensions), runs.iter().all(of_dimensions)) {
        (false, _) => "UAR %",
        (true, true) => "CCC",
        (true, false) => "UAR % or CCC",
    }
}

/// The best score on validation: UAR in percent, or the CCC of dimensions.
pub fn best_validation(run: &RunSummary) -> String {
    run.best_validation_ccc
        .map_or_else(|| score(run.best_validation_uar), ccc)
}

/// The same on the test clips, with its marks.
pub fn tested(run: &RunSummary) -> String {
    let shown = || format!("{}{}{}", coverage_mark(run), fold_mark(run), score(run.shown_uar()));
    run.shown_ccc()
        .map_or_else(shown, |found| format!("{}{}", fold_mark(run), ccc(found)))
}

/// What a promoted trial comes to on the test set.
pub fn promoted(run: &PromotedRun) -> String {
    match (run.ccc, run.test) {
        (Some(found), _) => format!("test mean CCC {}", ccc(found)),
        (None, Some((uar, accuracy))) => {
            let uar_name = run.coverage.clone().unwrap_or_default().uar();
            format!("test {uar_name} {}, accuracy {}", percent(uar), percent(accuracy))
        }
        (None, None) => "not evaluated yet".to_owned(),
    }
}

/// `mean of folds 58.1 ± 2.3 %`.
pub fn mean_of_folds(folds: &FoldScores) -> String {
    format!(
        "mean of folds {:.1} ± {:.1} %",
        100.0 * folds.mean_uar,
        100.0 * folds.deviation
    )
}

/// `UAR over 5 of 6 classes; the test set has no clips of calm`; empty when every class has enough clips.
pub fn coverage(coverage: &Coverage) -> String {
    let over = Some(coverage.uar()).filter(|_| coverage.tested < coverage.classes);
    over.into_iter()
        .chain(coverage.warning())
        .collect::<Vec<_>>()
        .join("; ")
}

/// The state of a trial; `lost` where it counts as running and its process is gone.
pub fn trial_state(trial: &TrialRow) -> String {
    match trial.lost {
        Some(_) => "lost".to_owned(),
        None => trial.state.to_string(),
    }
}

/// What the damage of a study's journal means, and the remedy.
pub fn study_damage(page: &StudyPage) -> Option<String> {
    let damage = page.damage.as_ref()?;
    Some(format!(
        "journal.log, {damage}; the records from that line on are not shown, and nothing is written until \
         `undertone study repair {}` has repaired it",
        page.name
    ))
}

/// What the deletion of a study takes with it, and what it leaves.
pub fn study_deletion(deletion: &StudyDeletion) -> String {
    let trials = deletion.trials.map_or_else(
        || "a journal that cannot be read".to_owned(),
        |trials| count(trials, "trial"),
    );
    let runs = format!("{} ({})", count(deletion.runs, "run"), bytes(deletion.run_bytes));
    let mut words = match (deletion.runs, deletion.with_runs) {
        (0, _) => format!("study {}: {trials}, {}", deletion.study, bytes(deletion.bytes)),
        (_, true) => format!(
            "study {}: {trials}, {} and {runs}",
            deletion.study,
            bytes(deletion.bytes)
        ),
        (_, false) => format!(
            "study {}: {trials}, {}, but not {runs}",
            deletion.study,
            bytes(deletion.bytes)
        ),
    };
    if deletion.promoted > 0 {
        words += &format!("; {} of promoted trials stay", count(deletion.promoted, "run"));
    }
    if deletion.running_elsewhere > 0 {
        words += &format!(
            "; {} running in another program, as its journal says",
            match deletion.running_elsewhere {
                1 => "1 trial is".to_owned(),
                several => format!("{several} trials are"),
            }
        );
    }
    words
}

/// That a study was deleted; `restores` is what brings it back.
pub fn study_deleted(deletion: &StudyDeletion, restores: &str) -> String {
    let kept = match (deletion.runs, deletion.with_runs) {
        (0, _) | (_, true) => String::new(),
        (runs, false) => format!(" The folders of its {} stay.", count(runs, "run")),
    };
    format!(
        "Study {} was deleted; {restores} brings it back for a week.{kept}",
        deletion.study
    )
}

/// How much of a finite space was tried.
pub fn space_coverage(page: &StudyPage) -> Option<String> {
    let coverage = page.coverage?;
    Some(format!("{} of {} tried", coverage.tried, coverage.settings))
}

/// Frames and numbers per frame; 0 frames are as many as each clip has.
pub fn shape((frames, coefficients): (usize, usize)) -> String {
    match frames {
        0 => format!("frames x {coefficients}"),
        _ => format!("{frames} x {coefficients}"),
    }
}

/// What a recipe would note about a clip.
pub fn note(note: &Note) -> String {
    match note {
        Note::Trimmed {
            start_seconds,
            end_seconds,
        } => format!(
            "{} of silence trimmed at the start, {} at the end",
            duration(*start_seconds),
            duration(*end_seconds)
        ),
        Note::SkipClamped { to_seconds } => format!("only {} skipped, the clip is short", duration(*to_seconds)),
        Note::Padded { seconds } => format!("padded with {} of zeros", duration(*seconds)),
        Note::Windows { windows } => format!("through the encoder in {windows} windows of 30 s"),
    }
}

/// On which scale models give dimensions.
pub const DIMENSIONS: &str = "about 0 to 1, as the model was trained";

/// Of a model whose labels are not all known.
pub fn unknown_labels(labels: &[String]) -> String {
    let first = labels.first().map_or("", String::as_str);
    format!(
        "labels that are no emotion known here: {}; say what they count as, as --map {first}=neutral",
        labels.join(", ")
    )
}

/// A reason to trust a prediction less.
pub fn warning(warning: &Warning) -> String {
    match warning {
        Warning::Level {
            rms_dbfs,
            training_rms_dbfs,
        } => format!("level {rms_dbfs:.0} dBFS, the training clips have {training_rms_dbfs:.0}"),
        Warning::Clipping { share } => format!("{} of the samples are clipped", percent(f64::from(*share))),
        Warning::Short { seconds, wanted } => format!(
            "{}, the model takes {}: padded with zeros",
            duration(*seconds),
            duration(*wanted)
        ),
        Warning::Long { seconds, used } => format!("{}, the model used {} of it", duration(*seconds), duration(*used)),
        Warning::NoTestScore => FINAL_MODEL.to_owned(),
        Warning::OneSpeaker { files: 1 } => "standardised by itself, without its speaker's other clips".to_owned(),
        Warning::OneSpeaker { files } => format!("standardised by {files} files, taken as one speaker's"),
        Warning::Windows { seconds, windows } => format!(
            "{}, more than the encoder takes at once: it went through in {windows} windows",
            duration(*seconds)
        ),
        Warning::Rate { rate, wanted } => format!("{rate} Hz, below the {wanted} Hz of training: no upper band"),
    }
}
