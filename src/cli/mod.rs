//! The command line: the same engine as the workbench, in plain text or JSON.

mod arguments;
mod follow;
mod note;
mod output;
mod parse;
mod play;
mod progress;
mod queue;
mod session;
mod show;
mod tune;

pub use arguments::{Arguments, BenchSubcommands, Subcommands};
pub use session::{Failed, Interrupted};

use crate::engine::{Bench, Command, CommandKind, Event, NoteChange, Settings, Stop};
use crate::present::json;
use crate::present::table::Table;
use anyhow::bail;
use arguments::QueueCommands;
use output::Output;
use session::Session;
use std::path::PathBuf;

/// The subcommand that asks for a kind of command.
pub fn subcommand_of(kind: CommandKind) -> &'static str {
    match kind {
        CommandKind::Scan => "scan",
        CommandKind::Export => "export",
        CommandKind::Features | CommandKind::ExportFeatures | CommandKind::ImportFeatures => "features",
        CommandKind::Trim => "trim",
        CommandKind::Cache => "cache",
        CommandKind::Demo => "demo",
        CommandKind::Bench => "bench",
        CommandKind::Config => "config",
        CommandKind::Doctor => "doctor",
        CommandKind::Models => "models",
        CommandKind::Presets => "presets",
        CommandKind::Preview => "preview",
        CommandKind::Play | CommandKind::Sound => "play",
        CommandKind::Train | CommandKind::Plan => "train",
        CommandKind::Runs | CommandKind::Restore => "runs",
        CommandKind::Watch => "watch",
        CommandKind::Stop => "stop",
        CommandKind::Compare => "compare",
        CommandKind::Note => "note",
        CommandKind::Delete => "delete",
        CommandKind::Queue => "queue list",
        CommandKind::Move => "queue move",
        CommandKind::Cancel => "queue cancel",
        CommandKind::StartNow => "queue start",
        CommandKind::Resume => "resume",
        CommandKind::Report => "report",
        CommandKind::Predict => "predict",
        CommandKind::Tune => "tune",
        CommandKind::Studies => "study list",
        CommandKind::Study => "study show",
        CommandKind::StopTuning => "study stop",
        CommandKind::Enqueue => "study enqueue",
        CommandKind::Promote => "study promote",
        CommandKind::RepairStudy => "study repair",
        CommandKind::ExportStudy => "study export",
    }
}

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
    let mut session = Session::start(settings, Output { json })?;
    match subcommand {
        Subcommands::Scan { export, headers_only } => scan(&mut session, export, headers_only),
        Subcommands::Export { path } => one(&mut session, Command::Export { path }),
        Subcommands::Features {
            export,
            per_clip,
            import,
            name,
        } => match (export, import) {
            (Some(folder), _) => export_features(&mut session, folder, per_clip),
            (None, Some(folder)) => import_features(&mut session, folder, name),
            (None, None) => one(&mut session, Command::Features),
        },
        Subcommands::Trim => one(&mut session, Command::Trim),
        Subcommands::Cache { clear } => one(&mut session, Command::Cache { clear }),
        Subcommands::Demo { dir, clips } => one(&mut session, Command::Demo { folder: dir, clips }),
        Subcommands::Bench { what } => one(&mut session, Command::Bench { what: bench(what) }),
        Subcommands::Config => one(&mut session, Command::Config),
        Subcommands::Doctor => one(&mut session, Command::Doctor),
        Subcommands::Presets { name } => presets(&mut session, name),
        Subcommands::Models { name } => one(&mut session, Command::Models { name }),
        Subcommands::Preview { file, variant } => one(&mut session, Command::Preview { path: file, variant }),
        Subcommands::Play { file, variant, from } => play::play(&mut session, file, variant, from),
        Subcommands::Report { run } => one(&mut session, Command::Report { run }),
        Subcommands::Runs { restore: Some(run), .. } => one(&mut session, Command::Restore { run }),
        Subcommands::Runs { follow: false, .. } => one(&mut session, Command::Runs { follow: false }),
        Subcommands::Runs { follow: true, .. } => follow::runs(&mut session),
        Subcommands::Watch { run } => follow::watch(&mut session, run),
        Subcommands::Train { plan: true, .. } => plan(&mut session),
        Subcommands::Train { detach, .. } => follow::train(&mut session, detach),
        Subcommands::Resume { run, detach } => follow::resume(&mut session, run, detach),
        Subcommands::Stop { run, after_epoch } => stop(
            &mut session,
            run,
            if after_epoch { Stop::AfterEpoch } else { Stop::Now },
        ),
        Subcommands::Predict { files, run } => predict(&mut session, files, run),
        Subcommands::Tune(arguments) => tune::tune(&mut session, arguments),
        Subcommands::Study { command } => tune::study(&mut session, command),
        Subcommands::Compare { runs } => one(&mut session, Command::Compare { runs }),
        Subcommands::Note { run, text, tag, untag } => {
            let change = NoteChange {
                text,
                add: tag,
                remove: untag,
            };
            note::note(&mut session, run, change)
        }
        Subcommands::Delete {
            run,
            yes,
            all_folds,
            now,
        } => note::delete(&mut session, &run, all_folds, now, yes),
        Subcommands::Queue { command } => queue::queue(&mut session, command.unwrap_or(QueueCommands::List)),
        Subcommands::Schema { .. } | Subcommands::Worker { .. } => {
            bail!("a worker needs a run, or a queue and a device")
        }
    }
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

