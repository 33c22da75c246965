//! What `undertone worker RUN` does.

use super::observer::RunObserver;
use super::run_file::RunFile;
use super::study_report::TrialReporter;
use super::usage::UsageRecorder;
use super::{EngineError, EpochFacts, Fact, Stop, left_out, protocol, reading, results};
use crate::corpus::{Selection, Side, Split, select, split};
use crate::features::FeatureStore;
use crate::inference::FinalFit;
use crate::models::{choose_device, device_address};
use crate::runs::queue::{self, Entry, Queue};
use crate::runs::{Journal, Lease, RunError, RunFolder, host_name, read_facts, read_stop};
use crate::training::{self, Dataset, Normaliser, OnTheFly, Task, TrainingError, build_dataset, examples, fit, train};
use crate::tuning::Outcome;
use jiff::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How a run came to its end.
enum Ending {
    Finished,
    Stopped,
}

/// Trains the run of a folder in this process, which first leaves its terminal (setsid). `lane` is the folder of the
/// queue's lane that is kept busy by it.
///
/// # Errors
/// A run that cannot be taken up; what ended it when it failed.
pub fn work(run: &Path, lane: Option<&Path>) -> Result<(), EngineError> {
    leave_terminal()?;
    let _busy = lane.map(queue::occupy).transpose()?;
    Run::take(run)?.work()
}

/// A session of its own is not told when the terminal goes; a hang-up from elsewhere is not heard either.
pub fn leave_terminal() -> Result<(), EngineError> {
    // Refused to a process that leads a group, as one started by hand from a shell does: it stays where it is.
    let _ = rustix::process::setsid();
    signal_hook::flag::register(signal_hook::consts::SIGHUP, std::sync::Arc::default())
        .map(|_| ())
        .map_err(|error| EngineError::Other(format!("the hang-up signal cannot be ignored: {error}")))
}

/// One run that this process holds.
struct Run {
    folder: RunFolder,
    lease: Lease,
    journal: Journal<EpochFacts>,
    /// The trial that the run is.
    trial: Option<TrialReporter>,
    /// The last epoch that the journal knows, when the run is one that goes on.
    resumed: Option<usize>,
}

impl Run {
    /// Takes it out of the queue as well.
    ///
    /// # Errors
    /// A run that another process holds, that a newer version of the program wrote, or that was taken up before and is
    /// not to go on: it would be overwritten.
    fn take(path: &Path) -> Result<Self, EngineError> {
        let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = RunFolder {
            id,
            path: path.to_owned(),
        };
        if let Err(newer @ RunError::Newer(_)) = RunFile::read(&folder) {
            return Err(newer.into());
        }
        let lease = Lease::take(path)?;
        lease.progress("queued", 0, 0);
        let facts = read_facts::<EpochFacts>(path, 0)?.0;
        let resumed = matches!(facts.last(), Some(Fact::Resumed { .. }));
        if !facts.is_empty() && !resumed {
            return Err(EngineError::Other(format!(
                "run {id} was taken up before; `undertone resume {id}` goes on with it, or start a new run",
                id = folder.id
            )));
        }
        let last = facts.iter().rev().find_map(|fact| match fact {
            Fact::Epoch { facts, .. } => Some(facts.epoch),
            _ => None,
        });
        let journal = Journal::open(path)?;
        if let (Some(_), Some(runs)) = (Entry::read(path), path.parent()) {
            Queue::lock(runs)?.leave(path)?;
        }
        Ok(Self {
            folder,
            lease,
            journal,
            trial: None,
            resumed: resumed.then_some(last.unwrap_or(0)),
        })
    }

