//! Published corpora: which there are, and getting them.

use super::session::{Failed, Session, Usage};
use super::show;
use crate::engine::{Fetch, FetchedCorpus, Published, request};
use crate::present::words;
use anyhow::bail;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

/// Lists them, or gets those that are named: each after a question, unless `yes`.
pub fn get(session: &mut Session, names: Vec<String>, yes: bool) -> anyhow::Result<()> {
    let report = session.ask(request::Get { fetch: None })?;
    if names.is_empty() {
        return Ok(show::published(session.output, &report)?);
    }
    let mut rows = Vec::new();
    // All are known before the first is fetched.
    for name in names {
        match report.rows.iter().find(|row| row.published.name == name) {
            Some(row) => rows.push(row),
            None => bail!("there is no published corpus `{name}`; `undertone get` lists them"),
        }
    }
    let mut missed = Vec::new();
    for row in rows {
        let (published, name) = (row.published, row.published.name.clone());
        if let Some(how) = published.by_hand() {
            session.note(&words::by_hand(published, how));
            missed.push(name);
            continue;
        }
        if row.here.is_some() {
            let (folder, line) = (row.here.clone(), None);
            show::fetched_corpus(session.output, &FetchedCorpus { name, folder, line })?;
            continue;
        }
        if !yes && !confirmed(published, &report.data.join(&name))? {
            return Err(Failed("nothing was fetched".to_owned()).into());
        }
        let fetch = Some(Fetch::Get(name));
        let report = session.ask(request::Get { fetch })?;
        if let Some(fetched) = &report.fetched {
            show::fetched_corpus(session.output, fetched)?;
        }
    }
    match missed.is_empty() {
        true => Ok(()),
        false => Err(Failed(format!("not fetched: {}", missed.join(", "))).into()),
    }
}

/// Whether the question was answered with yes. Without a terminal nobody can answer.
fn confirmed(published: &Published, folder: &Path) -> anyhow::Result<bool> {
    let words = words::before_getting(published);
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Usage(format!(
            "{} would be fetched: {words} --yes does it without a question",
            published.title
        ))
        .into());
    }
    let mut terminal = io::stderr();
    write!(
        terminal,
        "{}: {words}\nFetch it into {}? [y/N] ",
        published.title,
        folder.display()
    )?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
