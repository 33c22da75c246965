//! Compare: the settings in which runs differ.

use super::Answer;
use super::context::Context;
use crate::engine::runs::book::RunBook;
use crate::engine::runs::file::RunFile;
use crate::engine::{Comparison, EngineError, Settings, request, rows};
use crate::runs::find_run;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parts of the settings that no run depends on.
const ELSEWHERE: [&str; 5] = ["tuning.", "demo.", "data", "runs", "cache"];

impl Answer for request::Compare {
    /// The settings that are not the same in all of these runs.
    fn answer(self, context: &Context) -> Result<Arc<Comparison>, EngineError> {
        let folders = self.runs.iter().map(|run| find_run(&context.settings.runs, run));
        let folders = folders.collect::<Result<Vec<_>, _>>()?;
        let files = folders.iter().map(RunFile::read).collect::<Result<Vec<_>, _>>()?;
        let settings: Vec<&Settings> = files.iter().map(|file| &file.settings).collect();
        let mut book = RunBook::new(&context.settings.runs);
        book.refresh()?;
        let all = book.summaries();
        let row = |id: &String| all.iter().find(|run| run.id == *id).cloned();
        Ok(Arc::new(Comparison {
            runs: folders.iter().filter_map(|folder| row(&folder.id)).collect(),
            settings: differences(&settings),
        }))
    }
}

/// By key; of the sizes of architectures and of recipes, those that a run uses.
fn differences(all: &[&Settings]) -> Vec<(String, Vec<Option<String>>)> {
    let mut table: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    for (place, settings) in all.iter().enumerate() {
        for row in rows(settings)
            .rows
            .into_iter()
            .filter(|row| is_used(settings, &row.key))
        {
            let values = table.entry(row.key).or_insert_with(|| vec![None; all.len()]);
            values[place] = Some(row.value);
        }
    }
    table.retain(|_, values| values.windows(2).any(|pair| pair[0] != pair[1]));
    table.into_iter().collect()
}

fn is_used(settings: &Settings, key: &str) -> bool {
    let of = |kind: &str, name: &str| {
        let rest = key.strip_prefix(kind).filter(|rest| rest.contains('.'));
        rest.is_none_or(|rest| rest.split('.').next() == Some(name))
    };
    let elsewhere = |part: &&str| {
        if part.ends_with('.') {
            key.starts_with(*part)
        } else {
            key == *part
        }
    };
    of("model.", &settings.model.name) && of("recipes.", &settings.recipe) && !ELSEWHERE.iter().any(elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load_settings;

    #[test]
    fn only_what_differs_and_is_used_is_told() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let with = |changes: &[(&str, &str)]| {
            let changes: Vec<(String, String)> = changes
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect();
            load_settings(Some(empty.path()), &changes).unwrap()
        };
        let one = with(&[("seed", "7"), ("tuning.trials", "3"), ("model.crnn.filters1", "8")]);
        let other = with(&[
            ("training.batch_size", "16"),
            ("runs", "elsewhere"),
            ("demo.clips", "9"),
        ]);
        let some = |value: &str| Some(value.to_owned());
        let expected = vec![
            ("seed".to_owned(), vec![some("7"), some("42")]),
            ("training.batch_size".to_owned(), vec![some("64"), some("16")]),
        ];
        assert_eq!(differences(&[&one, &other]), expected);
        assert!(differences(&[&one, &one]).is_empty());

        let crnn = with(&[("model.name", "crnn"), ("recipe", "log_mel")]);
        let found = differences(&[&one, &crnn]);
        let of = |key: &str| found.iter().find(|row| row.0 == key).map(|row| row.1.clone());
        assert_eq!(of("model.name"), Some(vec![some("\"conv1d\""), some("\"crnn\"")]));
        assert_eq!(of("model.crnn.filters1"), Some(vec![None, some("32")]));
        assert_eq!(of("recipes.log_mel.sample_rate"), Some(vec![None, some("22500")]));
    }
}