/// A command with one result.
fn one(session: &mut Session, command: Command) -> anyhow::Result<()> {
    session.ask(command, |event, output| {
        match event {
            Event::Exported { path, clips } => show::exported(output, &path, clips)?,
            Event::Features(summary) => show::features(output, &summary)?,
            Event::Trimming(found) => show::trimming(output, &found)?,
            Event::Cache(report) => show::cache(output, &report)?,
            Event::Demo { folder, summary } => show::demo(output, &folder, &summary)?,
            Event::Measured(measured) => show::measured(output, &measured)?,
            Event::Config(config) => show::config(output, &config)?,
            Event::Doctor(findings) => show::doctor(output, &findings)?,
            Event::Models(rows) => show::models(output, &rows)?,
            Event::Model(summary) => show::model(output, &summary)?,
            Event::Preview(preview) => show::preview(output, &preview)?,
            Event::Report(report) => show::report(output, &report)?,
            Event::Runs(runs) => show::runs(output, &runs)?,
            Event::Restored { runs } => show::restored(output, &runs)?,
            Event::Compared(comparison) => show::compared(output, &comparison)?,
            _ => {}
        }
        Ok(())
    })
}

fn presets(session: &mut Session, name: Option<String>) -> anyhow::Result<()> {
    session.ask(Command::Presets, |event, output| {
        let Event::Presets(presets) = event else { return Ok(()) };
        let Some(name) = &name else {
            return Ok(show::presets(output, &presets)?);
        };
        match presets.iter().find(|preset| preset.name == *name) {
            Some(preset) => Ok(show::preset(output, preset)?),
            None => {
                let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
                bail!("there is no preset `{name}`; there are {}", names.join(", "))
            }
        }
    })
}

/// In JSON only what was written is printed, not what was extracted.
fn export_features(session: &mut Session, folder: PathBuf, per_clip: bool) -> anyhow::Result<()> {
    session.ask(Command::ExportFeatures { folder, per_clip }, |event, output| {
        match event {
            Event::Features(summary) if !output.json => show::features(output, &summary)?,
            Event::FeaturesExported(summary) => show::features_exported(output, &summary)?,
            _ => {}
        }
        Ok(())
    })
}

fn import_features(session: &mut Session, folder: PathBuf, name: Option<String>) -> anyhow::Result<()> {
    session.ask(Command::ImportFeatures { folder, name }, |event, output| {
        if let Event::FeaturesImported(summary) = event {
            show::features_imported(output, &summary)?;
        }
        Ok(())
    })
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

fn scan(session: &mut Session, export: Option<PathBuf>, headers_only: bool) -> anyhow::Result<()> {
    let mut found = None;
    session.ask(Command::Scan { headers_only }, |event, _| {
        if let Event::Survey(survey) = event {
            found = Some(survey);
        }
        Ok(())
    })?;
    let mut exported = None;
    if let Some(path) = export {
        session.ask(Command::Export { path }, |event, _| {
            if let Event::Exported { path, clips } = event {
                exported = Some((path, clips));
            }
            Ok(())
        })?;
    }
    match found {
        Some(survey) => Ok(show::survey(session.output, &survey, exported.as_ref())?),
        None => bail!("the scan found nothing to report"),
    }
}

fn plan(session: &mut Session) -> anyhow::Result<()> {
    let mut newest = None;
    let (changes, measure) = (Vec::new(), true);
    session.ask(Command::Plan { changes, measure }, |event, _| {
        if let Event::Plan(plan) = event {
            newest = Some(plan);
        }
        Ok(())
    })?;
    match newest {
        Some(plan) => Ok(show::plan(session.output, &plan)?),
        None => bail!("the plan reports nothing"),
    }
}

fn stop(session: &mut Session, run: String, when: Stop) -> anyhow::Result<()> {
    let (mut asked, mut cancelled) = (Vec::new(), Vec::new());
    session.ask(Command::Stop { run, when }, |event, _| {
        match event {
            Event::Stopping { run, .. } => asked.push(run),
            Event::Cancelled { run } => cancelled.push(run),
            _ => {}
        }
        Ok(())
    })?;
    Ok(show::stopping(session.output, &asked, &cancelled, when)?)
}

fn predict(session: &mut Session, files: Vec<PathBuf>, run: String) -> anyhow::Result<()> {
    let mut evaluated = Vec::new();
    session.ask(Command::Predict { files, run }, |event, _| {
        if let Event::Predicted(prediction) = event {
            evaluated.push(prediction);
        }
        Ok(())
    })?;
    show::predictions(session.output, &evaluated)?;
    match evaluated
        .iter()
        .filter(|prediction| prediction.outcome.is_err())
        .count()
    {
        0 => Ok(()),
        refused => Err(Failed(format!("{refused} of {} files refused", evaluated.len())).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use strum::IntoEnumIterator;

    #[test]
    fn every_command_of_the_engine_has_a_subcommand() {
        let clap = Arguments::command();
        clap.clone().debug_assert();
        for kind in CommandKind::iter() {
            let name = subcommand_of(kind);
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
