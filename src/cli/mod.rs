//! The command line: the same engine as the workbench, in plain text or JSON.

mod arguments;
mod data;
mod delete;
mod encoders;
mod filter;
mod follow;
mod get;
mod model;
mod output;
mod parse;
mod play;
mod progress;
mod queue;
mod session;
mod show;
mod study;
mod tune;

pub use arguments::{Arguments, BenchSubcommands, Subcommands};
pub use session::{Failed, Interrupted, Usage};

use crate::engine::{
    Bench, Deletion, LabelChoice, NoteChange, Predictor, RunSelector, Settings, Stop, Subset, request,
};
use crate::present::filter::{clips, runs};
use crate::present::json;
use crate::present::table::Table;
use anyhow::{Context, bail};
use arguments::{EncoderCommands, QueueCommands};
use output::Output;
use session::Session;
use std::path::PathBuf;

/// Carries out a subcommand.
///
/// # Errors
/// [`Interrupted`] after Ctrl-C, [`Failed`] when part of the work failed, and whatever the engine says.
pub fn run(subcommand: Subcommands, settings: Settings, json: bool) -> anyhow::Result<()> {
    if let Subcommands::Tune(arguments) = &subcommand
        && arguments.worker
    {
        let name = arguments.study.as_deref().unwrap_or("last");
        return Ok(crate::engine::work_on_named_study(&settings, name)?);
    }
    if let Subcommands::Schema { verb } = &subcommand {
        return schema(Output { json }, &verb.join(" "));
    }
    // A mistake in a filter is told before anything is read or written.
    let query = match &subcommand {
        Subcommands::Runs { filter, .. } | Subcommands::Delete { filter, .. } => {
            filter.as_deref().map(|text| (text, runs::fields()))
        }
        Subcommands::Scan { filter, .. } | Subcommands::Export { filter, .. } => {
            filter.as_deref().map(|text| (text, clips::fields()))
        }
        _ => None,
    };
    let query = query.map(|(text, fields)| filter::read(text, &fields)).transpose()?;
    let mut session = Session::start(settings, Output { json })?;
    if needs_clips(&subcommand) {
        session.ensure_clips()?;
    }
    let output = session.output;
    match subcommand {
        Subcommands::Scan {
            export, headers_only, ..
        } => data::scan(&mut session, export, headers_only, query.as_ref()),
        Subcommands::NamePattern { pattern, folder } => data::pattern(&mut session, folder, pattern),
        Subcommands::Export { path, .. } => data::export(&mut session, path, query.as_ref()),
        Subcommands::Features {
            export,
            per_clip,
            import,
            name,
        } => match (export, import) {
            (Some(folder), _) => data::export_features(&mut session, folder, per_clip),
            (None, Some(folder)) => data::import_features(&mut session, folder, name),
            (None, None) => data::features(&mut session),
        },
        Subcommands::Trim => Ok(show::trimming(output, &*session.ask(request::Trim)?)?),
        Subcommands::Cache { clear } => Ok(show::cache(output, &*session.ask(request::Cache { clear })?)?),
        Subcommands::Encoders { command } => encoders::encoders(&mut session, command.unwrap_or(EncoderCommands::List)),
        Subcommands::Get { names, yes } => get::get(&mut session, names, yes),
        Subcommands::Demo { dir, clips, if_empty } => {
            let folder = dir;
            data::demo(
                &mut session,
                request::Demo {
                    folder,
                    clips,
                    if_empty,
                },
            )
        }
        Subcommands::Bench { what } => {
            let what = bench(what);
            Ok(show::measured(output, &*session.ask(request::Bench { what })?)?)
        }
        Subcommands::Config { tidy: true, yes, .. } => {
            Ok(show::tidying(output, &*session.ask(request::Tidy { confirmed: yes })?)?)
        }
        Subcommands::Config { write, reset, yes, .. } if !(write.is_empty() && reset.is_empty()) => {
            data::edit_settings(&mut session, write, reset, yes)
        }
        Subcommands::Config { yes: true, .. } => {
            let words = "--yes says that a file is to be written: give --tidy, --write or --reset with it";
            Err(Usage(words.to_owned()).into())
        }
        Subcommands::Config { .. } => Ok(show::config(output, &*session.ask(request::Config)?)?),
        Subcommands::Doctor => Ok(show::doctor(output, &session.ask(request::Doctor)?)?),
        Subcommands::Presets { name } => data::presets(&mut session, name),
        Subcommands::Models { name } => data::models(&mut session, name),
        Subcommands::Preview { file: path, variant } => Ok(show::preview(
            output,
            &*session.ask(request::Preview { path, variant })?,
        )?),
        Subcommands::Play { file, variant, from } => play::play(&mut session, file, variant, from),
        Subcommands::Report { run } => Ok(show::report(output, &*session.ask(request::Report { run })?)?),
        Subcommands::Runs { restore: Some(run), .. } => {
            Ok(show::restored(output, &session.ask(request::Restore { run })?.runs)?)
        }
        Subcommands::Runs {
            empty_trash: true, yes, ..
        } => delete::delete(&mut session, yes, |_, confirmed| request::EmptyTrash { confirmed }),
        Subcommands::Runs { follow, .. } => follow::runs(&mut session, follow, &query.unwrap_or_default()),
        Subcommands::Watch { run, steps } => follow::watch(&mut session, run, steps),
        Subcommands::Train { plan: true, .. } => plan(&mut session),
        Subcommands::Train { detach, .. } => follow::train(&mut session, detach),
        Subcommands::Resume { run, detach } => follow::resume(&mut session, run, detach),
        Subcommands::Stop { run, after_epoch } => stop(
            &mut session,
            run,
            if after_epoch { Stop::AfterEpoch } else { Stop::Now },
        ),
        Subcommands::Predict { files, model, labels } => {
            let by = model.predictor().unwrap_or(Predictor::Run(RunSelector::Last));
            predict(&mut session, files, by, labels.choice())
        }
        Subcommands::Evaluate { model, labels, subset } => {
            let by = model.predictor().context("name a model with --run or --encoder")?;
            evaluate(&mut session, by, labels.choice(), subset)
        }
        Subcommands::Tune(arguments) => tune::tune(&mut session, arguments),
        Subcommands::Study { command } => tune::study(&mut session, command),
        Subcommands::Log { run } => {
            let log = session.ask(request::Log { run })?;
            Ok(output.either(|| json::Log::from(&*log), || log.lines.join("\n"))?)
        }
        Subcommands::Compare { runs } => Ok(show::compared(output, &*session.ask(request::Compare { runs })?)?),
        Subcommands::Note { run, text, tag, untag } => {
            let change = NoteChange {
                text,
                add: tag,
                remove: untag,
            };
            let noted = session.ask(request::Note { run, change })?;
            Ok(show::noted(output, &noted.run, &noted.note)?)
        }
        Subcommands::Delete {
            runs,
            yes,
            all_folds,
            now,
            ..
        } => {
            let runs = match query {
                Some(query) => delete::passing(&mut session, &query)?,
                None => runs,
            };
            if runs.is_empty() {
                return Err(Failed("no run passes the filter: nothing is deleted".to_owned()).into());
            }
            delete::delete(&mut session, yes, |found, confirmed| {
                let named = |found: &Deletion| found.runs.iter().map(|id| id.as_str().into()).collect();
                request::Delete {
                    runs: found.map_or_else(|| runs.clone(), named),
                    all_folds: all_folds || found.is_some_and(|found| found.runs.len() > 1),
                    now,
                    confirmed,
                }
            })
        }
        Subcommands::Queue { command } => queue::queue(&mut session, command.unwrap_or(QueueCommands::List)),
        Subcommands::Schema { .. } | Subcommands::Worker { .. } => {
            bail!("a worker needs a run, or a queue and a device")
        }
    }
}

