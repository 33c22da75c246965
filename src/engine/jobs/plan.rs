//! Plan: what a run would be, before it is one.

use super::Answer;
use super::context::Context;
use super::train::{network_for, resolve};
use crate::corpus::{Dealing, Selection, Split, Subset, fold_count, narrowed, split};
use crate::engine::runs::book::RunBook;
use crate::engine::runs::file::RunFile;
use crate::engine::{EngineError, EpochTime, RunPlan, Settings, reading, request};
use crate::evaluation::Coverage;
use crate::inference::FinalFit;
use crate::models::Fitting;
use crate::training::{AugmentationMode, StepBenchmark, clips_of, infer, settings_for, settings_of};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Steps that the clock runs for, after one that does not count.
const STEPS: usize = 3;

impl Answer for request::Plan {
    /// Emits the sizes at once, then finds how long an epoch takes: from the newest run that was as this one would be,
    /// else measured by steps of training on made-up clips. Where neither says, the time stays unknown.
    fn answer(self, context: &Context) -> Result<Arc<RunPlan>, EngineError> {
        let (settings, clips, mut plan) = sketch(context, &self.changes)?;
        plan.epoch = as_before(context, &settings, clips, &plan)?;
        // Neither examples that are made anew nor what is fitted without steps can be timed by steps.
        let in_steps = settings.model.fitting() == Fitting::Steps;
        let timeable = in_steps && settings.augmentation.mode != AugmentationMode::OnTheFly;
        if self.measure && plan.epoch.is_none() && timeable {
            context.emit(Arc::new(plan.clone()));
            plan.epoch = timed(context, &settings, &plan)?;
        }
        Ok(Arc::new(plan))
    }
}

/// All but the time, with the settings and the number of clips that it comes from.
fn sketch(context: &Context, changes: &[(String, String)]) -> Result<(Settings, usize, RunPlan), EngineError> {
    let (settings, catalogue) = resolve(context, changes)?;
    let selected = reading::selection(&catalogue, &settings)?;
    let clips = selected.clips.len();
    let folds = fold_count(&selected, &settings.split)?;
    let selection = narrowed(&selected, &settings.split, 0)?;
    let dealt = split(&selection, &settings.split, Dealing::NEWEST, settings.split_seed(), 0)?;
    let subsets = &dealt.subsets;
    let (recipe, network) = network_for(&settings, &selection)?;
    let of = |subset: Subset| {
        let clips = subsets.iter().filter(|other| **other == subset).count();
        clips * settings.augmentation.examples_per_clip(subset == Subset::Train)
    };
    let plan = RunPlan {
        changes: changes.to_vec(),
        model: settings.model.name.clone(),
        device: settings.device.clone(),
        input: recipe.shape(),
        classes: selection.outputs(),
        parameters: network.parameters(),
        trainable: network.trainable(),
        multiply_adds: network.multiply_adds(recipe.shape()),
        train: of(Subset::Train),
        validation: of(Subset::Validation),
        test: of(Subset::Test),
        folds,
        coverage: coverage(&selection, &dealt),
        notes: dealt.notes.clone(),
        batch: settings.training.batch_size,
        epoch: None,
    };
    Ok((settings, clips, plan))
}

/// Of the test set that a run would have; with folds, of the first and of all of them together: each clip is tested once. Of
/// no class where dimensions are learnt.
fn coverage(selection: &Selection, split: &Split) -> Coverage {
    if !selection.dimensions.is_empty() {
        return Coverage::default();
    }
    let mut clips: BTreeMap<(usize, &str), (usize, usize)> = BTreeMap::new();
    for (clip, subset) in selection.clips.iter().zip(&split.subsets) {
        let (all, tested) = clips.entry(clip.emotion.rank()).or_default();
        *all += 1;
        *tested += usize::from(*subset == Subset::Test);
    }
    let tested = Coverage::of(clips.iter().map(|((_, label), (_, tested))| (*label, *tested)));
    match split.fold {
        None => tested,
        Some((_, folds)) => {
            let all = Coverage::of(clips.iter().map(|((_, label), (all, _))| (*label, *all)));
            tested.in_fold(Some((all, folds)))
        }
    }
}

/// The time that an epoch of the newest run with this network, recipe, batch, device and augmentation took, for as many
/// clips as there are now.
fn as_before(
    context: &Context,
    settings: &Settings,
    clips: usize,
    plan: &RunPlan,
) -> Result<Option<EpochTime>, EngineError> {
    let mut book = RunBook::new(&context.settings.runs);
    book.refresh()?;
    for run in book
        .summaries()
        .iter()
        .filter(|run| run.epochs > 0 && run.model == settings.model.name)
    {
        let Some(detail) = book.detail(&run.id) else { continue };
        let Some(page) = book.group(&run.id).into_iter().find(|page| page.folder.id == run.id) else {
            continue;
        };
        let Ok(RunFile {
            run: metadata,
            settings: before,
        }) = &page.file
        else {
            continue;
        };
        let alike = before.model == settings.model
            && before.device == settings.device
            && before.training.batch_size == settings.training.batch_size
            && before.training.checkpointing == settings.training.checkpointing
            && before.augmentation == settings.augmentation
            && before.split == settings.split
            && before.recipe().ok() == settings.recipe().ok();
        if alike && metadata.clips > 0 {
            let epochs = detail.epochs.len() as f64;
            let seconds = detail.epochs.seconds() / epochs * clips as f64 / metadata.clips as f64;
            return Ok(Some(epoch_time(seconds, format!("as in {}", run.id), settings, plan)));
        }
    }
    Ok(None)
}

/// Steps of training and of inference, as many as an epoch has; none when another plan is wanted meanwhile.
fn timed(context: &Context, settings: &Settings, plan: &RunPlan) -> Result<Option<EpochTime>, EngineError> {
    let (batch, name) = (plan.batch.clamp(1, plan.train.max(1)), &settings.device);
    let model = settings_for(&settings.model, settings.recipe()?, settings.training.normalise)?;
    let mut step_benchmark = StepBenchmark::new(&model, plan.input, plan.classes.max(1), batch, name)?;
    step_benchmark.step();
    let mut times = Vec::with_capacity(STEPS);
    for _ in 0..STEPS {
        context.check()?;
        if context.plans.is_waiting() {
            return Ok(None);
        }
        times.push(step_benchmark.step().total());
    }
    let network = step_benchmark.network();
    drop(step_benchmark);
    let clips = clips_of(batch, plan.input, &network.device());
    infer(&network, &clips);
    let evaluated = (0..STEPS).map(|_| infer(&network, &clips)).collect();
    let part = |clips: usize, times| clips as f64 / batch as f64 * median(times).as_secs_f64();
    let seconds = part(plan.train, times) + part(plan.validation, evaluated);
    Ok(Some(epoch_time(
        seconds,
        format!("{STEPS} steps timed here"),
        settings,
        plan,
    )))
}

/// With what all of them take. The final fit has an epoch for each before the best, so at most as many, of more clips.
fn epoch_time(seconds: f64, source: String, settings: &Settings, plan: &RunPlan) -> EpochTime {
    let fitted = match settings.training.final_fit {
        FinalFit::None => 0,
        FinalFit::TrainValidation => plan.train + plan.validation,
        FinalFit::Everything => plan.train + plan.validation + plan.test,
    };
    let share = 1.0 + fitted as f64 / plan.train.max(1) as f64;
    EpochTime {
        seconds,
        run_seconds: seconds * settings_of(&settings.model, &settings.training).epochs as f64 * share,
        source,
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
