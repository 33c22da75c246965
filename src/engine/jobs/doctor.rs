//! Doctor: what this machine has, what it lacks, and what would help.

use super::Answer;
use super::context::Context;
use super::scan;
use crate::audio::playback::{Environment, output_name};
use crate::device::{adapters, choose_device, cuda_parts, device_names};
use crate::engine::{EngineError, Settings, reading, request};
use crate::system::{Finding, Health, disk, graphics, login, processor, terminal, tmux};
use std::sync::Arc;

impl Answer for request::Doctor {
    /// Checks everything that a run depends on.
    fn answer(self, context: &Context) -> Result<Arc<Vec<Finding>>, EngineError> {
        let settings = &context.settings;
        let mut found = terminal::look();
        found.extend(tmux::look());
        found.extend(processor::look());
        found.extend(graphics::look());
        let driver = found
            .iter()
            .any(|one| one.topic == "driver" && one.health == Health::Good);
        found.extend(cuda(driver));
        found.extend(cards());
        found.push(devices());
        found.push(sound());
        found.extend([
            disk::look("runs", &settings.runs),
            disk::look("cache", &settings.cache),
            login::look(),
        ]);
        found.extend(corpora(context, settings));
        Ok(Arc::new(found))
    }
}

/// What CUDA needs; where there is no driver, only whether this build could use one.
fn cuda(driver: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for part in cuda_parts() {
        found.push(match &part.state {
            Ok(words) => Finding::good(part.topic, words),
            Err(lack) if driver => Finding::lack(part.topic, &lack.found, &lack.remedy),
            Err(lack) => Finding::note(part.topic, &lack.found, format!("to train on a GPU: {}", lack.remedy)),
        });
        if !driver && part.state.is_err() {
            // The rest would only be wanted after this.
            break;
        }
    }
    found
}

/// What a build with the feature `wgpu` finds.
fn cards() -> impl Iterator<Item = Finding> {
    adapters().iter().enumerate().map(|(index, adapter)| {
        let kind = if adapter.software {
            " (software, computes on the CPU)"
        } else {
            ""
        };
        Finding::good("graphics", format!("wgpu:{index} is {}{kind}", adapter.name))
    })
}

/// What networks can be trained on here, and what `auto` means.
fn devices() -> Finding {
    let names = device_names().join(", ");
    match choose_device("auto") {
        Ok(auto) => Finding::good("devices", format!("{names}; `auto` is {}", auto.key)),
        Err(error) => Finding::lack("devices", error.to_string(), "set `device` to cpu"),
    }
}

/// Where clips are played.
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
    let listed = match reading::corpora(settings) {
        Ok(listed) if !listed.is_empty() => listed,
        Ok(_) => {
            return vec![Finding::note(
                "corpora",
                format!("none yet in {}", settings.data.display()),
                "the demo corpus is made when the workbench opens; list your own under `corpora` in workbench.toml",
            )];
        }
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
                        "check its path and layout in workbench.toml; `undertone scan` lists refused files",
                    )
                }
            })
            .collect(),
    }
}