/// Whether a subcommand works with the clips of all corpora.
fn needs_clips(subcommand: &Subcommands) -> bool {
    matches!(
        subcommand,
        Subcommands::Scan { .. }
            | Subcommands::Export { .. }
            | Subcommands::Features { .. }
            | Subcommands::Trim
            | Subcommands::Train { .. }
            | Subcommands::Tune(_)
            | Subcommands::Evaluate { .. }
            | Subcommands::Bench {
                what: BenchSubcommands::Features { .. }
            }
    )
}

/// Prints an error with its causes on standard error.
pub fn report(error: &anyhow::Error) {
    let mut words = "error".to_owned();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors of the floors say their cause themselves.
        if !words.contains(&cause) {
            words += &format!(": {cause}");
        }
    }
    output::note(&words);
}

/// The JSON Schema of a kind of document, or the list of kinds.
fn schema(output: Output, name: &str) -> anyhow::Result<()> {
    let found = json::KINDS.iter().find(|kind| kind.name == name);
    match found {
        Some(kind) => Ok(output.text(&serde_json::to_string_pretty(&kind.schema())?)?),
        None if name.is_empty() => Ok(output.either(json::Kinds::default, || {
            let mut table = Table::new(2, &["verb", "printed by"]);
            for kind in json::KINDS {
                table.row([kind.name.to_owned(), format!("undertone {} --json", kind.subcommand)]);
            }
            table.render()
        })?),
        None => bail!("`{name}` prints no JSON document; `undertone schema` lists what does"),
    }
}

