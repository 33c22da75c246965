//! Doctor: what this machine has, what it lacks, and what would help.

use super::scan;
use crate::audio::playback::{Environment, output_name};
use crate::engine::context::Context;
use crate::engine::{EngineError, Event, Settings, reading};
use crate::models::device_names;
use crate::system::{Finding, disk, graphics, login, processor, terminal};
use std::sync::Arc;

/// Looks at everything that a run depends on.
pub fn doctor(context: &Context) -> Result<(), EngineError> {
    let settings = &context.settings;
    let mut found = terminal::look();
    found.extend(processor::look());
    found.extend(graphics::look());
    found.push(Finding::good(
        "devices",
        format!("this build trains on: {}", device_names().join(", ")),
    ));
    found.push(sound());
    found.extend([
        disk::look("runs", &settings.runs),
        disk::look("cache", &settings.cache),
        login::look(),
    ]);
    found.extend(corpora(context, settings));
    context.emit(Event::Doctor(Arc::new(found)));
    Ok(())
}

/// Where clips are heard.
fn sound() -> Finding {
    match output_name(&Environment::of_process()) {
        Ok(output) => Finding::good("sound", output),
        Err(no_sound) => {
            let tried = no_sound
                .attempts
                .iter()
                .map(|attempt| format!("{}: {}", attempt.output, attempt.problem));
            let tried: Vec<String> = tried.collect();
            let found = if tried.is_empty() {
                "no output".to_owned()
            } else {
                tried.join("; ")
            };
            Finding::note(
                "sound",
                found,
                "only needed to listen; Space in Listen shows what to do on this host",
            )
        }
    }
}

/// One line per corpus; nothing is made or written for it.
fn corpora(context: &Context, settings: &Settings) -> Vec<Finding> {
    if settings.corpora.is_empty() && !settings.data.is_dir() {
        return vec![Finding::note(
            "corpora",
            format!("none yet: there is no folder {}", settings.data.display()),
            "the demo corpus is made when the workbench opens; list your own under `corpora` in workbench.toml",
        )];
    }
    let listed = match reading::corpora(settings, &context.teller()) {
        Ok(listed) => listed,
        Err(error) => return vec![Finding::lack("corpora", error.to_string(), "see `undertone config`")],
    };
    match scan::catalogue(context) {
        Err(error) => vec![Finding::lack("corpora", error.to_string(), "see `undertone config`")],
        Ok(catalogue) => listed
            .iter()
            .map(|corpus| {
                let clips = catalogue
                    .clips
                    .iter()
                    .filter(|clip| *clip.corpus == *corpus.name)
                    .count();
                let words = format!("{}: {clips} clips in {}", corpus.name, corpus.path.display());
                if clips > 0 {
                    Finding::good("corpora", words)
                } else {
                    Finding::lack(
                        "corpora",
                        words,
                        "check its path and layout in workbench.toml; `undertone scan` tells of refused files",
                    )
                }
            })
            .collect(),
    }
}
