//! Clips and features, and what there is to choose from.

use super::session::Session;
use super::{filter, show};
use crate::engine::{Architectures, DemoCorpus, Exported, Survey, request};
use crate::present::filter::Query;
use anyhow::bail;
use std::path::PathBuf;

pub fn presets(session: &mut Session, name: Option<String>) -> anyhow::Result<()> {
    let presets = session.ask(request::Presets)?;
    let Some(name) = name else {
        return Ok(show::presets(session.output, &presets)?);
    };
    match presets.iter().find(|preset| preset.name == name) {
        Some(preset) => Ok(show::preset(session.output, preset)?),
        None => {
            let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
            bail!("there is no preset `{name}`; there are {}", names.join(", "))
        }
    }
}

pub fn models(session: &mut Session, name: Option<String>) -> anyhow::Result<()> {
    match session.ask(request::Models { name })? {
        Architectures::All(rows) => Ok(show::models(session.output, &rows)?),
        Architectures::One(summary) => Ok(show::model(session.output, &summary)?),
    }
}

pub fn demo(session: &mut Session, request: request::Demo) -> anyhow::Result<()> {
    let DemoCorpus { folder, summary } = session.ask(request)?;
    match summary {
        Some(summary) => Ok(show::demo(session.output, &folder, &summary)?),
        None => {
            session.note("there are corpora already; `undertone scan` shows them");
            Ok(())
        }
    }
}

pub fn features(session: &mut Session) -> anyhow::Result<()> {
    let summary = session.ask(request::Features)?;
    Ok(show::features(session.output, &summary)?)
}

/// What was extracted is of no interest in JSON beside what was written.
pub fn export_features(session: &mut Session, folder: PathBuf, per_clip: bool) -> anyhow::Result<()> {
    let exported = session.ask(request::ExportFeatures { folder, per_clip })?;
    if !session.output.json {
        show::features(session.output, &exported.features)?;
    }
    Ok(show::features_exported(session.output, &exported.written)?)
}

pub fn import_features(session: &mut Session, folder: PathBuf, name: Option<String>) -> anyhow::Result<()> {
    let summary = session.ask(request::ImportFeatures { folder, name })?;
    Ok(show::features_imported(session.output, &summary)?)
}

pub fn scan(
    session: &mut Session,
    export: Option<PathBuf>,
    headers_only: bool,
    query: Option<&Query>,
) -> anyhow::Result<()> {
    let survey = session.ask(request::Scan { headers_only })?;
    let found = query.map(|query| filter::clips(&survey, query));
    let only = found.as_ref().map(|found| names(&survey, found));
    let exported = match export {
        Some(path) => Some(session.ask(request::Export { path, only })?),
        None => None,
    };
    let exported = exported.map(|Exported { path, clips }| (path, clips));
    Ok(show::survey(
        session.output,
        &survey,
        found.as_deref(),
        exported.as_ref(),
    )?)
}

pub fn pattern(session: &mut Session, folder: Option<PathBuf>, pattern: Option<String>) -> anyhow::Result<()> {
    let report = session.ask(request::Pattern { folder, pattern })?;
    match &report.outcome {
        Ok(preview) => Ok(show::pattern(session.output, &report, preview)?),
        Err(problem) => bail!("{problem}"),
    }
}

/// What is to be written is what was seen: the file as it is now.
pub fn edit_settings(
    session: &mut Session,
    write: Vec<(String, String)>,
    reset: Vec<String>,
    confirmed: bool,
) -> anyhow::Result<()> {
    let written = write.into_iter().map(|(key, value)| (key, Some(value)));
    let changes: Vec<_> = written.chain(reset.into_iter().map(|key| (key, None))).collect();
    let mut edit = session.ask(request::EditSettings {
        changes: changes.clone(),
        seen: None,
    })?;
    if confirmed {
        let seen = Some(edit.seen);
        edit = session.ask(request::EditSettings { changes, seen })?;
    }
    Ok(show::settings_edit(session.output, &edit)?)
}

fn names(survey: &Survey, clips: &[usize]) -> Vec<PathBuf> {
    let clips = clips.iter().filter_map(|index| survey.catalogue.clips.get(*index));
    clips.map(|clip| clip.name().into_owned()).collect()
}

pub fn export(session: &mut Session, path: PathBuf, query: Option<&Query>) -> anyhow::Result<()> {
    let only = match query {
        Some(query) => {
            let headers_only = !query.names("level");
            let survey = session.ask(request::Scan { headers_only })?;
            Some(names(&survey, &filter::clips(&survey, query)))
        }
        None => None,
    };
    let Exported { path, clips } = session.ask(request::Export { path, only })?;
    Ok(show::exported(session.output, &path, clips)?)
}
