//! The table of all requests. Whoever needs something of every one hands a macro to it.

/// Hands the table of requests to a macro.
macro_rules! requests {
    ($with:ident) => {
        $with! {
            asked {
                /// Read the headers of every corpus, then (unless `headers_only`) the samples of what is new.
                Scan {
                    /// Leave the samples alone.
                    headers_only: bool,
                } -> Arc<Survey>;
                /// What a pattern would make of the names of the sound files in a folder. The last one asked for wins.
                Pattern {
                    /// The folder; `None` is that of the first corpus that is read by a pattern, else the data folder.
                    folder: Option<PathBuf>,
                    /// A regular expression with named groups; `None` is that of the settings, else one to begin with.
                    pattern: Option<String>,
                } -> Arc<PatternReport>;
                /// Write the table of clips.
                Export {
                    /// CSV, or TSV by its extension.
                    path: PathBuf,
                    /// Only the clips of these names; `None` for all.
                    only: Option<Vec<PathBuf>>,
                } -> Exported;
                /// Extract the recipe's features of every selected clip into the cache.
                Features -> FeatureSummary;
                /// Extract the features, then write them as NumPy arrays with a table of labels.
                ExportFeatures {
                    /// A folder that is new, or holds an earlier export.
                    folder: PathBuf,
                    /// Also one file per clip and feature.
                    per_clip: bool,
                } -> FeaturesExported;
                /// Put features that were made elsewhere into the store, and a recipe that stands for them into the
                /// settings.
                ImportFeatures {
                    /// With `X.npy` and `labels.csv`.
                    folder: PathBuf,
                    /// The recipe's name; `None` is the folder's.
                    name: Option<String>,
                } -> Arc<ImportSummary>;
                /// What trimming silence at several thresholds would remove from the clips that take part.
                Trim -> Arc<Trimming>;
                /// What lies in the cache folder.
                Cache {
                    /// What of it is to be cleared.
                    clear: Option<Clear>,
                } -> Arc<CacheReport>;
                /// The encoders that are here, and those that are known to work.
                Encoders {
                    /// What is to be fetched from the hub before that.
                    fetch: Option<Fetch>,
                } -> Arc<EncoderReport>;
                /// The published corpora: which are known, and which are here.
                Get {
                    /// What is to be fetched before that.
                    fetch: Option<Fetch>,
                } -> Arc<PublishedReport>;
                /// Write the synthetic demo corpus.
                Demo {
                    /// Where; `None` is `<data>/demo`.
                    folder: Option<PathBuf>,
                    /// Instead of `demo.clips`.
                    clips: Option<usize>,
                    /// Only where there are no corpora.
                    if_empty: bool,
                } -> DemoCorpus;
                /// Measure how fast the work is here, and where the time goes.
                Bench {
                    /// What.
                    what: api::Bench,
                } -> Arc<Measured>;
                /// The resolved settings and where each came from.
                Config -> Arc<api::Config>;
                /// What the settings file would be without what equals the defaults.
                Tidy {
                    /// Whether to write it; else only what would go is shown.
                    confirmed: bool,
                } -> Arc<Tidying>;
                /// Other values in the settings file. They hold for whoever reads it next.
                EditSettings {
                    /// By dotted key, what `--set` would say; `None` is what holds without the file.
                    changes: Vec<(String, Option<String>)>,
                    /// Stands for the file whose lines were seen; `None` only shows the lines that would change.
                    seen: Option<u64>,
                } -> Arc<SettingsEdit>;
                /// What this machine has and lacks, and what would help.
                Doctor -> Arc<Vec<Finding>>;
                /// The presets.
                Presets -> Arc<Vec<Preset>>;
                /// The architectures, or one of them layer by layer.
                Models {
                    /// Which, summed up for the settings' recipe; `None` lists all.
                    name: Option<String>,
                } -> Architectures;
                /// A clip's wave and spectrogram. The last one asked for wins.
                Preview {
                    /// The clip.
                    path: PathBuf,
                    /// In which form.
                    variant: Variant,
                } -> Arc<api::Preview>;
                /// Put a run (or the folds of a K-fold) in the queue of its device, and see that it is worked on.
                Train {
                    /// Put over the settings.
                    changes: Overrides,
                } -> Started;
                /// What a run would be: the shape of its input, its network, its subsets, and how long an epoch takes.
                /// The last one asked for wins.
                Plan {
                    /// Put over the settings.
                    changes: Overrides,
                    /// Whether to time some steps when no earlier run says how long they take.
                    measure: bool,
                } -> Arc<RunPlan>;
                /// Ask a run to stop.
                Stop {
                    /// Its id, a unique beginning of it, or `last`.
                    run: RunSelector,
                    /// How soon.
                    when: api::Stop,
                } -> Stopping;
                /// What is trained and what waits.
                Queue -> Arc<QueueReport>;
                /// Move waiting runs in the queue of their device.
                Move {
                    /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
                    run: RunSelector,
                    /// Where to.
                    to: Shift,
                } -> Arc<QueueReport>;
                /// Take waiting runs out of the queue; they count as stopped.
                Cancel {
                    /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
                    run: RunSelector,
                } -> Cancelled;
                /// Start waiting runs at once, on this machine, beside whatever is trained there.
                StartNow {
                    /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
                    run: RunSelector,
                } -> Arc<QueueReport>;
                /// Compare runs: their settings and their scores.
                Compare {
                    /// Their ids, unique beginnings of them, or `last`.
                    runs: Vec<RunSelector>,
                } -> Arc<Comparison>;
                /// All that a run has to say.
                Log {
                    /// Its id, a unique beginning of it, or `last`.
                    run: RunSelector,
                } -> Arc<RunLog>;
                /// Write a note of a run, and tags to find it by.
                Note {
                    /// Its id, a unique beginning of it, or `last`.
                    run: RunSelector,
                    /// What is to be different; nothing only shows the note.
                    change: NoteChange,
                } -> Noted;
                /// Delete inactive runs, with all that is in their folders: they can be restored for a week.
                Delete {
                    /// One: its id, a beginning of it that fits one run or the folds of one group, or `last`. Several:
                    /// their ids; those that cannot go stay, and are told.
                    runs: Vec<RunSelector>,
                    /// With their other folds.
                    all_folds: bool,
                    /// For good: it cannot be restored.
                    now: bool,
                    /// Whether to do it; else it is only said what would be deleted.
                    confirmed: bool,
                } -> Arc<Deletion>;
                /// Bring a deleted run back, with its fold group.
                Restore {
                    /// Its id, a unique beginning of it, or `last`, the one deleted last.
                    run: RunSelector,
                } -> Restored;
                /// Delete for good what lies in the trash.
                EmptyTrash {
                    /// Whether to do it; else it is only said what would be deleted.
                    confirmed: bool,
                } -> Arc<Deletion>;
                /// Resume a run that was interrupted, and its other folds.
                Resume {
                    /// Its id, a unique beginning of it, or `last`.
                    run: RunSelector,
                } -> Resumed;
                /// The report of a finished run (with its folds).
                Report {
                    /// Its id, a unique beginning of it, or `last`.
                    run: RunSelector,
                } -> Arc<RunReport>;
                /// The emotion of audio files, as a model predicts it.
                Predict {
                    /// The files.
                    files: Vec<PathBuf>,
                    /// The model.
                    by: Predictor,
                    /// Which of its labels, and what they are called.
                    choice: LabelChoice,
                } -> Vec<FilePrediction>;
                /// Evaluate a model on the selected clips, whatever it was trained on.
                Evaluate {
                    /// The model.
                    by: Predictor,
                    /// Which of its labels, and what they are called.
                    choice: LabelChoice,
                    /// Only this subset of the settings' split.
                    subset: Option<Subset>,
                } -> Arc<Evaluation>;
                /// Begin a study or continue it, and start the workers that are missing.
                Tune {
                    /// Put over the settings.
                    changes: Overrides,
                } -> Tuning;
                /// Ask the workers of a study to stop.
                StopTuning {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// Only this one.
                    worker: Option<String>,
                    /// How soon.
                    when: api::StopTuning,
                } -> TuningStops;
                /// Put a trial in a study's queue; what is left out is chosen by the sampler.
                Enqueue {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// Parameters and their values.
                    values: Overrides,
                } -> Enqueued;
                /// Train a trial again, as runs that are evaluated on the test set.
                Promote {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// The trial's number; `None` is the best.
                    trial: Option<usize>,
                    /// How many runs, each with a seed of its own.
                    seeds: usize,
                } -> Started;
                /// Repair a study's damaged journal, as far as can be known; a copy of it is kept.
                RepairStudy {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                } -> StudyRepaired;
                /// Delete a study that nobody works on: it can be restored for a week.
                DeleteStudy {
                    /// Its whole name.
                    study: String,
                    /// With the runs of its trials; else their folders stay where they are.
                    with_runs: bool,
                    /// Whether to do it; else it is only said what would be deleted.
                    confirmed: bool,
                } -> Arc<StudyDeletion>;
                /// Bring a deleted study back.
                RestoreStudy {
                    /// Its name, or `last`, the one deleted last.
                    study: String,
                } -> StudyRestored;
                /// Write a study's trials.
                ExportStudy {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// CSV, or JSON by its extension.
                    path: PathBuf,
                } -> StudyExported;
            }
            followed {
                /// Play a clip, in place of another; done when its end was played, or another took its place.
                Play {
                    /// The clip.
                    path: PathBuf,
                    /// In which form.
                    variant: Variant,
                    /// From which position on (s).
                    from: f64,
                } -> SoundState;
                /// Change how the clip plays.
                Sound {
                    /// How.
                    control: api::PlaybackControl,
                } -> SoundState;
                /// List the runs; while `follow`, again whenever one changes.
                Runs {
                    /// Go on until another list is asked for.
                    follow: bool,
                } -> Arc<Vec<RunSummary>>;
                /// Everything about one run; again whenever it changes, until it has ended or another one is watched.
                Watch {
                    /// Its id, a unique beginning of it, or `last`.
                    run: RunSelector,
                } -> Arc<RunDetail>;
                /// List the studies; while `follow`, again whenever one changes.
                Studies {
                    /// Go on until another list is asked for.
                    follow: bool,
                } -> Arc<Vec<StudySummary>>;
                /// Start the workers that the queue lacks; while `follow`, whenever one is missing.
                Wake {
                    /// Go on as long as the engine lives.
                    follow: bool,
                } -> Arc<QueueReport>;
                /// Everything about one study; while `follow`, again whenever it changes.
                Study {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// Go on until another one is asked for.
                    follow: bool,
                } -> Arc<StudyPage>;
            }
        }
    };
}
pub(in crate::engine) use requests;