    /// From here on the journal says how it ends, whatever happens.
    fn work(&mut self) -> Result<(), EngineError> {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.train())).unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            let words = words.unwrap_or_else(|| "no words".to_owned());
            Err(EngineError::Other(format!(
                "a mistake in the program ({words}); log.txt says where"
            )))
        });
        let outcome = match self.trial.take() {
            Some(trial) => self.tell(trial, outcome),
            None => outcome,
        };
        let at = Timestamp::now();
        let (last, outcome) = match outcome {
            Ok(Ending::Finished) => (Fact::Finished { at }, Ok(())),
            Ok(Ending::Stopped) => (Fact::Stopped { at }, Ok(())),
            Err(error) => (
                Fact::Failed {
                    at,
                    reason: error.to_string(),
                },
                Err(error),
            ),
        };
        self.journal.append(&self.lease, &last)?;
        outcome
    }

    /// Tells the study how its trial ended; the run's journal says the same in words.
    fn tell(&mut self, mut trial: TrialReporter, ending: Result<Ending, EngineError>) -> Result<Ending, EngineError> {
        let outcome = match &ending {
            Ok(ending) => trial.outcome(matches!(ending, Ending::Stopped)),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        self.journal.append(&self.lease, &note(trial.words(&outcome)))?;
        trial.tell(&outcome)?;
        ending
    }

    fn train(&mut self) -> Result<Ending, EngineError> {
        let Self {
            folder,
            lease,
            journal,
            trial,
            resumed,
        } = self;
        let at = Timestamp::now();
        journal.append(
            lease,
            &Fact::Started {
                at,
                host: host_name(),
                pid: std::process::id(),
            },
        )?;
        if let (Some(words), None) = (lease.note(), &resumed) {
            journal.append(lease, &note(words))?;
        }
        let RunFile { run, settings } = RunFile::read(folder)?;
        if let Some(place) = &run.trial {
            *trial = Some(TrialReporter::open(place, &settings.tuning)?);
        }

        let device = choose_device(&settings.device)?;
        journal.append(
            lease,
            &Fact::Device {
                at: Timestamp::now(),
                device: device.key.clone(),
                note: device.note,
            },
        )?;

        let usage = UsageRecorder::start(lease);
        let is_stopped = || read_stop(&folder.path) == Some(Stop::Now);
        let tell = |task: &str, done: usize, total: usize| {
            lease.progress(task, done as u64, total as u64);
            !is_stopped()
        };
        if read_stop(&folder.path).is_some() {
            // Nothing has begun, so there is no epoch to wait for either.
            return Ok(Ending::Stopped);
        }
        let analysis = reading::remembered(&settings);
        let catalogue = reading::headers(&settings, &settings.corpora, &analysis, &tell)?;
        let catalogue = reading::samples(&catalogue, &analysis, &tell)?;
        if is_stopped() {
            return Ok(Ending::Stopped);
        }
        let selection = select(&catalogue, &settings.labels, &settings.filter);
        let leaky = settings.augmentation.leak_copies_across_sides;
        // A run that goes on keeps its sides, whatever they would come to now. Leaky copies are dealt by chance alone,
        // as ever.
        let kept = match resumed {
            Some(_) if !leaky => kept_split(folder)?,
            _ => None,
        };
        let mut examples = examples(selection, &settings.augmentation, settings.seed, |selection| {
            let (sides, place) = (&settings.split, (settings.seed, run.fold));
            match &kept {
                Some(table) => Split::kept(selection, sides, run.dealing, place, table),
                None => split(selection, sides, run.dealing, settings.seed, run.fold),
            }
        })?;
        let recipe = settings.recipe()?.resolved(examples.selection.longest_seconds())?;
        if resumed.is_some() {
            left_out::again(&mut examples, &folder.split())?;
        }
        left_out::save_split(folder, &examples, leaky)?;
        let store = FeatureStore::open(&reading::feature_folder(&settings), &recipe)?;
        let built = build_dataset(&mut examples, &store, &|done, total| tell("features", done, total));
        let mut dataset = match built {
            Ok(dataset) => dataset,
            Err(_) if is_stopped() => return Ok(Ending::Stopped),
            Err(error) => return Err(error.into()),
        };
        for words in left_out::words(&examples.left_out) {
            journal.append(lease, &note(words))?;
        }
        if resumed.is_none() {
            for remark in &examples.split.remarks {
                journal.append(lease, &note(remark.clone()))?;
            }
        }
        left_out::save_split(folder, &examples, leaky)?;
        let selection = &examples.selection;
        journal.append(
            lease,
            &note(format!(
                "features of {} clips{}, {} of them from the cache",
                examples.clips(),
                match examples.copies.len() {
                    0 => String::new(),
                    copies => format!(" and {copies} copies"),
                },
                dataset.cached
            )),
        )?;

        if device.key.starts_with("cuda") {
            usage.watch_gpu(device_address(&device.key));
        }
        let how = settings.training.normalise;
        let normaliser = Normaliser::apply(&mut dataset, &selection.clips, examples.clips(), how)?;
        let mut protocol = protocol::protocol(&examples, settings.seed);
        protocol.remarks.extend(normaliser.remark().map(str::to_owned));
        let task = Task {
            dataset: &dataset,
            recipe: &recipe,
            augmentation: Some(OnTheFly {
                settings: &settings.augmentation,
                clips: &selection.clips,
                normaliser: &normaliser,
            }),
            model: &settings.model,
            settings: &settings.training,
            device: &device.key,
            seed: run.training_seed.unwrap_or(settings.seed),
            checkpoints: &folder.checkpoints(),
            resume: resumed.is_some(),
            synthetic: protocol.synthetic,
            training_rms_dbfs: median_level(selection, &dataset),
        };
        let mut observer = RunObserver::new(&folder.path, lease, journal, trial.as_mut(), resumed.unwrap_or(0));
        // Trials are ranked on validation and never judged on test.
        let way = if run.trial.is_some() { fit } else { train };
        let outcome = way(&task, &mut observer);
        if let Some(error) = observer.take_error() {
            return Err(error);
        }
        let trained = match outcome {
            Ok(trained) => trained,
            Err(TrainingError::StoppedEarly) => return Ok(Ending::Stopped),
            Err(error) => return Err(error.into()),
        };
        for words in left_out::unchanged(&trained.unchanged, selection) {
            journal.append(lease, &note(words))?;
        }
        if !trained.unchanged.is_empty() {
            let clips = trained.unchanged.len();
            let words = format!("{clips} training clips could not be augmented and were learnt as recorded");
            protocol.remarks.push(words);
        }
        lease.progress("report", 0, 1);
        trained.package.save(&folder.model())?;
        let ending = if trained.stopped {
            Ending::Stopped
        } else {
            Ending::Finished
        };
        if run.trial.is_some() {
            return Ok(ending);
        }
        let fitted = trained.package.facts.final_fit;
        protocol.final_model = fitted == FinalFit::Everything;
        if fitted == FinalFit::TrainValidation {
            let epochs = trained.best_epoch;
            let words = format!("fitted anew on train and validation for {epochs} epochs, as many as validation chose");
            protocol.remarks.push(words);
        }
        if fitted != FinalFit::None {
            journal.append(lease, &note(final_words(fitted, trained.best_epoch)))?;
        }
        let judged = training::judged(&dataset, selection, &trained);
        let report = crate::evaluation::report(&dataset.labels, &judged, protocol);
        results::write(folder, &report, &judged)?;
        journal.append(
            lease,
            &note(format!(
                "epoch {} was the best; test {} {:.1} %, accuracy {:.1} %",
                trained.best_epoch,
                report.scores.coverage().uar(),
                100.0 * report.scores.unweighted_average_recall,
                100.0 * report.scores.accuracy
            )),
        )?;
        Ok(ending)
    }
}