fn bench(what: BenchSubcommands) -> Bench {
    match what {
        BenchSubcommands::Features { clips, recipe } => Bench::Features { clips, recipe },
        BenchSubcommands::Model {
            name,
            batch,
            device,
            steps,
            profile,
        } => Bench::Model {
            name,
            batch,
            device,
            steps,
            profile,
        },
    }
}

fn plan(session: &mut Session) -> anyhow::Result<()> {
    let (changes, measure) = (Vec::new(), true);
    let plan = session.ask(request::Plan { changes, measure })?;
    Ok(show::plan(session.output, &plan)?)
}

fn stop(session: &mut Session, run: RunSelector, when: Stop) -> anyhow::Result<()> {
    let stopping = session.ask(request::Stop { run, when })?;
    Ok(show::stopping(
        session.output,
        &stopping.runs,
        &stopping.cancelled,
        when,
    )?)
}

fn predict(session: &mut Session, files: Vec<PathBuf>, by: Predictor, choice: LabelChoice) -> anyhow::Result<()> {
    let predicted = session.ask(request::Predict { files, by, choice })?;
    show::predictions(session.output, &predicted)?;
    match predicted
        .iter()
        .filter(|prediction| prediction.outcome.is_err())
        .count()
    {
        0 => Ok(()),
        refused => Err(Failed(format!("{refused} of {} files refused", predicted.len())).into()),
    }
}

fn evaluate(session: &mut Session, by: Predictor, choice: LabelChoice, subset: Option<Subset>) -> anyhow::Result<()> {
    let evaluation = session.ask(request::Evaluate { by, choice, subset })?;
    show::evaluation(session.output, &evaluation)?;
    match evaluation.refused.len() {
        0 => Ok(()),
        refused => Err(Failed(format!("{refused} clips could not be predicted")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CommandKind;
    use crate::present::words::subcommand;
    use clap::CommandFactory;
    use strum::IntoEnumIterator;

    #[test]
    fn every_command_of_the_engine_has_a_subcommand() {
        let clap = Arguments::command();
        clap.clone().debug_assert();
        for kind in CommandKind::iter() {
            let name = subcommand(kind);
            let found = name
                .split(' ')
                .try_fold(&clap, |command, word| command.find_subcommand(word));
            assert!(found.is_some(), "{kind:?} has no subcommand `{name}`");
        }
    }

    #[test]
    fn every_subcommand_says_what_it_does_and_takes_json_and_set() {
        for subcommand in Arguments::command().get_subcommands() {
            assert!(subcommand.get_about().is_some(), "{}", subcommand.get_name());
        }
        use clap::Parser;
        let line = [
            "undertone",
            "runs",
            "--json",
            "--set",
            "training.epochs=3",
            "-s",
            "device = flex",
        ];
        let arguments = Arguments::try_parse_from(line).unwrap();
        assert!(arguments.json);
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(arguments.set, [pair("training.epochs", "3"), pair("device", "flex")]);
        assert!(Arguments::try_parse_from(["undertone", "--set", "nonsense", "runs"]).is_err());
    }
}
