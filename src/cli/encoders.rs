//! Encoders: which there are, and fetching them.

use super::arguments::EncoderCommands;
use super::session::Session;
use super::show;
use crate::engine::{Fetch, request};
use anyhow::bail;

pub fn encoders(session: &mut Session, command: EncoderCommands) -> anyhow::Result<()> {
    let names = match command {
        EncoderCommands::Get { names } => names,
        EncoderCommands::List => {
            let report = session.ask(request::Encoders { fetch: None })?;
            return Ok(show::encoders(session.output, &report)?);
        }
        EncoderCommands::Show { name } => {
            let report = session.ask(request::Encoders { fetch: None })?;
            let rows: Vec<_> = report.rows.iter().filter(|row| row.name == name).collect();
            if rows.is_empty() {
                bail!("`{name}` is neither here nor known; `undertone encoders` lists those that are");
            }
            return rows
                .into_iter()
                .try_for_each(|row| Ok(show::encoder(session.output, row)?));
        }
    };
    for name in names {
        let fetch = Some(Fetch::Get(name));
        let report = session.ask(request::Encoders { fetch })?;
        if let Some(fetched) = &report.fetched {
            show::fetched_encoder(session.output, fetched)?;
        }
    }
    Ok(())
}