/// What the journal says of a final fit.
fn final_words(fitted: FinalFit, epochs: usize) -> String {
    match fitted {
        FinalFit::Everything => format!(
            "the model was fitted anew on everything for {epochs} epochs and has no honest test score; the scores are those of the one before it"
        ),
        FinalFit::TrainValidation => format!("the model was fitted anew on train and validation for {epochs} epochs"),
        FinalFit::None => String::new(),
    }
}

fn note(message: String) -> Fact<EpochFacts> {
    Fact::Note {
        at: Timestamp::now(),
        message,
    }
}

/// The table of the split that the run began with; none when it did not come so far.
fn kept_split(folder: &RunFolder) -> Result<Option<Vec<u8>>, EngineError> {
    let path = folder.split();
    match std::fs::read(&path) {
        Ok(table) => Ok(Some(table)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RunError::Io { path, source }.into()),
    }
}

/// Of the training clips (dBFS).
fn median_level(selection: &Selection, dataset: &Dataset) -> f32 {
    let training = dataset.side(Side::Train).into_iter();
    let mut levels: Vec<f32> = training
        .filter_map(|clip| Some(selection.facts.get(clip)?.as_ref()?.level.rms_dbfs))
        .collect();
    levels.sort_by(f32::total_cmp);
    levels.get(levels.len() / 2).copied().unwrap_or_default()
}
